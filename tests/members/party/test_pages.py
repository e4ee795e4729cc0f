"""The pages: what each level sees, filters and tabs, forms that keep what was typed, query budgets."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from members.models import DoubleRegistration, MembershipTransfer, PartyMembership, PartyOrganisation, PartyPost, Term
from members.party.services import terms, transfers
from members.party.services.terms import Elected
from tests.appeals.pages.conftest import browse as browse

pytestmark = pytest.mark.django_db
BASE = "/people/party/"


@pytest.fixture
def now():
    """Pages read the real clock."""
    return timezone.now() - timedelta(minutes=1)


@pytest.fixture
def given(member, party, cast, now):
    """A member on the way from the first community to the second."""
    return transfers.hand_over(
        membership_id=member("李秀兰").pk, to_organisation_id=party.branch_2.pk, reason="已迁居", by=cast.cs, now=now
    )


def text_of(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


class TestSeeing:
    def test_the_tree_opens_branch_by_branch(self, party, member, browse, cast) -> None:
        member()
        shown = text_of(browse(cast.dc).get(BASE))
        assert "第一街道大工委" in shown
        assert "1社区大党委" in shown
        assert "银发先锋党支部" not in shown
        below = text_of(browse(cast.dc).get(f"{BASE}{party.community.pk}/children/"))
        assert "银发先锋党支部" in below
        assert "1 人" in below
        assert "银发先锋党支部" in text_of(browse(cast.cs).get(BASE, {"q": "银发"}))

    def test_a_grids_worker_sees_their_own(self, party, member, browse, cast) -> None:
        member("李秀兰")
        assert "李秀兰" in text_of(browse(cast.gw).get(f"{BASE}members/"))
        assert "李秀兰" not in text_of(browse(cast.gw_2).get(f"{BASE}members/"))
        assert browse(cast.gw_2).get(f"{BASE}{party.branch.pk}/").status_code == 404

    def test_the_districts_leader_sees_numbers_and_nobody(self, party, member, browse, cast, now) -> None:
        one = member("李秀兰")
        terms.appoint(
            organisation_id=party.branch.pk, elected=Elected(post="secretary", person_id=one.person_id),
            on=timezone.localdate(now), by=cast.cs, now=now,
        )  # fmt: skip
        client = browse(cast.dl)
        for url in ("", "figures/", "list/", "elections/", f"{party.branch.pk}/", f"{party.branch.pk}/children/"):
            assert "李秀兰" not in text_of(client.get(BASE + url))
        assert client.get(f"{BASE}members/").status_code == 403
        assert "<b>1</b>党员" in text_of(client.get(f"{BASE}figures/"))

    def test_the_centre_sees_members_and_no_persons_page(self, member, browse, cast) -> None:
        one = member("李秀兰")
        shown = text_of(browse(cast.dc).get(f"{BASE}members/{one.pk}/"))
        assert "李秀兰" in shown
        assert "居民档案" not in shown
        assert "居民档案" in text_of(browse(cast.cs).get(f"{BASE}members/{one.pk}/"))

    def test_on_the_persons_page(self, member, person, browse, cast) -> None:
        one, other = member("李秀兰"), person("刘敏")
        assert "第1网格党支部" in text_of(browse(cast.cw).get(f"/people/{one.person_id}/"))
        assert "登记双报到" in text_of(browse(cast.cs).get(f"/people/{other.pk}/"))
        assert "登记双报到" not in text_of(browse(cast.cw).get(f"/people/{other.pk}/"))


class TestLists:
    def test_members_by_filters(self, party, member, browse, cast) -> None:
        member("李秀兰", category="retired_soe", employer="第一采油厂")
        member("刘敏", to=party.featured, kind="probationary", joined_party_on=date(2025, 1, 1))
        client = browse(cast.cs)
        for query, found, not_found in (
            ({"q": "lxl"}, "李秀兰", "刘敏"),
            ({"category": "retired_soe"}, "李秀兰", "刘敏"),
            ({"organisation": party.featured.pk}, "刘敏", "李秀兰"),
            ({"kind": "probationary"}, "刘敏", "李秀兰"),
            ({"tab": "probationary"}, "刘敏", "李秀兰"),
            ({"organisation_kind": "grid_branch"}, "李秀兰", "刘敏"),
        ):
            shown = text_of(client.get(f"{BASE}members/", query))
            assert found in shown, query
            assert not_found not in shown, query
        for bad in ({"organisation": "9" * 30}, {"organisation": "x"}, {"age": "old"}, {"post": "any"}, {"q": "%' OR"}):
            assert client.get(f"{BASE}members/", bad).status_code == 200

    def test_who_lives_elsewhere_is_a_suggestion(self, member, household, browse, cast, district) -> None:
        one = member("李秀兰")
        one.person.community, one.person.grid = district.community_2, district.grid_3
        one.person.save(update_fields=["community", "grid"])
        assert "李秀兰" in text_of(browse(cast.cs).get(f"{BASE}members/", {"tab": "elsewhere"}))
        assert "建议办理组织关系转接" in text_of(browse(cast.cs).get(f"{BASE}members/{one.pk}/"))
        assert PartyMembership.objects.current().get(pk=one.pk)

    def test_transfers_by_side(self, given, browse, cast) -> None:
        for by, tab, is_there in (
            (cast.cs_2, "receive", True), (cast.cs_2, "given", False), (cast.cs, "given", True),
            (cast.cs, "receive", False), (cast.cs_2, "late", False), (cast.ss, "all", True), (cast.ss_2, "all", False),
        ):  # fmt: skip
            shown = text_of(browse(by).get(f"{BASE}transfers/", {"tab": tab}))
            assert ("李秀兰" in shown) is is_there, (by.user_name, tab)

    def test_received_in_bulk(self, given, browse, cast) -> None:
        client = browse(cast.cs_2)
        posted = {"action": "receive", "ids": [given.pk]}
        assert "批量接收" in text_of(client.post(f"{BASE}transfers/?tab=receive", posted))
        client.post(f"{BASE}transfers/?tab=receive", posted | {"confirmed": "1"})
        given.refresh_from_db()
        assert given.state == "confirmed"

    def test_who_may_not_receive_is_told_why(self, given, browse, cast) -> None:
        posted = {"action": "receive", "ids": [given.pk], "confirmed": "1"}
        assert "由社区办理" in text_of(browse(cast.ss).post(f"{BASE}transfers/?tab=all", posted))
        given.refresh_from_db()
        assert given.state == "in_transit"

    def test_elections_that_are_late(self, party, browse, cast) -> None:
        today = timezone.localdate()
        for organisation, days in ((party.branch, -5), (party.featured, 30), (party.community, 150)):
            Term.objects.create(
                organisation=organisation, elected_on=date(2020, 1, 1), ends_on=today + timedelta(days=days),
                due_on=today + timedelta(days=days),
            )  # fmt: skip
        client = browse(cast.ss)
        late = text_of(client.get(f"{BASE}elections/", {"tab": "late"}))
        assert "第1网格党支部" in late
        assert "超期 5 天" in late
        assert "银发先锋党支部" not in late
        near = text_of(client.get(f"{BASE}elections/", {"tab": "near"}))
        assert "银发先锋党支部" in near
        assert "1社区大党委" in text_of(client.get(f"{BASE}elections/", {"tab": "soon"}))
        assert f"?tab=late&amp;place={party.branch.community_id}" in text_of(client.get(f"{BASE}figures/"))

    def test_budgets(self, party, member, given, browse, cast, django_assert_max_num_queries) -> None:
        for name in ("刘敏", "王建国", "赵雪", "孙丽"):
            member(name)
        client = browse(cast.cs)
        client.get(BASE)
        for url, most in (
            ("", 12), ("members/", 16), ("transfers/", 16), ("doubles/", 15), ("elections/", 15), ("list/", 15),
            ("figures/", 16), (f"{party.branch.pk}/", 26), (f"{party.community.pk}/children/", 10),
        ):  # fmt: skip
            with django_assert_max_num_queries(most):
                client.get(BASE + url)


class TestForms:
    def test_several_of_a_name_are_asked_which(self, party, person, browse, cast) -> None:
        first, second = person("王建国"), person("王建国")
        client, url = browse(cast.cs), f"{BASE}{party.branch.pk}/admit/"
        told = {
            "who": "王建国", "kind": "full", "category": "resident", "joined_party_on": "1990-07-01",
            "from_on": timezone.localdate(),
        }  # fmt: skip
        asked = client.post(url, told)
        assert asked.status_code == 400
        assert "有多位" in asked.content.decode()
        assert f'value="{second.pk}"' in asked.content.decode()
        assert client.post(url, told | {"person": second.pk}).status_code == 302
        assert PartyMembership.objects.get().person == second
        assert client.post(url, told | {"person": first.pk, "who": "没有的人"}).status_code == 400

    def test_founded_moved_merged(self, party, browse, cast, district) -> None:
        client = browse(cast.cs)
        answer = client.post(f"{BASE}found/", {
            "parent": party.community.pk, "kind": "grid_branch", "name": "第2网格党支部", "unit": district.grid_2.pk,
            "founded_on": "2026-01-05",
        })  # fmt: skip
        made = PartyOrganisation.objects.get(name="第2网格党支部")
        assert answer["Location"] == f"{BASE}{made.pk}/"
        again = client.post(f"{BASE}found/", {
            "parent": party.community.pk, "kind": "grid_branch", "name": "又一个", "unit": district.grid_2.pk,
            "founded_on": "2026-01-05",
        })  # fmt: skip
        assert again.status_code == 409
        assert 'value="又一个"' in again.content.decode()
        told = {"into": party.branch.pk, "on": timezone.localdate(), "words": "网格合并"}
        client.post(f"{BASE}{made.pk}/merge/", told)
        made.refresh_from_db()
        assert made.merged_into == party.branch

    def test_an_election_and_its_extension(self, party, member, browse, cast) -> None:
        one, two = member("李秀兰"), member("刘敏")
        client, url = browse(cast.cs), f"{BASE}{party.branch.pk}/"
        elected = {
            "elected_on": "2024-06-10", "post-0": "secretary", "who-0": one.person_id, "post-1": "committee",
            "who-1": two.person_id, "duty-1": "organisation",
        }  # fmt: skip
        refused = client.post(f"{url}election/", elected | {"who-1": one.person_id})
        assert refused.status_code == 400
        assert "同一人" in refused.content.decode()
        assert client.post(f"{url}election/", elected).status_code == 302
        assert PartyPost.objects.current().count() == 2
        client.post(f"{url}extension/", {"until": "2029-12-10", "grounds": "社区统一换届安排"})
        assert client.get(f"{url}extension/decide/").status_code == 403
        above = browse(cast.ss)
        assert "社区统一换届安排" in text_of(above.get(f"{url}extension/decide/"))
        above.post(f"{url}extension/decide/", {"grant": "1"})
        assert Term.objects.get().due_on == date(2029, 12, 10)

    def test_a_committee_by_names(self, party, browse, cast) -> None:
        url = f"{BASE}{party.community.pk}/election/"
        told = {
            "elected_on": "2024-06-10", "post-0": "secretary", "name-0": "王书记", "post-7": "part_time",
            "name-7": "李明", "employer-7": "第一采油厂",
        }  # fmt: skip
        assert browse(cast.cs).post(url, told).status_code == 302
        assert PartyPost.objects.get(post="part_time").employer == "第一采油厂"

    def test_a_report_and_its_service(self, party, person, browse, cast) -> None:
        who, client = person("刘敏"), browse(cast.cs)
        assert "刘敏" in text_of(client.get(f"{BASE}doubles/report/", {"person": who.pk}))
        told = {"who": "刘敏", "organisation": party.community.pk, "own_organisation": "某局党支部"}
        client.post(f"{BASE}doubles/report/", told | {"on": timezone.localdate()})
        made = DoubleRegistration.objects.get()
        client.post(f"{BASE}doubles/{made.pk}/service/", {"on": timezone.localdate(), "hours": "1.5", "words": "清雪"})
        assert "清雪" in text_of(client.get(f"{BASE}doubles/{made.pk}/"))

    def test_nothing_typed_breaks_anything(self, party, member, given, browse, cast) -> None:
        one, client = member("刘敏"), browse(cast.cs)
        forms = (
            "found/", f"{party.branch.pk}/change/", f"{party.branch.pk}/move/", f"{party.branch.pk}/merge/",
            f"{party.branch.pk}/election/", f"{party.branch.pk}/appoint/", f"{party.branch.pk}/admit/",
            f"{party.branch.pk}/take-in/", f"members/{one.pk}/change/", f"members/{one.pk}/hand-over/",
            f"members/{one.pk}/transfer-out/", f"members/{one.pk}/end/", "doubles/report/",
            f"transfers/{given.pk}/withdraw/",
        )  # fmt: skip
        bad = dict.fromkeys(("name", "who", "person", "parent", "unit", "on", "words", "reason", "into"), "九" * 600)
        for url in forms:
            assert client.get(BASE + url).status_code == 200, url
            assert client.post(BASE + url, bad).status_code == 400, url
        assert MembershipTransfer.objects.count() == 1
