"""What a resident, or a household, has in points: for their own page, and for sections of others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Prefetch, QuerySet, Sum

from members.models import Household, Person
from points.models import Account, Entry, Lot

SOON_DAYS = 30


@dataclass(frozen=True, slots=True)
class Holding:
    """What may be spent today, how much of it expires within `SOON_DAYS`, and from when on; each day's in order."""

    usable: int = 0
    soon: int = 0
    first: date | None = None
    days: tuple[tuple[date, int], ...] = ()


def account_of_person(person_id: int) -> Account | None:
    """The account of a person; None for who never earned."""
    return Account.objects.filter(person_id=person_id).first()


def account_of_household(household_id: int) -> Account | None:
    """The account of a household; None for one that never earned."""
    return Account.objects.filter(household_id=household_id).first()


def household_of(person: Person) -> Household | None:
    """The household that somebody belongs to now."""
    rows = Household.objects.filter(stays__person=person, stays__until_on=None)
    found: Household | None = rows.select_related("home__building").first()
    return found


def holding(account: Account | None, today: date) -> Holding:
    """In one statement. What expires today may be spent today."""
    if account is None:
        return Holding()
    lots = Lot.objects.filter(account=account, left__gt=0, expires_on__gte=today)
    days = tuple(lots.values_list("expires_on").annotate(points=Sum("left")).order_by("expires_on"))
    soon = [(day, points) for day, points in days if day <= today + timedelta(days=SOON_DAYS)]
    return Holding(sum(points for _, points in days), sum(points for _, points in soon),
                   soon[0][0] if soon else None, days)  # fmt: skip


def movements(account: Account) -> QuerySet[Entry]:
    """What came and went, with whose business it was, what undid it, and until when what came is good."""
    lots = Prefetch("transaction__lots", Lot.objects.filter(account=account), to_attr="come")
    rows = Entry.objects.filter(account=account).select_related("transaction__unit", "transaction__undone_by")
    return rows.prefetch_related(lots)
