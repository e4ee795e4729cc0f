"""Points that nobody spent in time: told about a month before, taken out on the day after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, Min, OuterRef, Sum
from django.utils import timezone

from accounts.models import User
from governance.outbox.services import notify
from governance.scope import PLATFORM
from members.models import Household, Person
from points.ledger import services
from points.ledger.posting import Cause
from points.models import Account, Lot

SOON_DAYS = 30
BATCH = 200
SUBJECT = "points.expiring"


def expire_due(*, now: datetime, batch: int = BATCH) -> int:
    """Take out what expired before today, a batch of accounts a transaction; how many accounts were swept.

    Two at once are harmless: each takes other accounts, and none is swept twice. Who spends just now is left for the
    next run.
    """
    swept, last = 0, 0
    while True:
        with transaction.atomic(durable=True):
            accounts = _locked_batch(timezone.localdate(now), last, batch)
            swept += sum(_expire(account, now) for account in accounts)
        if not accounts:
            return swept
        last = accounts[-1].pk


def warn_soon(*, now: datetime) -> int:
    """Tell members with an account of the platform what expires within 30 days; how many messages are new.

    One message for all that expires in one month, when its first day comes near.
    """
    today = timezone.localdate(now)
    told = 0
    for account, first, points in _expiring_soon(today):
        users = _users_of(account.person) if account.person else []
        told += notify(
            user_ids=users, key=f"points.soon:{account.pk}:{first:%Y-%m}", level="soon",
            title=f"您有 {points} 积分将于 {first.month} 月 {first.day} 日起到期", subject_type=SUBJECT,
            subject_id=account.pk, now=now,
            body=f"{first.month} 月内共有 {points} 积分到期，到期后不能再兑换。请到积分超市兑换。",
        )  # fmt: skip
    return told


def _locked_batch(today: date, after: int, batch: int) -> list[Account]:
    over = Lot.objects.filter(account=OuterRef("pk"), left__gt=0, expires_on__lt=today)
    rows = Account.objects.filter(Exists(over), kind="holder", pk__gt=after).order_by("pk")
    rows = rows.select_related("person__community", "household__community")
    return list(rows.select_for_update(skip_locked=True, no_key=True, of=("self",))[:batch])


def _expire(account: Account, now: datetime) -> bool:
    """Whether anything was there to take."""
    owner: Person | Household | None = account.person or account.household
    if owner is None:
        return False
    cause = Cause(
        key=f"expire:{account.pk}:{timezone.localdate(now)}", unit=owner.community, by=PLATFORM, now=now,
        words="积分到期",
    )  # fmt: skip
    row = services.expire(holder=account, cause=cause)
    return row is not None and row.is_new


def _expiring_soon(today: date) -> Iterator[tuple[Account, date, int]]:
    """Accounts of members with a user's phone number, with the first day and all points of that month."""
    numbers = User.objects.filter(is_active=True).exclude(phone_index="").values("phone_index")
    soon = Lot.objects.filter(
        left__gt=0, expires_on__gte=today, expires_on__lte=today + timedelta(days=SOON_DAYS),
        account__person__state="here", account__person__phone_index__in=numbers,
    )  # fmt: skip
    firsts = dict(soon.order_by().values_list("account").annotate(first=Min("expires_on")))
    for account in Account.objects.filter(pk__in=firsts).select_related("person").order_by("pk").iterator(500):
        first = firsts[account.pk]
        month = Lot.objects.filter(
            account=account, left__gt=0, expires_on__gte=first, expires_on__year=first.year,
            expires_on__month=first.month,
        )  # fmt: skip
        yield account, first, month.aggregate(points=Sum("left"))["points"]


def _users_of(person: Person) -> list[int]:
    """Who signs in with the person's number; of several residents with one number, the one of the same name."""
    users = User.objects.filter(phone_index=person.phone_index, is_active=True)
    same = Person.objects.filter(phone_index=person.phone_index, district_id=person.district_id, state="here")
    if same.aggregate(count=Count("pk"))["count"] > 1:
        users = users.filter(name=person.name)
    return list(users.values_list("pk", flat=True))
