"""What an account has, what of it expires soon, and what happened to it."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Min, QuerySet, Sum

from points.models import Account, Entry, Lot


def usable(account: Account, today: date) -> int:
    """What a holder may spend today: the lots that have not expired."""
    lots = Lot.objects.filter(account=account, left__gt=0, expires_on__gte=today)
    return lots.aggregate(points=Sum("left"))["points"] or 0


def expiring(account: Account, today: date, days: int = 30) -> tuple[int, date | None]:
    """How many points expire within so many days, and the first day on which some do; (0, None) for none."""
    soon = Lot.objects.filter(
        account=account, left__gt=0, expires_on__gte=today, expires_on__lte=today + timedelta(days=days)
    ).aggregate(points=Sum("left"), first=Min("expires_on"))
    return soon["points"] or 0, soon["first"]


def history(account: Account) -> QuerySet[Entry]:
    """What came and went, the newest first, with its transaction."""
    return Entry.objects.filter(account=account).select_related("transaction").order_by("-pk")


def total(account: Account) -> int:
    """The sum of an account's entries: for those that keep no balance."""
    return Entry.objects.filter(account=account).aggregate(points=Sum("amount"))["points"] or 0
