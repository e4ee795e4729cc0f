"""What this subject gives to the registries of the rooms below it, at start-up."""

from __future__ import annotations

from django.urls import reverse

from governance.audit import actions
from governance.outbox import registry as outbox
from governance.sheets import registry as sheets
from governance.ui import nav
from governance.ui.nav import NavItem
from members import registry
from members.following import follow
from members.party_households import following
from members.party_households.followers import FOLLOWERS
from members.party_households.services._common import SUBJECT
from members.party_households.sheet import PARTY_HOUSEHOLDS
from members.party_households.views.pages import household_section, person_rows, person_section

_GROUP = "党建"
_PAGES = (
    NavItem(
        "党员中心户", "members:party_households", "home-star", "party_household.see", _GROUP, 60,
        owns=("members:party_household", "members:party_household_open", "members:party_household_change",
              "members:party_household_homes", "members:party_household_let_go", "members:party_household_visit",
              "members:party_household_report", "members:party_household_end"),
    ),
    NavItem(
        "中心户缺口", "members:party_household_gaps", "home-question", "party_household.figures", _GROUP, 61,
        owns=("members:party_household_grids", "members:party_household_unattended"),
    ),
)  # fmt: skip
_ACTIONS = {
    "party_household.open": "设立党员中心户",
    "party_household.change": "修改党员中心户",
    "party_household.confirm": "确认中心户继续",
    "party_household.end": "终止党员中心户",
    "party_household.look_after": "增加联系户",
    "party_household.let_go": "减少联系户",
    "party_household.pass_on": "联系户改由他人联系",
    "party_household.visit": "记录走访",
    "party_household.report": "记录反映的情况",
}
_FIELDS = {
    "sign_number": "挂牌编号", "duties": "职责", "homes": "联系户数", "households": "住户", "doubt": "待核",
    "household_id": "住户", "visited": "走访户数", "on": "日期", "appeal_number": "工单号",
}  # fmt: skip


def register() -> None:
    """Called once, when Django is ready."""
    actions.register_subject(SUBJECT, "党员中心户")
    actions.register_fields(_FIELDS)
    for code, label in _ACTIONS.items():
        actions.register_action(code, label)
    outbox.register_subject(SUBJECT, url=lambda pk: reverse("members:party_household", args=[pk]))
    nav.register(*_PAGES)
    sheets.register(PARTY_HOUSEHOLDS)
    registry.register_section(person_section, rows=person_rows, order=registry.PARTY + 5)
    registry.register_household_section(household_section, order=registry.PARTY + 5)
    registry.register_on_merged(following.person_merged)
    registry.register_on_gone(following.person_gone)
    registry.register_on_moved(following.person_moved)
    registry.register_on_settled(following.person_settled)
    registry.register_on_membership_ended(following.membership_ended)
    follow(*FOLLOWERS)
