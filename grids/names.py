"""Names of units: how they are shortened, and how they are found by their initials."""

from __future__ import annotations

import re

from pypinyin import Style, lazy_pinyin

# What the divisions list appends to a name, and nobody says. Longest first.
_TAILS = ("社区居委会", "社区居民委员会", "村民委员会", "村委会", "居委会")
_KEPT = {"社区居委会": "社区", "社区居民委员会": "社区", "村民委员会": "村", "村委会": "村", "居委会": ""}
_CHINESE_DIGITS = "零一二三四五六七八九"
_NOT_INITIAL = re.compile(r"[^0-9A-Z]")


def initials_of(name: str) -> str:
    """The pinyin initials of a name, in capitals: "庆新一社区" → "QXYSQ"; at most 64."""
    letters = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).upper()
    return _NOT_INITIAL.sub("", letters)[:64]


def short_name_of(name: str) -> str:
    """The name as people say it: "庆新一社区居委会" → "庆新一社区", "新华村委会" → "新华村"; at most 32."""
    for tail in _TAILS:
        if name.endswith(tail) and len(name) > len(tail):
            return (name.removesuffix(tail) + _KEPT[tail])[:32]
    return name[:32]


def chinese_number(number: int) -> str:
    """A number from 1 to 99 as it stands in names: 12 → "十二"."""
    tens, ones = divmod(number, 10)
    head = {0: "", 1: "十"}.get(tens, _CHINESE_DIGITS[tens] + "十")
    return head + (_CHINESE_DIGITS[ones] if ones else "")
