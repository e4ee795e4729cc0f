"""The pages of party households: begun, homes chosen by building, rounds at the door, gaps that open."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from appeals.models import Appeal
from appeals.services import register
from members.models import LookedAfter, PartyHousehold, PartyHouseholdReport
from members.party_households import registry
from tests.appeals.conftest import new_appeal
from tests.appeals.conftest import rules as rules
from tests.appeals.pages.conftest import browse as browse

pytestmark = pytest.mark.django_db
LIST, GAPS = "/people/party-households/", "/people/party-households/gaps/"


@pytest.fixture
def now():
    """Pages read the real clock."""
    return timezone.now() - timedelta(minutes=1)


class TestEntry:
    def test_from_a_member_to_a_round(self, party_person, homes, browse, cast):
        one, around = party_person("李秀兰"), homes(2)
        client = browse(cast.cw)
        assert "李秀兰" in client.get(LIST + "open/").content.decode()
        answer = client.post(LIST + "open/", {"person": one.pk, "sign_number": "JY-01"})
        hub = PartyHousehold.objects.get()
        assert answer["Location"] == f"{LIST}{hub.pk}/homes/"
        shown = client.get(answer["Location"] + "?building=0").content.decode()
        assert shown.count('name="households"') == 2
        client.post(answer["Location"] + "?building=0", {"households": [home.pk for home in around]})
        assert LookedAfter.objects.filter(until_on=None).count() == 2
        worker = browse(cast.gw)
        url = f"{LIST}{hub.pk}/"
        assert "幸福里" in worker.get(url + "visit/").content.decode()
        today = timezone.localdate()
        worker.post(url + "visit/", {"on": today, "households": [around[0].pk], "words": "家中平安"})
        worker.post(url + "report/", {"on": today, "words": "楼道灯不亮", "appeal_number": ""})
        shown = client.get(url).content.decode()
        for words in ("家中平安", "楼道灯不亮", "走访 1 户", "少于 10 户", "JY-01"):
            assert words in shown

    def test_a_home_that_was_taken_meanwhile_is_told(self, tied, hub, browse, cast):
        _, around = tied(1)
        other = hub("赵雪")
        answer = browse(cast.cw).post(f"{LIST}{other.pk}/homes/?building=0", {"households": [around[0].pk]})
        assert answer.status_code == 400
        assert "刷新后再选" in answer.content.decode()

    def test_let_go_passed_on_ended(self, tied, hub, browse, cast):
        found, around = tied(2)
        other = hub("赵雪")
        client, url = browse(cast.cw), f"{LIST}{found.pk}/"
        client.post(url + "let-go/", {"households": [around[0].pk], "to": other.pk})
        client.post(url + "let-go/", {"households": [around[1].pk], "to": ""})
        client.post(url + "change/", {"sign_number": "JY-02", "duties": "调解邻里"})
        client.post(url + "end/", {"on": timezone.localdate(), "words": "本人申请"})
        found.refresh_from_db()
        other.refresh_from_db()
        assert (found.homes, found.sign_number, found.ended_how, other.homes) == (0, "JY-02", "withdrawn", 1)
        assert "本人申请" in client.get(url).content.decode()

    def test_a_reports_appeal_shows_its_state(self, tied, browse, cast, now, rules, district):
        found, _ = tied(1)
        appeal = register(new=new_appeal(unit_id=district.grid_1.pk), by=cast.gw, now=now)
        assert Appeal.objects.count() == 1
        client, url = browse(cast.gw), f"{LIST}{found.pk}/"
        assert registry.can_find()
        bad = client.post(url + "report/", {"on": timezone.localdate(), "words": "楼前路灯不亮", "appeal_number": "X1"})
        assert bad.status_code == 400
        client.post(
            url + "report/", {"on": timezone.localdate(), "words": "楼前路灯不亮", "appeal_number": appeal.number}
        )
        assert PartyHouseholdReport.objects.get().appeal_number == appeal.number
        shown = client.get(url).content.decode()
        assert f"/appeals/{appeal.pk}/" in shown
        assert appeal.get_state_display() in shown

    def test_sections_on_the_persons_and_the_households_page(self, tied, homes, browse, cast):
        found, around = tied(1)
        (alone,) = homes(1)
        client = browse(cast.cw)
        assert "联系 1 户" in client.get(f"/people/{found.person_id}/").content.decode()
        assert "李秀兰" in client.get(f"/people/households/{around[0].pk}/").content.decode()
        assert "还没有党员中心户" in client.get(f"/people/households/{alone.pk}/").content.decode()


class TestList:
    def test_filters_tabs_and_order(self, tied, hub, browse, cast, now):
        found, _ = tied(1)
        hub("赵雪", sign="JY-07")
        today = timezone.localdate()
        PartyHousehold.objects.filter(pk=found.pk).update(homes=12, last_visit_on=today - timedelta(days=45))
        client = browse(cast.cs)
        for query, seen in (
            ({"q": "zx"}, {"赵雪"}), ({"load": "few"}, {"赵雪"}), ({"load": "fit"}, {"李秀兰"}),
            ({"sign": "JY"}, {"赵雪"}),
            ({"visited": "never"}, {"赵雪"}), ({"visited": "30"}, {"赵雪", "李秀兰"}), ({"visited": "90"}, {"赵雪"}),
            ({"order": "visited"}, {"赵雪", "李秀兰"}), ({"tab": "ended"}, set()), ({"tab": "doubt"}, set()),
        ):  # fmt: skip
            shown = client.get(LIST, query).content.decode()
            assert {name for name in ("赵雪", "李秀兰") if name in shown} == seen, query

    def test_budget(self, tied, hub, browse, cast, django_assert_max_num_queries):
        found, _ = tied(3)
        for name in ("赵雪", "钱多", "孙理"):
            hub(name)
        client = browse(cast.cs)
        for url, most in ((LIST, 14), (f"{LIST}{found.pk}/", 14), (GAPS, 18), (GAPS + "households/", 14)):
            client.get(url)
            with django_assert_max_num_queries(most):
                client.get(url)


class TestGaps:
    def test_numbers_open_their_rows(self, tied, homes, browse, cast, district):
        tied(1)
        homes(2)
        client = browse(cast.ss)
        shown = client.get(GAPS).content.decode()
        name, place = district.community_1.name, district.community_1.pk
        assert f'href="{GAPS}households/?place={place}" aria-label="{name}无人联系的住户 2"' in shown
        assert f'href="{LIST}?load=few&amp;place={place}" aria-label="{name}不足 10 户 1"' in shown
        assert client.get(f"{GAPS}households/", {"place": place}).content.decode().count("王建国户") == 2
        assert district.grid_2.name in client.get(f"{GAPS}grids/", {"unit": place}).content.decode()

    def test_the_district_reads_counts_and_no_names(self, tied, browse, cast, district):
        found, _ = tied(1)
        for by in (cast.dc, cast.dl):
            client = browse(by)
            shown = client.get(GAPS).content.decode()
            assert "李秀兰" not in shown
            assert f"{GAPS}households/" not in shown
            assert f"?unit={district.street_1.pk}" in shown
            assert client.get(f"{GAPS}grids/").status_code == 200
            for url in (LIST, f"{GAPS}households/", f"{LIST}{found.pk}/"):
                assert client.get(url).status_code == 403

    def test_nobody_reads_beside(self, browse, cast, district):
        for url in (GAPS, f"{GAPS}grids/"):
            assert browse(cast.cs).get(url, {"unit": district.community_2.pk}).status_code == 404
