"""Pages of buildings, entry, likeness, merges, proposals; the filters; and the appeals on a person's page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from members.filters import years_before
from members.models import Apart, Building, Home, Household, Person, Proposal, Stay
from members.selectors import homes as plans
from members.services import homes, households, proposals
from members.services.persons import Facts
from members.views.persons import _age
from tests.appeals.conftest import registered as registered
from tests.appeals.conftest import rules as rules
from tests.appeals.pages.conftest import browse as browse
from tests.members.conftest import identity_number
from tests.members.test_pages import entered

pytestmark = pytest.mark.django_db
PHONE = "13812345678"


@pytest.fixture
def now():
    """Pages read the real clock."""
    return timezone.now() - timedelta(minutes=1)


@pytest.fixture
def building(cast, district, now) -> Building:
    """Two entrances of two floors."""
    facts = homes.BuildingFacts(unit_id=district.grid_1.pk, name="3号楼", entrances=2, floors=2)
    made = homes.add_building(facts=facts, by=cast.cw, now=now)
    homes.add_homes(building_id=made.pk, entrances=2, floors=2, per_floor=2, by=cast.cw, now=now)
    return made


class TestBuildings:
    def test_put_up_filled_corrected_taken_down(self, browse, cast, district) -> None:
        client = browse(cast.cw)
        facts = {"name": "5号楼", "unit": district.grid_1.pk, "entrances": 2, "floors": 3}
        client.post("/people/buildings/add/", facts)
        made = Building.objects.get()
        url = f"/people/buildings/{made.pk}/"
        assert "批量登记房屋" in client.get(url).content.decode()
        client.post(f"{url}homes/", {"entrances": 2, "floors": 3, "per_floor": 2})
        assert made.homes.count() == 12
        answer = client.post(f"{url}homes/", {"entrances": 2, "floors": 3, "per_floor": 2})
        assert answer.status_code == 409
        client.post(f"{url}change/", facts | {"name": "6号楼", "unit": district.grid_2.pk})
        made.refresh_from_db()
        assert (made.name, made.grid_id) == ("6号楼", district.grid_2.pk)
        client.post(f"{url}remove/", {"on": timezone.localdate()})
        assert client.get(f"{url}change/").status_code == 404
        assert "6号楼" not in client.get("/people/buildings/").content.decode()

    def test_who_lives_where(self, browse, building, cast, django_assert_max_num_queries) -> None:
        client = browse(cast.cw)
        where = {"building": building.pk, "entrance": "2单元", "room": "201"}
        client.post("/people/entry/", entered(**where))
        household = Household.objects.get()
        url = f"/people/buildings/{building.pk}/"
        client.get(url)
        with django_assert_max_num_queries(8):
            shown = client.get(url).content.decode()
        assert f"/people/households/{household.pk}/" in shown
        assert "8 套" in shown
        assert "7 套" in shown
        assert "王建国" not in client.get(url, {"entrance": "1单元"}).content.decode()
        empty = Home.objects.get(entrance="1单元", room="101")
        assert f"/people/homes/{empty.pk}/remove/" not in shown
        assert f"/people/homes/{empty.pk}/remove/" in client.get(url, {"tidy": "1"}).content.decode()
        client.post(f"/people/homes/{empty.pk}/remove/")
        lived_in = Home.objects.get(entrance="2单元", room="201")
        assert client.post(f"/people/homes/{lived_in.pk}/remove/").status_code == 409
        assert building.homes.count() == 7
        with django_assert_max_num_queries(12):
            client.get("/people/buildings/")

    def test_a_grid_worker_reads_and_changes_nothing(self, browse, building, cast) -> None:
        client = browse(cast.gw)
        shown = client.get(f"/people/buildings/{building.pk}/").content.decode()
        assert "登记拆除" not in shown
        assert "/people/entry/?building=" in shown
        assert client.get(f"/people/buildings/{building.pk}/change/").status_code == 403
        assert browse(cast.gw_2).get(f"/people/buildings/{building.pk}/").status_code == 404

    @pytest.mark.parametrize(
        ("room", "floor"), [("301", "3"), ("1203", "12"), ("101", "1"), ("东户", ""), ("7", ""), ("12031", "")]
    )
    def test_the_floor_is_in_the_number(self, room, floor) -> None:
        assert plans.floor_of(room) == floor


class TestEntry:
    def test_one_more_without_scripts_keeps_what_was_typed(self, browse, cast) -> None:
        answer = browse(cast.cw).post("/people/entry/", entered({"name": "王建国"}, room="301") | {"more": "1"})
        shown = answer.content.decode()
        assert answer.status_code == 200
        assert 'name="people-1-name"' in shown
        assert 'value="王建国"' in shown
        assert 'name="people-TOTAL_FORMS" value="2"' in shown
        assert "error-summary" not in shown
        for bad in ("", "x", "-1", "99999999999999999999"):
            sent = entered({"name": "王建国"}) | {"people-TOTAL_FORMS": bad, "more": "1"}
            assert browse(cast.cw).post("/people/entry/", sent).status_code == 200

    def test_a_home_that_is_lived_in_is_asked_about(self, browse, building, cast) -> None:
        client = browse(cast.cw)
        where = {"building": building.pk, "entrance": "2单元", "room": "201"}
        client.post("/people/entry/", entered(**where))
        again = entered({"name": "孙志强"}, **where)
        answer = client.post("/people/entry/", again)
        assert answer.status_code == 409
        household = Household.objects.get()
        assert f"/people/households/{household.pk}/members/add/" in answer.content.decode()
        client.post("/people/entry/", again | {"seen": f"h{household.pk}"})
        assert Household.objects.count() == 2
        now_there = client.get("/people/entry/home/", where).content.decode()
        assert "王建国户" in now_there
        assert "王建国户" not in browse(cast.gw_2).get("/people/entry/home/", where).content.decode()
        for bad in ("x", "9" * 30, ""):
            assert client.get("/people/entry/home/", where | {"building": bad}).status_code == 200

    def test_a_grid_workers_is_a_proposal(self, browse, cast, district) -> None:
        sent = entered(unit=district.grid_1.pk, address="幸福里3号") | {"words": "入户走访"}
        answer = browse(cast.gw).post("/people/entry/", sent)
        asked = Proposal.objects.get()
        assert answer["Location"] == f"/people/proposals/{asked.pk}/"
        assert not Household.objects.exists()
        shown = browse(cast.cw).get(answer["Location"]).content.decode()
        assert "990101********" in shown
        assert identity_number() not in shown
        browse(cast.cw).post(answer["Location"], {"decision": "take"})
        assert Household.objects.get().size == 2

    def test_bad_forms(self, browse, cast, district) -> None:
        client = browse(cast.cw)
        for bad in (
            {}, {"people-TOTAL_FORMS": "x", "people-INITIAL_FORMS": "0"}, entered(unit=district.grid_1.pk, address="x"),
            entered({"name": ""}, unit=district.grid_1.pk, address="幸福里3号"), entered(room="301", building="77"),
        ):  # fmt: skip
            assert client.post("/people/entry/", bad).status_code in {400, 404}
        assert not Household.objects.exists()


class TestAlike:
    def test_somebody_like_it_is_shown_once(self, person, household, browse, cast) -> None:
        known = person("王建国", phone=PHONE)
        client, url = browse(cast.cw), f"/people/households/{household().pk}/members/add/"
        who = {"name": "王健国", "phone": PHONE, "residence": "registered", "relation": "head"}
        answer = client.post(url, who)
        shown = answer.content.decode()
        assert answer.status_code == 409
        assert f"/people/{known.pk}/" in shown
        assert "电话相同、姓名相近" in shown
        assert 'value="王健国"' in shown
        assert Person.objects.count() == 1
        client.post(url, who | {"seen": f"p{known.pk}", "more": "1"})
        assert Person.objects.count() == 2

    def test_three_in_a_row(self, household, browse, cast) -> None:
        url = f"/people/households/{household().pk}/members/add/"
        for name, relation in (("王建国", "head"), ("刘敏", "spouse"), ("王磊", "child")):
            who = {"name": name, "residence": "registered", "relation": relation, "more": "1"}
            assert browse(cast.cw).post(url, who)["Location"] == url
        assert Household.objects.get().size == 3

    def test_found_merged_and_told_apart(
        self,
        person,
        browse,
        cast,
        django_assert_max_num_queries,
    ) -> None:
        one, other, third = (person("王建国", phone=PHONE, employer=text) for text in ("采油厂", "学校", ""))
        client = browse(cast.cw)
        with django_assert_max_num_queries(12):
            shown = client.get("/people/duplicates/").content.decode()
        assert f"/people/{one.pk}/merge/?with={other.pk}" in shown
        url = f"/people/{one.pk}/merge/?with={other.pk}"
        page = client.get(url).content.decode()
        assert "采油厂" in page
        assert "学校" in page
        client.post(url, {"words": "重复登记", "take_employer": "1"})
        one.refresh_from_db()
        assert one.employer == "学校"
        apart = f"/people/{third.pk}/apart/?with={one.pk}"
        client.post(apart)
        told = Apart.objects.get()
        assert (told.one_id, told.other_id, told.by_user) == (one.pk, third.pk, cast.cw.user_id)
        assert "没有疑似重复" in client.get("/people/duplicates/").content.decode()
        assert cast.cw.user_name in client.get("/people/duplicates/?tab=apart").content.decode()
        client.post(f"{apart}&undo=1")
        assert not Apart.objects.exists()
        assert client.post(url, {"words": "重复登记"}).status_code in {404, 409}

    def test_addresses_that_name_nothing(self, person, browse, cast) -> None:
        made, client = person(), browse(cast.cw)
        for text in ("x", "9" * 30, str(made.pk), "０"):
            for page in ("merge", "apart"):
                assert client.get(f"/people/{made.pk}/{page}/", {"with": text}).status_code == 404
            assert client.get(f"/people/{made.pk}/join/", {"to": "x" + text}).status_code == 404
        for text in ("x", "1", "1-x", "9" * 30 + "-1", "²-1"):
            assert client.get("/people/duplicates/", {"after": text}).status_code == 200
        assert client.post(f"/people/{made.pk}/merge/", {"words": "重复登记"}).status_code == 400
        assert client.get(f"/people/{made.pk}/apart/").status_code == 302


class TestMoving:
    def test_chosen_by_head_or_room(self, person, household, browse, cast) -> None:
        made = person("王建国")
        new = household(address="康乐小区5号楼102")
        client, url = browse(cast.cw), f"/people/{made.pk}/join/"
        assert f"?to={new.pk}" in client.get(url, {"q": "康乐"}).content.decode()
        assert client.post(url, {"relation": "head"}).status_code == 400
        client.post(f"{url}?to={new.pk}", {"relation": "head"})
        new.refresh_from_db()
        assert new.head_name == "王建国"
        shown = client.get(f"/people/{made.pk}/").content.decode()
        assert "离户：幸福里3号楼2单元301" in shown
        assert "入户：康乐小区5号楼102" in shown

    def test_relations_and_the_end(self, person, browse, cast) -> None:
        head = person("王建国")
        home = Household.objects.get()
        wife = person("刘敏", into=home, relation="spouse")
        client, url = browse(cast.cw), f"/people/households/{home.pk}/"
        assert client.post(f"{url}relations/", {f"of_{head.pk}": "head", f"of_{wife.pk}": "head"}).status_code == 400
        client.post(f"{url}relations/", {f"of_{head.pk}": "spouse", f"of_{wife.pk}": "head"})
        home.refresh_from_db()
        assert home.head_name == "刘敏"
        assert client.post(f"{url}dissolve/", {"on": timezone.localdate()}).status_code == 409
        Stay.objects.all().delete()
        Household.objects.update(size=0)
        client.post(f"{url}dissolve/", {"on": timezone.localdate()})
        assert not Household.objects.open().exists()


class TestProposals:
    def test_asked_on_a_phone_and_answered(self, person, browse, cast) -> None:
        made, worker, desk = person("王建国"), browse(cast.gw), browse(cast.cw)
        url = f"/people/{made.pk}/"
        assert "提出修改" in worker.get(url).content.decode()
        worker.post(f"{url}change/", {"name": "王建国", "residence": "resident", "words": "本人说的"})
        worker.post(f"{url}leave/", {"on": timezone.localdate(), "to": "哈尔滨"})
        made.refresh_from_db()
        assert (made.residence, made.state) == ("registered", "here")
        change, moved = Proposal.objects.order_by("pk")
        assert "等待社区核对" in desk.get(url).content.decode()
        pile = desk.get("/people/proposals/").content.decode()
        assert f"/people/proposals/{change.pk}/" in pile
        page = f"/people/proposals/{change.pk}/"
        shown = desk.get(page).content.decode()
        assert "户籍在外、常住" in shown
        assert "户籍在本社区并居住" in shown
        assert worker.post(page, {"decision": "take"}).status_code == 403
        assert desk.post(page, {"decision": "refuse"}).status_code == 400
        desk.post(page, {"decision": "take", "seen": "1"})
        made.refresh_from_db()
        assert made.residence == "resident"
        assert "又有改动" in desk.get(f"/people/proposals/{moved.pk}/").content.decode()
        answer = desk.post("/people/proposals/", {"action": "take", "ids": [moved.pk], "confirmed": "1"})
        assert "又有改动" in answer.content.decode() or answer.status_code == 302
        worker.post(f"/people/proposals/{moved.pk}/withdraw/")
        moved.refresh_from_db()
        assert moved.state == "withdrawn"
        history = desk.get(url).content.decode()
        assert "按建议修改档案" in history
        assert cast.gw.user_name in history

    def test_budget_and_bad_input(
        self,
        person,
        browse,
        cast,
        now,
        django_assert_max_num_queries,
    ) -> None:
        for name in ("王建国", "刘敏", "赵雪"):
            made = person(name)
            proposals.propose_change(person_id=made.pk, facts=Facts(notes="独居"), by=cast.gw, now=now)
        desk = browse(cast.cw)
        desk.get("/people/proposals/")
        with django_assert_max_num_queries(11):
            desk.get("/people/proposals/")
        page = f"/people/proposals/{Proposal.objects.first().pk}/"
        for bad in ({}, {"decision": "x"}, {"decision": "refuse", "answer": "长" * 501}):
            assert desk.post(page, bad).status_code == 400
        for seen in ("", "x", "9" * 40):
            assert desk.post(page, {"decision": "take", "seen": seen}).status_code in {302, 409}

    def test_a_form_that_was_overtaken_keeps_what_was_typed(self, person, browse, cast) -> None:
        made, client = person("王建国"), browse(cast.cw)
        Person.objects.update(revision=5)
        facts = {"name": "王建业", "residence": "resident", "revision": "1"}
        answer = client.post(f"/people/{made.pk}/change/", facts)
        assert answer.status_code == 409
        assert 'value="王建业"' in answer.content.decode()
        client.post(f"/people/{made.pk}/change/", facts | {"revision": "5"})
        assert Person.objects.get().name == "王建业"


class TestFilters:
    @given(
        born=st.dates(date(1920, 1, 1), date(2024, 12, 31)), today=st.dates(date(2025, 1, 1), date(2032, 12, 31)),
        years=st.integers(0, 110),
    )  # fmt: skip
    def test_an_age_is_counted_as_it_is_shown(self, born, today, years) -> None:
        """Against counting birthdays one by one."""
        slow = sum((year, born.month, born.day) <= (today.year, today.month, today.day)
                   for year in range(born.year + 1, today.year + 1))  # fmt: skip
        assert (born <= years_before(today, years)) == (slow >= years)

    def test_by_age(self, person, browse, cast) -> None:
        today = timezone.localdate()
        for name, years in (("王建国", 80), ("刘敏", 60), ("赵雪", 6)):
            made = person(name, born_on=years_before(today, years))
            assert _age(made) == f"{years} 岁"
        client = browse(cast.cw)

        def shown(**asked: Any) -> set[str]:
            text = client.get("/people/", asked).content.decode()
            return {name for name in ("王建国", "刘敏", "赵雪") if name in text}

        assert shown(age_min="60") == {"王建国", "刘敏"}
        assert shown(age_min="60", age_max="79") == {"刘敏"}
        assert shown(age_max="6") == {"赵雪"}
        for bad in ("x", "-5", "1e400", "NaN", "9" * 50):
            assert client.get("/people/", {"age_min": bad}).status_code == 200


class TestFindingAHome:
    @pytest.mark.parametrize(
        "text",
        ["3-2-201", "3号楼2单元201", "3号楼 201", "王建国", "3号楼", "2单元 201", "王建国 3号楼", "3号楼2单元201室"],
    )
    def test_as_people_write_it(self, text, building, browse, cast) -> None:
        client = browse(cast.cw)
        client.post("/people/entry/", entered(building=building.pk, entrance="2单元", room="201"))
        client.post("/people/entry/", entered({"name": "孙志强"}, building=building.pk, entrance="1单元", room="102"))
        # What was said of the last one is told on the next page.
        client.get("/people/")
        shown = client.get("/people/households/", {"q": text}).content.decode()
        assert "王建国户" in shown
        assert ("孙志强户" in shown) == (text == "3号楼")
        assert "王建国户" not in client.get("/people/households/", {"q": "3-1-201"}).content.decode()


class TestAppealsBeside:
    def test_those_of_ones_numbers_as_far_as_one_sees_them(
        self,
        person,
        registered,
        browse,
        cast,
        district,
    ) -> None:
        made = person("王建国", phone=PHONE)
        here = registered(by=cast.cw, phone=PHONE, unit_id=district.grid_1.pk, title="三号楼漏水")
        registered(by=cast.dc, phone=PHONE, unit_id=district.community_3.pk, title="外街道的事")
        registered(by=cast.cw, phone=PHONE, unit_id=district.grid_1.pk, title="请保密的事", is_confidential=True)
        registered(by=cast.cw, phone="13900001111", unit_id=district.grid_1.pk, title="别人的事")
        for client in (browse(cast.cw), browse(cast.gw)):
            shown = client.get(f"/people/{made.pk}/").content.decode()
            assert f"/appeals/{here.pk}/" in shown
            for title in ("外街道的事", "请保密的事", "别人的事"):
                assert title not in shown
        assert "phone-" in shown
        assert PHONE not in shown
        household = client.get(f"/people/households/{Household.objects.get().pk}/").content.decode()
        assert "三号楼漏水" in household

    def test_budget(self, person, registered, browse, cast, district, django_assert_max_num_queries) -> None:
        made = person("王建国", phone=PHONE)
        for _ in range(12):
            registered(by=cast.cw, phone=PHONE, unit_id=district.grid_1.pk)
        client = browse(cast.cw)
        client.get(f"/people/{made.pk}/")
        # One for all subjects that have nothing to say of them.
        with django_assert_max_num_queries(15):
            shown = client.get(f"/people/{made.pk}/").content.decode()
        assert "全部诉求" in shown
        assert households.where(Household.objects.get()) in shown
