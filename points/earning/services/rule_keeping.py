"""The district's rules of earning: a change is a new version from a day on, and what was given stays as it was."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.audit import services as audit
from governance.errors import IllegalState, InvalidInput, NotFound
from governance.scope import Actor
from members.models import DesignationKind
from members.models.volunteers import KINDS
from members.words import choice_of, text_of
from points.earning.services._common import RULES, kept, require
from points.models import EARNERS, EXPIRIES, RULE_KINDS, EarningRule, OddRule

_CODE = re.compile(r"[a-z][a-z0-9_]{1,31}")
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """What a version says; amounts in points, `per` in the counter's unit."""

    name: str
    points: int
    per: int = 1
    counter: str = "次"
    day_most: int | None = None
    month_most: int | None = None
    year_most: int | None = None
    once_per_activity: bool = False
    second_from: int | None = None
    expiry: str = "next_year"
    expiry_months: int | None = None
    words: str = ""


_KEPT = tuple(field.name for field in fields(RuleFacts))


def add_rule(
    *, code: str, kind: str, match: str = "", earner: str = "person", facts: RuleFacts, from_on: date, by: Actor,
    now: datetime,
) -> EarningRule:  # fmt: skip
    """A new rule from a day on, today at the earliest. Raises InvalidInput naming the field."""
    require(by, RULES)
    if not _CODE.fullmatch(code):
        raise InvalidInput("代码用小写英文字母、数字和下划线，2 至 32 个。", field="code")
    kind = choice_of(kind, RULE_KINDS, label="来源", field="kind")
    rule = EarningRule(
        district_id=by.unit_id, code=code, kind=kind, match=_matched(kind, match),
        earner=choice_of(earner, EARNERS, label="记入", field="earner"),
    )  # fmt: skip
    if from_on < timezone.localdate(now):
        raise InvalidInput("起用日期不能早于今天。", field="from_on")
    with transaction.atomic(durable=True):
        if EarningRule.objects.filter(district_id=by.district_id, code=code).exists():
            raise InvalidInput("这个代码已经用过，请修改原有规则，或换一个代码。", field="code")
        _insert(rule, facts, from_on, by, now)
        _record("point.rule_add", rule, by, now, after=kept(rule, _KEPT))
    return rule


def change_rule(*, rule_id: int, facts: RuleFacts, from_on: date, by: Actor, now: datetime) -> EarningRule:
    """Another version of a rule, from tomorrow at the earliest: what happened until then counts by the one before.

    Raises InvalidInput naming the field, IllegalState where a later version stands already.
    """
    require(by, RULES)
    with transaction.atomic(durable=True):
        old = _locked(rule_id, by)
        if from_on <= max(timezone.localdate(now), old.from_on):
            raise InvalidInput("新规则最早从明天起，且晚于上一版的起用日期。", field="from_on")
        if old.until_on is not None and old.until_on < from_on:
            raise IllegalState("这一版在那天之前已经止用，请修改最新的一版。", field="from_on")
        before, until = kept(old, _KEPT), old.until_on
        old.until_on = from_on - timedelta(days=1)
        old.save(update_fields=["until_on"])
        new = EarningRule(
            district_id=old.district_id, code=old.code, kind=old.kind, match=old.match, earner=old.earner,
            until_on=until,
        )  # fmt: skip
        _insert(new, facts, from_on, by, now)
        if before == kept(new, _KEPT):
            raise InvalidInput("没有改动任何内容，无需保存。")
        _record("point.rule_change", new, by, now, before=before, after=kept(new, _KEPT))
    return new


def end_rule(*, rule_id: int, last_on: date, by: Actor, now: datetime) -> EarningRule:
    """The rule holds until a day, today at the earliest. Raises IllegalState for one that has ended before."""
    require(by, RULES)
    with transaction.atomic(durable=True):
        rule = _locked(rule_id, by)
        if last_on < max(timezone.localdate(now), rule.from_on):
            raise InvalidInput("止用日期不能早于今天和起用日期。", field="last_on")
        if rule.until_on is not None and rule.until_on <= last_on:
            raise IllegalState(f"这条规则已定于 {rule.until_on} 止用。", field="last_on")
        before = {"until_on": rule.until_on}
        rule.until_on = last_on
        rule.save(update_fields=["until_on"])
        _record("point.rule_end", rule, by, now, before=before, after={"until_on": last_on})
    return rule


def change_odd_rule(*, rule_id: int, least: int, margin: int, is_active: bool, by: Actor, now: datetime) -> OddRule:
    """From how many on something looks odd. Raises InvalidInput naming the field."""
    require(by, RULES)
    if not 2 <= least <= 1000:
        raise InvalidInput("笔数应在 2 至 1000 之间。", field="least")
    if not 0 <= margin <= 1000:
        raise InvalidInput("幅度应在 0 至 1000 之间。", field="margin")
    with transaction.atomic(durable=True):
        rule = OddRule.objects.select_for_update().filter(pk=rule_id, district_id=by.district_id).first()
        if rule is None:
            raise NotFound("没有找到这条核查规则。")
        names = ("least", "margin", "is_active")
        before = kept(rule, names)
        rule.least, rule.margin, rule.is_active = least, margin, is_active
        if before == kept(rule, names):
            raise InvalidInput("没有改动任何内容，无需保存。")
        rule.save(update_fields=list(names))
        audit.record(
            action="point.odd_rule", subject_type="points.oddrule", subject_id=rule.pk, subject_label=str(rule),
            before=before, after=kept(rule, names), by=by, now=now,
        )  # fmt: skip
    return rule


def _matched(kind: str, match: str) -> str:
    """What a duty or an activity's rule is for; nothing for the others."""
    if kind == "duty":
        known: Sequence[tuple[str, str]] = list(DesignationKind.objects.values_list("code", "name"))
        return choice_of(match, known, label="岗位", field="match")
    if kind == "activity" and match:
        return choice_of(match, KINDS, label="活动类型", field="match")
    return ""


def _locked(rule_id: int, by: Actor) -> EarningRule:
    rule: EarningRule | None = EarningRule.objects.visible_to(by).select_for_update().filter(pk=rule_id).first()
    if rule is None:
        raise NotFound("没有找到这条规则。")
    return rule


def _insert(rule: EarningRule, facts: RuleFacts, from_on: date, by: Actor, now: datetime) -> None:
    for name in _KEPT:
        setattr(rule, name, getattr(facts, name))
    rule.name = text_of(facts.name, label="名称", field="name", most=40, least=2)
    rule.counter = text_of(facts.counter, label="计量单位", field="counter", most=8, least=1)
    rule.words = text_of(facts.words, label="说明", field="words", most=200)
    rule.expiry = choice_of(facts.expiry, EXPIRIES, label="有效期", field="expiry")
    rule.expiry_months = facts.expiry_months if facts.expiry == "months" else None
    _check(rule)
    rule.from_on, rule.made_by_name, rule.made_at = from_on, by.user_name, now
    try:
        with transaction.atomic():
            rule.save(force_insert=True)
    except IntegrityError:
        raise IllegalState("这条规则在那天之后已有新的一版，请修改最新的一版。", field="from_on") from None


def _check(rule: EarningRule) -> None:
    amounts = {"points": rule.points, "per": rule.per, "second_from": rule.second_from}
    amounts |= {name: getattr(rule, name) for name in ("day_most", "month_most", "year_most")}
    for name, value in amounts.items():
        if value is not None and not 1 <= value <= _MOST:
            raise InvalidInput(f"应在 1 至 {_MOST:,} 之间，不限的不填。", field=name)
    if rule.expiry == "months" and not 1 <= (rule.expiry_months or 0) <= 60:
        raise InvalidInput("请填写 1 至 60 个月。", field="expiry_months")
    caps = [value for value in (rule.day_most, rule.month_most, rule.year_most) if value is not None]
    if caps != sorted(caps):
        raise InvalidInput("上限应为每日不多于每月、每月不多于每年。", field="month_most")


def _record(action: str, rule: EarningRule, by: Actor, now: datetime, **more: Any) -> None:
    audit.record(
        action=action, subject_type="points.earningrule", subject_id=rule.pk, subject_label=rule.name, by=by, now=now,
        **more,
    )  # fmt: skip
