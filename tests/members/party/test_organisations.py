"""The tree: what may stand where, who founds and dissolves, and that history stays."""

from __future__ import annotations

from datetime import date

import pytest

from governance.audit.models import Entry
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from members.models import PartyMembership, PartyOrganisation, PartyPost, Person, Term
from members.party import rules, selectors, units
from members.party.services import memberships, organisations, terms, transfers
from members.party.services.terms import Elected
from tests.members.party.conftest import FOUNDED, founded

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


def test_no_kind_can_come_to_stand_above_itself():
    """So the tree has no cycle, whatever is moved where."""

    def above(kind: str, seen: tuple[str, ...] = ()) -> None:
        assert kind not in seen
        for parent in rules.PARENTS[kind]:
            if parent:
                above(parent, (*seen, kind))

    for kind in rules.PARENTS:
        above(kind)


class TestFounding:
    def test_place_term_and_record(self, party, district) -> None:
        branch = party.branch
        assert (branch.grid, branch.community, branch.street) == (
            district.grid_1,
            district.community_1,
            district.street_1,
        )
        assert [one.term_years for one in (party.street, party.community, branch)] == [5, 5, 5]
        assert Entry.objects.filter(action="party.found", subject_id=branch.pk).exists()

    def test_each_level_founds_below_its_own(self, party, cast, district, now) -> None:
        with pytest.raises(NotAllowed):
            founded("党小组", "group", party.branch, district.grid_1, cast.ss, now)
        with pytest.raises(NotAllowed):
            founded("又一个大党委", "community_committee", party.street, district.community_1, cast.dc, now)
        with pytest.raises(NotFound):
            founded("党小组", "group", party.branch, district.grid_1, cast.cs_2, now)
        with pytest.raises(NotAllowed):
            founded("党小组", "group", party.branch, district.grid_1, cast.cw, now)
        with pytest.raises(NotAllowed):
            founded("商圈", "business_branch", None, district.street_1, cast.ss, now)

    def test_one_of_a_kind(self, party, cast, district, now) -> None:
        with pytest.raises(IllegalState, match="不能重复设立"):
            founded("第1网格第二支部", "grid_branch", party.community, district.grid_1, cast.cs, now)
        with pytest.raises(IllegalState, match="不能重复设立"):
            founded("另一个大党委", "community_committee", party.street, district.community_1, cast.ss, now)
        with pytest.raises(IllegalState, match="不能重复设立"):
            founded("另一个大工委", "street_committee", None, district.street_1, cast.dc, now)
        founded("第2网格党支部", "grid_branch", party.community, district.grid_2, cast.cs, now)

    @pytest.mark.parametrize(
        ("kind", "parent", "unit", "field"),
        [
            ("grid_branch", "street", "grid_2", "parent"),
            ("grid_group", "community", "grid_2", "parent"),
            ("grid_branch", "community", "community_1", "unit"),
            ("grid_branch", "community", "grid_3", "unit"),
            ("group", "community", "community_1", "parent"),
            ("nothing", "community", "community_1", "kind"),
        ],
    )
    def test_what_does_not_fit_is_named(self, party, cast, district, now, kind, parent, unit, field) -> None:
        by = cast.ss if parent == "street" else cast.cs
        with pytest.raises((InvalidInput, NotFound)) as told:
            founded("某支部", kind, getattr(party, parent), getattr(district, unit), by, now)
        assert told.value.field == field

    def test_a_featured_branch_has_a_theme(self, party, cast, district, now) -> None:
        with pytest.raises(InvalidInput, match="特色主题"):
            founded("鸿雁", "featured_branch", party.community, district.community_1, cast.cs, now)


class TestChange:
    def test_by_its_level_alone(self, party, cast, now) -> None:
        facts = organisations.Facts(name="第1网格党支部", founded_on=FOUNDED, address="党群服务中心", term_years=3)
        organisations.change(organisation_id=party.branch.pk, facts=facts, by=cast.cs, now=now)
        assert PartyOrganisation.objects.get(pk=party.branch.pk).term_years == 3
        with pytest.raises(InvalidInput, match="没有改动"):
            organisations.change(organisation_id=party.branch.pk, facts=facts, by=cast.cs, now=now)
        with pytest.raises(NotAllowed):
            organisations.change(organisation_id=party.branch.pk, facts=facts, by=cast.ss, now=now)

    def test_moved_into_another_grid_with_its_members(self, party, member, cast, district, now) -> None:
        one = member()
        organisations.move(
            organisation_id=party.branch.pk,
            parent_id=party.community.pk,
            unit_id=district.grid_2.pk,
            by=cast.cs,
            now=now,
        )
        one.refresh_from_db()
        assert one.grid == district.grid_2
        with pytest.raises(InvalidInput, match="没有变化"):
            organisations.move(
                organisation_id=party.branch.pk, parent_id=party.community.pk, unit_id=None, by=cast.cs, now=now
            )
        with pytest.raises(NotFound):
            organisations.move(
                organisation_id=party.branch.pk, parent_id=party.community_2.pk, unit_id=None, by=cast.cs, now=now
            )


class TestEnding:
    def test_members_go_first_or_along(self, party, member, cast, now) -> None:
        one = member()
        ending = {"organisation_id": party.branch.pk, "on": TODAY, "words": "网格调整", "by": cast.cs, "now": now}
        with pytest.raises(IllegalState, match="还有 1 名党员"):
            organisations.dissolve(**ending)
        organisations.dissolve(**ending, members_to_id=party.featured.pk)
        one.refresh_from_db()
        new = PartyMembership.objects.current().get(person=one.person)
        assert (one.until_on, one.ended_how) == (TODAY, "reorganised")
        assert (new.organisation, new.joined_party_on, new.from_on) == (party.featured, date(1990, 7, 1), TODAY)
        with pytest.raises(IllegalState, match="已撤销"):
            organisations.dissolve(**ending)

    def test_posts_and_terms_end_and_stay(self, party, member, cast, now) -> None:
        one = member()
        terms.record_election(
            organisation_id=party.branch.pk, elected_on=date(2025, 1, 5),
            results=[Elected(post="secretary", person_id=one.person_id)], by=cast.cs, now=now,
        )  # fmt: skip
        organisations.merge(
            organisation_id=party.branch.pk, into_id=party.featured.pk, on=TODAY, words="合并", by=cast.cs, now=now
        )
        ended = PartyOrganisation.objects.get(pk=party.branch.pk)
        assert (ended.dissolved_on, ended.merged_into) == (TODAY, party.featured)
        assert PartyPost.objects.get().ended_how == "dissolved"
        assert Term.objects.get().ended_on == TODAY

    def test_a_merger_takes_along_what_stands_below(self, party, cast, district, now) -> None:
        group = founded("第一党小组", "group", party.branch, district.grid_1, cast.cs, now)
        with pytest.raises(IllegalState, match="下级党组织"):
            organisations.dissolve(organisation_id=party.branch.pk, on=TODAY, words="调整", by=cast.cs, now=now)
        organisations.merge(
            organisation_id=party.branch.pk, into_id=party.featured.pk, on=TODAY, words="合并", by=cast.cs, now=now
        )
        group.refresh_from_db()
        assert group.parent == party.featured

    def test_not_while_somebody_is_on_the_way(self, party, member, cast, now) -> None:
        one = member()
        transfers.hand_over(
            membership_id=one.pk, to_organisation_id=party.branch_2.pk, reason="搬家", by=cast.cs, now=now
        )
        with pytest.raises(IllegalState, match="正在转接"):
            organisations.dissolve(
                organisation_id=party.branch.pk, on=TODAY, words="调整", members_to_id=party.featured.pk, by=cast.cs,
                now=now,
            )  # fmt: skip

    def test_who_founds_dissolves(self, party, cast, now) -> None:
        with pytest.raises(NotAllowed):
            organisations.dissolve(organisation_id=party.community.pk, on=TODAY, words="调整", by=cast.cs, now=now)
        with pytest.raises(IllegalState, match="下级党组织"):
            organisations.dissolve(organisation_id=party.community.pk, on=TODAY, words="调整", by=cast.ss, now=now)


def test_a_member_of_a_committee_there_is_not(party, person, cast, now) -> None:
    with pytest.raises(IllegalState, match="不直接管理党员"):
        memberships.admit(
            organisation_id=party.community.pk, person_id=person().pk, facts=memberships.Facts(), by=cast.cs, now=now
        )
    assert Person.objects.count() == 1


class TestUnits:
    def test_a_grid_that_is_merged_takes_its_branch_along(self, party, member, cast, district, now) -> None:
        one = member()
        units.unit_closed(unit_id=district.grid_1.pk, successor_id=district.grid_2.pk, by=cast.dc, now=now)
        one.refresh_from_db()
        assert (one.grid, one.organisation.unit, one.organisation.grid) == (district.grid_2,) * 3
        assert Entry.objects.filter(action="party.unit_closed", subject_id=party.branch.pk).count() == 1

    def test_two_branches_do_not_become_one_by_that(self, party, cast, district, now) -> None:
        founded("第2网格党支部", "grid_branch", party.community, district.grid_2, cast.cs, now)
        assert [work.count for work in units.open_organisations([district.grid_1.pk])] == [1]
        for _ in range(2):
            units.unit_closed(unit_id=district.grid_1.pk, successor_id=district.grid_2.pk, by=cast.dc, now=now)
        district.grid_1.closed_on = TODAY
        district.grid_1.save(update_fields=["closed_on"])
        branch = PartyOrganisation.objects.select_related("unit").get(pk=party.branch.pk)
        assert branch.unit == district.grid_1
        assert "单位已撤并" in selectors.hints(branch, TODAY)[0].text
