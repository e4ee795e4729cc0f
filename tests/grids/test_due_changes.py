"""Changes that wait for their day: applied once, whoever and however many try."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from governance.audit.models import Entry
from governance.errors import IllegalState
from governance.scope import UnitKind
from grids import registry, services
from grids.models import TerritoryRevision, Unit, UnitChange
from grids.registry import OpenWork


@pytest.fixture
def today(now):
    return timezone.localdate(now)


@pytest.fixture
def tomorrow(now):
    return timezone.localdate(now) + timedelta(days=1)


def _rename(district, cast, now, day, name="改名网格"):
    return services.rename_unit(unit_id=district.grid_1.pk, name=name, effective_on=day, by=cast.dc, now=now)


def test_it_waits_and_is_applied_on_its_day(district, cast, now, tomorrow):
    change = _rename(district, cast, now, tomorrow)
    assert services.apply_due_changes(now=now) == 0
    assert services.apply_due_changes(now=now + timedelta(days=1)) == 1
    change.refresh_from_db()
    district.grid_1.refresh_from_db()
    assert (district.grid_1.name, change.applied_at) == ("改名网格", now + timedelta(days=1))
    assert Entry.objects.filter(action="unit.rename_apply", user_id=0).count() == 1


def test_the_day_begins_at_midnight_in_the_installations_zone(district, cast, now, tomorrow):
    _rename(district, cast, now, tomorrow)
    midnight = timezone.localtime(now).replace(hour=0, minute=0) + timedelta(days=1)
    assert services.apply_due_changes(now=midnight - timedelta(seconds=1)) == 0
    assert services.apply_due_changes(now=midnight) == 1


def test_applying_again_does_nothing(district, cast, now, tomorrow):
    _rename(district, cast, now, tomorrow)
    services.apply_due_changes(now=now + timedelta(days=1))
    number = TerritoryRevision.objects.get().number
    assert services.apply_due_changes(now=now + timedelta(days=1)) == 0
    assert TerritoryRevision.objects.get().number == number


def test_they_are_applied_in_the_order_of_their_days(district, cast, now, today):
    parent = services.open_unit(
        kind=UnitKind.COMMUNITY, code="990001001009", name="新社区", parent_id=district.street_1.pk,
        effective_on=today + timedelta(days=2), by=cast.dc, now=now,
    )  # fmt: skip
    _rename(district, cast, now, today + timedelta(days=1))
    assert parent.unit is None
    assert services.apply_due_changes(now=now + timedelta(days=3)) == 2
    parent.refresh_from_db()
    assert parent.unit.street == district.street_1


def test_one_that_cannot_be_applied_says_why_and_is_tried_again(district, cast, now, tomorrow):
    work = [OpenWork("待办诉求", 1)]
    change = services.close_unit(unit_id=district.grid_1.pk, effective_on=tomorrow, by=cast.dc, now=now)
    registry.register_open_work(lambda ids: work)
    later = now + timedelta(days=1)
    assert services.apply_due_changes(now=later) == 0
    change.refresh_from_db()
    assert "待办诉求 1 件" in change.problem
    work.clear()
    assert services.apply_due_changes(now=later) == 1
    change.refresh_from_db()
    assert change.problem == ""


def test_one_that_fails_does_not_hold_up_the_others(district, cast, now, tomorrow):
    _rename(district, cast, now, tomorrow, "第2网格甲")
    services.rename_unit(unit_id=district.grid_2.pk, name="乙网格", effective_on=tomorrow, by=cast.dc, now=now)
    Unit.objects.filter(pk=district.grid_1.pk).update(closed_on=now.date())
    assert services.apply_due_changes(now=now + timedelta(days=1)) == 1


def test_a_withdrawn_one_never_takes_effect(district, cast, now, tomorrow):
    change = _rename(district, cast, now, tomorrow)
    services.cancel_change(change_id=change.pk, by=cast.dc, now=now)
    assert services.apply_due_changes(now=now + timedelta(days=1)) == 0
    with pytest.raises(IllegalState, match="已撤回"):
        services.cancel_change(change_id=change.pk, by=cast.dc, now=now)


def test_a_second_decision_of_a_kind_waits_for_the_first(district, cast, now, tomorrow):
    _rename(district, cast, now, tomorrow)
    with pytest.raises(IllegalState, match="已有一项2026年11月24日生效的更名"):
        _rename(district, cast, now, tomorrow, "又一个名")


def test_work_that_reached_a_unit_while_it_closed_is_handed_on(district, cast, now, today):
    late, told = [], []
    registry.register_open_work(lambda ids: late)
    registry.register_on_unit_closed(lambda **what: told.append(what))
    services.close_unit(
        unit_id=district.grid_1.pk, successor_id=district.grid_2.pk, effective_on=today, by=cast.dc, now=now
    )
    late.append(OpenWork("待办诉求", 1))
    services.apply_due_changes(now=now + timedelta(minutes=5))
    assert [call["successor_id"] for call in told] == [district.grid_2.pk] * 2


@pytest.mark.django_db(transaction=True)
def test_many_workers_apply_each_change_once(district, cast, now, tomorrow):
    for unit in (district.grid_1, district.grid_2, district.grid_3):
        services.rename_unit(unit_id=unit.pk, name=f"新{unit.name}", effective_on=tomorrow, by=cast.dc, now=now)
    start, counts = threading.Barrier(4), []

    def work():
        start.wait()
        try:
            counts.append(services.apply_due_changes(now=now + timedelta(days=1)))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(counts) == 3
    assert Entry.objects.filter(action="unit.rename_apply").count() == 3
    assert UnitChange.objects.filter(applied_at=None).count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_who_open_one_code_at_a_time_make_one_unit(district, cast, now, today):
    start, refused = threading.Barrier(2), []

    def work():
        start.wait()
        try:
            services.open_unit(
                kind=UnitKind.GRID, code="990001001001009", name="第九网格", parent_id=district.community_1.pk,
                effective_on=today, by=cast.dc, now=now,
            )  # fmt: skip
        except Exception as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(refused) == 1
    assert refused[0].field == "code"
    assert Unit.objects.filter(code="990001001001009").count() == 1
