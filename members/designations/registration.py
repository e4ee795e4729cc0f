"""What this subject gives to the registries of the rooms below it, at start-up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Count
from django.urls import NoReverseMatch, reverse

from accounts.rights import may
from accounts.services import setup
from governance.audit import actions
from governance.scope import Actor
from governance.sheets import registry as sheets
from governance.ui import nav
from governance.ui.nav import NavItem
from members import registry
from members.designations import services
from members.designations.counting import register_counter
from members.designations.courier_sheet import COURIERS
from members.designations.couriers import SUBJECT as COURIER
from members.designations.followers import FOLLOWERS
from members.designations.kinds import ensure_default_kinds
from members.designations.sheet import DESIGNATIONS
from members.designations.views.designations import NAME_MANY, person_rows, section
from members.following import follow
from members.models import PartyOrganisation, VolunteerTeam
from members.models.party import FEATURED_BRANCH

_GROUP, _PEOPLE = "党建", "人口"
_PAGES = (
    NavItem(
        "五雁、十员", "members:designations", "award", "designation.see", _GROUP, 70,
        owns=("members:designation_add", "members:designation_change", "members:designation_end"),
    ),
    NavItem("五雁、十员统计", "members:designation_figures", "chart-bar", "designation.figures", _GROUP, 71),
    NavItem(
        "新就业群体", "members:couriers", "bike", "courier.see", _PEOPLE, 62,
        owns=("members:courier", "members:courier_add", "members:courier_change", "members:courier_account",
              "members:courier_end"),
    ),
    NavItem("我的", "members:mine", "user", "courier.mine", _PEOPLE, 65, phone=3, phone_label="我的"),
)  # fmt: skip
_ACTIONS = {
    "designation.name": "命名",
    "designation.change": "修改称号",
    "designation.end": "结束称号",
    "designation.keep": "确认迁居后继续担任",
    "courier.add": "登记骑手",
    "courier.change": "修改骑手档案",
    "courier.account": "绑定骑手账号",
    "courier.end": "骑手退出",
}
_FIELDS = {
    "grounds": "命名依据", "from_on": "起", "until_on": "止", "ended_how": "结束原因", "moved_on": "迁居日期",
    "trade": "职业", "company": "平台、企业", "station": "站点", "routes": "配送路线", "units": "服务的社区",
    "community_id": "所在社区", "username": "用户名",
}  # fmt: skip


def register() -> None:
    """Called once, when Django is ready."""
    actions.register_subject(services.SUBJECT, "称号")
    actions.register_subject(COURIER, "新就业群体")
    actions.register_fields(_FIELDS)
    for code, label in _ACTIONS.items():
        actions.register_action(code, label)
    nav.register(*_PAGES)
    sheets.register(DESIGNATIONS)
    sheets.register(COURIERS)
    registry.register_section(section, rows=person_rows, order=registry.DESIGNATIONS)
    registry.register_person_action(NAME_MANY)
    registry.register_on_merged(services.person_merged)
    registry.register_on_gone(services.person_gone)
    registry.register_on_moved(services.person_moved)
    follow(*FOLLOWERS)
    register_counter("swan", counts=_featured, opens=_open_featured)
    register_counter("flock", counts=_teams, opens=_open_teams)
    setup.register_step(_begin)


def _begin(district_id: int, by: Actor, now: datetime) -> str:
    ensure_default_kinds()
    return "已准备五雁、十员、居民骨干的称号种类。"


def _featured(actor: Actor, column: str, units: Sequence[int], on: date) -> dict[int, int]:
    """鸿雁: featured branches of the party, by where they lie."""
    rows = PartyOrganisation.objects.filter(
        kind=FEATURED_BRANCH, founded_on__lte=on, **{f"{column}__in": list(units)}
    ).exclude(dissolved_on__lte=on)
    return dict(rows.order_by().values_list(column).annotate(n=Count("pk")))


def _open_featured(actor: Actor, unit_id: int) -> str:
    try:
        return f"{reverse('members:party_organisations')}?kind={FEATURED_BRANCH}&place={unit_id}"
    except NoReverseMatch:
        return ""


def _teams(actor: Actor, column: str, units: Sequence[int], on: date) -> dict[int, int]:
    """群雁: volunteer teams that stood on the day, by where they belong."""
    rows = VolunteerTeam.objects.filter(founded_on__lte=on, **{f"{column}__in": list(units)})
    standing = rows.exclude(dissolved_on__lte=on)
    return dict(standing.order_by().values_list(column).annotate(n=Count("pk")))


def _open_teams(actor: Actor, unit_id: int) -> str:
    """The teams of the unit; all that one sees are those of one's own."""
    if not may(actor, "volunteer.see"):
        return ""
    address = reverse("members:volunteer_teams")
    return address if unit_id == actor.unit_id else f"{address}?place={unit_id}"
