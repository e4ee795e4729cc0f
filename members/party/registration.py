"""What this subject gives to the registries of the rooms below it, at start-up."""

from __future__ import annotations

from django.urls import reverse

from governance.audit import actions
from governance.deadlines import actions as steps
from governance.deadlines import registry as deadlines
from governance.deadlines.defaults import ship_policy
from governance.deadlines.wording import name_kinds
from governance.outbox import registry as outbox
from governance.sheets import registry as sheets
from governance.ui import chips, nav
from governance.ui.nav import NavItem
from grids import registry as territory
from members import registry
from members.party import clocks, following, handlers, units
from members.party.section import person_rows, person_section
from members.party.sheets.doubles import DOUBLES
from members.party.sheets.members import MEMBERS
from members.party.sheets.organisations import ORGANISATIONS

_GROUP = "党建"
_PAGES = (
    NavItem(
        "党组织", "members:party", "flag", "party.see", _GROUP, 10,
        owns=(
            "members:party_organisation", "members:party_found", "members:party_change", "members:party_move",
            "members:party_merge", "members:party_dissolve", "members:party_election", "members:party_appoint",
            "members:party_post_end", "members:party_extension_ask", "members:party_extension_decide",
            "members:party_figures", "members:party_organisations",
        ),
    ),
    NavItem(
        "党员", "members:party_members", "id-badge-2", "party.see_members", _GROUP, 20,
        owns=(
            "members:party_member", "members:party_admit", "members:party_take_in", "members:party_member_change",
            "members:party_full", "members:party_prolong", "members:party_member_end",
        ),
    ),
    NavItem(
        "组织关系转接", "members:party_transfers", "transfer", "party.see_members", _GROUP, 30,
        owns=(
            "members:party_transfer", "members:party_hand_over", "members:party_transfer_out", "members:party_refuse",
            "members:party_withdraw",
        ),
    ),
    NavItem(
        "双报到", "members:party_doubles", "user-check", "party.see_members", _GROUP, 40,
        owns=("members:party_double", "members:party_report", "members:party_report_end", "members:party_service"),
    ),
    NavItem("换届", "members:party_elections", "calendar-event", "party.see", _GROUP, 50),
)  # fmt: skip

_ACTIONS = {
    "party.found": "设立党组织", "party.change": "修改党组织信息", "party.move": "调整党组织隶属",
    "party.unit_closed": "单位撤并，党组织随同调整",
    "party.follow_unit": "党组织随单位调整",
    "party.merge": "合并党组织", "party.dissolve": "撤销党组织", "party.admit": "登记党员",
    "party.member_change": "修改党员信息", "party.full": "预备党员转正", "party.prolong": "延长预备期",
    "party.member_end": "党员组织关系结束", "party.hand_over": "转出组织关系", "party.receive": "接收组织关系",
    "party.refuse": "退回组织关系", "party.withdraw": "撤回组织关系转接", "party.transfer_out": "组织关系转出区外",
    "party.take_in": "组织关系从区外转入", "party.election": "登记换届选举", "party.appoint": "党组织任职",
    "party.post_end": "党组织离任", "party.extension_ask": "申请延期换届", "party.extension_decide": "审批延期换届",
    "party.report": "党员双报到", "party.report_end": "结束双报到", "party.service": "登记双报到服务",
    "party.party_transfer.party_soon": "组织关系接收即将到期", "party.party_transfer.party_late": "组织关系接收超期",
    "party.party_transfer.party_report_above": "组织关系接收超期报上级", "party.party_election.party_soon": "即将届满",
    "party.party_election.party_late": "应换届未换届", "party.party_election.party_report_above": "应换届未换届报上级",
    "party.party_probation.party_soon": "预备期满提醒", "party.party_probation.party_late": "转正讨论超期",
    "party.party_probation.party_report_above": "转正讨论超期报上级",
}  # fmt: skip
_FIELDS = {
    "parent_id": "上级党组织", "unit_id": "所在单位", "theme": "特色主题", "term_years": "任期（年）",
    "founded_on": "成立日期", "members_to": "党员转入", "joined_party_on": "入党日期", "full_on": "转正日期",
    "probation_ends_on": "预备期满日期", "ended_how": "结束原因", "from_organisation": "转出党组织",
    "to_organisation": "转入党组织", "letter_number": "介绍信编号", "elected_on": "选举日期", "ends_on": "届满日期",
    "until": "延期至", "organisation": "党组织", "own_organisation": "组织关系所在党组织",
    "post": "职务", "duty": "分工",
    "posts": "任职人数", "term": "届次", "category": "类别",
}  # fmt: skip


def register() -> None:
    """Called once, when Django is ready."""
    _register_record()
    _register_clocks()
    outbox.register_subject(clocks.OF_TRANSFER, url=lambda pk: reverse("members:party_transfer", args=[pk]))
    outbox.register_subject(clocks.OF_ORGANISATION, url=lambda pk: reverse("members:party_organisation", args=[pk]))
    outbox.register_subject(clocks.OF_MEMBERSHIP, url=lambda pk: reverse("members:party_member", args=[pk]))
    registry.register_section(person_section, rows=person_rows, order=registry.PARTY)
    registry.register_on_merged(following.on_merged)
    registry.register_on_gone(following.on_gone)
    territory.register_open_work(units.open_organisations)
    territory.register_on_unit_closed(units.unit_closed)
    territory.register_on_unit_moved(units.unit_moved)
    chips.register_tones({
        "in_transit": "work", "confirmed": "ok", "refused": "over", "withdrawn": "mute", "asked": "info",
        "granted": "ok", "denied": "mute",
    })  # fmt: skip
    nav.register(*_PAGES)
    for sheet in (MEMBERS, ORGANISATIONS, DOUBLES):
        sheets.register(sheet)


def _register_record() -> None:
    for name, label in (
        ("partyorganisation", "党组织"), ("partymembership", "党员"), ("membershiptransfer", "组织关系转接"),
        ("doubleregistration", "双报到"),
    ):  # fmt: skip
        actions.register_subject(f"members.{name}", label)
    actions.register_fields(_FIELDS)
    for code, label in _ACTIONS.items():
        actions.register_action(code, label)


def _register_clocks() -> None:
    deadlines.register(clocks.OF_TRANSFER, handlers.TransferClocks())
    deadlines.register(clocks.OF_ORGANISATION, handlers.OrganisationClocks())
    deadlines.register(clocks.OF_MEMBERSHIP, handlers.MembershipClocks())
    name_kinds({clocks.TRANSFER: "接收组织关系", clocks.ELECTION: "换届", clocks.PROBATION: "讨论转正"})
    for subject in (clocks.OF_TRANSFER, clocks.OF_ORGANISATION, clocks.OF_MEMBERSHIP):
        steps.register_action(subject, clocks.WARN, "提醒", places=(steps.WARNING,))
        steps.register_action(subject, clocks.LATE, "超期", places=(steps.MISSED,))
        steps.register_action(subject, clocks.REPORT, "报上级", places=(steps.LADDER,))
    ship_policy(clocks.OF_TRANSFER, clocks.TRANSFER, "组织关系转接", clocks.TRANSFER_TERMS)
    ship_policy(clocks.OF_ORGANISATION, clocks.ELECTION, "党组织换届", clocks.ELECTION_TERMS)
    ship_policy(clocks.OF_MEMBERSHIP, clocks.PROBATION, "预备党员转正", clocks.PROBATION_TERMS)
