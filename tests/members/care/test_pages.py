"""The pages of special care: lists by the clock, a visit from the phone, forms that keep what was typed, figures."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from governance.deadlines.defaults import ensure_default_policies
from governance.deadlines.models import Policy, PolicyVersion
from governance.deadlines.sweeping import sweep
from members.care.services.pausing import pause_visits
from members.models import CareKind, CareRecord, CareTurn, CareVisit
from tests.appeals.pages.conftest import browse as browse
from tests.members.conftest import identity_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    """Pages read the real clock."""
    return timezone.now() - timedelta(minutes=1)


class TestList:
    def test_by_the_clock_with_whose_it_is(self, listed, person, browse, cast, now) -> None:
        listed(person("王建国"), level="B")
        listed(person("李秀兰"), visitor_id=cast.cw.user_id)
        client = browse(cast.cs)
        shown = client.get("/people/care/").content.decode()
        assert shown.index("李秀兰") < shown.index("王建国")
        assert cast.cw.user_name in shown
        assert cast.gw.user_name in shown
        sweep(now + timedelta(days=9))
        late = client.get("/people/care/?tab=late").content.decode()
        assert "李秀兰" in late
        assert "王建国" not in late

    def test_filters_and_any_text(self, listed, person, browse, cast, kind, district) -> None:
        number = identity_number("19480101", 12)
        listed(person("王建国", identity=number))
        listed(person("刘敏"), code="illness", visitor_id=cast.gw.user_id)
        client = browse(cast.cw)
        for query, found in (
            ({"q": "wjg"}, "王建国"), ({"kind": kind("illness").pk}, "刘敏"), ({"visitor": cast.gw.user_id}, "刘敏"),
            ({"visitor": "null"}, "王建国"), ({"place": district.grid_1.pk, "level": "A", "q": "王建国"}, "王建国"),
        ):  # fmt: skip
            shown = client.get("/people/care/", query).content.decode()
            rows = shown[shown.index('id="results"') :]
            assert found in rows, query
            assert {"王建国", "刘敏"} - {found} <= {name for name in ("王建国", "刘敏") if name not in rows}, query
        for text in ("' OR 1=1", "甲" * 41, "%", ":*&|!"):
            assert client.get("/people/care/", {"q": text}).status_code == 200
        answer = client.post("/people/care/find/", {"q": number})
        assert number not in answer["Location"]
        assert "王建国" in client.get(answer["Location"]).content.decode()
        assert number not in client.get("/people/care/", {"q": number})["Location"]

    def test_budget(self, listed, person, browse, cast, django_assert_max_num_queries) -> None:
        for name in ("王建国", "刘敏", "李秀兰", "赵雪"):
            listed(person(name))
        client = browse(cast.cw)
        for url in ("/people/care/", "/people/care/turns/"):
            client.get(url)
            with django_assert_max_num_queries(15):
                client.get(url)
        client = browse(cast.gw)
        client.get("/people/care/today/")
        with django_assert_max_num_queries(15):
            client.get("/people/care/today/")

    def test_many_get_a_visitor(self, listed, person, browse, cast) -> None:
        ids = [listed(person("王建国")).pk, listed(person("刘敏")).pk]
        client = browse(cast.cs)
        data = {"action": "assign", "ids": ids}
        assert "走访人须在" in client.post("/people/care/", data).content.decode()
        client.post("/people/care/", data | {"confirmed": "1", "visitor": cast.gw.user_id})
        assert CareRecord.objects.filter(visitor=cast.gw.user_id).count() == 2
        answer = browse(cast.ss).post("/people/care/", data, follow=True).content.decode()
        assert "没有“指定走访人”的权限" in answer


class TestWork:
    def test_from_the_persons_page_to_a_visit(self, person, lists, kind, browse, cast) -> None:
        made = person("王建国")
        client = browse(cast.cw)
        assert "不在重点关爱名单中" in client.get(f"/people/{made.pk}/").content.decode()
        url = f"/people/care/persons/{made.pk}/add/"
        assert client.get(url).status_code == 200
        data = {
            "kind": kind("disabled").pk,
            "level": "A",
            "since": timezone.localdate(),
            "grounds": "",
            "words": "坐轮椅",
        }
        refused = client.post(url, data)
        assert refused.status_code == 400
        assert "坐轮椅" in refused.content.decode()
        client.post(url, data | {"grounds": "肢体二级"})
        record = CareRecord.objects.get()
        assert record.due_at is not None
        page = client.get(f"/people/{made.pk}/").content.decode()
        assert "残疾人" in page
        grid = browse(cast.gw)
        form = grid.get(f"/people/care/{record.pk}/visit/?from=today").content.decode()
        turn = re.search(r'name="turn" value="(\d+)"', form)
        assert "坐轮椅" in form
        visit = {"turn": turn[1], "found": "ok", "how": "home", "at": f"{timezone.localtime():%Y-%m-%dT%H:%M}"}
        answer = grid.post(f"/people/care/{record.pk}/visit/?from=today", visit)
        assert answer["Location"] == "/people/care/today/"
        again = grid.post(f"/people/care/{record.pk}/visit/", visit)
        assert again.status_code == 409
        assert CareVisit.objects.count() == 1
        assert "上门走访：正常" in client.get(f"/people/care/{record.pk}/").content.decode()

    def test_who_needs_help_may_become_an_appeal_with_the_place_and_no_name(
        self, listed, browse, cast, district
    ) -> None:  # fmt: skip
        record = listed()
        client = browse(cast.cw)
        visit = {"found": "help", "how": "home", "at": f"{timezone.localtime():%Y-%m-%dT%H:%M}", "words": "水管漏水"}
        answer = client.post(f"/people/care/{record.pk}/visit/", visit, follow=True).content.decode()
        assert "水管漏水" in answer
        link = f"/appeals/register/?unit={district.grid_1.pk}"
        assert f'href="{link}"' in answer
        form = client.get(link).content.decode()
        assert re.search(rf'<option value="{district.grid_1.pk}"[^>]* selected', form)

    def test_what_to_look_for_is_not_for_the_streets_leader(self, listed, browse, cast) -> None:
        record = listed(words="糖尿病")
        url = f"/people/care/{record.pk}/"
        assert "糖尿病" in browse(cast.ss).get(url).content.decode()
        seen = browse(cast.sl).get(url)
        assert seen.status_code == 200
        assert "糖尿病" not in seen.content.decode()
        for actor in (cast.dc, cast.dl):
            assert browse(actor).get(url).status_code == 403
        assert browse(cast.cw_2).get(url).status_code == 404

    def test_changed_paused_resumed_and_ended(self, listed, browse, cast) -> None:
        record = listed()
        client, url = browse(cast.cw), f"/people/care/{record.pk}"
        today = timezone.localdate()
        changed = {"level": "B", "since": today, "grounds": "独居", "words": "", "revision": record.revision}
        client.post(f"{url}/change/", changed)
        assert client.post(f"{url}/change/", changed | {"level": "C"}).status_code == 409
        assert client.post(f"{url}/pause/", {"reason": "away", "until": today - timedelta(days=1)}).status_code == 400
        client.post(f"{url}/pause/", {"reason": "hospital", "until": today + timedelta(days=9)})
        assert "住院" in client.get(f"{url}/").content.decode()
        client.post(f"{url}/resume/")
        record.refresh_from_db()
        assert (record.level, record.state) == ("B", "open")
        client.post(f"{url}/end/", {"how": "improved", "on": today, "words": "已与子女同住"})
        record.refresh_from_db()
        assert record.state == "ended"
        assert "不再符合条件" in client.get(f"{url}/").content.decode()
        assert client.post(f"{url}/resume/", follow=True).status_code == 200

    def test_the_phone_shows_what_is_late_and_no_number(self, listed, person, browse, cast, now) -> None:
        record = listed(person("王建国", phone="13812345678"), words="每日服药")
        CareRecord.objects.update(due_at=now - timedelta(days=1), card="red")
        shown = browse(cast.gw).get("/people/care/today/").content.decode()
        assert f"/people/care/{record.pk}/visit/?from=today" in shown
        assert "幸福里3号楼2单元301" in shown
        assert "13812345678" not in shown
        assert "tel:" not in shown
        assert f"/people/{record.person_id}/reveal/" in shown
        assert "/reveal/" not in browse(cast.pg).get("/people/care/today/").content.decode()


class TestFigures:
    def test_each_number_opens_its_rows_and_the_district_gets_counts_alone(
        self, listed, person, browse, cast, district, now
    ) -> None:  # fmt: skip
        listed(person("王建国"))
        CareTurn.objects.update(due_at=now - timedelta(days=1))
        CareRecord.objects.update(due_at=now - timedelta(days=1), card="red")
        shown = browse(cast.cs).get("/people/care/figures/").content.decode()
        links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/people/care/[^"]*tab=[^"]+)"', shown)}
        assert len(links) >= 4
        client = browse(cast.cs)
        for link in links:
            assert "王建国" in client.get(link).content.decode(), link
        for actor in (cast.dc, cast.dl):
            page = browse(actor).get("/people/care/figures/").content.decode()
            assert "第一街道" in page
            assert "tab=late" not in page
            assert "王建国" not in page
        below = browse(cast.dc).get("/people/care/figures/", {"unit": district.street_1.pk, "since": "", "kind": ""})
        assert "1社区" in below.content.decode()
        assert browse(cast.cs).get("/people/care/figures/", {"unit": district.street_2.pk}).status_code == 404

    @pytest.mark.parametrize(
        "query", [{"since": "2026-13-01"}, {"since": "x", "until": "y"}, {"kind": "0"}, {"unit": "x"}]
    )
    def test_what_makes_no_sense_is_told(self, lists, browse, cast, query) -> None:
        assert browse(cast.cs).get("/people/care/figures/", query).status_code in {200, 404}


class TestKinds:
    def test_kept_by_the_centre_with_policies_of_their_own(self, lists, browse, cast, now) -> None:
        ensure_default_policies(now - timedelta(days=365))
        client = browse(cast.dc)
        assert "走访：每周一次" in client.get("/people/care/kinds/").content.decode()
        weekly = Policy.objects.get(code="care-weekly")
        client.post("/deadlines/policies/add/", {"name": "每三天一次", "like": weekly.pk, "note": "会议要求"})
        own = Policy.objects.get(name="每三天一次")
        assert own.subject_type == weekly.subject_type
        rhythms = {"policy_a": own.code, "policy_b": "care-weekly", "policy_c": "care-monthly"}
        data = {"name": "高龄老人", "order": 5, "is_active": "on", **rhythms}
        client.post("/people/care/kinds/add/", data)
        kind = CareKind.objects.get(name="高龄老人")
        assert kind.policy_a == own.code
        assert client.post(f"/people/care/kinds/{kind.pk}/", data).status_code == 400
        client.post(f"/people/care/kinds/{kind.pk}/", data | {"needs_grounds": "on"})
        kind.refresh_from_db()
        assert kind.needs_grounds
        assert client.post("/people/care/kinds/add/", data | {"name": "独居老人"}).status_code == 400
        assert browse(cast.cs).get("/people/care/kinds/").status_code == 403

    def test_the_pages_of_policies_speak_of_visits(self, listed, browse, cast, now) -> None:
        ensure_default_policies(now - timedelta(days=365))
        listed()
        client = browse(cast.dc)
        policy = Policy.objects.get(code="care-weekly")
        url = f"/deadlines/policies/{policy.pk}/"
        page = client.get(url).content.decode()
        assert "报社区书记" in page
        assert "下达督办" not in page
        assert "只用于以后的走访" in page
        data = filled(page) | {"care_visit-amount": "5", "note": "会议要求"}
        shown = client.post(url, data).content.decode()
        assert "如果未办结的走访也换用" in shown
        assert "诉求" not in shown[shown.index("<main") : shown.index("</main")]
        seen = re.search(r'name="seen" value="(\w+)"', shown)
        answer = client.post(url, data | {"seen": seen[1]})
        assert answer["Location"] == f"{url}apply/"
        assert "未办结的走访" in client.get(answer["Location"]).content.decode()
        assert PolicyVersion.objects.get(policy=policy, number=2).terms["care_visit"]["amount"] == 5
        listing = client.get("/deadlines/policies/").content.decode()
        assert "件未办结的走访仍按旧版本计时" in listing
        assert 'href="/people/care/kinds/"' in listing

    def test_a_pause_has_no_policy(self, listed, cast, now) -> None:
        record = listed()
        pause_visits(
            record_id=record.pk, until=timezone.localdate() + timedelta(days=5), reason="away", by=cast.cw, now=now
        )
        assert PolicyVersion.objects.count() == 1


def filled(page: str) -> dict[str, str]:
    """What the form would send as it stands."""
    data = dict(re.findall(r'<input type="(?:number|text|hidden)" name="([\w-]+)" value="([^"]*)"', page))
    for name, options in re.findall(r'<select name="([\w-]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option value="([^"]*)"[^>]* selected', options)
        data[name] = chosen[1] if chosen else ""
    data.pop("csrfmiddlewaretoken", None)
    return data
