"""What this subject gives to the registries of the rooms below it, at start-up."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from accounts.services import setup
from governance.audit import actions
from governance.deadlines import adoption
from governance.deadlines import registry as deadlines
from governance.files import registry as files
from governance.outbox import registry as outbox
from governance.scope import Actor
from governance.ui import nav
from governance.ui.nav import NavItem
from members import registry
from members.care import hooks, sheet
from members.care.actions import ACTIONS, register_actions
from members.care.followers import FOLLOWERS
from members.care.handlers import CareClocks
from members.care.kinds import ensure_default_kinds, ship_rhythms
from members.care.sections import person_rows, person_section
from members.care.services import adopting
from members.care.words import FIGURES, KINDS, MAKE_VISIT, PAUSE, SEE, SUBJECT
from members.following import follow
from members.models import CareRecord

_PAGES = (
    NavItem(
        "重点关爱", "members:care", "heart-handshake", SEE, "人口", 30,
        owns=("members:care_record", "members:care_add", "members:care_change", "members:care_pause",
              "members:care_resume", "members:care_end", "members:care_visit"),
    ),
    # Beside reports and the map what a grid worker has the phone in hand for.
    NavItem("待走访", "members:care_today", "walk", MAKE_VISIT, "人口", 31, phone=4, phone_label="走访"),
    NavItem("关爱走访统计", "members:care_figures", "chart-bar", FIGURES, "人口", 32, owns=("members:care_turns",)),
    NavItem(
        "关爱类别", "members:care_kinds", "list-details", KINDS, "规则设置", 60,
        owns=("members:care_kind_add", "members:care_kind"),
    ),
)  # fmt: skip
_ACTIONS = {
    "care.add": "列入重点关爱", "care.change": "修改重点关爱", "care.end": "结束重点关爱", "care.assign": "指定走访人",
    "care.pause": "暂停走访", "care.resume": "恢复走访", "care.visit": "登记走访",
    "care.policy_adopted": "走访换用新方案", "care.kind_add": "新增关爱类别", "care.kind_change": "修改关爱类别",
    **{f"care.{code}": rung.words for code, rung in ACTIONS.items()},
}  # fmt: skip
_FIELDS = {
    "level": "关爱等级", "grounds": "认定依据", "visitor_id": "走访人", "since": "列入日期", "until_on": "结束日期",
    "ended_how": "结束原因", "paused_until": "暂停至", "pause_reason": "暂停原因", "how": "走访方式",
    "found": "走访情况", "needs_grounds": "必须填写认定依据", "grounds_hint": "认定依据填写说明",
    "policy_a": "A 级走访方案", "policy_b": "B 级走访方案", "policy_c": "C 级走访方案", "is_active": "启用",
}  # fmt: skip


def register() -> None:
    """Called once, when Django is ready."""
    ship_rhythms()
    register_actions()
    deadlines.register(SUBJECT, CareClocks())
    # How long a pause lasts was decided by a person.
    adoption.register(
        SUBJECT,
        adoption.Adopter(
            adopting.waiting, adopting.adopt, frozenset({PAUSE}), "members:care_kinds", "关爱类别", noun="走访"
        ),
    )
    outbox.register_subject(SUBJECT, url=lambda pk: reverse("members:care_record", args=[pk]))
    files.register_owner(SUBJECT, may_see=_may_see)
    actions.register_subject(SUBJECT, "重点关爱")
    actions.register_subject("members.carekind", "关爱类别")
    actions.register_fields(_FIELDS)
    for code, label in _ACTIONS.items():
        actions.register_action(code, label)
    registry.register_section(person_section, rows=person_rows, order=registry.CARE)
    registry.register_on_merged(hooks.person_merged)
    registry.register_on_gone(hooks.person_gone)
    registry.register_on_moved(hooks.person_moved)
    follow(*FOLLOWERS)
    setup.register_step(_begin)
    sheet.register()
    nav.register(*_PAGES)


def _begin(district_id: int, by: Actor, now: datetime) -> str:
    """What a real district begins with: the usual lists, all of them editable."""
    ensure_default_kinds()
    return "已准备重点关爱的类别和走访频次，可由区网格中心修改。"


def _may_see(actor: Actor, record_id: int) -> bool:
    """The photos of a visit are for those who see the person's care."""
    return CareRecord.objects.visible_to(actor).filter(pk=record_id).exists()
