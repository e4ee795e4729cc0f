"""What this subject gives to the registries of the rooms below it, at start-up."""

from __future__ import annotations

from django.urls import reverse

from governance.audit import actions
from governance.outbox import registry as outbox
from governance.ui import chips, nav
from governance.ui.nav import NavItem
from members import registry
from members.following import follow
from members.volunteers import clocks, following, sheet
from members.volunteers.followers import FOLLOWERS
from members.volunteers.sections import rows, section

_GROUP = "人口"
_PAGES = (
    NavItem(
        "志愿队伍", "members:volunteer_teams", "users-group", "volunteer.see", _GROUP, 60,
        owns=("members:volunteer_team", "members:volunteer_team_add", "members:volunteer_team_change",
              "members:volunteer_team_dissolve", "members:volunteer_team_pick"),
    ),
    NavItem(
        "志愿活动", "members:volunteer_activities", "calendar-event", "volunteer.see", _GROUP, 62,
        owns=("members:volunteer_activity", "members:volunteer_activity_add", "members:volunteer_activity_change",
              "members:volunteer_activity_cancel", "members:volunteer_activity_pick", "members:volunteer_code",
              "members:volunteer_roster", "members:volunteer_hours_add"),
    ),
    NavItem(
        "待确认时长", "members:volunteer_hours", "clock-check", "volunteer.hours", _GROUP, 64,
        owns=("members:volunteer_hours_refuse", "members:volunteer_hours_correct"),
    ),
    NavItem("志愿服务统计", "members:volunteer_figures", "chart-bar", "volunteer.see", _GROUP, 66),
    NavItem(
        "我的志愿服务", "members:volunteer_mine", "heart-handshake", "", "工作台", 60,
        owns=("members:volunteer_check_in",),
    ),
)  # fmt: skip
_SUBJECTS = {
    "members.volunteerteam": "志愿队伍", "members.activity": "志愿活动", "members.signup": "志愿报名",
    "members.servicehours": "志愿服务时长",
}  # fmt: skip
_ACTIONS = {
    "volunteer.team_add": "登记志愿队伍", "volunteer.team_change": "修改志愿队伍",
    "volunteer.team_dissolve": "解散志愿队伍",
    "volunteer.members_add": "志愿队员入队", "volunteer.member_leave": "志愿队员离队",
    "volunteer.member_change": "修改志愿队员",
    "volunteer.activity_add": "拟定志愿活动", "volunteer.activity_change": "修改志愿活动",
    "volunteer.activity_publish": "发布志愿活动", "volunteer.activity_open": "志愿活动开始签到",
    "volunteer.activity_end": "结束志愿活动", "volunteer.activity_cancel": "取消志愿活动",
    "volunteer.sign_up": "志愿活动报名", "volunteer.sign_off": "取消志愿报名", "volunteer.promoted": "候补转正",
    "volunteer.check_in": "凭签到码签到", "volunteer.attend_in": "名单点到", "volunteer.attend_out": "名单签退",
    "volunteer.attend_whole": "登记全程参加", "volunteer.attend_undo": "撤销签到",
    "volunteer.hours_soon": "服务时长将到确认时限", "volunteer.hours_late": "服务时长超期未确认",
    "volunteer.hours_to_street": "服务时长超期报街道",
    "hours.propose": "补报服务时长", "hours.confirm": "确认服务时长", "hours.refuse": "退回服务时长",
    "hours.correct": "更正服务时长",
}  # fmt: skip
_FIELDS = {
    "founded_on": "成立日期", "leader_id": "队长", "site_id": "阵地", "team_id": "队伍", "starts_at": "开始时间",
    "ends_at": "结束时间", "capacity": "名额", "sign_up_until": "报名截止", "planned_minutes": "计划时长（分钟）",
    "minutes": "时长（分钟）", "people": "人员", "pending": "待确认", "card": "提醒", "checked_in_at": "签到时间",
}  # fmt: skip
_TONES = {
    "draft": "mute", "published": "info", "ended": "ok", "signed": "info", "came": "ok", "absent": "mute",
    "proposed": "info", "confirmed": "ok", "refused": "over", "corrected": "mute",
}  # fmt: skip


def register() -> None:
    """Called once, when Django is ready."""
    for subject, label in _SUBJECTS.items():
        actions.register_subject(subject, label)
    for code, label in _ACTIONS.items():
        actions.register_action(code, label)
    actions.register_fields(_FIELDS)
    chips.register_tones(_TONES)
    nav.register(*_PAGES)
    clocks.register()
    sheet.register()
    outbox.register_subject(clocks.SUBJECT, url=lambda pk: reverse("members:volunteer_activity", args=[pk]))
    registry.register_section(section, rows=rows, order=60)
    registry.register_on_merged(following.on_merged)
    registry.register_on_gone(following.on_gone)
    follow(*FOLLOWERS)
