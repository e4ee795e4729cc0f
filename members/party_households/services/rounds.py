"""What a party household does: visits, and what it reports."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from governance.days import today_of
from governance.errors import InvalidInput
from governance.scope import Actor
from members.models import LookedAfter, PartyHouseholdReport, PartyHouseholdVisit
from members.party_households import registry
from members.party_households.services._common import VISIT, locked, record, require
from members.words import text_of


def record_visit(
    *, party_household_id: int, on: date, household_ids: Collection[int], words: str, by: Actor, now: datetime
) -> PartyHouseholdVisit:
    """Put a round on record: which of the homes that it looks after were visited, and what was found.

    Raises InvalidInput: a day to come or before it began, no home, or one that it does not look after.
    """
    require(by, VISIT)
    words = text_of(words, label="走访情况", field="words", most=500)
    with transaction.atomic(durable=True):
        found = locked(party_household_id, by)
        _check_day(on, found.from_on, today_of(now))
        ties = LookedAfter.objects.filter(party_household=found, until_on=None, household_id__in=set(household_ids))
        homes = list(ties.order_by("household_id").values_list("household_id", flat=True))
        if not homes or len(homes) != len(set(household_ids)):
            raise InvalidInput("请勾选走访了哪些联系户。", field="households")
        visit = PartyHouseholdVisit.objects.create(
            party_household=found, on=on, words=words, recorded_by_user=by.user_id, recorded_by_name=by.user_name,
            recorded_at=now,
        )  # fmt: skip
        visit.households.set(homes)
        if found.last_visit_on is None or on > found.last_visit_on:
            found.last_visit_on = on
            found.save(update_fields=["last_visit_on"])
        record("party_household.visit", found, by=by, now=now, after={"on": on, "visited": len(homes)})
    return visit


def record_report(
    *, party_household_id: int, on: date, words: str, appeal_number: str = "", by: Actor, now: datetime
) -> PartyHouseholdReport:
    """Put on record what a party household reported; the number of the appeal that it became, where it became one.

    Raises InvalidInput naming the field.
    """
    require(by, VISIT)
    words = text_of(words, label="反映内容", field="words", most=500, least=5)
    number = text_of(appeal_number, label="工单号", field="appeal_number", most=32).upper()
    with transaction.atomic(durable=True):
        found = locked(party_household_id, by)
        _check_day(on, found.from_on, today_of(now))
        if number and registry.can_find() and number not in registry.find(by, [number]):
            raise InvalidInput("没有找到这个工单号，请核对；还没有登记诉求的可以先不填。", field="appeal_number")
        report = PartyHouseholdReport.objects.create(
            party_household=found, on=on, words=words, appeal_number=number, recorded_by_user=by.user_id,
            recorded_by_name=by.user_name, recorded_at=now,
        )  # fmt: skip
        record("party_household.report", found, by=by, now=now, after={"on": on, "appeal_number": number})
    return report


def _check_day(on: date, first: date, today: date) -> None:
    if not first <= on <= today:
        raise InvalidInput(f"日期应在设立日期（{first:%Y-%m-%d}）到今天之间。", field="on")
