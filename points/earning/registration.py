"""What this subject gives to the registries of the rooms below it, at start-up."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from accounts.services import setup
from governance.audit import actions
from governance.files import registry as files
from governance.outbox import registry as outbox
from governance.scope import Actor
from governance.ui import chips, nav
from governance.ui.nav import NavItem
from grids import registry as territory
from members import registry
from members.following import follow
from members.volunteers.registry import register_on_confirmed
from points.earning import claims, clocks, following
from points.earning.rules import ensure_default_rules
from points.models import Claim, EarningRule

_GROUP = "积分"
_PAGES = (
    NavItem(
        "积分发放", "points:claims", "coins", "point.see", _GROUP, 16,
        owns=("points:claim", "points:claim_reject", "points:claim_reverse", "points:propose",
              "points:propose_person", "points:propose_household"),
    ),
    NavItem(
        "积分预算", "points:budgets", "wallet", "point.figures", _GROUP, 20,
        owns=("points:budget_fund", "points:budget_move", "points:budget_give_back", "points:budget_limit"),
    ),
    NavItem("异常核查", "points:odd", "zoom-question", "point.review", _GROUP, 30, owns=("points:odd_case",)),
    NavItem(
        "积分规则", "points:rules", "list-details", "point.read_rules", _GROUP, 40,
        owns=("points:rule_add", "points:rule_change", "points:rule_end", "points:odd_rule"),
    ),
)  # fmt: skip
_SUBJECTS = {
    "points.claim": "积分发放", "points.earningrule": "积分规则", "points.fundlimit": "积分额度",
    "points.oddreview": "积分异常核查", "points.account": "积分预算", "points.oddrule": "积分核查规则",
}  # fmt: skip
_ACTIONS = {
    "point.award": "发放积分", "point.propose": "申报积分", "point.approve": "审批积分申报",
    "point.second": "复核积分申报", "point.withdraw": "撤回积分申报", "point.to_street": "积分申报转街道复核",
    "point.reject": "退回积分申报", "point.reverse": "冲正积分",
    "point.points_soon": "积分申报将到审批时限", "point.points_late": "积分申报超期未审批",
    "point.points_to_street": "积分申报超期报街道", "point.rule_add": "新增积分规则",
    "point.rule_change": "修改积分规则", "point.rule_end": "停用积分规则", "point.fund": "拨付积分预算",
    "point.move": "划转积分预算", "point.give_back": "交回积分预算", "point.hand_on": "处理撤并社区的积分预算",
    "point.limit": "核定积分额度",
    "point.odd_review": "核查积分异常", "point.odd_rule": "修改积分核查规则",
}  # fmt: skip
_FIELDS = {"points": "积分", "quantity": "数量", "finding": "结论", "least": "从几笔起", "margin": "幅度"}
_TONES = {"awarded": "ok", "short": "soon", "owed": "over", "second": "visit", "waiting": "info", "reversed": "mute"}


def register_all() -> None:
    """Called once, at start-up."""
    for subject, label in _SUBJECTS.items():
        actions.register_subject(subject, label)
    for code, label in _ACTIONS.items():
        actions.register_action(code, label)
    actions.register_fields(_FIELDS)
    chips.register_tones(_TONES)
    nav.register(*_PAGES)
    clocks.register()
    outbox.register_subject(clocks.SUBJECT, url=lambda pk: reverse("points:claim", args=[pk]))
    files.register_owner(clocks.SUBJECT, may_see=_may_see)
    register_on_confirmed(claims.of_hours)
    registry.register_on_merged(following.on_merged)
    setup.register_step(_begin, is_for_later=True)
    follow(following.FOLLOWER)
    territory.register_on_unit_closed(following.unit_closed)
    outbox.register_subject(following.BUDGET, url=lambda pk: reverse("points:budgets"))


def _may_see(actor: Actor, claim_id: int) -> bool:
    """The photos of a claim are for those who see it."""
    return Claim.objects.visible_to(actor).filter(pk=claim_id).exists()


def _begin(district_id: int, by: Actor, now: datetime) -> str:
    """The rules that a district begins with; nothing where it has some."""
    if EarningRule.objects.filter(district_id=district_id).exists():
        return ""
    ensure_default_rules(district_id, timezone.localdate(now), now)
    return "已准备默认的积分规则和核查规则，可由区网格中心修改。"
