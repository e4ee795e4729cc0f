"""People follow the territory: closing with a successor, merging, moving; what has ended stays where it happened."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from governance.audit.models import Entry
from governance.deadlines.models import Clock
from governance.errors import IllegalState
from governance.scope import PLATFORM, UnitKind
from grids import registry as territory
from grids import services as units
from grids.services import applying
from members.models import (
    Activity,
    CareEvent,
    CareRecord,
    CareTurn,
    Courier,
    Designation,
    Household,
    LookedAfter,
    PartyHousehold,
    PartyMembership,
    PartyOrganisation,
    Person,
    ServiceHours,
    VolunteerTeam,
)
from members.services import homes, households, proposals
from members.services.homes import BuildingFacts
from members.services.households import Address, Newcomer
from members.services.persons import Facts
from tests.fixtures import make_unit
from tests.members.care.conftest import kind as kind
from tests.members.care.conftest import listed as listed
from tests.members.care.conftest import lists as lists
from tests.members.careers.conftest import calendar as calendar
from tests.members.careers.conftest import career as career
from tests.members.designations.conftest import courier as courier
from tests.members.designations.conftest import kinds as kinds
from tests.members.designations.conftest import named as named
from tests.members.party.conftest import member as member
from tests.members.party.conftest import party as party
from tests.members.volunteers.conftest import activity as activity
from tests.members.volunteers.conftest import held as held
from tests.members.volunteers.conftest import people as people
from tests.members.volunteers.conftest import signed as signed
from tests.members.volunteers.conftest import team as team

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture
def grid_4(district):
    """A grid of the third community, in the other street."""
    return make_unit(f"{district.community_3.code}001", "第1网格", UnitKind.GRID, district.community_3)


@pytest.fixture
def close(cast, now):
    """`close(unit, successor)`: through the territory's own service."""

    def carry_out(unit, successor=None):
        units.close_unit(
            unit_id=unit.pk, successor_id=successor and successor.pk, effective_on=TODAY, by=cast.dc, now=now
        )

    return carry_out


@pytest.fixture
def move(cast, now):
    """`move(unit, parent)`."""
    return lambda unit, parent: units.move_unit(
        unit_id=unit.pk, parent_id=parent.pk, effective_on=TODAY, by=cast.dc, now=now
    )


@pytest.fixture
def hub(person, district, now):
    """`hub()`: a party-member household of the first grid."""

    def make():
        who = person("李秀兰", phone="13812344085")
        return PartyHousehold.objects.create(
            person=who, household=Household.objects.get(stays__person=who), from_on=date(2024, 5, 1), made_at=now,
            district=district.district, street=district.street_1, community=district.community_1, grid=district.grid_1,
        )  # fmt: skip

    return make


def place(thing):
    thing.refresh_from_db()
    return thing.street_id, thing.community_id, thing.grid_id


def at(unit):
    return unit.street_id, unit.community_id, unit.pk if unit.kind == UnitKind.GRID else None


def rows(code):
    return list(Entry.objects.filter(action=f"{code}.follow_unit").order_by("pk").values_list("after", flat=True))


def building(name, unit, by, now):
    facts = BuildingFacts(name=name, unit_id=unit.pk)
    return homes.add_building(facts=facts, by=by, now=now)


class TestPeople:
    def test_a_grid_closes_and_its_people_are_its_successors(self, person, district, cast, now, close) -> None:
        who = person()
        house = building("3号楼", district.grid_1, cast.cw, now)
        assert Person.objects.visible_to(cast.gw).count() == 1
        close(district.grid_1, district.grid_3)
        home = Household.objects.get()
        assert place(who) == place(home) == place(house) == at(district.grid_3)
        assert not Person.objects.visible_to(cast.gw).exists()
        assert not Person.objects.visible_to(cast.cw).exists()
        assert Person.objects.visible_to(cast.cw_2).get() == who
        assert rows("person") == [{"followed": 1, "followed_to": "第1网格"}]
        assert len(rows("household")) == len(rows("building")) == 1

    def test_a_community_moves_and_the_new_street_sees_its_people(self, person, district, cast, move) -> None:
        who = person()
        assert Person.objects.visible_to(cast.ss).exists()
        move(district.community_1, district.street_2)
        assert place(who) == (district.street_2.pk, district.community_1.pk, district.grid_1.pk)
        assert Person.objects.visible_to(cast.ss_2).get() == who
        assert Household.objects.visible_to(cast.ss_2).count() == 1
        assert not Person.objects.visible_to(cast.ss).exists()
        assert not Household.objects.visible_to(cast.ss).exists()
        assert rows("person") == [{"followed": 1, "followed_to": "第二街道"}]

    def test_a_grid_moves_to_a_community_of_another_street(self, person, district, cast, move) -> None:
        who = person()
        move(district.grid_1, district.community_3)
        assert place(who) == (district.street_2.pk, district.community_3.pk, district.grid_1.pk)
        assert Person.objects.visible_to(cast.cw_3).get() == who
        assert not Person.objects.visible_to(cast.cw).exists()
        assert Person.objects.visible_to(cast.gw).get() == who

    def test_a_merged_communitys_grids_and_the_people_without_one_follow(self, person, household, district, cast, now):
        at_grid = person()
        loose = person("李明", into=household(unit=district.community_1), phone="13812344081")
        units.merge_units(
            unit_ids=[district.community_1.pk], into_id=district.community_3.pk, effective_on=TODAY, by=cast.dc, now=now
        )
        assert place(at_grid) == (district.street_2.pk, district.community_3.pk, district.grid_1.pk)
        assert place(loose) == at(district.community_3)
        assert Person.objects.visible_to(cast.cw_3).count() == 2

    def test_a_grid_may_close_into_its_community(self, person, district, close) -> None:
        who = person()
        close(district.grid_1, district.community_1)
        assert place(who) == at(district.community_1)

    def test_what_has_ended_stays_where_it_was(self, person, household, district, cast, now, close, move) -> None:
        left, empty = person(), household()
        households.leave(person_id=left.pk, on=date(2026, 11, 20), to="萨尔图区", by=cast.cw, now=now)
        households.dissolve(household_id=empty.pk, on=date(2026, 11, 20), by=cast.cw, now=now)
        before = at(district.grid_1)
        move(district.community_1, district.street_2)
        district.grid_1.refresh_from_db()
        district.grid_2.refresh_from_db()
        close(district.grid_1, district.grid_2)
        assert place(left) == place(empty) == before
        assert not rows("person")
        assert left.stays.count() == 1

    def test_it_bears_repeating(self, person, district, cast, now, close, move) -> None:
        who = person()
        close(district.grid_1, district.grid_2)
        move(district.community_1, district.street_2)
        count = Entry.objects.count()
        applying.apply_due_changes(now=now)
        assert Entry.objects.count() == count
        assert place(who) == (district.street_2.pk, district.community_1.pk, district.grid_2.pk)

    def test_whoever_came_in_that_very_moment_follows_with_the_next_run(self, person, district, now, close, move):
        close(district.grid_1, district.grid_2)
        move(district.community_1, district.street_2)
        who = person(into=Household.objects.create(
            district=district.district, street=district.street_1, community=district.community_1,
            grid=district.grid_1, address="幸福里1号", made_at=now,
        ))  # fmt: skip
        applying.apply_due_changes(now=now)
        assert place(who) == (district.street_2.pk, district.community_1.pk, district.grid_2.pk)

    def test_a_unit_is_not_closed_over_people(self, person, district, close) -> None:
        who = person()
        with pytest.raises(IllegalState, match="在册居民 1 人、住户 1 户，请指定承接单位"):
            close(district.grid_1)
        with pytest.raises(IllegalState, match="在册居民 1 人，区直部门不能承接，请选择社区（村）、网格"):
            close(district.grid_1, district.department_1)
        assert place(who) == at(district.grid_1)

    def test_two_buildings_of_one_name_are_told_apart(self, district, cast, now, move) -> None:
        district.community_1.short_name = "一社区"
        district.community_1.save(update_fields=["short_name"])
        comes, stays = (
            building("3号楼", district.grid_1, cast.cw, now),
            building("3号楼", district.community_3, cast.cw_3, now),
        )
        building("3号楼（一社区）", district.community_3, cast.cw_3, now)
        move(district.grid_1, district.community_3)
        assert place(comes)[1] == place(stays)[1] == district.community_3.pk
        assert (comes.name, stays.name) == ("3号楼（一社区2）", "3号楼")
        assert rows("building") == [
            {"followed": 1, "followed_to": district.community_3.name, "renamed": "3号楼 → 3号楼（一社区2）"}
        ]

    def test_a_proposed_household_can_still_be_taken(self, district, cast, now, close) -> None:
        found = proposals.propose_household(
            address=Address(unit_id=district.grid_1.pk, address="幸福里9号楼101"),
            people=[Newcomer(facts=Facts(name="周敏"), relation="head")], by=cast.gw, now=now,
        )  # fmt: skip
        close(district.grid_1, district.grid_2)
        assert place(found) == at(district.grid_2)
        proposals.decide_proposal(proposal_id=found.pk, accept=True, by=cast.cw, now=now)
        assert place(Person.objects.get()) == at(district.grid_2)

    @pytest.mark.parametrize("count", [1, 40])
    def test_as_many_statements_however_many_people(
        self, count, household, district, now, django_assert_max_num_queries
    ):
        home = household()
        Person.objects.bulk_create(
            Person(
                name="王建国", seal_key="00000000-0000-0000-0000-000000000001", district=district.district,
                street=district.street_1, community=district.community_1, grid=district.grid_1, made_at=now,
                changed_at=now,
            )
            for _ in range(count)
        )  # fmt: skip
        with django_assert_max_num_queries(75):
            territory.unit_closed(unit_id=district.grid_1.pk, successor_id=district.grid_2.pk, by=PLATFORM, now=now)
        assert place(home) == at(district.grid_2)
        assert Person.objects.filter(grid=district.grid_2).count() == count
        district.grid_2.community, district.grid_2.street = district.community_3, district.street_2
        district.grid_2.parent = district.community_3
        with django_assert_max_num_queries(65):
            territory.unit_moved(unit=district.grid_2, before={}, by=PLATFORM, now=now)
        assert Person.objects.filter(community=district.community_3).count() == count


class TestCare:
    def test_open_care_its_turn_and_its_clock_follow(self, listed, district, cast, now, close) -> None:
        record, ended = listed(visitor_id=cast.gw.user_id), listed(code="disabled", grounds="残疾证")
        CareRecord.objects.filter(pk=ended.pk).update(state="ended", until_on=TODAY, due_at=None, ended_how="improved")
        CareTurn.objects.filter(record=ended).update(state="cancelled", ended_at=now)
        due = record.due_at
        close(district.grid_1, district.grid_3)
        assert place(record) == at(district.grid_3)
        assert place(CareTurn.objects.get(record=record)) == at(district.grid_3)
        assert place(ended) == place(CareTurn.objects.get(record=ended)) == at(district.grid_1)
        clock = Clock.objects.get(subject_id=record.pk, subject_type="members.carerecord", state__in=Clock.OPEN)
        assert (clock.unit_id, record.due_at) == (district.grid_3.pk, due)
        # Whose posting ended with the grid visits there no more.
        assert record.visitor_id is None
        assert "重新指定" in CareEvent.objects.filter(record=record, kind="moved").get().words
        assert CareRecord.objects.visible_to(cast.cw_2).get() == record

    def test_the_worker_of_a_grid_that_moves_goes_on_visiting(self, listed, district, cast, move) -> None:
        record = listed(visitor_id=cast.gw.user_id)
        move(district.grid_1, district.community_3)
        record.refresh_from_db()
        assert (record.community_id, record.visitor_id) == (district.community_3.pk, cast.gw.user_id)
        assert CareRecord.objects.visible_to(cast.ss_2).get() == record
        assert not CareRecord.objects.visible_to(cast.ss).exists()


class TestDesignations:
    def test_a_designation_follows_its_unit(self, person, named, district, cast, close) -> None:
        made = named(person(), unit=district.grid_1)
        over = named(person("李明", phone="13812344082"), unit=district.grid_1)
        Designation.objects.filter(pk=over.pk).update(until_on=TODAY - timedelta(days=1), from_on=date(2020, 1, 1))
        close(district.grid_1, district.grid_3)
        assert place(made) == at(district.grid_3)
        assert made.unit == district.grid_3
        assert place(over) == at(district.grid_1)
        assert Designation.objects.visible_to(cast.cw_2).get() == made

    def test_one_whose_person_has_it_there_already_is_asked_about(self, person, named, district, cast, now, close):
        who = person()
        made, there = named(who, unit=district.grid_1), named(who, unit=district.grid_2)
        for _ in range(2):
            territory.unit_closed(unit_id=district.grid_1.pk, successor_id=district.grid_2.pk, by=cast.dc, now=now)
        assert place(made) == place(there) == at(district.grid_2)
        assert (made.unit, made.moved_on, there.moved_on) == (district.grid_1, TODAY, None)
        assert len(rows("designation")) == 1

    def test_a_courier_serves_the_community_that_took_the_other_over(self, courier, district, cast, now) -> None:
        made = courier()
        made.units.set([district.community_1, district.community_2])
        for grid in (district.grid_1, district.grid_2):
            units.move_unit(unit_id=grid.pk, parent_id=district.community_3.pk, effective_on=TODAY, by=cast.dc, now=now)
        units.close_unit(
            unit_id=district.community_1.pk, successor_id=district.community_2.pk, effective_on=TODAY, by=cast.dc,
            now=now,
        )  # fmt: skip
        assert set(made.units.all()) == {district.community_2}
        assert Courier.objects.get().community_id != district.community_1.pk


class TestVolunteers:
    def test_teams_and_what_has_not_ended_follow(self, team, held, activity, district, cast, now, move) -> None:
        waiting, past = held(), activity()
        Activity.objects.filter(pk=past.pk).update(state="ended")
        VolunteerTeam.objects.filter(pk=team.pk).update(unit=district.community_1)
        move(district.community_1, district.street_2)
        assert place(team)[0] == place(waiting)[0] == district.street_2.pk
        assert place(past)[0] == district.street_1.pk
        assert VolunteerTeam.objects.visible_to(cast.ss_2).count() == 1
        assert not VolunteerTeam.objects.visible_to(cast.ss).exists()

    def test_hours_that_wait_follow_and_decided_ones_stay(self, held, district, cast, now, close, move) -> None:
        one = held()
        waiting = list(ServiceHours.objects.filter(activity=one).order_by("pk"))
        assert len(waiting) == 2
        ServiceHours.objects.filter(pk=waiting[0].pk).update(
            state="confirmed", decided_at=now, decided_by_user=1, decided_by_name="张"
        )
        before = place(waiting[0])
        move(district.community_1, district.street_2)
        assert place(waiting[0]) == before
        assert place(waiting[1])[0] == district.street_2.pk

    def test_two_teams_of_one_name_are_told_apart(self, district, now, close) -> None:
        common = {
            "district": district.district, "street": district.street_1, "community": district.community_1,
            "name": "红马甲", "kind": "patrol", "founded_on": TODAY, "made_at": now, "changed_at": now,
        }  # fmt: skip
        one, two = (
            VolunteerTeam.objects.create(unit=grid, grid=grid, **common) for grid in (district.grid_1, district.grid_2)
        )
        close(district.grid_1, district.grid_2)
        assert place(one) == place(two) == at(district.grid_2)
        assert (one.unit, one.name, two.name) == (district.grid_2, "红马甲（第1网格）", "红马甲")


class TestParty:
    def test_a_moved_communitys_organisations_and_members_are_the_new_streets(
        self, party, member, district, cast, now, move
    ) -> None:
        one = member()
        move(district.community_1, district.street_2)
        assert place(one) == place(party.branch) == (
            district.street_2.pk, district.community_1.pk, district.grid_1.pk
        )  # fmt: skip
        assert PartyMembership.objects.visible_to(cast.ss_2).get() == one
        assert PartyOrganisation.objects.visible_to(cast.ss_2).filter(pk=party.community.pk).exists()
        assert rows("party") == [{"followed": 3, "followed_to": "第二街道"}]

    def test_a_moved_grids_branch_stands_under_its_new_communitys_committee(self, party, district, cast, now, move):
        units.rename_unit(unit_id=district.grid_1.pk, name="第3网格", effective_on=TODAY, by=cast.dc, now=now)
        move(district.grid_1, district.community_2)
        assert place(party.branch) == (district.street_1.pk, district.community_2.pk, district.grid_1.pk)
        assert party.branch.parent == party.community_2

    def test_party_households_follow(self, hub, district, cast, move) -> None:
        made = hub()
        move(district.community_1, district.street_2)
        assert place(made)[0] == district.street_2.pk
        assert PartyHousehold.objects.visible_to(cast.ss_2).get() == made
        assert not PartyHousehold.objects.visible_to(cast.ss).exists()

    def test_a_tie_across_the_border_of_communities_ends(self, hub, household, district, now, move) -> None:
        made, beside = hub(), household(unit=district.grid_2)
        tie = LookedAfter.objects.create(party_household=made, household=beside, from_on=TODAY)
        move(district.grid_2, district.community_3)
        tie.refresh_from_db()
        assert (tie.until_on, tie.ended_how) == (TODAY, "household_gone")

    def test_a_party_household_keeps_its_grid_and_is_asked_about_where_none_takes_it(self, hub, district, now) -> None:
        made = hub()
        for _ in range(2):
            territory.unit_closed(
                unit_id=district.grid_1.pk, successor_id=district.community_2.pk, by=PLATFORM, now=now
            )
        assert place(made) == (district.street_1.pk, district.community_2.pk, district.grid_1.pk)
        assert (made.doubt, made.doubt_on) == ("moved", TODAY)
        assert len(rows("party_household")) == 1


class TestCareers:
    def test_a_career_in_a_grid_that_moves_follows_with_an_event(self, career, district, move) -> None:
        made = career()
        move(district.grid_1, district.community_3)
        assert place(made) == (district.street_2.pk, district.community_3.pk, district.grid_1.pk)
        event = made.events.get(kind="moved")
        assert event.before["community"] == district.community_1.pk
        assert event.after["community"] == district.community_3.pk
        assert rows("career") == [{"followed": 1, "followed_to": district.community_3.name}]

    def test_a_communitys_new_street_is_no_event_of_a_career(self, career, district, cast, move) -> None:
        made = career("worker")
        move(district.community_1, district.street_2)
        assert place(made) == (district.street_2.pk, district.community_1.pk, None)
        assert not made.events.filter(kind="moved").exists()
