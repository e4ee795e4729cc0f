"""The body of a return, read: every field by its name, type and length, and what is wrong with it in Chinese."""

from __future__ import annotations

import json
import unicodedata
from datetime import datetime
from typing import Any

from appeals.models.hotline import EVENTS
from appeals.services.hotline import Notice
from appeals.words import tidied

MOST_BYTES = 64 * 1024
_EVENTS = frozenset(dict(EVENTS))
_LARGEST = 2**31 - 1


class Malformed(Exception):
    """The body is not a return; `errors` says what is wrong, by field ("" for the whole)."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("；".join(errors.values()))
        self.errors = errors


def read(body: bytes) -> Notice:
    """The return that the body holds. Raises Malformed, naming every field at fault."""
    data = _object(body)
    errors: dict[str, str] = {}
    found: dict[str, Any] = {}
    readers = {
        "hotline_number": lambda value: _text(value, 64), "sequence": _sequence, "event": _event,
        "code": lambda value: _text(value, 32), "reason": lambda value: _text(value, 1000), "returned_at": _moment,
    }  # fmt: skip
    for name, reader in readers.items():
        try:
            found[name] = reader(data.get(name))
        except ValueError as wrong:
            errors[name] = str(wrong)
    if errors:
        raise Malformed(errors)
    return Notice(**found)


def _object(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise Malformed({"": "内容不是 UTF-8 编码的 JSON。"}) from error
    if not isinstance(data, dict):
        raise Malformed({"": "内容应是一个 JSON 对象。"})
    return data


def _text(value: object, most: int) -> str:
    if value is None:
        raise ValueError("不能为空。")
    if not isinstance(value, str):
        raise ValueError("应是文字。")
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\r\t" for c in value):
        raise ValueError("含有不能识别的字符。")
    tidy = tidied(value)
    if not 1 <= len(tidy) <= most:
        raise ValueError(f"应是 1 到 {most} 个字，现在 {len(tidy)} 个字。")
    return tidy


def _sequence(value: object) -> int:
    """0 where it is left out: the newest of its kind is meant."""
    if value is None:
        return 0
    if type(value) is not int or not 1 <= value <= _LARGEST:
        raise ValueError(f"应是 1 到 {_LARGEST} 之间的整数，或不填。")
    return value


def _event(value: object) -> str:
    if not isinstance(value, str) or value not in _EVENTS:
        raise ValueError(f"应是报送过的事项之一：{'、'.join(name for name, _ in EVENTS)}。")
    return value


def _moment(value: object) -> str:
    wrong = "应是带时区的 ISO 8601 时间，如 2026-03-02T09:30:00+08:00。"
    if not isinstance(value, str) or len(value) > 40:
        raise ValueError(wrong)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError(wrong) from error
    if moment.tzinfo is None:
        raise ValueError(wrong)
    return moment.isoformat()
