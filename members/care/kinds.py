"""The lists that the platform begins with, and the rhythms that levels may have: data, which the centre changes."""

from __future__ import annotations

from typing import Any

from governance.deadlines.defaults import ship_policy
from governance.deadlines.models import Policy
from members.care.words import SUBJECT, VISIT
from members.models import CareKind

# code, name, days, warning days before
RHYTHMS = (
    ("care-weekly", "走访：每周一次", 7, 1),
    ("care-half-month", "走访：每半月一次", 15, 2),
    ("care-monthly", "走访：每月一次", 30, 3),
    ("care-quarterly", "走访：每季度一次", 90, 7),
)
# code, name, whether grounds are asked for, what they are, the policies of levels A, B, C
_WEEKLY = ("care-weekly", "care-half-month", "care-monthly")
_MONTHLY = ("care-half-month", "care-monthly", "care-quarterly")
DEFAULTS = (
    ("alone", "独居老人", False, "如年龄、健康状况、子女所在地", _WEEKLY),
    ("empty_nest", "空巢老人", False, "如子女所在地、联系频次", _WEEKLY),
    ("disabled", "残疾人", True, "残疾类别、等级、发证日期；残疾证号含身份证号，不要填写", _MONTHLY),
    ("allowance", "低保户", True, "低保证编号、批准日期", _MONTHLY),
    ("low_income", "低收入家庭", True, "认定文件、批准日期", _MONTHLY),
    ("child", "困境儿童", True, "认定类型、监护情况", _WEEKLY),
    ("illness", "重病患者", False, "病种、治疗情况", _WEEKLY),
    ("martyr_family", "军烈属", True, "优待证、抚恤类别", _MONTHLY),
)


def ensure_default_kinds() -> None:
    """Add the lists that are not there yet; what people have changed stays."""
    CareKind.objects.bulk_create(
        [
            CareKind(
                code=code, name=name, order=order * 10, needs_grounds=needs, grounds_hint=hint,
                policy_a=policies[0], policy_b=policies[1], policy_c=policies[2],
            )
            for order, (code, name, needs, hint, policies) in enumerate(DEFAULTS, start=1)
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def ship_rhythms() -> None:
    """Called once, when Django is ready: the policies that an installation starts with."""
    for code, name, days, before in RHYTHMS:
        ship_policy(SUBJECT, code, name, {VISIT: _term(days, before)})


def rhythm_choices() -> list[tuple[str, str]]:
    """The policies that a level may have: those that are kept, and those that are shipped and not asked for yet."""
    kept = dict(Policy.objects.filter(subject_type=SUBJECT).order_by("pk").values_list("code", "name"))
    return [*({code: name for code, name, *_ in RHYTHMS} | kept).items()]


def _term(days: int, before: int) -> dict[str, Any]:
    """Due at the end of the day; the ladder climbs to the community's secretary, then to the street."""
    return {
        "amount": days, "unit": "whole_days",
        "warnings": [{"before": _days(before), "action": "yellow"}], "missed": "red",
        "ladder": [{"after": _days(3), "action": "care_secretary"}, {"after": _days(7), "action": "care_street"}],
    }  # fmt: skip


def _days(amount: int) -> dict[str, Any]:
    return {"amount": amount, "unit": "calendar_days"}
