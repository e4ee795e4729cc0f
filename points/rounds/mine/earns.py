"""What earns points, as a member's page tells it: the rules in force in the actor's district."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from governance.scope import Actor
from points.earning.rules import told
from points.models import EarningRule

# While the district has no rules yet.
_DEFAULT = (
    ("随手拍上报的问题属实，并已办结", ""), ("参加志愿服务，时长经队伍确认", ""),
    ("应急保供、隐患线索等经社区采纳", ""), ("在“创先争优”评选中当选", ""),
)  # fmt: skip


def lines(actor: Actor, today: date) -> Sequence[tuple[str, str]]:
    """(what, how many points in words), in the order of the rules; general words where there are none."""
    rules = EarningRule.objects.in_force(today).filter(district_id=actor.district_id).order_by("kind", "code")
    return [(rule.name, told(rule)) for rule in rules] or _DEFAULT
