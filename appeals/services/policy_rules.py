"""Keeping the rules that say which policy an appeal follows. They count for what comes or changes afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.rights import may
from appeals.models import CHANNELS, HANDLING_KINDS, URGENCIES, Category, PolicyRule
from governance.audit import services as audit
from governance.deadlines.models import Policy
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.scope import Actor

SUBJECT = "appeals.policyrule"
POLICIES_OF = "appeals.appeal"
# A rulebook is read whole, by everybody who registers; more would be nobody's overview either.
MOST_RULES = 500


@dataclass(frozen=True, slots=True)
class Conditions:
    """For which appeals; None and "" leave a thing open."""

    category_id: int | None = None
    urgency: int | None = None
    channel: str = ""
    handling_kind: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it names nothing: the rule for all others."""
        return self == Conditions()


def add_rule(*, conditions: Conditions, policy_id: int, by: Actor, now: datetime) -> PolicyRule:
    """A new rule. Raises InvalidInput when one for the same case is there already."""
    _allowed(by)
    with transaction.atomic(durable=True):
        if PolicyRule.objects.count() >= MOST_RULES:
            raise IllegalState(f"时限规则最多 {MOST_RULES} 条，请先合并或删除不用的规则。")
        rule = PolicyRule(policy=_policy(policy_id), **_checked(conditions, None))
        rule.save(force_insert=True)
        _record("policy_rule.add", rule, {}, _facts(rule), by, now)
    return rule


def change_rule(*, rule_id: int, conditions: Conditions, policy_id: int, by: Actor, now: datetime) -> PolicyRule:
    """Another case or another policy. The rule for all others keeps to all others."""
    _allowed(by)
    with transaction.atomic(durable=True):
        rule = _locked(rule_id)
        before = _facts(rule)
        if _is_open(rule) != conditions.is_open:
            raise InvalidInput("“其他所有诉求”的规则必须保留，不能加条件；请另外新增一条规则。", field="category")
        for name, value in _checked(conditions, rule).items():
            setattr(rule, name, value)
        rule.policy = _policy(policy_id)
        rule.save()
        _record("policy_rule.change", rule, before, _facts(rule), by, now)
    return rule


def remove_rule(*, rule_id: int, by: Actor, now: datetime) -> None:
    """Appeals of its case follow the next rule that fits them."""
    _allowed(by)
    with transaction.atomic(durable=True):
        rule = _locked(rule_id)
        if _is_open(rule):
            raise IllegalState("“其他所有诉求”的规则必须保留，可以修改它的方案。")
        _record("policy_rule.remove", rule, _facts(rule), {}, by, now)
        rule.delete()


def _allowed(by: Actor) -> None:
    if not may(by, "policy.edit"):
        raise NotAllowed("时限规则由区网格中心维护，您没有这项权限。")


def _locked(rule_id: int) -> PolicyRule:
    rows = PolicyRule.objects.select_for_update(of=("self",)).select_related("category", "policy")
    rule = rows.filter(pk=rule_id).first()
    if rule is None:
        raise NotFound("没有找到这条时限规则，可能已被删除。")
    return rule


def _is_open(rule: PolicyRule) -> bool:
    return rule.category_id is None and not rule.conditions


def _policy(policy_id: int) -> Policy:
    policy = Policy.objects.filter(pk=policy_id, subject_type=POLICIES_OF).first()
    if policy is None:
        raise InvalidInput("没有找到所选的时限方案，请重新选择。", field="policy")
    return policy


def _checked(conditions: Conditions, rule: PolicyRule | None) -> dict[str, Any]:
    """The conditions as the rule's fields."""
    known: dict[str, Sequence[tuple[Any, str]]] = {
        "urgency": URGENCIES,
        "channel": CHANNELS,
        "handling_kind": HANDLING_KINDS,
    }
    labels = {"urgency": "紧急程度", "channel": "来源渠道", "handling_kind": "办理类型"}
    for name, choices in known.items():
        value = getattr(conditions, name)
        if value not in ("", None) and value not in {key for key, _ in choices}:
            raise InvalidInput(f"{labels[name]}不在可选范围内，请重新选择。", field=name)
    category = None
    if conditions.category_id is not None:
        category = Category.objects.filter(pk=conditions.category_id).first()
        if category is None:
            raise InvalidInput("没有找到所选的诉求类别，请重新选择。", field="category")
    values = {
        "category": category, "urgency": conditions.urgency, "channel": conditions.channel,
        "handling_kind": conditions.handling_kind,
    }  # fmt: skip
    same = PolicyRule.objects.filter(
        category=category, channel=conditions.channel, handling_kind=conditions.handling_kind
    )
    same = same.filter(urgency__isnull=True) if conditions.urgency is None else same.filter(urgency=conditions.urgency)
    if (same.exclude(pk=rule.pk) if rule else same).exists():
        raise InvalidInput("已有一条条件完全相同的规则，请直接修改那一条。", field="category")
    return values


def _facts(rule: PolicyRule) -> dict[str, Any]:
    return {"conditions": str(rule), "policy": rule.policy.name}


def _record(
    action: str, rule: PolicyRule, before: dict[str, Any], after: dict[str, Any], by: Actor, now: datetime
) -> None:
    audit.record(
        action=action, subject_type=SUBJECT, subject_id=rule.pk, subject_label=str(rule), before=before, after=after,
        by=by, now=now,
    )  # fmt: skip
