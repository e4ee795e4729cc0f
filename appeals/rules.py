"""Choosing the policy of an appeal by its category, urgency, channel and handling kind.

The nearest category in the tree decides first; among its rules the one that names most else; then urgency goes before
channel, and channel before handling kind. Source: workflow.md, "picked by category (nearest in the category tree),
urgency and channel".
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from appeals.models import Category, PolicyRule
from governance.deadlines.models import Policy
from governance.errors import IllegalState

DATA = Path(__file__).parent / "data" / "policy_rules.csv"


@dataclass(frozen=True, slots=True)
class Case:
    """What decides: the categories from the appeal's own up to its main one (ids), and the rest."""

    categories: tuple[int, ...]
    urgency: int
    channel: str
    handling_kind: str


class Rulebook:
    """The rules as they stand. Reading them is one query; choosing is none."""

    def __init__(self, rules: Iterable[PolicyRule]) -> None:
        self.rules = sorted(rules, key=_order)

    @classmethod
    def read(cls) -> Rulebook:
        """All rules, with their policies and categories."""
        return cls(PolicyRule.objects.select_related("policy", "category"))

    def rule_for(self, case: Case) -> PolicyRule:
        """The rule that decides. Raises IllegalState while there is not even the one for all others."""
        for rule in self.rules:
            if _fits(rule, case):
                return rule
        raise IllegalState("还没有“其他所有诉求”的时限规则，请先由区网格中心在“时限规则”中设置。", code="no_rule")


def case_of(category: Category | None, *, urgency: int, channel: str, handling_kind: str) -> Case:
    """The case of an appeal; walks up the tree (at most three levels)."""
    line = []
    while category is not None:
        line.append(category.pk)
        category = category.parent
    return Case(tuple(line), urgency, channel, handling_kind)


def _fits(rule: PolicyRule, case: Case) -> bool:
    return (
        (rule.category_id is None or rule.category_id in case.categories)
        and (rule.urgency is None or rule.urgency == case.urgency)
        and (not rule.channel or rule.channel == case.channel)
        and (not rule.handling_kind or rule.handling_kind == case.handling_kind)
    )


def _order(rule: PolicyRule) -> tuple[int, int, bool, bool, int]:
    """Where a rule stands: of two that fit one case, a deeper category is the nearer one."""
    level = rule.category.level if rule.category else 0
    return -level, -rule.conditions, rule.urgency is None, not rule.channel, rule.pk or 0


def ensure_default_rules() -> int:
    """Put in the rules that ship with the platform, where there are none yet; how many.

    Rules of categories that the installation does not have are left out.
    """
    with transaction.atomic():
        if PolicyRule.objects.exists():
            return 0
        policies = {policy.code: policy for policy in Policy.objects.all()}
        categories = {category.path: category for category in Category.objects.all()}
        made = [
            PolicyRule(
                category=categories.get(row["path"]), urgency=int(row["urgency"]) if row["urgency"] else None,
                channel=row["channel"], handling_kind=row["handling_kind"], policy=policies[row["policy"]],
            )
            for row in _rows()
            if not row["path"] or row["path"] in categories
        ]  # fmt: skip
        return len(PolicyRule.objects.bulk_create(made))


def _rows() -> Iterator[dict[str, str]]:
    with DATA.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)
