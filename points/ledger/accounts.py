"""The accounts: opened when they are first needed, one of each owner, and never closed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from governance.errors import IllegalState
from grids.models import Site, Unit
from members.models import Household, Person
from points.models import Account


def of_person(person: Person, now: datetime) -> Account:
    """The account of a person, opened now if they have none; of a merged record, that of the record that was kept."""
    return _opened(now, kind="holder", district_id=person.district_id, person_id=person.merged_into_id or person.pk)


def successor_of(holder: Account) -> Account | None:
    """The account that a merged record's points went to; None for everybody else's."""
    if holder.person_id is None:
        return None
    merged = Person.objects.filter(pk=holder.person_id).values_list("merged_into_id", flat=True).first()
    return Account.objects.filter(person_id=merged).first() if merged else None


def of_household(household: Household, now: datetime) -> Account:
    """The account of a household, opened now if it has none."""
    return _opened(now, kind="holder", district_id=household.district_id, household_id=household.pk)


def of_shop(site: Site, now: datetime) -> Account:
    """What a shop took in; opened now if it has none."""
    return _opened(now, kind="shop", district_id=site.district_id, site_id=site.pk)


def of_purchase(person: Person, site: Site, now: datetime) -> tuple[Account, Account]:
    """The accounts of a person and of a shop, in one question where both are open."""
    owners = [person.merged_into_id or person.pk, site.pk]
    found = {account.kind: account for account in Account.objects.raw(_OF_PURCHASE, owners)}
    return found.get("holder") or of_person(person, now), found.get("shop") or of_shop(site, now)


_OF_PURCHASE = """
SELECT id, kind, district_id, unit_id, person_id, household_id, site_id, from_on, until_on, balance, opened_at
FROM points_account WHERE person_id = %s OR (site_id = %s AND kind = 'shop')
"""


def of_reserve(site: Site, now: datetime) -> Account:
    """What is set aside for a shop that sells without a connection; opened now if it has none."""
    return _opened(now, kind="reserve", district_id=site.district_id, site_id=site.pk)


def of_issue(district_id: int, now: datetime) -> Account:
    """Where the district's points come from; opened now if it has none."""
    return _opened(now, kind="issue", district_id=district_id, unit_id=district_id)


def of_expired(district_id: int, now: datetime) -> Account:
    """Where points go that nobody spent in time; opened now if it has none."""
    return _opened(now, kind="expired", district_id=district_id, unit_id=district_id)


def of_budget(unit: Unit, *, from_on: date, until_on: date, now: datetime) -> Account:
    """The budget of a unit for a period, opened now if it has none.

    Periods of a unit do not overlap: raises IllegalState, naming the other one. The unit is locked meanwhile.
    """
    Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=unit.pk)
    budgets = Account.objects.filter(kind="budget", unit=unit)
    other = budgets.filter(from_on__lte=until_on, until_on__gte=from_on).order_by("from_on").first()
    if other is None:
        return _opened(
            now, kind="budget", district_id=unit.district_id, unit_id=unit.pk, from_on=from_on, until_on=until_on
        )
    if (other.from_on, other.until_on) != (from_on, until_on):
        raise IllegalState(
            f"{unit.name}已有 {other.from_on} 至 {other.until_on} 的预算，请用同一期间，或从其次日开始。"
        )
    return other


def budget_on(unit_id: int, on: date) -> Account | None:
    """The unit's budget that covers the day; None where it has none."""
    return Account.objects.filter(kind="budget", unit_id=unit_id, from_on__lte=on, until_on__gte=on).first()


def _opened(now: datetime, **owner: Any) -> Account:
    """Found, or opened: of two who open at the same time one waits, and finds what the other opened."""
    found = Account.objects.filter(**owner).first()
    if found is None:
        Account.objects.bulk_create([Account(opened_at=now, **owner)], ignore_conflicts=True)
        found = Account.objects.get(**owner)
    return found
