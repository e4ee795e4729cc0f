"""A round as data: which step leads from which state to which, who takes it, which clock runs in which state.

Source: the issue, "rounds with nomination, evidence, votes or jury, public notice, result 先锋小哥, honour page".
"""

from __future__ import annotations

from dataclasses import dataclass

from governance.scope import Role, UnitKind

HOST, NOMINATE, REVIEW, OBJECT, SEE = (
    "round.host", "round.nominate", "round.review", "round.object", "round.see",
)  # fmt: skip
# Who hosts a round of which level.
HOSTS = {
    Role.DISTRICT_CENTRE: UnitKind.DISTRICT, Role.STREET_STAFF: UnitKind.STREET,
    Role.COMMUNITY_SECRETARY: UnitKind.COMMUNITY,
}  # fmt: skip
OPEN = ("nominating", "reviewing", "voting", "jury", "public_notice", "noticed")


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the host's. `to` is empty where the round's own way (voting, jury) decides."""

    code: str
    label: str
    starts: frozenset[str]
    to: str
    says: str
    danger: bool = False


STEPS: dict[str, Step] = {
    step.code: step
    for step in (
        Step("open", "发布", frozenset({"draft"}), "nominating", "发布后开始提名，内容不能再修改。"),
        Step("close", "结束提名", frozenset({"nominating"}), "reviewing", "提前结束提名，转入审核。"),
        Step("decide", "开始投票、打分", frozenset({"reviewing"}), "", "审核结束，候选人确定，开始投票或打分。"),
        Step("count", "汇总打分", frozenset({"jury"}), "public_notice", "按权重汇总得分，产生拟当选人选并开始公示。"),
        Step("announce", "公布结果", frozenset({"noticed"}), "announced", "公布当选人选，进入荣誉榜。"),
        Step("cancel", "取消评选", frozenset({"draft", *OPEN}), "cancelled", "取消后不能恢复。", danger=True),
    )
}
# What a term that has run out leads to.
LAPSED = {"nominating": "reviewing", "voting": "public_notice", "public_notice": "noticed"}
# state → the clock that runs in it.
CLOCKS = {
    "nominating": "round_nominate", "reviewing": "round_review", "voting": "round_vote", "jury": "round_jury",
    "public_notice": "round_notice", "noticed": "round_announce",
}  # fmt: skip
# These end by themselves; the others are somebody's to keep.
TERMS = ("round_nominate", "round_vote", "round_notice")


def open_steps(state: str, *, is_host: bool) -> list[Step]:
    """The steps that the actor may take now."""
    return [step for step in STEPS.values() if is_host and state in step.starts]
