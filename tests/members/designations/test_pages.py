"""The pages of designations and couriers: names for those who may read them, counts for all, forms that keep words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from appeals.models import Appeal
from governance.scope import Role
from members.designations import counting, couriers, mine
from members.models import Courier, Designation
from tests.appeals.conftest import rules as rules
from tests.appeals.pages.conftest import browse as browse
from tests.members.conftest import identity_number
from tests.members.designations.conftest import kind_of

pytestmark = pytest.mark.django_db
LIST, FIGURES, MINE = "/people/designations/", "/people/designations/figures/", "/people/designations/mine/"


@pytest.fixture
def now():
    """Pages read the real clock."""
    return timezone.now() - timedelta(minutes=1)


class TestList:
    def test_by_kind_unit_day_and_name(self, person, named, browse, cast, district):
        today = timezone.localdate()
        named(person("李秀兰"), from_on=today - timedelta(days=40), until_on=today - timedelta(days=10))
        named(person("王建国"), "lane_steward", unit=district.community_1)
        client = browse(cast.cs)
        kind = kind_of("lane_steward").pk
        for query, seen in (
            ({}, "王建国"), ({"tab": "ended"}, "李秀兰"), ({"q": "wjg"}, "王建国"), ({"kind": kind}, "王建国"),
            ({"tab": "all", "on": today - timedelta(days=20)}, "李秀兰"),
            ({"tab": "all", "place": district.grid_1.pk}, "李秀兰"),
        ):  # fmt: skip
            shown = client.get(LIST, query).content.decode()
            other = "李秀兰" if seen == "王建国" else "王建国"
            assert seen in shown, query
            assert other not in shown, query

    def test_a_number_leaves_the_address_and_any_text_is_answered(self, browse, cast):
        client = browse(cast.cs)
        answer = client.get(LIST, {"q": identity_number()})
        assert answer.status_code == 302
        assert identity_number() not in answer["Location"]
        for text in ("' OR 1=1", "%", ":*&|!", "甲" * 41):
            assert client.get(LIST, {"q": text}).status_code == 200
            assert client.get("/people/designations/couriers/", {"q": text}).status_code == 200
        assert client.get(LIST, {"on": "2026-99-99"}).status_code == 200

    def test_budget(self, person, named, courier, browse, cast, django_assert_max_num_queries):
        for name in ("李秀兰", "刘敏", "王建国", "赵雪"):
            named(person(name))
            courier(name)
        client = browse(cast.cs)
        for url in (LIST, "/people/designations/couriers/"):
            client.get(url)
            with django_assert_max_num_queries(14):
                client.get(url)


class TestNaming:
    def test_found_by_name_chosen_and_named(self, person, browse, cast, district):
        one = person("李秀兰")
        client = browse(cast.cw)
        assert f'value="{one.pk}"' in client.get(LIST + "add/", {"q": "李秀"}).content.decode()
        data = {"people": one.pk, "kind": kind_of("lane_steward").pk, "unit": district.grid_1.pk, "grounds": ""}
        answer = client.post(LIST + "add/", data)
        assert answer.status_code == 400
        assert "李秀兰" in answer.content.decode()
        assert client.post(LIST + "add/", data | {"grounds": "居民推荐"}).status_code == 302
        assert Designation.objects.get().person == one

    def test_many_from_the_list_of_people_and_who_could_not(self, person, named, browse, cast, district):
        people = [person(name) for name in ("李秀兰", "刘敏", "王建国")]
        named(people[0])
        data = {
            "action": "designate", "ids": [one.pk for one in people], "confirmed": "1", "unit": district.grid_1.pk,
            "kind": kind_of("resident_backbone").pk, "grounds": "居民推荐",
        }  # fmt: skip
        shown = browse(cast.cw).post("/people/", data).content.decode()
        assert "无需重复" in shown
        assert Designation.objects.count() == 3

    def test_of_a_party_organisation(self, person, member, browse, cast):
        one, other = person("李秀兰"), person("刘敏")
        organisation = member(one).organisation
        shown = browse(cast.cw).get(LIST + "add/", {"organisation": organisation.pk}).content.decode()
        assert one.name in shown
        assert other.name not in shown

    def test_changed_kept_and_ended(self, person, named, browse, cast):
        made = named(person("李秀兰"))
        client = browse(cast.cw)
        until = timezone.localdate() + timedelta(days=300)
        client.post(f"{LIST}{made.pk}/change/", {"until_on": until, "grounds": "会议纪要"})
        Designation.objects.update(moved_on=timezone.localdate())
        assert "继续担任" in client.get(LIST, {"tab": "moved"}).content.decode()
        client.post(f"{LIST}{made.pk}/keep/")
        client.post(f"{LIST}{made.pk}/end/", {"on": timezone.localdate(), "words": "本人申请"})
        made.refresh_from_db()
        assert (made.grounds, made.moved_on, made.ended_how) == ("会议纪要", None, "withdrawn")

    def test_history_on_the_persons_page(self, person, named, browse, cast):
        made = named(person("李秀兰"))
        shown = browse(cast.cw).get(f"/people/{made.person_id}/").content.decode()
        assert made.kind.name in shown
        assert "居民推荐" in shown


class TestFigures:
    def test_numbers_open_the_people(self, person, named, browse, cast, district):
        for name in ("李秀兰", "王建国"):
            named(person(name))
        named(person("刘敏"), unit=district.street_1, by=cast.ss)
        client, kind = browse(cast.ss), kind_of("resident_backbone")
        shown = client.get(FIGURES).content.decode()
        assert f'aria-label="{district.community_1.name}{kind.name} 2"' in shown
        assert f'aria-label="{district.street_1.name}本级{kind.name} 1"' in shown
        today = timezone.localdate()
        for query, names in (
            ({"place": district.community_1.pk}, {"李秀兰", "王建国"}),
            ({"place": district.street_1.pk, "own": 1}, {"刘敏"}),
            ({"place": district.street_1.pk}, {"李秀兰", "王建国", "刘敏"}),
        ):  # fmt: skip
            rows = client.get(LIST, {"tab": "all", "kind": kind.pk, "on": today} | query).content.decode()
            assert {name for name in ("李秀兰", "王建国", "刘敏") if name in rows} == names

    def test_the_district_reads_counts_and_no_names(self, person, named, browse, cast, district):
        named(person("李秀兰"))
        for by in (cast.dc, cast.dl):
            client = browse(by)
            shown = client.get(FIGURES).content.decode()
            assert district.street_1.name in shown
            assert "李秀兰" not in shown
            assert LIST + "?" not in shown
            assert client.get(LIST).status_code == 403
            assert client.get(FIGURES, {"unit": district.community_1.pk}).status_code == 200

    def test_nobody_reads_beside(self, browse, cast, district):
        client = browse(cast.cs)
        assert client.get(FIGURES, {"unit": district.community_2.pk}).status_code == 404
        assert client.get(FIGURES, {"unit": "x", "on": "y"}).status_code == 404
        assert client.get(FIGURES, {"on": "2026-99-99"}).status_code == 200

    def test_featured_branches_are_counted_by_the_party(self, member, person, browse, cast, district):
        branch = member(person("李秀兰")).organisation
        type(branch).objects.filter(pk=branch.pk).update(kind="featured_branch")
        shown = browse(cast.cs).get(FIGURES).content.decode()
        assert shown.count('data-label="鸿雁（特色党支部）">1<') + shown.count(f"{kind_of('swan').name} 1") >= 1

    def test_a_kind_that_nobody_counts_shows_no_nought(self, browse, cast, district, monkeypatch):
        monkeypatch.delitem(counting._counters, "flock")
        shown = browse(cast.cs).get(FIGURES).content.decode()
        assert 'data-label="群雁（志愿服务团队）">—<' in shown


class TestCouriers:
    def test_a_new_one_with_the_person(self, browse, cast, district):
        data = {
            "name": "赵小川",
            "phone": "13812345678",
            "trade": "rider",
            "company": "美团",
            "unit": district.community_1.pk,
        }
        client = browse(cast.cw)
        answer = client.post("/people/designations/couriers/add/", data)
        made = Courier.objects.get()
        assert answer["Location"].endswith(f"/couriers/{made.pk}/")
        shown = client.get(answer["Location"]).content.decode()
        assert "138****5678" in shown
        assert "13812345678" not in shown
        bad = client.post("/people/designations/couriers/add/", data | {"phone": "12"})
        assert bad.status_code == 400
        assert 'value="赵小川"' in bad.content.decode()
        client.post(f"{answer['Location']}change/", data | {"station": "景园站", "units": [district.community_2.pk]})
        client.post(f"{answer['Location']}account/", {"username": "pg-990001001001001"})
        client.post(f"{answer['Location']}end/", {"on": timezone.localdate(), "words": "离职"})
        made.refresh_from_db()
        assert (made.station, made.user_id, made.until_on) == ("景园站", cast.pg.user_id, timezone.localdate())

    def test_somebody_who_is_known(self, person, browse, cast, district):
        one = person("李秀兰")
        data = {"trade": "courier", "company": "顺丰", "unit": district.community_1.pk}
        browse(cast.cw).post(f"/people/designations/couriers/add/?person={one.pk}", data)
        assert Courier.objects.get().person == one


class TestMine:
    def test_what_a_courier_sees(self, courier, named, browse, cast, now, rules):
        made = courier(station="景园营业点")
        named(made.person, "road_safety")
        client = browse(cast.pg)
        assert "还没有绑定" in client.get(MINE).content.decode()
        couriers.link_account(courier_id=made.pk, username="pg-990001001001001", by=cast.cw, now=now)
        shown = client.get(MINE).content.decode()
        for words in ("赵小川", "道路交通安全员", "随手拍上报", "可用积分", "还没有上报"):
            assert words in shown

    def test_what_a_courier_reports_is_a_snapshot_and_shows_up(self, courier, browse, cast, now, rules):
        client, report = browse(cast.pg), {"content": "路口信号灯不亮，车辆混行。", "urgency": 0, "tile": "more"}
        client.post("/appeals/report/", report)
        made = courier()
        couriers.link_account(courier_id=made.pk, username="pg-990001001001001", by=cast.cw, now=now)
        client.post("/appeals/report/", report | {"content": "人行道井盖破损，行人难走。"})
        assert list(Appeal.objects.order_by("pk").values_list("channel", flat=True)) == ["grid", "snapshot"]
        shown = client.get(MINE).content.decode()
        assert "人行道井盖破损" in shown
        assert "<b>2</b>上报" in shown

    def test_it_is_for_part_time_grid_workers_alone(self, browse, cast):
        for by in (cast.gw, cast.cw, cast.dc):
            assert by.role != Role.PART_TIME_GRID_WORKER
            assert browse(by).get(MINE).status_code == 403

    def test_points_are_shown_by_the_room_that_keeps_them(self, browse, cast, monkeypatch, rules):
        monkeypatch.setattr(mine, "_points", [lambda request, courier: "<p>余额 260</p>"])
        shown = browse(cast.pg).get(MINE).content.decode()
        assert "余额 260" in shown
        assert "可以得积分" not in shown
