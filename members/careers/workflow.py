"""Procedures about a career as data: which step leads from which state to which, whose turn it is, which limit runs.

Source: domain.md, "promotion (grid worker → community worker; community secretary → street institution post), exit";
rights.md, "careers: propose · review · decide | CS · SS SL · DC".
"""

from __future__ import annotations

from dataclasses import dataclass, field

from governance.scope import Role
from members.models.career_procedures import MEASURE, PROMOTION, REMOVAL
from members.models.careers import DEPUTY, GRID, SECRETARY, WORKER

CS, SS, SL, DC = Role.COMMUNITY_SECRETARY, Role.STREET_STAFF, Role.STREET_LEADER, Role.DISTRICT_CENTRE
PROPOSE, REVIEW, DECIDE = "career.propose", "career.review", "career.decide"
STREET, DISTRICT, COMMUNITY = "street", "district", "community"


@dataclass(frozen=True, slots=True)
class Step:
    """A step: its name, the states that it may start from, by kind; the state that it leads to; who may take it.

    `otherwise` is where it leads when the answer is no.
    """

    code: str
    label: str
    starts: dict[str, frozenset[str]]
    to: dict[str, str]
    roles: frozenset[Role]
    otherwise: str = ""
    danger: bool = False


def _s(text: str) -> frozenset[str]:
    return frozenset(text.split())


_STREET = frozenset({SS, SL})
FIRST = {PROMOTION: "nominated", REMOVAL: "proposed", MEASURE: "proposed"}
STEPS: dict[str, Step] = {
    step.code: step
    for step in (
        Step("review", "审核", {PROMOTION: _s("nominated"), MEASURE: _s("proposed")},
             {PROMOTION: "reviewed", MEASURE: "reviewed"}, _STREET, otherwise="refused"),
        Step("publish", "发布公示", {PROMOTION: _s("reviewed")}, {PROMOTION: "public_notice"}, _STREET),
        Step("object_to", "登记异议", {PROMOTION: _s("public_notice")}, {PROMOTION: "suspended"}, _STREET),
        Step("settle", "异议查处", {PROMOTION: _s("suspended")}, {PROMOTION: "public_notice"}, _STREET,
             otherwise="refused"),
        Step("deliver", "登记送达", {REMOVAL: _s("proposed decided")}, {}, _STREET),
        Step("hear", "登记申辩", {REMOVAL: _s("hearing")}, {REMOVAL: "heard"}, _STREET),
        Step("waive", "特殊情况审批", {PROMOTION: _s("nominated reviewed")}, {}, frozenset({DC})),
        Step("decide", "决定", {PROMOTION: _s("noticed"), REMOVAL: _s("heard"), MEASURE: _s("reviewed")},
             {PROMOTION: "appointed", REMOVAL: "decided", MEASURE: "measured"}, frozenset({DC}), otherwise="refused"),
        Step("withdraw", "撤回", {
            PROMOTION: _s("nominated reviewed public_notice suspended noticed"),
            REMOVAL: _s("proposed hearing heard decided"),
            MEASURE: _s("proposed reviewed"),
        }, dict.fromkeys((PROMOTION, REMOVAL, MEASURE), "withdrawn"), frozenset({CS, SS, DC}), danger=True),
    )
}  # fmt: skip
# Where a delivery leads: the person's time to answer begins, or the removal is complete.
DELIVERED = {"proposed": "hearing", "decided": "removed"}
# What a limit that has run out leads to.
LAPSED = {"public_notice": "noticed", "hearing": "heard"}
ENDED = _s("appointed removed measured refused withdrawn")

# kind, state → whose turn it is (a column of the place; nothing while a term runs that is nobody's), and the limit.
TURNS: dict[tuple[str, str], tuple[str, str]] = {
    (PROMOTION, "nominated"): (STREET, "career_review"),
    (PROMOTION, "reviewed"): (STREET, "career_publish"),
    (PROMOTION, "public_notice"): ("", "public_notice"),
    (PROMOTION, "suspended"): (STREET, "career_settle"),
    (PROMOTION, "noticed"): (DISTRICT, "career_decision"),
    (REMOVAL, "proposed"): (STREET, "career_delivery"),
    (REMOVAL, "hearing"): ("", "hearing"),
    (REMOVAL, "heard"): (DISTRICT, "career_decision"),
    (REMOVAL, "decided"): (STREET, "career_delivery"),
    (MEASURE, "proposed"): (STREET, "career_review"),
    (MEASURE, "reviewed"): (DISTRICT, "career_decision"),
}


@dataclass(frozen=True, slots=True)
class Path:
    """A promotion: from which posts to which (None: out of the community, into the street's institution posts)."""

    label: str
    starts: frozenset[str]
    to: str | None
    least_years: int
    most_age: int
    degree: str
    roles: frozenset[Role]


_BY_COMMUNITY, _BY_STREET = frozenset({CS}), frozenset({SS})
PATHS: dict[str, Path] = {
    "grid_to_worker": Path("网格员晋升社区工作者", _s(GRID), WORKER, 2, 45, "college", _BY_COMMUNITY),
    "to_committee": Path("社区工作者进入社区“两委”", _s(WORKER), DEPUTY, 3, 50, "college", _BY_COMMUNITY),
    "to_secretary": Path("任社区书记、主任", _s(f"{WORKER} {DEPUTY}"), SECRETARY, 3, 55, "college", _BY_STREET),
    # A secretary does not nominate themselves: the street does.
    "to_institution": Path("社区书记进入街道事业编", _s(SECRETARY), None, 3, 45, "college", _BY_STREET),
}
REASONS = {
    "two_failed": "连续两年考核不合格", "duties": "履职不到位，经教育不改", "discipline": "严重违反纪律",
    "absent": "旷工或擅自离岗",
}  # fmt: skip
MEASURES = {"reward": "奖励", "discipline": "处分"}
PATH_LABELS: dict[str, str] = {**{code: path.label for code, path in PATHS.items()}, **REASONS, **MEASURES}


@dataclass(frozen=True, slots=True)
class Situation:
    """What the steps depend on, of a procedure, for an actor."""

    kind: str
    state: str
    is_subject: bool = False
    is_proposer: bool = False
    proposer_is_street: bool = False
    unwaived: tuple[str, ...] = field(default=())


def open_steps(situation: Situation, role: Role | None) -> list[Step]:
    """The steps that the role may take now; nobody takes one in their own procedure, nor reviews what they proposed."""
    if situation.is_subject:
        return []
    found = [
        step for step in STEPS.values() if role in step.roles and situation.state in step.starts.get(situation.kind, ())
    ]
    if situation.is_proposer:
        found = [step for step in found if step.code != "review"]
    if role == SS and not situation.proposer_is_street:
        found = [step for step in found if step.code != "withdraw"]
    if not situation.unwaived:
        return [step for step in found if step.code != "waive"]
    return [step for step in found if step.code != "publish"]
