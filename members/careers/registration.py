"""What this subject gives to the registries of the rooms below it, at start-up."""

from __future__ import annotations

from django.urls import reverse

from governance.audit import actions
from governance.deadlines import registry as deadlines
from governance.outbox import registry as outbox
from governance.sheets import registry as sheets
from governance.ui import chips, nav
from governance.ui.nav import NavItem
from grids import registry as territory
from grids.models.quotas import WORKERS
from grids.quotas import counts
from members import registry
from members.careers import clocks, handlers, hooks
from members.following import follow

_ACTIONS = {
    "career.follow_unit": "工作人员随单位调整",
    "career.enter": "登记入职", "career.facts": "更新学历、证书", "career.move": "调整工作单位",
    "career.end": "登记离岗",
    "career.scale": "发布薪酬标准", "career.regrade": "批量晋级", "career.round_open": "开始年度考核",
    "career.appraise": "填写考核结果", "career.round_submit": "提交考核审核", "career.round_decide": "审定年度考核",
    "career.round_return": "退回年度考核", "career.propose": "提出人事程序", "career.review": "街道审核",
    "career.waive": "审批特殊情况", "career.publish": "发布公示", "career.object_to": "登记异议",
    "career.settle": "异议查处", "career.deliver": "登记送达", "career.hear": "登记申辩", "career.decide": "人事审定",
    "career.withdraw": "撤回人事程序", "career.lapse": "公示、申辩期满", "career.career_soon": "人事程序临近时限",
    "career.career_late": "人事程序超时", "career.demo": "建立演示队伍",
}  # fmt: skip
_FIELDS = {
    "post": "岗位", "grade": "级别", "degree": "学历", "certificate": "职业资格", "duty": "职务", "more": "月增资合计",
    "base": "基本工资", "posts": "岗位工资", "grades": "级别工资", "valid_from": "施行日期", "support": "是否同意",
    "accept": "是否批准", "upheld": "异议是否成立", "condition": "条件", "where": "公示地点", "path": "事项",
    "approved": "核定", "filled": "实有", "delta": "增减",
}  # fmt: skip
_TONES = {
    "nominated": "info", "proposed": "info", "reviewed": "work", "public_notice": "soon", "suspended": "over",
    "noticed": "work", "hearing": "soon", "heard": "work", "decided": "work", "appointed": "ok", "removed": "mute",
    "measured": "ok", "refused": "mute", "withdrawn": "mute", "serving": "ok", "promoted": "info",
}  # fmt: skip
_GROUP = "队伍建设"
_PAGES = (
    NavItem(
        "社区工作者", "members:careers", "id-badge-2", "career.see", _GROUP, 10,
        owns=("members:career", "members:career_add", "members:career_facts", "members:career_move",
              "members:career_end", "members:career_propose", "members:career_measure"),
    ),
    NavItem(
        "晋升清退奖惩", "members:career_procedures", "gavel", "career.see", _GROUP, 20,
        owns=("members:career_procedure", "members:career_step", "members:career_notice"),
    ),
    NavItem(
        "年度考核", "members:appraisals", "clipboard-check", "career.see", _GROUP, 30,
        owns=("members:appraisal", "members:appraisal_open", "members:appraisal_decide"),
    ),
    NavItem(
        "薪酬与晋级", "members:pay_scales", "coin-yuan", "career.see", _GROUP, 40,
        owns=("members:pay_scale_add", "members:regrade"),
    ),
    NavItem("队伍统计", "members:career_figures", "chart-bar", "career.figures", _GROUP, 50),
)  # fmt: skip


def register() -> None:
    """Called once, when Django is ready."""
    from members.careers.sheet import CAREERS
    from members.careers.views.parts import person_rows, person_section

    clocks.register()
    deadlines.register(clocks.SUBJECT, handlers.ProcedureClocks())
    actions.register_subject("members.career", "社区工作者")
    actions.register_subject(clocks.SUBJECT, "人事程序")
    actions.register_subject("members.appraisalround", "年度考核")
    actions.register_subject("members.payscale", "薪酬标准")
    actions.register_fields(_FIELDS)
    for code, label in _ACTIONS.items():
        actions.register_action(code, label)
    outbox.register_subject(clocks.SUBJECT, url=lambda pk: reverse("members:career_procedure", args=[pk]))
    outbox.register_subject("members.appraisalround", url=lambda pk: reverse("members:appraisal", args=[pk]))
    chips.register_tones(_TONES)
    nav.register(*_PAGES)
    sheets.register(CAREERS)
    counts.register_source(WORKERS, hooks.workers_at)
    registry.register_on_merged(hooks.person_merged)
    registry.register_on_gone(hooks.person_gone)
    registry.register_section(person_section, rows=person_rows, order=80)
    territory.register_open_work(hooks.open_careers)
    territory.register_on_unit_closed(hooks.unit_closed)
    territory.register_on_unit_moved(hooks.unit_moved)
    follow(*hooks.FOLLOWERS)
