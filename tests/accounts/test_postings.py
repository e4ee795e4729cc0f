"""Postings and the three offices: checked by the service, and held by the database against everything else."""

import threading
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts import selectors, services
from accounts.acting import actor_from, postings_of
from accounts.models import Posting, User
from accounts.services import NewPosting
from governance.audit.models import Entry
from governance.errors import DomainError, IllegalState, InvalidInput, NotAllowed, NotFound
from governance.scope import PLATFORM, Role
from tests.fixtures import OPENED, make_posting

TODAY = date(2026, 11, 23)


def _new(unit, role, **more) -> NewPosting:
    return NewPosting(unit.pk, role, **{"starts_on": TODAY, **more})


@pytest.fixture
def somebody(district) -> User:
    return User.objects.create(username="somebody", name="某某人")


class TestGrant:
    def test_a_posting_counts_from_its_first_day_to_its_last(self, cast, district, somebody, now):
        posting = services.grant(
            user_id=somebody.pk,
            posting=_new(district.street_1, Role.STREET_STAFF, ends_on=TODAY + timedelta(days=1)),
            by=cast.se,
            now=now,
        )
        days = [TODAY + timedelta(days=n) for n in (-1, 0, 1, 2)]
        assert [bool(postings_of(somebody.pk, day)) for day in days] == [False, True, True, False]
        entry = Entry.objects.get(action="posting.grant")
        assert (entry.subject_id, entry.after["role"], entry.user_id) == (somebody.pk, "SS", cast.se.user_id)
        with pytest.raises(NotAllowed):
            actor_from(posting, now=now + timedelta(days=2))

    @pytest.mark.parametrize("who", ["dl", "dc", "sl", "cs", "gw", "ds", "au", "sy"])
    def test_nobody_but_the_security_office_gives_postings(self, cast, district, somebody, now, who):
        with pytest.raises(NotAllowed):
            services.grant(
                user_id=somebody.pk,
                posting=_new(district.street_1, Role.STREET_STAFF),
                by=getattr(cast, who),
                now=now,
            )
        assert not somebody.postings.exists()

    def test_nobody_gives_themselves_a_posting(self, cast, district, now):
        with pytest.raises(NotAllowed, match="另一名安全管理员"):
            services.grant(
                user_id=cast.se.user_id, posting=_new(district.street_1, Role.STREET_STAFF), by=cast.se, now=now
            )

    @pytest.mark.parametrize("role", list(Role))
    def test_a_role_is_held_only_where_its_scope_is_meant(self, district, role):
        places = ["district", "street_1", "community_1", "grid_1", "department_1", "squad_1"]
        allowed = {p for p in places if _fits(getattr(district, p), role)}
        assert allowed == {
            Role.DISTRICT_LEADER: {"district"}, Role.DISTRICT_CENTRE: {"district"},
            Role.STREET_LEADER: {"street_1"}, Role.STREET_STAFF: {"street_1", "squad_1"},
            Role.COMMUNITY_SECRETARY: {"community_1"}, Role.COMMUNITY_WORKER: {"community_1"},
            Role.GRID_WORKER: {"grid_1"}, Role.PART_TIME_GRID_WORKER: {"grid_1"},
            Role.DEPARTMENT_STAFF: {"department_1"}, Role.ENTERPRISE_LIAISON: set(),
            Role.SHOP_CLERK: {"street_1", "community_1"}, Role.AUDITOR: {"district"},
            Role.SECURITY_ADMIN: {"district"}, Role.SYSTEM_ADMIN: {"district"},
        }[role]  # fmt: skip

    def test_wrong_dates_closed_units_and_unknown_ones_are_refused(self, cast, district, somebody, now):
        def refused(posting) -> str:
            with pytest.raises(InvalidInput) as refusal:
                services.grant(user_id=somebody.pk, posting=posting, by=cast.se, now=now)
            return refusal.value.field

        street = district.street_1
        assert refused(_new(street, Role.STREET_STAFF, ends_on=TODAY - timedelta(days=1))) == "ends_on"
        assert refused(NewPosting(10**12, Role.STREET_STAFF, TODAY)) == "unit"
        street.closed_on = TODAY
        street.save()
        assert refused(_new(street, Role.STREET_STAFF)) == "unit"

    def test_the_same_posting_twice_is_refused(self, cast, district, now):
        with pytest.raises(IllegalState, match="无需重复"):
            services.grant(
                user_id=cast.cw.user_id, posting=_new(district.community_1, Role.COMMUNITY_WORKER), by=cast.se, now=now
            )

    def test_staff_of_another_district_are_not_found(self, cast, district, now):
        other = make_posting(Role.STREET_STAFF, _other_district())
        with pytest.raises(NotFound):
            services.disable(user_id=other.user_id, reason="x", by=cast.se, now=now)
        assert not User.objects.visible_to(cast.se).filter(pk=other.user_id).exists()


def _fits(unit, role) -> bool:
    try:
        services.postings.check_fits(unit, _new(unit, role))
    except InvalidInput as refusal:
        return refusal.field != "role"
    return True


def _other_district():
    from governance.scope import UnitKind
    from tests.fixtures import make_unit

    return make_unit("880001001", "外区街道", UnitKind.STREET, make_unit("880001", "外区", UnitKind.DISTRICT))


OFFICES = [Role.AUDITOR, Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN]


class TestThreeOffices:
    @pytest.mark.parametrize("held", [*OFFICES, Role.DISTRICT_CENTRE])
    @pytest.mark.parametrize("new", [*OFFICES, Role.DISTRICT_CENTRE])
    def test_no_two_at_a_time_nor_one_with_a_business_role(self, cast, district, somebody, now, held, new):
        Posting.objects.create(user=somebody, unit=district.district, role=held, starts_on=OPENED)
        with pytest.raises(IllegalState) as refusal:
            services.grant(user_id=somebody.pk, posting=_new(district.district, new), by=cast.se, now=now)
        assert ("三员分立" in refusal.value.message) == (held != new)

    @pytest.mark.parametrize(("held", "new"), [("AU", "SE"), ("SE", "SY"), ("SY", "DC"), ("DC", "AU")])
    def test_the_database_itself_refuses_them(self, district, somebody, held, new):
        Posting.objects.create(user=somebody, unit=district.district, role=held, starts_on=OPENED)
        with pytest.raises(IntegrityError, match="three_offices_exclude_each_other"), transaction.atomic():
            Posting.objects.create(user=somebody, unit=district.district, role=new, starts_on=TODAY)
        past = Posting.objects.create(
            user=somebody, unit=district.street_1, role=new, starts_on="2019-01-01", ends_on="2019-02-01"
        )
        with pytest.raises(IntegrityError, match="three_offices_exclude_each_other"), transaction.atomic():
            Posting.objects.filter(pk=past.pk).update(ends_on=None)

    def test_one_after_the_other_is_allowed(self, cast, district, somebody, now):
        Posting.objects.create(
            user=somebody,
            unit=district.district,
            role=Role.AUDITOR,
            starts_on=OPENED,
            ends_on=TODAY - timedelta(days=1),
        )
        services.grant(user_id=somebody.pk, posting=_new(district.district, Role.SYSTEM_ADMIN), by=cast.se, now=now)

    def test_business_roles_may_be_held_together(self, cast, district, now):
        services.grant(user_id=cast.cw.user_id, posting=_new(district.street_1, Role.STREET_STAFF), by=cast.se, now=now)

    @pytest.mark.django_db(transaction=True)
    def test_of_two_offices_given_at_the_same_moment_one_is_refused(self, cast, district, somebody, now):
        outcomes = _at_once(
            [
                lambda role=role: services.grant(
                    user_id=somebody.pk, posting=_new(district.district, role), by=cast.se, now=now
                )
                for role in OFFICES
            ]
        )
        assert sorted(outcomes) == ["IllegalState", "IllegalState", "Posting"]

    @pytest.mark.django_db(transaction=True)
    def test_without_the_lock_the_database_still_holds(self, district, somebody):
        """Both threads have looked and found nothing before either writes: the constraint decides."""
        looked = threading.Barrier(2)

        def grant(role):
            with transaction.atomic():
                assert not somebody.postings.exists()
                looked.wait(10)
                return Posting.objects.create(user=somebody, unit=district.district, role=role, starts_on=TODAY)

        outcomes = _at_once([lambda role=role: grant(role) for role in OFFICES[:2]])
        # Refused by the constraint, or as the one that gives way where both wait for each other's row.
        assert sorted(outcomes) in (["IntegrityError", "Posting"], ["OperationalError", "Posting"])


def _at_once(calls) -> list[str]:
    outcomes: list[str] = []

    def run(call):
        try:
            outcomes.append(type(call()).__name__)
        except (DomainError, DatabaseError) as error:
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes


class TestEndAndMove:
    def test_it_ends_after_its_last_day(self, cast, now):
        last = TODAY + timedelta(days=3)
        services.end_posting(posting_id=cast.cw.posting_id, last_day=last, by=cast.se, now=now)
        assert postings_of(cast.cw.user_id, last)
        assert not postings_of(cast.cw.user_id, last + timedelta(days=1))

    def test_at_once_means_now_even_on_the_first_day(self, cast, district, now):
        services.end_posting(posting_id=cast.cw.posting_id, last_day=None, by=cast.se, now=now)
        new = services.grant(
            user_id=cast.cw.user_id, posting=_new(district.community_1, Role.COMMUNITY_WORKER), by=cast.se, now=now
        )
        assert postings_of(cast.cw.user_id, TODAY) == [new]
        services.end_posting(posting_id=new.pk, last_day=None, by=cast.se, now=now)
        assert postings_of(cast.cw.user_id, TODAY) == []
        again = services.grant(
            user_id=cast.cw.user_id, posting=_new(district.community_1, Role.COMMUNITY_WORKER), by=cast.se, now=now
        )
        assert postings_of(cast.cw.user_id, TODAY) == [again]

    def test_what_has_ended_cannot_end_again_and_the_past_stays(self, cast, now):
        with pytest.raises(InvalidInput) as refusal:
            services.end_posting(posting_id=cast.cw.posting_id, last_day=TODAY - timedelta(days=1), by=cast.se, now=now)
        assert refusal.value.field == "last_day"
        services.end_posting(posting_id=cast.cw.posting_id, last_day=None, by=cast.se, now=now)
        with pytest.raises(IllegalState):
            services.end_posting(posting_id=cast.cw.posting_id, last_day=None, by=cast.se, now=now)

    def test_the_security_office_cannot_end_its_own(self, cast, now):
        with pytest.raises(NotAllowed):
            services.end_posting(posting_id=cast.se.posting_id, last_day=None, by=cast.se, now=now)

    def test_a_move_ends_the_old_and_begins_the_new_on_one_day(self, cast, district, now):
        first = TODAY + timedelta(days=7)
        new = services.move(
            posting_id=cast.cw.posting_id,
            to_unit_id=district.community_2.pk,
            role=Role.COMMUNITY_WORKER,
            first_day=first,
            is_leader=False,
            by=cast.se,
            now=now,
        )
        assert [p.pk for p in postings_of(cast.cw.user_id, first - timedelta(days=1))] == [cast.cw.posting_id]
        assert postings_of(cast.cw.user_id, first) == [new]
        assert Entry.objects.filter(action="posting.move", subject_id=cast.cw.user_id).exists()

    def test_a_move_that_is_refused_leaves_the_old_posting(self, cast, district, now):
        with pytest.raises(InvalidInput):
            services.move(
                posting_id=cast.cw.posting_id,
                to_unit_id=district.street_1.pk,
                role=Role.COMMUNITY_WORKER,
                first_day=TODAY,
                is_leader=False,
                by=cast.se,
                now=now,
            )
        assert Posting.objects.get(pk=cast.cw.posting_id).ends_on is None

    def test_postings_end_with_their_unit(self, cast, district, now):
        with transaction.atomic():
            services.unit_closed(unit_id=district.grid_1.pk, successor_id=None, by=PLATFORM, now=now)
        assert postings_of(cast.gw.user_id, TODAY) == []
        with transaction.atomic():
            services.unit_closed(unit_id=district.grid_1.pk, successor_id=None, by=PLATFORM, now=now)
        assert Entry.objects.filter(action="posting.end").count() == 2


def test_whom_to_tell(cast, district, now):
    leader = make_posting(Role.DEPARTMENT_STAFF, district.department_1, username="head", is_leader=True)
    assert selectors.staff_of(district.department_1.pk, now) == sorted([cast.ds.user_id, leader.user_id])
    assert selectors.leaders_of(district.department_1.pk, now) == [leader.user_id]
    assert selectors.leaders_of(district.street_1.pk, now) == [cast.sl.user_id]
    assert selectors.staff_of(district.street_1.pk, now) == sorted([cast.sl.user_id, cast.ss.user_id])
    # The offices keep the platform; the district's business is none of theirs.
    assert selectors.staff_of(district.district.pk, now) == sorted([cast.dl.user_id, cast.dc.user_id])
    User.objects.filter(pk=cast.ss.user_id).update(is_active=False)
    assert selectors.staff_of(district.street_1.pk, now) == [cast.sl.user_id]


def test_people_on_duty_are_shown_with_masked_phones(cast, district, now):
    head = make_posting(Role.DEPARTMENT_STAFF, district.department_1, username="head", is_leader=True).user
    services.users.set_phone(head, "13812344080")
    head.save()
    first, second = selectors.on_duty(district.department_1.pk, now)
    assert (first.phone, first.is_leader, first.role) == ("138****4080", True, "部门干部")
    assert (second.phone, second.is_leader) == ("", False)
