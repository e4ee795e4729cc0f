"""The regrading run: everybody who is due a higher grade gets it, with pay before and after, in one go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from governance.days import today_of
from governance.errors import IllegalState, InvalidInput
from governance.scope import Actor
from grids.models import Unit
from members.careers.grades import grade_of
from members.careers.pay import Scales
from members.careers.querysets import CareerQuerySet
from members.careers.records import records_of, set_next_grade
from members.careers.services._common import event_of, own_phone, record, require, standing
from members.models import Career, CareerEvent, Person
from members.words import text_of

DECIDE = "career.decide"


@dataclass(frozen=True, slots=True)
class Due:
    """Somebody who is due a higher grade: which, and the pay before and after."""

    career: Career
    grade: int
    pay_before: int
    pay_after: int

    @property
    def more(self) -> int:
        """Yuan a month more."""
        return self.pay_after - self.pay_before


def due_on(careers: CareerQuerySet, on: date) -> list[Due]:
    """Who of these is due a higher grade on a day; three queries, whatever their number. A grade is never lowered."""
    rows = list(careers)
    records, scale = records_of(rows), Scales.load().on(on)
    found = []
    for row in rows:
        grade = grade_of(records[row.pk], on, scale.rules)
        if grade > row.grade:
            found.append(Due(row, grade, scale.amount(row.post, row.grade), scale.amount(row.post, grade)))
    return found


def regrade(*, on: date, grounds: str, by: Actor, now: datetime) -> list[CareerEvent]:
    """Give everybody in the district the grade that is due on a day that has come.

    Repeating it finds nobody, and so does the second of two at once (IllegalState).
    """
    require(by, DECIDE)
    words = text_of(grounds, label="依据", field="grounds", most=300, least=2)
    if not today_of(now).replace(month=1, day=1) <= on <= today_of(now):
        raise InvalidInput("晋级日期应在今年之内，且不晚于今天。", field="on")
    with transaction.atomic(durable=True):
        held = Career.objects.visible_to(by).serving().select_for_update(of=("self",))
        # Nobody gives themselves a grade: who runs it is left for a colleague.
        held = held.exclude(person__in=Person.objects.filter(phone_index=own_phone(by)).exclude(phone_index=""))
        due = due_on(held.order_by("pk"), on)
        if not due:
            raise IllegalState("没有应晋级的人员，可能刚由他人办理。")
        events = [_apply(one, on, words, by, now) for one in due]
        careers = [one.career for one in due]
        set_next_grade(careers, Scales.load().on(on))
        Career.objects.bulk_update(careers, ["grade", "next_grade_on", "changed_at", "revision"], batch_size=500)
        made = CareerEvent.objects.bulk_create(events, batch_size=500)
        district = Unit.objects.get(pk=by.district_id or 0)
        after = {"on": on.isoformat(), "count": len(made), "more": sum(one.more for one in due)}
        record("career.regrade", district, district.name, by=by, now=now, after=after, reason=words)
    return made


def _apply(due: Due, on: date, words: str, by: Actor, now: datetime) -> CareerEvent:
    career, before = due.career, standing(due.career)
    career.grade, career.changed_at, career.revision = due.grade, now, career.revision + 1
    return event_of(
        career, "regraded", on, by=by, now=now, grounds=words, before=before, after=standing(career),
        pay=(due.pay_before, due.pay_after),
    )  # fmt: skip
