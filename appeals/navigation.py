"""Where the appeals stand in the navigation, what their states look like, and their exports in the background."""

from __future__ import annotations

from django.urls import reverse

from appeals import export
from governance.audit import actions
from governance.outbox import registry as outbox
from governance.ui import nav
from governance.ui.nav import NavItem

GROUP = "诉求办理"

ITEMS = (
    NavItem("我的待办", "appeals:worklist", "layout-list", "appeal.see", GROUP, 10, phone=1, phone_label="待办"),
    NavItem(
        "诉求列表", "appeals:list", "inbox", "appeal.see", GROUP, 20,
        owns=("appeals:detail", "appeals:step", "appeals:print", "appeals:reveal", "appeals:saved_views"),
    ),
    NavItem("登记诉求", "appeals:register", "edit", "appeal.register", GROUP, 30),
    NavItem("快速上报", "appeals:report", "circle-plus", "appeal.register", GROUP, 40, phone=2, phone_label="上报"),
    NavItem("回访", "appeals:visits", "phone-call", "appeal.visit", GROUP, 50, owns=("appeals:visit",)),
    NavItem(
        "督办单", "appeals:supervision", "speakerphone", "appeal.see_supervision", GROUP, 52,
        owns=("appeals:supervision_sheet",),
    ),
    NavItem("区领导清单", "appeals:leader_list", "list-check", "appeal.see_leader_list", GROUP, 54),
    NavItem("退单统计", "appeals:send_backs", "arrow-back-up", "appeal.see_send_backs", GROUP, 56),
    NavItem("重复诉求统计", "appeals:repeat_figures", "copy", "appeal.see_repeats", GROUP, 58),
    NavItem("我登记的", "appeals:mine", "user-edit", "appeal.register", GROUP, 60),
    NavItem("导出记录", "appeals:exports", "file-spreadsheet", "appeal.export", GROUP, 80, owns=("appeals:export",)),
    NavItem(
        "时限规则", "appeals:policy_rules", "list-tree", "policy.edit", "规则设置", 15,
        owns=("appeals:policy_rule", "appeals:policy_rule_add"),
    ),
    NavItem(
        "诉求类别", "appeals:categories", "category", "category.edit", "设置", 20,
        owns=("appeals:category", "appeals:category_add"),
    ),
)  # fmt: skip

_ACTIONS = {
    "appeal.mark_repeat": "标记重复诉求",
    "appeal.unmark_repeat": "取消重复标记",
    "appeal.refuse_repeat": "确认不是重复诉求",
    "appeal.export_ask": "申请导出诉求",
    "appeal.export_decide": "审批导出诉求",
    "appeal.export_begin": "开始已获同意的导出",
    "appeal.export": "导出诉求",
    "category.add": "新增诉求类别",
    "category.change": "修改诉求类别",
    "category.enable": "启用诉求类别",
    "category.disable": "停用诉求类别",
    "policy_rule.add": "新增时限规则",
    "policy_rule.change": "修改时限规则",
    "policy_rule.remove": "删除时限规则",
    "appeal.policy_adopted": "诉求换用时限方案新版本",
    "appeal.unit_closed": "单位撤并，诉求由新单位承接",
    "appeal.review_shelved": "挂账期满，恢复办理",
}


def register_pages() -> None:
    """Called once, when Django is ready."""
    nav.set_group_order(GROUP, "人口", "党建", "志愿服务", "积分", "队伍建设", "网格治理", "规则设置", "设置", "工作台")
    nav.register(*ITEMS)
    export.register_jobs()
    outbox.register_subject(export.SUBJECT, url=lambda pk: reverse("appeals:export", args=[pk]))
    actions.register_subject(export.SUBJECT, "诉求导出")
    actions.register_subject("appeals.category", "诉求类别")
    actions.register_subject("appeals.policyrule", "时限规则")
    for code, label in _ACTIONS.items():
        actions.register_action(code, label)
