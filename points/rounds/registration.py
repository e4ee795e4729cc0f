"""What this subject gives to the registries of the rooms below it, at start-up."""

from __future__ import annotations

from governance.audit import actions
from governance.ui import chips, nav
from governance.ui.nav import NavItem
from members import registry
from members.designations import mine as couriers
from members.volunteers import registry as volunteers
from points.rounds import following
from points.rounds.mine import sections
from points.rounds.notices import services as notices
from points.rounds.statements import services as statements

_GROUP = "志愿服务"
_PAGES = (
    NavItem(
        "我的积分", "points:mine", "coin", "", "工作台", 61, owns=("points:my_statement",),
    ),
    NavItem(
        "积分公示", "points:notices", "speakerphone", "points.notice_see", _GROUP, 60,
        owns=("points:notice", "points:notice_add", "points:notice_print", "points:notice_object",
              "points:notice_answer"),
    ),
)  # fmt: skip
_ACTIONS = {
    "points.notice_draft": "拟定积分公示", "points.notice_refresh": "更新积分公示草稿",
    "points.notice_discard": "作废积分公示草稿", "points.notice_publish": "发布积分公示",
    "points.notice_object": "登记积分公示异议", "points.notice_answer": "答复积分公示异议",
    "points.unnamed": "登记公示不具名", "points.named_again": "恢复公示具名",
}  # fmt: skip
_FIELDS = {
    "month": "月份", "edition": "版次", "given": "发放积分", "exchanged": "兑换积分", "unnamed": "不具名",
    "unnamed_given": "不具名发放积分", "unnamed_exchanged": "不具名兑换积分",
}  # fmt: skip


def register_all() -> None:
    """Called once, at start-up."""
    nav.register(*_PAGES)
    for code, label in _ACTIONS.items():
        actions.register_action(code, label)
    actions.register_action(statements.LOOK, "查看积分对账单", is_look=True)
    actions.register_subject(notices.SUBJECT, "积分公示")
    actions.register_fields(_FIELDS)
    chips.register_tones({"replaced": "mute"})
    registry.register_on_merged(following.on_merged)
    registry.register_section(sections.of_person, order=45)
    registry.register_household_section(sections.of_household, order=45)
    couriers.register_points(sections.of_courier)
    volunteers.register_own(sections.own)
