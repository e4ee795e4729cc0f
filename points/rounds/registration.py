"""What this subject gives to the registries of the rooms below it, at start-up."""

from __future__ import annotations

from django.urls import reverse

from governance.audit import actions
from governance.deadlines import registry as deadlines
from governance.files import registry as files
from governance.outbox import registry as outbox
from governance.sheets import registry as sheets
from governance.ui import chips, nav
from governance.ui.nav import NavItem
from grids import registry as territory
from members import registry
from members.designations import mine as couriers
from members.volunteers import registry as volunteers
from points.ledger.sweep import SUBJECT as EXPIRING
from points.rounds import following
from points.rounds.mine import sections
from points.rounds.notices import services as notices
from points.rounds.selection import clocks
from points.rounds.selection.handlers import RoundClocks
from points.rounds.selection.selectors import may_see_evidence
from points.rounds.selection.services import _common as rounds
from points.rounds.statements import flows
from points.rounds.statements import services as statements

_GROUP = "积分"
_PAGES = (
    NavItem(
        "我的积分", "points:mine", "coin", "", "工作台", 61, owns=("points:my_statement",),
    ),
    NavItem(
        "积分公示", "points:notices", "speakerphone", "points.notice_see", _GROUP, 60,
        owns=("points:notice", "points:notice_add", "points:notice_print", "points:notice_object",
              "points:notice_answer"),
    ),
    NavItem("发放兑换明细", "points:flows", "list-details", "points.flows", _GROUP, 61),
    NavItem(
        "创先争优", "points:rounds", "trophy", "round.see", _GROUP, 62,
        owns=("points:round", "points:round_add", "points:round_change", "points:round_step", "points:round_notice",
              "points:nominate", "points:nomination", "points:nomination_review", "points:nomination_object",
              "points:objection_settle"),
    ),
    NavItem(
        "评选投票", "points:my_rounds", "checkbox", "", "工作台", 64,
        owns=("points:my_round", "points:self_nominate", "points:score"),
    ),
    NavItem("荣誉榜", "points:honours", "award", "", "工作台", 65),
)  # fmt: skip
_ACTIONS = {
    "points.notice_draft": "拟定积分公示", "points.notice_refresh": "更新积分公示草稿",
    "points.notice_discard": "作废积分公示草稿", "points.notice_publish": "发布积分公示",
    "points.notice_object": "登记积分公示异议", "points.notice_answer": "答复积分公示异议",
    "points.unnamed": "登记公示不具名", "points.named_again": "恢复公示具名",
    "round.draft": "拟定评选", "round.change": "修改评选", "round.open": "发布评选", "round.close": "结束提名",
    "round.decide": "开始投票、打分", "round.count": "汇总打分", "round.announce": "公布评选结果",
    "round.cancel": "取消评选", "round.lapse": "评选期满转下一步", "round.soon": "评选临近时限",
    "round.late": "评选超时",
    "round.nominate": "提名", "round.review": "审核提名", "round.withdraw": "撤回提名", "round.vote": "投票",
    "round.score": "评委打分", "round.object": "登记对人选的异议", "round.settle": "核查对人选的异议",
    "round.follow_unit": "评选随单位调整", "round.people_follow_unit": "评选人选随单位调整",
}  # fmt: skip
_FIELDS = {
    "month": "月份", "edition": "版次", "given": "发放积分", "exchanged": "兑换积分", "unnamed": "不具名",
    "seats": "名额", "way": "产生方式", "nominees": "评选对象", "round": "评选", "is_own": "自荐", "clock": "时限",
    "unnamed_given": "不具名发放积分", "unnamed_exchanged": "不具名兑换积分",
}  # fmt: skip
_TONES = {
    "replaced": "mute", "nominating": "info", "reviewing": "work", "voting": "info", "jury": "work",
    "public_notice": "soon", "noticed": "work", "announced": "ok", "cancelled": "mute", "nominated": "info",
    "approved": "work", "chosen": "soon", "passed_over": "mute", "suspended": "over", "disqualified": "mute",
    "honoured": "ok", "withdrawn": "mute", "refused": "mute",
}  # fmt: skip


def register_all() -> None:
    """Called once, at start-up."""
    nav.register(*_PAGES)
    for code, label in _ACTIONS.items():
        actions.register_action(code, label)
    actions.register_action(statements.LOOK, "查看积分对账单", is_look=True)
    actions.register_subject(notices.SUBJECT, "积分公示")
    actions.register_fields(_FIELDS)
    actions.register_subject(rounds.SUBJECT, "创先争优评选")
    actions.register_subject(rounds.NOMINATION, "评选人选")
    chips.register_tones(_TONES)
    registry.register_on_merged(following.on_merged)
    registry.register_on_gone(following.on_gone)
    territory.register_open_work(following.open_work)
    territory.register_on_unit_closed(following.unit_closed)
    territory.register_on_unit_moved(following.unit_moved)
    sheets.register(flows.FLOWS)
    clocks.register()
    deadlines.register(clocks.SUBJECT, RoundClocks())
    outbox.register_subject(EXPIRING, url=lambda pk: reverse("points:mine"))
    outbox.register_subject(clocks.SUBJECT, url=lambda pk: reverse("points:round", args=[pk]))
    files.register_owner(rounds.NOMINATION, may_see=may_see_evidence)
    registry.register_section(sections.of_person, rows=sections.person_rows, order=45)
    registry.register_household_section(sections.of_household, order=45)
    couriers.register_points(sections.of_courier)
    volunteers.register_own(sections.own)
