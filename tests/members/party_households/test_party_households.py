"""Party households: who may have one, which homes they look after, what ends it, where the gaps are."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from governance.audit.models import Entry
from governance.errors import DomainError, IllegalState, InvalidInput, NotAllowed, NotFound
from governance.outbox.models import InboxItem
from members.models import (
    Building,
    Home,
    Household,
    LookedAfter,
    PartyHousehold,
    PartyMembership,
    PartyOrganisation,
    Stay,
)
from members.party_households import following, limits, registry, selectors
from members.party_households.registry import Work
from members.party_households.services import naming, rounds, ties
from members.party_households.services import ties as ties_module
from members.party_households.services.naming import PartyHouseholdFacts
from members.services import households, persons
from members.services.persons import Joining
from tests.fixtures import OPENED
from tests.members.conftest import identity_number

TODAY = date(2026, 11, 23)
FACTS = PartyHouseholdFacts()


@pytest.mark.django_db
class TestOpening:
    def test_a_members_household_begins_where_the_member_lives(self, hub, district):
        made = hub(sign="JY-001")
        assert (made.grid_id, made.household, made.homes) == (district.grid_1.pk, Stay.objects.get().household, 0)
        assert made.duties == limits.DUTIES
        assert Entry.objects.filter(action="party_household.open").get().after["sign_number"] == "JY-001"

    def test_nobody_but_a_member_who_lives_in_a_grid(self, person, party_person, household, cast, district, now):
        with pytest.raises(IllegalState, match="没有登记党员身份"):
            naming.open_party_household(person_id=person("王建国").pk, facts=FACTS, by=cast.cw, now=now)
        nowhere = party_person("赵雪", into=household(unit=district.community_1))
        with pytest.raises(IllegalState, match="没有划入网格"):
            naming.open_party_household(person_id=nowhere.pk, facts=FACTS, by=cast.cw, now=now)
        gone = party_person("钱多")
        households.leave(person_id=gone.pk, on=TODAY, to="哈尔滨", by=cast.cw, now=now)
        with pytest.raises(IllegalState, match="已迁出"):
            naming.open_party_household(person_id=gone.pk, facts=FACTS, by=cast.cw, now=now)

    def test_once_and_one_of_a_sign(self, hub, party_person, cast, now):
        made = hub(sign="JY-001")
        with pytest.raises(IllegalState, match="无需重复"):
            naming.open_party_household(person_id=made.person_id, facts=FACTS, by=cast.cw, now=now)
        with pytest.raises(InvalidInput, match="已在用"):
            hub("赵雪", sign="JY-001")

    def test_who_may_not(self, party_person, cast, now):
        made = party_person()
        for by in (cast.ss, cast.sl, cast.gw, cast.pg, cast.dc):
            with pytest.raises(NotAllowed):
                naming.open_party_household(person_id=made.pk, facts=FACTS, by=by, now=now)
        with pytest.raises(NotFound):
            naming.open_party_household(person_id=made.pk, facts=FACTS, by=cast.cw_2, now=now)

    def test_changed_and_ended(self, tied, cast, now):
        found, _ = tied(2)
        changed = PartyHouseholdFacts(sign_number="JY-9", duties="调解邻里")
        naming.change_party_household(party_household_id=found.pk, facts=changed, by=cast.cs, now=now)
        with pytest.raises(InvalidInput, match="没有改动"):
            naming.change_party_household(party_household_id=found.pk, facts=changed, by=cast.cs, now=now)
        with pytest.raises(InvalidInput, match="终止日期"):
            naming.end_party_household(
                party_household_id=found.pk, on=TODAY + timedelta(days=1), words="换届", by=cast.cs, now=now
            )
        naming.end_party_household(party_household_id=found.pk, on=TODAY, words="本人申请", by=cast.cs, now=now)
        found.refresh_from_db()
        assert (found.until_on, found.homes, found.ended_how) == (TODAY, 0, "withdrawn")
        assert set(LookedAfter.objects.values_list("until_on", "ended_how")) == {(TODAY, "ended")}
        with pytest.raises(IllegalState, match="已经终止"):
            naming.end_party_household(party_household_id=found.pk, on=TODAY, words="再次", by=cast.cs, now=now)


@pytest.mark.django_db
class TestTies:
    def test_taken_on_let_go_passed_on(self, tied, hub, cast, now):
        found, around = tied(3)
        assert found.homes == 3
        other = hub("赵雪")
        ids = [home.pk for home in around]
        ties.let_go(party_household_id=found.pk, household_ids=ids[:1], by=cast.cw, now=now)
        ties.pass_on(party_household_id=found.pk, household_ids=ids[1:2], to_id=other.pk, by=cast.cw, now=now)
        found.refresh_from_db()
        other.refresh_from_db()
        assert (found.homes, other.homes) == (1, 1)
        ended = LookedAfter.objects.exclude(until_on=None).order_by("household_id").values_list("ended_how", flat=True)
        assert list(ended) == ["let_go", "passed_on"]
        with pytest.raises(InvalidInput, match="正在联系"):
            ties.let_go(party_household_id=found.pk, household_ids=ids[:1], by=cast.cw, now=now)

    def test_a_household_has_one_at_a_time(self, tied, hub, cast, now):
        _, around = tied(1)
        other = hub("赵雪")
        with pytest.raises(IllegalState, match="李秀兰党员中心户联系"):
            ties.look_after(party_household_id=other.pk, household_ids=[around[0].pk], by=cast.cw, now=now)
        with pytest.raises(IntegrityError), transaction.atomic():
            LookedAfter.objects.create(party_household=other, household=around[0], from_on=TODAY)

    def test_what_cannot_be_looked_after(self, hub, homes, household, cast, district, now):
        found = hub()
        cases = (
            ([found.household_id], InvalidInput, "自己家"), ([household().pk], InvalidInput, "没有登记成员"),
            ([], InvalidInput, "请勾选"), ([999_999], NotFound, "刷新"),
            ([homes(1, by=cast.cw_2, into=household(by=cast.cw_2, unit=district.community_2))[0].pk], NotFound, "范围"),
        )  # fmt: skip
        for ids, error, words in cases:
            with pytest.raises(error, match=words):
                ties.look_after(party_household_id=found.pk, household_ids=ids, by=cast.cw, now=now)

    def test_thirty_and_no_more(self, hub, homes, cast, now, monkeypatch):
        monkeypatch.setattr(ties_module, "REFUSED_OVER", 2)
        found = hub()
        ids = [home.pk for home in homes(3)]
        ties.look_after(party_household_id=found.pk, household_ids=ids[:2], by=cast.cw, now=now)
        with pytest.raises(InvalidInput, match="超过 2 户"):
            ties.look_after(party_household_id=found.pk, household_ids=ids[2:], by=cast.cw, now=now)

    @pytest.mark.parametrize(("homes", "words"), [(0, "少于"), (9, "少于"), (10, ""), (20, ""), (21, "多于")])
    def test_what_is_said_of_the_number(self, homes, words):
        assert limits.warning_of(homes) == "" if not words else words in limits.warning_of(homes)


@pytest.mark.django_db
class TestRounds:
    def test_a_grid_worker_records_a_round(self, tied, cast, now):
        found, around = tied(2)
        ids = [home.pk for home in around]
        for by, day in ((cast.gw, TODAY), (cast.pg, TODAY - timedelta(days=9))):
            rounds.record_visit(
                party_household_id=found.pk, on=day, household_ids=ids[:1], words="平安", by=by, now=now
            )
        found.refresh_from_db()
        assert found.last_visit_on == TODAY
        assert [home.visited_on for home in selectors.homes_of(found)] == [TODAY, None]
        assert Entry.objects.filter(action="party_household.visit").count() == 2

    def test_bad_rounds(self, tied, homes, cast, now):
        found, around = tied(1)
        ids = [home.pk for home in around]
        for day, chosen, field in (
            (TODAY + timedelta(days=1), ids, "on"), (date(2024, 4, 30), ids, "on"), (TODAY, [], "households"),
            (TODAY, [homes(1)[0].pk], "households"),
        ):  # fmt: skip
            with pytest.raises(InvalidInput) as refused:
                rounds.record_visit(
                    party_household_id=found.pk, on=day, household_ids=chosen, words="", by=cast.cw, now=now
                )
            assert refused.value.field == field
        with pytest.raises(NotFound):
            rounds.record_visit(
                party_household_id=found.pk, on=TODAY, household_ids=ids, words="", by=cast.gw_2, now=now
            )
        with pytest.raises(NotAllowed):
            rounds.record_visit(party_household_id=found.pk, on=TODAY, household_ids=ids, words="", by=cast.ss, now=now)

    def test_a_report_names_an_appeal_that_one_can_find(self, tied, cast, now, monkeypatch):
        found, _ = tied(1)
        monkeypatch.setattr(registry, "_finders", [lambda actor, numbers: {"SQ1": Work("/a/", "办理中")}])
        made = rounds.record_report(
            party_household_id=found.pk, on=TODAY, words="楼道灯不亮", appeal_number="sq1", by=cast.gw, now=now
        )
        assert made.appeal_number == "SQ1"
        monkeypatch.setattr(registry, "_finders", [lambda actor, numbers: {}])
        with pytest.raises(InvalidInput, match="没有找到这个工单号"):
            rounds.record_report(
                party_household_id=found.pk, on=TODAY, words="楼道灯不亮", appeal_number="SQ2", by=cast.gw, now=now
            )


@pytest.mark.django_db
class TestWays:
    def test_death_leaves_its_homes_to_nobody_and_the_community_is_told(self, tied, cast, now):
        found, _ = tied(2)
        households.die(person_id=found.person_id, on=TODAY, by=cast.cw, now=now)
        found.refresh_from_db()
        assert (found.until_on, found.ended_how, found.homes) == (TODAY, "died", 0)
        assert InboxItem.objects.filter(user_id=cast.cs.user_id, title__contains="2 户无人联系").exists()

    def test_a_move_to_another_grid_asks_and_may_go_on(self, tied, household, cast, district, now):
        found, _ = tied(1)
        new = household(unit=district.grid_2)
        joining = Joining(household_id=new.pk, relation="head", on=TODAY)
        households.join(person_id=found.person_id, joining=joining, by=cast.cw, now=now)
        found.refresh_from_db()
        assert (found.doubt, found.grid_id) == ("moved", district.grid_1.pk)
        naming.confirm_party_household(party_household_id=found.pk, by=cast.cw, now=now)
        found.refresh_from_db()
        assert (found.doubt, found.grid_id, found.household) == ("", district.grid_2.pk, new)
        with pytest.raises(IllegalState, match="无需确认"):
            naming.confirm_party_household(party_household_id=found.pk, by=cast.cw, now=now)

    def test_a_move_to_another_community_ends_it(self, tied, household, cast, district, now):
        found, _ = tied(1)
        persons.change_person(
            person_id=found.person_id, facts=persons.Facts(identity=identity_number()), by=cast.cw, now=now
        )  # fmt: skip
        new = household(by=cast.cw_3, unit=district.community_3)
        households.take_in(
            identity=identity_number(), joining=Joining(household_id=new.pk, relation="head"), by=cast.cw_3, now=now
        )
        found.refresh_from_db()
        assert (found.ended_how, LookedAfter.objects.filter(until_on=None).count()) == ("moved", 0)

    def test_a_home_that_is_empty_is_looked_after_no_more(self, tied, household, cast, district, now):
        found, around = tied(3)
        people = [Stay.objects.get(household=home).person_id for home in around]
        households.leave(person_id=people[0], on=TODAY, to="哈尔滨", by=cast.cw, now=now)
        # To another home of the same grid: the place is the same, the household is empty.
        joining = Joining(household_id=household().pk, relation="head", on=TODAY)
        households.join(person_id=people[1], joining=joining, by=cast.cw, now=now)
        found.refresh_from_db()
        assert found.homes == 1
        assert LookedAfter.objects.get(until_on=None).household == around[2]

    def test_who_is_no_member_any_more_shows_up(self, tied, cast, now):
        found, _ = tied(1)
        rows = PartyHousehold.objects.filter(selectors.doubtful())
        assert not rows.exists()
        PartyMembership.objects.update(until_on=TODAY)
        assert rows.get() == found
        following.membership_ended(person=found.person, by=cast.cw, now=now)
        found.refresh_from_db()
        assert found.doubt == "membership"
        assert InboxItem.objects.filter(title__contains="组织关系有变动").exists()

    def test_of_two_merged_records_one_goes_on(self, tied, hub, cast, now):
        found, _ = tied(1)
        other = hub("李秀兰")
        persons.merge_persons(
            keep_id=found.person_id, drop_id=other.person_id, words="同一人", by=cast.cw, now=now
        )  # fmt: skip
        other.refresh_from_db()
        assert (other.ended_how, other.person_id) == ("merged", found.person_id)


@pytest.mark.django_db
class TestGaps:
    def test_counts_are_the_rows_behind_them(self, tied, hub, homes, cast, district):
        tied(2)
        homes(3)
        whole, *rows = selectors.gaps(cast.cs, district.community_1)
        assert whole.numbers == {
            "grids": 2, "without": 1, "hubs": 1, "attended": 2, "unattended": 3, "few": 1, "many": 0, "doubtful": 0,
        }  # fmt: skip
        assert [(row.unit, row.numbers["without"]) for row in rows] == [(district.grid_1, 0), (district.grid_2, 1)]
        assert whole.share == 40
        assert selectors.unattended(Household.objects.visible_to(cast.cs)).count() == 3
        assert list(selectors.grids_without(cast.cs, district.community_1)) == [district.grid_2]
        top, *streets = selectors.gaps(cast.dc, district.district)
        assert (top.numbers["unattended"], len(streets)) == (3, 2)

    def test_nearest_buildings_first(self, hub, person, household, cast, district, now):
        line = {"district": district.district, "street": district.street_1, "community": district.community_1}
        rooms = {}
        for name, lon in (("1号楼", 125.0), ("3号楼", 125.003), ("2号楼", 125.001), ("9号楼", None)):
            building = Building.objects.create(
                name=name, grid=district.grid_1, lon=lon, lat=lon and 46.6, entrances=1, **line
            )
            rooms[name] = [Home.objects.create(building=building, entrance="1单元", room=f"{n}01") for n in (1, 2)]
        lived = {}
        for name, (first, second) in rooms.items():
            for home in (first, second):
                made = household()
                Household.objects.filter(pk=made.pk).update(home=home)
                lived[home.pk] = person("李秀兰" if name == "1号楼" else "王建国", into=made)
        own = lived[rooms["1号楼"][0].pk]
        PartyMembership.objects.all().delete()
        found = hub(who=_member(own, district))
        near = selectors.near_buildings(selectors.with_all(PartyHousehold.objects.all()).get(pk=found.pk))
        assert [(one.building.name, one.free) for one in near] == [
            ("1号楼", 1),
            ("2号楼", 2),
            ("3号楼", 2),
            ("9号楼", 2),
        ]
        assert (near[1].metres, near[3].metres) == (76, None)
        free = selectors.free_homes(found, near[0].building.pk)
        assert [home.home.room for home in free] == ["201"]


def _member(person: Any, district: Any) -> Any:
    line = {"district": district.district, "street": district.street_1, "community": district.community_1}
    branch = PartyOrganisation.objects.create(
        name="支部", kind="branch", unit=district.community_1, founded_on=OPENED, **line
    )
    PartyMembership.objects.create(person=person, organisation=branch, from_on=OPENED, **line)
    return person


@pytest.mark.django_db(transaction=True)
class TestRaces:
    """Two workers give the same home to two party households at once."""

    def _race(self, found: Any, other: Any, home: Any, cast: Any, now: Any) -> list[str]:
        both = threading.Barrier(2)

        def take(pair: Any) -> str:
            hub, by = pair
            try:
                both.wait(10)
                ties.look_after(party_household_id=hub.pk, household_ids=[home.pk], by=by, now=now)
                return "done"
            except DomainError as refused:
                return type(refused).__name__
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            return sorted(pool.map(take, ((found, cast.cw), (other, cast.cs))))

    def test_with_the_lock_the_other_is_told_who_was_first(self, hub, homes, cast, now):
        found, other = hub("李秀兰"), hub("赵雪")
        for home in homes(6):
            assert self._race(found, other, home, cast, now) == ["IllegalState", "done"]
            assert LookedAfter.objects.filter(household=home, until_on=None).count() == 1

    def test_without_the_lock_the_database_still_refuses_the_second(self, hub, homes, cast, now, monkeypatch):
        """The harm that the lock prevents: both find the home free, and only the constraint stands between."""
        found, other, (home,) = hub("李秀兰"), hub("赵雪"), homes(1)
        looked = threading.Barrier(2)
        careful = ties_module._refuse_taken

        def careless(found_hub: Any, ids: Any, by: Any) -> Any:
            return list(Household.objects.filter(pk__in=ids))

        def both_look(chosen: Any) -> None:
            careful(chosen)
            looked.wait(10)

        monkeypatch.setattr(ties_module, "_chosen", careless)
        monkeypatch.setattr(ties_module, "_refuse_taken", both_look)
        assert self._race(found, other, home, cast, now) == ["IllegalState", "done"]
        assert LookedAfter.objects.filter(household=home, until_on=None).count() == 1
