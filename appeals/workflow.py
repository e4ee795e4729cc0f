"""The states of an appeal and the steps between them, as data. Source: workflow.md, "States of an appeal"."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

REGISTERED, DISPATCHED, IN_PROGRESS, SHELVED = "registered", "dispatched", "in_progress", "shelved"
RESOLVED, CLOSED, MERGED, REJECTED = "resolved", "closed", "merged", "rejected"

STATES = (REGISTERED, DISPATCHED, IN_PROGRESS, SHELVED, RESOLVED, CLOSED, MERGED, REJECTED)
HANDLED = frozenset({DISPATCHED, IN_PROGRESS})
OPEN = frozenset({REGISTERED, DISPATCHED, IN_PROGRESS, SHELVED, RESOLVED})
# Where work that is done anew leads: to who handled it, or to the desk where nobody did.
AGAIN = {IN_PROGRESS, REGISTERED}
ANSWER_HOTLINE = "appeal.answer_hotline"


class Who(StrEnum):
    """How the actor's unit must stand to the appeal, besides having the right."""

    DESK = "desk"  # the unit on whose desk it is
    DESK_OR_ABOVE = "desk_or_above"  # that unit, or one above it
    LEAD = "lead"  # the lead unit
    PART = "part"  # the lead unit or an assisting one
    VISITOR = "visitor"  # desk or above, but neither a person nor a unit that handled it
    DISTRICT = "district"
    SCOPE = "scope"  # whoever sees it
    OVERSEER = "overseer"  # the district, or the street above the unit that it lies with
    SUPERVISED = "supervised"  # the unit that a supervision order asks for an answer
    LEAD_OR_DESK = "lead_or_desk"  # the lead unit, or the desk's or one above it
    EXTENSION = "extension"  # the unit that decides a request for more time
    SHELVING = "shelving"  # the unit that decides a request to put the work aside
    ISSUER = "issuer"  # the unit whose supervision order was answered


@dataclass(frozen=True, slots=True)
class Step:
    """A named step. `targets` are the states that it can lead to; the service decides which."""

    name: str
    label: str
    right: str
    who: Who
    sources: frozenset[str]
    targets: frozenset[str]


def _step(name: str, label: str, who: Who, sources: set[str], targets: set[str], right: str = "") -> Step:
    return Step(name, label, right or f"appeal.{name}", who, frozenset(sources), frozenset(targets))


STEPS: dict[str, Step] = {
    step.name: step
    for step in [
        _step("dispatch", "交办", Who.DESK_OR_ABOVE, {REGISTERED}, {DISPATCHED}),
        _step("handle_on_the_spot", "自办办结", Who.DESK, {REGISTERED}, {RESOLVED}),
        _step("report_up", "上报上级", Who.DESK, {REGISTERED}, {REGISTERED}),
        _step("adjudicate", "裁定退单", Who.DESK_OR_ABOVE, {REGISTERED}, {REGISTERED, DISPATCHED}),
        _step("reject", "不予受理", Who.DESK_OR_ABOVE, {REGISTERED}, {REJECTED}),
        _step("merge", "并案", Who.DESK_OR_ABOVE, {REGISTERED, DISPATCHED, IN_PROGRESS}, {MERGED}),
        _step("unmerge", "撤销并案", Who.DESK_OR_ABOVE, {MERGED}, {REGISTERED}),
        _step("edit", "更正信息", Who.DESK_OR_ABOVE, {REGISTERED, DISPATCHED, IN_PROGRESS}, set()),
        _step("accept", "签收", Who.PART, {DISPATCHED, IN_PROGRESS}, {IN_PROGRESS}),
        _step("send_back", "退单", Who.LEAD, {DISPATCHED}, {REGISTERED}),
        _step("recall", "撤回", Who.DESK_OR_ABOVE, {DISPATCHED}, {REGISTERED}),
        _step("pass_down", "转派下级", Who.LEAD, {DISPATCHED, IN_PROGRESS}, {DISPATCHED}),
        _step("transfer", "转办", Who.DESK_OR_ABOVE, {IN_PROGRESS}, {DISPATCHED}),
        _step("add_assisting", "增加协办", Who.DESK_OR_ABOVE, {DISPATCHED, IN_PROGRESS}, set()),
        _step("contact", "首次联系", Who.LEAD, {DISPATCHED, IN_PROGRESS}, set()),
        _step("finish_assisting", "提交协办结果", Who.PART, {DISPATCHED, IN_PROGRESS}, set(), right="appeal.resolve"),
        _step("finish_stage", "完成环节", Who.LEAD, {IN_PROGRESS}, set()),
        _step("ask_extension", "申请延期", Who.PART, {IN_PROGRESS}, set()),
        _step("decide_extension", "审批延期", Who.EXTENSION, {DISPATCHED, IN_PROGRESS}, set()),
        _step("ask_shelving", "申请挂账", Who.LEAD, {IN_PROGRESS}, set()),
        _step("decide_shelving", "审批挂账", Who.SHELVING, {IN_PROGRESS}, {SHELVED}, right="appeal.shelve"),
        _step("reactivate", "恢复办理", Who.LEAD_OR_DESK, {SHELVED}, {IN_PROGRESS}),
        _step("resolve", "办结", Who.LEAD, {IN_PROGRESS}, {RESOLVED, CLOSED}),
        _step("visit", "回访", Who.VISITOR, {RESOLVED}, {RESOLVED, CLOSED, IN_PROGRESS, REGISTERED}),
        _step("supervise", "督办", Who.OVERSEER, set(OPEN), set()),
        _step("answer_supervision", "回复督办", Who.SUPERVISED, {*OPEN, CLOSED}, set()),
        _step("review_supervision", "审核督办回复", Who.ISSUER, {*OPEN, CLOSED}, set()),
        # The complainant's own word on the web: a right that no role has, taken by the platform for them.
        _step("not_solved", "诉求人反映未解决", Who.SCOPE, {RESOLVED, CLOSED}, {IN_PROGRESS, REGISTERED}),
        _step("reopen", "重新办理", Who.DISTRICT, {CLOSED}, {IN_PROGRESS, REGISTERED}),
        # What the city hotline returned is answered by whose desk it is on, whatever has become of the appeal.
        _step("resend_to_hotline", "更正后重报", Who.DESK_OR_ABOVE, set(STATES), set(), ANSWER_HOTLINE),
        _step("rework_for_hotline", "热线退回重办", Who.DESK_OR_ABOVE, {RESOLVED, CLOSED}, AGAIN, ANSWER_HOTLINE),
        _step("set_aside_return", "热线退回存查", Who.DESK_OR_ABOVE, set(STATES), set(), ANSWER_HOTLINE),
        _step("note", "补充说明", Who.SCOPE, set(OPEN), set()),
    ]
}
