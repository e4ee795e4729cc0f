"""That somebody looked at another's statement is on record, as for all personal data."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.rights import may
from governance.audit import services as audit
from governance.errors import NotAllowed, NotFound
from governance.scope import Actor
from members.models import Household, Person
from points.rounds.statements.periods import Period

SEE = "points.person"
LOOK = "points.statement_read"


def look_at_person(*, person_id: int, period: Period, by: Actor, now: datetime) -> Person:
    """The person in scope whose statement is looked at. Raises NotAllowed, NotFound."""
    _require(by)
    with transaction.atomic(durable=True):
        person: Person | None = Person.objects.visible_to(by).defer("search").filter(pk=person_id).first()
        if person is None:
            raise NotFound("没有找到这个人，或不在您的管辖范围内。")
        _record(person, period, by, now)
    return person


def look_at_household(*, household_id: int, period: Period, by: Actor, now: datetime) -> Household:
    """The household in scope whose statement is looked at. Raises NotAllowed, NotFound."""
    _require(by)
    with transaction.atomic(durable=True):
        rows = Household.objects.visible_to(by).select_related("home__building")
        household: Household | None = rows.filter(pk=household_id).first()
        if household is None:
            raise NotFound("没有找到这一户，或不在您的管辖范围内。")
        _record(household, period, by, now)
    return household


def _require(by: Actor) -> None:
    if not may(by, SEE):
        raise NotAllowed("您的岗位不能查看居民的积分。")


def _record(subject: Person | Household, period: Period, by: Actor, now: datetime) -> None:
    audit.record(
        action=LOOK, subject_type=subject._meta.label_lower, subject_id=subject.pk, subject_label=str(subject)[:64],
        reason=f"{period.from_on} 至 {period.until_on}", by=by, now=now,
    )  # fmt: skip
