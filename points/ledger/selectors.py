"""What an account has, what of it expires soon, and what happened to it."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Min, QuerySet, Sum

from governance.scope import Actor
from points.models import Account, AwardHalt, Entry, LedgerCheck, Lot


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


def last_runs(count: int = 10) -> list[LedgerCheck]:
    """The last reconciliations, the newest first."""
    return list(LedgerCheck.objects.order_by("-at", "-pk")[:count])


def open_halts(actor: Actor) -> list[AwardHalt]:
    """Which units may give no points: the actor's and those below, and those above, whose halt stops theirs."""
    above = [actor.district_id, actor.street_id]
    rows = AwardHalt.objects.visible_to(actor) | AwardHalt.objects.filter(unit__in=[pk for pk in above if pk])
    return list(rows.filter(lifted_at=None).select_related("unit").order_by("since", "pk"))
