"""The states of an activity, of a sign-up and of hours, and the ways between them, as data."""

from __future__ import annotations

ACTIVITY_STATES = [
    ("draft", "待发布"), ("published", "报名中"), ("running", "进行中"), ("ended", "已结束"), ("cancelled", "已取消"),
]  # fmt: skip
SIGN_UP_STATES = [
    ("signed", "已报名"), ("waiting", "候补"), ("cancelled", "已取消"), ("came", "已签到"), ("absent", "未到"),
]  # fmt: skip
HOURS_STATES = [("proposed", "待确认"), ("confirmed", "已确认"), ("refused", "已退回"), ("corrected", "已更正")]

# A seat is taken by who is signed up or has come; who waits holds the time as well, since a seat may come free.
HOLDS_A_SEAT = ("signed", "came")
HOLDS_A_TIME = ("signed", "came", "waiting")

# step → from which states, to which.
STEPS: dict[str, tuple[tuple[str, ...], str]] = {
    "publish": (("draft",), "published"),
    "open": (("published",), "running"),
    "end": (("running",), "ended"),
    "cancel": (("draft", "published", "running"), "cancelled"),
}
LABELS = {"publish": "发布", "open": "开始签到", "end": "结束", "cancel": "取消"}
# In which states somebody may be signed up, and what an activity says may be changed.
OPEN = ("published", "running")
EDITABLE = ("draft", "published")


def target(step: str, state: str) -> str | None:
    """Where the step leads from this state; None where it is not allowed."""
    sources, to = STEPS[step]
    return to if state in sources else None
