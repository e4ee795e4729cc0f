"""A machine whose clock leaps: the engine notices, holds what cannot be undone, says so, and goes on in time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse

from governance.audit.models import Entry
from governance.deadlines import guard, services
from governance.deadlines.models import Clock, Firing, SweepMark
from governance.deadlines.sweeping import sweep
from governance.outbox.models import InboxItem
from tests.deadlines.plant import SUBJECT, TERM
from tests.signing import client_of

TEN_YEARS = timedelta(days=3652)


def beat(now: datetime, database: datetime | None = None) -> bool:
    """One sweep as the task does it, at a moment of the test's own; whether it went through."""
    if not guard.pass_on(now, database or now):
        return False
    sweep(now)
    return True


@pytest.fixture
def clock(subject, now) -> Clock:
    with transaction.atomic():
        return services.start(
            subject_type=SUBJECT, subject_id=subject, kind="resolve", term=TERM, unit_id=1, started_at=now, now=now
        )


def test_ten_years_ahead_nothing_is_carried_out_and_people_are_told_once(clock, cast, now):
    assert beat(now)
    assert not beat(now + TEN_YEARS)
    assert not beat(now + TEN_YEARS + timedelta(seconds=5))
    assert not Firing.objects.exists()
    mark = guard.held()
    assert mark is not None
    assert mark.reason == "系统时间比上次运行时快了 3652 天"
    for person in (cast.sy, cast.dc):
        assert InboxItem.objects.filter(user_id=person.user_id, title__contains="时限引擎已暂停").count() == 1
    assert not InboxItem.objects.filter(user_id=cast.cw.user_id).exists()
    assert Entry.objects.filter(action="clock.hold").count() == 1


def test_the_clock_right_again_it_goes_on_by_itself(clock, cast, now):
    beat(now)
    beat(now + TEN_YEARS)
    assert beat(now + timedelta(minutes=1))
    assert guard.held() is None
    assert InboxItem.objects.filter(user_id=cast.sy.user_id, title="时限引擎已恢复运行").count() == 1
    sweep(now + timedelta(days=6))
    assert Firing.objects.exists()


def test_three_days_of_outage_are_no_leap(clock, now):
    assert beat(now)
    assert beat(now + timedelta(days=29))
    assert Firing.objects.count() == Clock.objects.get().next_step > 0


@pytest.mark.parametrize(
    ("moment", "database"),
    [
        (timedelta(minutes=-11), timedelta(minutes=-11)),
        (timedelta(days=-400), timedelta(days=-400)),
        (timedelta(minutes=6), timedelta()),
        (timedelta(), timedelta(minutes=6)),
    ],
)
def test_backwards_or_apart_from_the_database_it_holds(clock, now, moment, database):
    beat(now)
    assert not beat(now + moment, now + database)


def test_what_a_person_does_meanwhile_carries_out_nothing_either(clock, now):
    beat(now)
    with transaction.atomic():
        (ended,) = services.finish(
            subject_type=SUBJECT, subject_id=clock.subject_id, kind="resolve", now=now + TEN_YEARS
        )
    assert not Firing.objects.exists()
    assert ended.state == Clock.MISSED


def test_confirmed_by_a_person_what_is_due_happens(clock, cast, now):
    beat(now)
    later = now + timedelta(days=60)
    assert not beat(later)
    guard.confirm(by=cast.sy, now=later)
    assert beat(later + timedelta(seconds=5))
    assert Firing.objects.exists()
    assert Entry.objects.filter(action="clock.confirm", user_id=cast.sy.user_id).exists()


@pytest.mark.django_db(transaction=True)
def test_many_workers_hold_and_tell_once(committed_plant, cast, now):
    guard.pass_on(now, now)

    def one(_: int) -> bool:
        try:
            return guard.pass_on(now + TEN_YEARS, now + TEN_YEARS)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert not any(pool.map(one, range(24)))
    assert InboxItem.objects.filter(user_id=cast.sy.user_id).count() == 1


def test_the_page_shows_it_to_the_system_administrator_alone_and_takes_the_word(plant, cast, now):
    SweepMark.objects.create(pk=1, seen_at=now - TEN_YEARS, held_at=now, reason="系统时间比上次运行时快了 3652 天")
    url = reverse("deadlines:clock")
    assert client_of(cast.dc).get(url).status_code == 403
    client = client_of(cast.sy)
    assert "快了 3652 天" in client.get(url).content.decode()
    assert client.post(url, follow=True).status_code == 200
    assert guard.held() is None
    assert "时限引擎正常运行" in client.get(url).content.decode()


def test_the_district_centre_sees_it_on_the_policies(plant, cast, now):
    SweepMark.objects.create(pk=1, seen_at=now, held_at=now, reason="系统时间与数据库时间相差 9 分钟")
    assert "相差 9 分钟" in client_of(cast.dc).get(reverse("deadlines:policies")).content.decode()


def test_the_command_looks_and_confirms(db, now):
    out = StringIO()
    call_command("confirm_clock", stdout=out)
    assert "无需确认" in out.getvalue()
    SweepMark.objects.create(pk=1, seen_at=now - TEN_YEARS, held_at=now, reason="快了")
    with pytest.raises(SystemExit):
        call_command("confirm_clock", stdout=out, stderr=StringIO())
    call_command("confirm_clock", yes=True, stdout=out)
    assert guard.held() is None
