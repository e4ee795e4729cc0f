"""The states of a claim, as data."""

from __future__ import annotations

CLAIM_STATES = [
    ("proposed", "待审批"), ("second", "待复核"), ("waiting", "待发放"), ("awarded", "已发放"), ("refused", "不予发放"),
    ("short", "预算不足"), ("owed", "待冲回"), ("reversed", "已冲正"), ("withdrawn", "已撤回"),
]  # fmt: skip
# Where somebody has to decide; what the sweep takes up by itself; where nothing has been given yet.
BY_HAND = ("proposed", "second")
BY_ITSELF = ("waiting", "short", "owed")
OPEN = ("proposed", "second", "waiting", "short")
