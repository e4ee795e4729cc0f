"""Points run out once, whoever sweeps; members are told before; who is gone keeps the account until it is empty."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction

from accounts.models import User
from governance.outbox.models import InboxItem
from members.models import Person
from members.services.households import die
from points import tasks
from points.ledger import accounts, services, sweep
from points.models import Account, Transaction
from tests.points.ledger.conftest import LATER, SOON, balance, lots_of


@pytest.fixture
def late(now):
    """The morning after the first lot's last day."""
    return now.replace(month=12, day=2)


@pytest.fixture
def many(budget, person, earned, cast, district, now):
    """`many(n)`: accounts with a lot of 5 that expires soon and one of 7 that does not."""

    def make(count):
        funds, holders = budget(1000), []
        for number in range(count):
            holder = accounts.of_person(person(name="居民" + "甲乙丙丁戊己庚辛壬癸子丑"[number]), now)
            earned(funds, holder, 5, SOON)
            earned(funds, holder, 7, LATER)
            holders.append(holder)
        return holders

    return make


@pytest.mark.django_db
def test_what_is_over_is_taken_out_once(many, now, late):
    holders = many(5)
    assert sweep.expire_due(now=late - timedelta(days=1), batch=2) == 0
    assert sweep.expire_due(now=late, batch=2) == 5
    assert sweep.expire_due(now=late, batch=2) == 0
    assert [lots_of(holder) for holder in holders] == [[(7, LATER)]] * 5
    row = Transaction.objects.filter(kind="expire").first()
    assert (row.by_user, row.by_name, row.points, row.on) == (0, "系统", 5, date(2026, 12, 2))
    assert row.community_id == Person.objects.first().community_id


@pytest.mark.django_db
def test_a_households_points_run_out_too(budget, household, earned, now, late):
    holder = accounts.of_household(household(), now)
    assert accounts.of_household(holder.household, now) == holder
    earned(budget(), holder, 5, SOON)
    assert sweep.expire_due(now=late) == 1
    assert balance(holder) == 0


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_take_each_account_once(many, late):
    holders = many(12)
    both = threading.Barrier(2)

    def run(_):
        try:
            both.wait(30)
            return sweep.expire_due(now=late, batch=3)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        swept = list(pool.map(run, range(2)))
    swept.append(sweep.expire_due(now=late))
    assert sum(swept) == 12
    assert Transaction.objects.filter(kind="expire").count() == 12
    assert {balance(holder) for holder in holders} == {7}


@pytest.mark.django_db(transaction=True)
def test_who_spends_just_now_is_not_waited_for(many, late):
    first, second = many(2)
    held, done = threading.Event(), threading.Event()

    def spending():
        try:
            with transaction.atomic():
                Account.objects.select_for_update().get(pk=first.pk)
                held.set()
                assert done.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=spending, daemon=True)
    thread.start()
    assert held.wait(30)
    assert sweep.expire_due(now=late) == 1
    done.set()
    thread.join(30)
    assert (balance(first), balance(second)) == (12, 7)
    assert sweep.expire_due(now=late) == 1


@pytest.fixture
def member(budget, person, earned, cast, now):
    """A resident with the phone number of an account of the platform, and 5 points that expire soon."""
    someone = person(name="王建国", phone="13812344080")
    user = User.objects.get(pk=cast.gw.user_id)
    user.phone_index, user.name = someone.phone_index, "王建国"
    user.save(update_fields=["phone_index", "name"])
    holder = accounts.of_person(someone, now)
    funds = budget()
    earned(funds, holder, 5, date(2026, 12, 23))
    earned(funds, holder, 4, date(2026, 12, 31))
    earned(funds, holder, 3, date(2027, 1, 1))
    return holder


def told() -> list[tuple[int, str]]:
    return list(InboxItem.objects.filter(subject_type=sweep.SUBJECT).order_by("pk").values_list("user_id", "title"))


@pytest.mark.django_db
def test_members_are_told_a_month_before_and_once(member, cast, now):
    assert sweep.warn_soon(now=now - timedelta(days=1)) == 0
    assert sweep.warn_soon(now=now) == 1
    assert sweep.warn_soon(now=now + timedelta(days=1)) == 0
    assert told() == [(cast.gw.user_id, "您有 9 积分将于 12 月 23 日起到期")]
    assert sweep.warn_soon(now=now + timedelta(days=30)) == 0
    assert sweep.warn_soon(now=now + timedelta(days=31)) == 0
    assert sweep.warn_soon(now=now + timedelta(days=39)) == 1
    assert told()[1] == (cast.gw.user_id, "您有 3 积分将于 1 月 1 日起到期")


@pytest.mark.django_db
def test_of_a_family_with_one_number_who_has_the_name_is_told(member, person, cast, now):
    person(name="刘敏", phone="13812344080")
    assert sweep.warn_soon(now=now) == 1
    InboxItem.objects.all().delete()
    User.objects.filter(pk=cast.gw.user_id).update(name="王强")
    assert sweep.warn_soon(now=now) == 0


@pytest.mark.django_db
def test_who_has_no_account_is_told_nothing(member, cast, now):
    User.objects.filter(pk=cast.gw.user_id).update(is_active=False)
    assert sweep.warn_soon(now=now) == 0
    User.objects.filter(pk=cast.gw.user_id).update(is_active=True, phone_index="")
    assert sweep.warn_soon(now=now) == 0


@pytest.mark.django_db
def test_who_died_keeps_the_account_until_the_points_run_out(member, shop, cause, cast, now):
    spent = services.spend(holder=member, shop=shop, points=2, cause=cause("order:1"))
    die(person_id=member.person_id, on=date(2026, 11, 22), by=cast.cw, now=now)
    assert sweep.warn_soon(now=now) == 0
    services.cancel(transaction=spent, cause=cause("cancel:1"))
    assert balance(member) == 12
    assert sweep.expire_due(now=now.replace(year=2027, month=1, day=2)) == 1
    assert balance(member) == 0


def test_the_beat_calls_both():
    assert settings.CELERY_BEAT_SCHEDULE["expire-points"]["task"] == tasks.expire_points.name
    assert settings.CELERY_BEAT_SCHEDULE["verify-ledger"]["task"] == tasks.long_verify_ledger.name


@pytest.mark.django_db
def test_the_tasks_run(member):
    tasks.expire_points()
    tasks.long_verify_ledger()
