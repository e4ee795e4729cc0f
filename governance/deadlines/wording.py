"""What clock kinds and actions are called in Chinese. An app names its own in `AppConfig.ready()`."""

from __future__ import annotations

_kinds: dict[str, str] = {
    "dispatch": "交办",
    "accept": "签收",
    "send_back_window": "退单期限",
    "first_contact": "首次联系",
    "resolve": "办结",
    "extension_decision": "延期审批",
    "visit": "回访",
    "rehandle": "重办",
    "supervision_answer": "督办答复",
    "shelve_review": "挂账复核",
    "hotline_return": "热线退回",
}
_actions: dict[str, str] = {
    "yellow": "黄牌",
    "red": "红牌",
    "escalate_secretary": "报街道书记",
    "supervision_order": "下达督办",
    "district_leader_list": "列入区领导清单",
    "window_lapsed": "不得再退单",
    "review_shelved": "恢复办理",
}


def name_kinds(labels: dict[str, str]) -> None:
    """Add names of clock kinds."""
    _kinds.update(labels)


def name_actions(labels: dict[str, str]) -> None:
    """Add names of actions."""
    _actions.update(labels)


def kind_label(kind: str) -> str:
    """The Chinese name of a clock kind; its code while nobody has named it."""
    return _kinds.get(kind, kind)


def action_label(action: str) -> str:
    """The Chinese name of an action; its code while nobody has named it."""
    return _actions.get(action, action)


def kind_order(kind: str) -> tuple[int, str]:
    """Where a kind stands in a list: in the order of the work; unnamed ones last."""
    return (list(_kinds).index(kind) if kind in _kinds else len(_kinds)), kind
