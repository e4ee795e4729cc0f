"""Naming people: who may, whom, where, once at a time; and what follows their ways."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.audit.models import Entry
from governance.errors import DomainError, IllegalState, InvalidInput, NotAllowed, NotFound
from governance.outbox.models import InboxItem
from governance.scope import PLATFORM, UnitKind
from grids.models import Unit
from members.designations import couriers, services
from members.designations.kinds import ensure_default_kinds
from members.designations.services import Naming
from members.models import Designation, Person
from members.services import households, persons
from members.services.persons import Joining
from tests.fixtures import make_unit
from tests.members.designations.conftest import kind_of

TODAY = date(2026, 11, 23)


@pytest.mark.django_db
class TestNaming:
    def test_a_community_names_in_its_grid_and_it_is_on_record(self, person, named, cast, district):
        made = named(person("李秀兰"))
        assert (made.from_on, made.until_on, made.grid_id) == (TODAY, None, district.grid_1.pk)
        assert made.named_by_name == cast.cw.user_name
        entry = Entry.objects.filter(action="designation.name").get()
        assert (entry.subject_id, entry.after["grounds"]) == (made.pk, "居民推荐")

    def test_a_street_names_in_the_street_and_nowhere_else(self, person, named, cast, district):
        one = person("李秀兰")
        assert named(one, unit=district.street_1, by=cast.ss).community_id is None
        with pytest.raises(NotFound, match="街道命名在街道"):
            named(one, unit=district.grid_1, by=cast.ss)
        with pytest.raises(NotFound, match="本辖区"):
            named(one, unit=district.grid_3)

    def test_others_may_not(self, person, named, cast):
        one = person("李秀兰")
        for by in (cast.sl, cast.gw, cast.pg, cast.dc, cast.dl):
            with pytest.raises(NotAllowed, match="社区或街道"):
                named(one, by=by)
        with pytest.raises(NotFound):
            named(one, by=cast.cw_2)

    def test_what_is_for_couriers_and_for_members_asks_for_them(self, person, named, courier, member, district):
        one = person("李秀兰")
        with pytest.raises(InvalidInput, match="新就业群体档案"):
            named(one, "road_safety")
        with pytest.raises(InvalidInput, match="没有登记党员身份"):
            named(one, "head")
        member(one)
        assert named(one, "head").pk
        rider = courier().person
        assert [named(rider, code).kind.code for code in ("road_safety", "food_safety")] == [
            "road_safety",
            "food_safety",
        ]

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"grounds": " "}, "grounds"), ({"from_on": TODAY + timedelta(days=1)}, "from_on"),
            ({"until_on": TODAY - timedelta(days=1)}, "until_on"), ({"until_on": date(2090, 1, 1)}, "until_on"),
            ({"from_on": date(1700, 1, 1)}, "from_on"),
        ],
    )  # fmt: skip
    def test_bad_input_names_its_field(self, person, named, more, field):
        with pytest.raises(InvalidInput) as refused:
            named(person("李秀兰"), **more)
        assert refused.value.field == field

    def test_kinds_of_branches_and_teams_are_nobodys(self, person, named):
        for code in ("swan", "flock"):
            with pytest.raises(InvalidInput, match="统计"):
                named(person("李秀兰"), code)

    def test_one_of_a_kind_at_a_time_and_again_after(self, person, named, cast, now):
        one = person("李秀兰")
        first = named(one, from_on=date(2024, 5, 1))
        with pytest.raises(IllegalState, match="无需重复"):
            named(one)
        services.end_designation(
            designation_id=first.pk, on=TODAY - timedelta(days=1), words="换届", by=cast.cw, now=now
        )
        assert named(one).pk != first.pk

    def test_the_database_holds_it(self, person, named):
        made = named(person("李秀兰"))
        made.pk, made.from_on = None, TODAY - timedelta(days=9)
        with pytest.raises(IntegrityError), transaction.atomic():
            made.save(force_insert=True)


@pytest.mark.django_db
class TestChanging:
    def test_changed_and_ended_once(self, person, named, cast, now):
        made = named(person("李秀兰"))
        services.change_designation(
            designation_id=made.pk, until_on=date(2027, 11, 22), grounds="党委会议〔2026〕3号", by=cast.cs, now=now
        )
        with pytest.raises(InvalidInput, match="没有改动"):
            services.change_designation(
                designation_id=made.pk, until_on=date(2027, 11, 22), grounds="党委会议〔2026〕3号", by=cast.cs, now=now
            )
        services.end_designation(designation_id=made.pk, on=TODAY, words="本人申请", by=cast.cs, now=now)
        made.refresh_from_db()
        assert (made.until_on, made.ended_how, made.words) == (TODAY, "withdrawn", "本人申请")
        with pytest.raises(IllegalState, match="已经结束"):
            services.end_designation(designation_id=made.pk, on=TODAY, words="再次", by=cast.cs, now=now)

    def test_a_street_leaves_a_communitys_alone(self, person, named, cast, now):
        made = named(person("李秀兰"))
        with pytest.raises(NotAllowed, match="由第1网格命名"):
            services.end_designation(designation_id=made.pk, on=TODAY, words="换届", by=cast.ss, now=now)
        with pytest.raises(NotFound):
            services.end_designation(designation_id=made.pk, on=TODAY, words="换届", by=cast.cw_2, now=now)

    def test_it_runs_out_on_its_last_day(self, person, named):
        made = named(person("李秀兰"), until_on=TODAY + timedelta(days=2))
        on = [day for day in range(5) if Designation.objects.in_force(TODAY + timedelta(days=day)).exists()]
        assert (made.ended_how, on) == ("", [0, 1, 2])


@pytest.mark.django_db
class TestWays:
    def test_death_and_leaving_end_all(self, person, named, cast, now):
        one, other = person("李秀兰"), person("王建国")
        mine, theirs = named(one), named(other)
        households.die(person_id=one.pk, on=TODAY, by=cast.cw, now=now)
        households.leave(person_id=other.pk, on=TODAY - timedelta(days=3), to="哈尔滨", by=cast.cw, now=now)
        mine.refresh_from_db()
        theirs.refresh_from_db()
        assert (mine.ended_how, mine.until_on) == ("died", TODAY)
        # It cannot end before it began.
        assert (theirs.ended_how, theirs.until_on) == ("left", TODAY)

    def test_a_move_asks_the_unit_that_named(self, person, named, household, cast, district, now):
        one = person("李秀兰")
        made = named(one)
        to = household(unit=district.grid_2)
        households.join(person_id=one.pk, joining=Joining(household_id=to.pk, relation="head"), by=cast.cw, now=now)
        made.refresh_from_db()
        assert made.moved_on == TODAY
        assert InboxItem.objects.filter(title__contains="请确认是否继续担任", user_id=cast.cw.user_id).count() == 1
        services.keep_designation(designation_id=made.pk, by=cast.cw, now=now)
        with pytest.raises(IllegalState, match="无需确认"):
            services.keep_designation(designation_id=made.pk, by=cast.cw, now=now)

    def test_a_move_inside_the_community_leaves_what_is_the_communitys(
        self, person, named, household, cast, district, now
    ):
        one = person("李秀兰")
        made = named(one, unit=district.community_1)
        to = household(unit=district.grid_2)
        households.join(person_id=one.pk, joining=Joining(household_id=to.pk, relation="head"), by=cast.cw, now=now)
        made.refresh_from_db()
        assert made.moved_on is None

    def test_merged_records_keep_one_of_a_kind_from_first_to_last(self, person, named, cast, now):
        keep, drop = person("李秀兰"), person("李秀兰")
        own = named(keep, from_on=date(2024, 1, 1), until_on=date(2027, 1, 1))
        theirs = named(drop, from_on=date(2023, 1, 1))
        other = named(drop, "lane_steward")
        persons.merge_persons(keep_id=keep.pk, drop_id=drop.pk, words="同一人", by=cast.cw, now=now)
        for row in (own, theirs, other):
            row.refresh_from_db()
        assert (theirs.person_id, theirs.from_on, theirs.until_on) == (keep.pk, date(2023, 1, 1), None)
        assert (own.ended_how, other.person_id) == ("merged", keep.pk)
        assert Designation.objects.in_force(TODAY).filter(person=keep).count() == 2


DAYS = st.integers(0, 40).map(lambda n: date(2025, 1, 1) + timedelta(days=n))
TERMS = st.lists(st.tuples(DAYS, st.one_of(st.none(), st.integers(0, 12))), max_size=4)


def _apart(terms: Any) -> list[tuple[date, date | None]]:
    """Those that do not overlap, in their order."""
    kept: list[tuple[date, date | None]] = []
    for start, length in terms:
        end = None if length is None else start + timedelta(days=length)
        if all((b or date.max) < start or (end or date.max) < a for a, b in kept):
            kept.append((start, end))
    return kept


def _days(terms: list[tuple[date, date | None]]) -> set[date]:
    last = date(2025, 4, 1)
    return {a + timedelta(days=n) for a, b in terms for n in range(((b or last) - a).days + 1)}


@pytest.mark.django_db
@settings(max_examples=40, deadline=None)
@given(own=TERMS, theirs=TERMS)
def test_folding_counts_the_days_that_either_counted(own, theirs):
    """Against the slow way: a day counts when one of the two records counted it."""
    with transaction.atomic():
        _fold_case(_apart(own), _apart(theirs))
        transaction.set_rollback(True)


def _fold_case(own: Any, theirs: Any) -> None:
    ensure_default_kinds()
    now = datetime(2026, 11, 23, tzinfo=UTC)
    top = Unit.objects.filter(code="770001").first() or make_unit("770001", "区", UnitKind.DISTRICT)
    street = make_unit("770001001", "街", UnitKind.STREET, top)
    unit = make_unit("770001001001", "社区", UnitKind.COMMUNITY, street)
    place = {"district": top, "street": street, "community": unit}
    both = [
        Person.objects.create(name="李秀兰", seal_key=uuid.uuid4(), made_at=now, changed_at=now, **place) for _ in "ab"
    ]
    kind = kind_of("resident_backbone")
    for person, terms in zip(both, (own, theirs), strict=True):
        for start, end in terms:
            Designation.objects.create(
                person=person, kind=kind, unit=unit, from_on=start, until_on=end, grounds="推荐", named_by_user=0,
                named_by_name="", named_by_unit="", made_at=now, **place,
            )  # fmt: skip
    services.person_merged(keep=both[0], drop=both[1], by=PLATFORM, now=now)
    rows = Designation.objects.filter(person=both[0]).exclude(ended_how="merged").values_list("from_on", "until_on")
    assert _days(list(rows)) == _days(own) | _days(theirs)


@pytest.mark.django_db
class TestCouriers:
    def test_a_new_one_is_kept_by_the_stations_community(self, courier, cast, district):
        made = courier(station="景园营业点", units=(district.community_2.pk,))
        assert (made.person.community_id, made.person.residence) == (district.community_1.pk, "registered")
        assert made.units.get() == district.community_2
        assert Entry.objects.filter(action="courier.add").get().after["units"] == district.community_2.name

    def test_whom_the_served_community_may_name_and_not_change(self, courier, named, cast, district, now):
        made = courier(units=(district.community_2.pk,))
        assert named(made.person, "road_safety", unit=district.community_2, by=cast.cw_2).pk
        with pytest.raises(NotAllowed, match="站点所在"):
            couriers.end_courier(courier_id=made.pk, on=TODAY, words="离职", by=cast.cw_2, now=now)
        with pytest.raises(NotFound):
            couriers.end_courier(courier_id=made.pk, on=TODAY, words="离职", by=cast.cw_3, now=now)

    def test_who_rides_no_more_holds_none_of_the_ten(self, courier, named, cast, now):
        made = courier()
        ten, other = named(made.person, "road_safety"), named(made.person)
        couriers.end_courier(courier_id=made.pk, on=TODAY, words="离职", by=cast.cw, now=now)
        ten.refresh_from_db()
        other.refresh_from_db()
        assert (ten.ended_how, other.ended_how) == ("withdrawn", "")
        with pytest.raises(IllegalState, match="已经退出"):
            couriers.end_courier(courier_id=made.pk, on=TODAY, words="离职", by=cast.cw, now=now)

    def test_an_account_is_one_couriers_and_of_the_own_grids(self, courier, cast, now):
        one, two, user = courier("赵小川"), courier("钱小海"), "pg-990001001001001"
        for name in ("nobody", "gw-990001001001001"):
            with pytest.raises(InvalidInput, match="兼职网格员"):
                couriers.link_account(courier_id=one.pk, username=name, by=cast.cw, now=now)
        assert couriers.link_account(courier_id=one.pk, username=user, by=cast.cw, now=now).user_id == cast.pg.user_id
        with pytest.raises(IllegalState, match="另一名"):
            couriers.link_account(courier_id=two.pk, username=user, by=cast.cw, now=now)
        couriers.link_account(courier_id=one.pk, username="", by=cast.cw, now=now)
        assert couriers.link_account(courier_id=two.pk, username=user, by=cast.cw, now=now).user_id == cast.pg.user_id

    def test_death_ends_the_profile(self, courier, cast, now):
        made = courier()
        households.die(person_id=made.person_id, on=TODAY, by=cast.cw, now=now)
        made.refresh_from_db()
        assert made.until_on == TODAY

    def test_bad_input(self, courier, cast, district, now):
        for facts, field in (
            ({"trade": "pilot"}, "trade"), ({"company": "飞天"}, "company"),
            ({"units": (district.grid_1.pk,)}, "units"), ({"station": "甲" * 65}, "station"),
        ):  # fmt: skip
            with pytest.raises(InvalidInput) as refused:
                courier(**facts)
            assert refused.value.field == field
        with pytest.raises(NotFound):
            courier(unit_id=district.community_3.pk)


@pytest.mark.django_db(transaction=True)
def test_two_who_name_the_same_at_once_make_one(person, cast, district, now, kinds):
    one, kind = person("李秀兰"), kind_of("resident_backbone")
    naming = Naming(kind_id=kind.pk, unit_id=district.grid_1.pk, grounds="居民推荐")
    both = Barrier(2)

    def name(by: Any) -> str:
        try:
            both.wait(10)
            services.name_person(person_id=one.pk, naming=naming, by=by, now=now)
            return "done"
        except DomainError as refused:
            return type(refused).__name__
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(name, (cast.cw, cast.cs))) == ["IllegalState", "done"]
    assert Designation.objects.count() == 1
