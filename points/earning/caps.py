"""How many points more somebody may earn by a rule: caps of a day, a month and a year, and once an activity.

Days are those of the event in the installation's zone (`Claim.on`), so midnight in Beijing divides them.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum

from points.models import Claim, EarningRule

_LABELS = {"day": "每日", "month": "每月", "year": "每年"}


@dataclass(frozen=True, slots=True)
class Room:
    """What a rule still leaves, and the cap that says so; None without any cap."""

    points: int | None
    why: str = ""


def room(rule: EarningRule, claim: Claim, but: Claim | None = None) -> Room:
    """What the rule leaves for who earns by the claim; the caller has the turn of that person or household.

    `but` is a claim whose points this one stands for.
    """
    given = _given(rule, claim).exclude(pk__in=[one.pk for one in (claim, but) if one])
    if rule.once_per_activity and claim.about and given.filter(about=claim.about).exists():
        return Room(0, "这场活动已计过积分，每场只计一次。")
    most = {"day": rule.day_most, "month": rule.month_most, "year": rule.year_most}
    if not any(limit is not None for limit in most.values()):
        return Room(None)
    on = claim.on
    month = Q(on__year=on.year, on__month=on.month)
    used = given.filter(on__year=on.year).aggregate(
        day=Sum("points", filter=Q(on=on)), month=Sum("points", filter=month), year=Sum("points")
    )
    lefts = [
        (max(0, limit - (used[span] or 0)), f"已达到“{rule.name}”{_LABELS[span]} {limit} 分的上限。")
        for span, limit in most.items()
        if limit is not None
    ]
    return Room(*min(lefts, key=lambda one: one[0]))


def _given(rule: EarningRule, claim: Claim) -> QuerySet[Claim]:
    earner = {"household_id": claim.household_id} if rule.earner == "household" else {"person_id": claim.person_id}
    rows: QuerySet[Claim] = Claim.objects.standing().filter(rule__code=rule.code, **earner)
    return rows.filter(rule__district_id=rule.district_id)
