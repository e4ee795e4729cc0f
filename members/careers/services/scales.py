"""A new version of the pay scale; what is in force is never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise

from django.db import transaction

from governance.days import today_of
from governance.errors import InvalidInput
from governance.scope import Actor
from grids.models import Unit
from members.careers.pay import Scale, Scales, rules_as_data, shipped
from members.careers.records import set_next_grade
from members.careers.services._common import record, require
from members.models import Career, PayScale
from members.models.careers import POSTS, TOP_GRADE
from members.words import text_of

DECIDE = "career.decide"
MOST = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """What a version is to say, in whole yuan a month; and after how many counted years a grade more is due."""

    valid_from: date
    base: int
    posts: Mapping[str, int] = field(default_factory=dict)
    grades: Mapping[str, int] = field(default_factory=dict)
    years_per_grade: int = 3


def drafted(amounts: Amounts, scales: Scales, today: date) -> Scale:
    """The version as it would be, checked (InvalidInput naming the field); saves nothing."""
    last = scales.versions[-1]
    if amounts.valid_from < today or amounts.valid_from <= last.valid_from:
        raise InvalidInput(
            f"施行日期不能早于今天，且应晚于上一版的施行日期（{last.valid_from:%Y-%m-%d}）。", field="valid_from"
        )
    if amounts.valid_from.year > today.year + 3:
        raise InvalidInput("施行日期最多在三年之内，请核对年份。", field="valid_from")
    _check(amounts)
    rules = rules_as_data(last.rules) | {"years_per_grade": amounts.years_per_grade}
    return Scale(
        last.number + 1, amounts.valid_from, "", amounts.base, dict(amounts.posts), dict(amounts.grades),
        type(last.rules)(**rules),
    )  # fmt: skip


def _check(amounts: Amounts) -> None:
    wanted = {f"post_{post}": amounts.posts.get(post, -1) for post, _ in POSTS}
    wanted |= {f"grade_{n}": amounts.grades.get(str(n), -1) for n in range(1, TOP_GRADE + 1)}
    for name, amount in {"base": amounts.base, **wanted}.items():
        if not 0 <= amount <= MOST:
            raise InvalidInput(f"金额应为 0 至 {MOST:,} 之间的整数（元）。", field=name)
    steps = [amounts.grades[str(n)] for n in range(1, TOP_GRADE + 1)]
    for n, (low, high) in enumerate(pairwise(steps), start=2):
        if high < low:
            raise InvalidInput(f"{n} 级的级别工资不能低于 {n - 1} 级。", field=f"grade_{n}")
    if not 1 <= amounts.years_per_grade <= 10:
        raise InvalidInput("每满 1 至 10 年晋一级。", field="years_per_grade")


def publish_scale(*, amounts: Amounts, note: str, by: Actor, now: datetime) -> PayScale:
    """Add a version that is valid from a day to come, or from today."""
    require(by, DECIDE)
    words = text_of(note, label="依据（文号）", field="note", most=200, least=2)
    with transaction.atomic(durable=True):
        # Two at once wait here: versions are numbered one after the other.
        Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=by.district_id or 0)
        today = today_of(now)
        draft = drafted(amounts, Scales.load(), today)
        row = PayScale.objects.create(
            number=draft.number - len(shipped()), valid_from=draft.valid_from, note=words, amounts=draft.as_data(),
            rules=rules_as_data(draft.rules), made_by_user=by.user_id, made_by_name=by.user_name, made_at=now,
        )  # fmt: skip
        careers = list(Career.objects.serving().select_for_update(of=("self",)).order_by("pk"))
        set_next_grade(careers, draft)
        Career.objects.bulk_update(careers, ["next_grade_on"], batch_size=500)
        after = draft.as_data() | {"valid_from": draft.valid_from.isoformat()}
        record("career.scale", row, f"薪酬标准第 {draft.number} 版", by=by, now=now, after=after, reason=words)
    return row
