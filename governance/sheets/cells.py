"""The cells of one row by the keys of their columns, read with words that say what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeVar

from governance.errors import InvalidInput
from governance.spreadsheets import cell_text

T = TypeVar("T")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?")
_SHORT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_WHOLE = re.compile(r"\d{1,9}(?:\.0+)?")


class Cells(dict[str, str]):
    """Texts by column key; an empty cell is "". Whatever is refused names its column and says what can be written."""

    labels: Mapping[str, str]

    def __init__(self, values: Mapping[str, str], labels: Mapping[str, str]) -> None:
        super().__init__(values)
        self.labels = labels

    def needed(self, key: str) -> str:
        """The text, which must be there."""
        if not (text := self[key]):
            raise InvalidInput(f"{self.labels[key]}不能为空。", field=key)
        return text

    def number(self, key: str) -> str:
        """A personal number; "" also for a masked one (230604********1234), as an export has it: nothing new in it."""
        text = self[key]
        return "" if "*" in text else text

    def day(self, key: str) -> date | None:
        """A day: 2024-05-01, 2024/5/1, 2024年5月1日 or 20240501."""
        if not (text := self[key]):
            return None
        if match := _DATE.fullmatch(text) or _SHORT.fullmatch(text):
            try:
                return date(*(int(part) for part in match.groups()))
            except ValueError:
                pass
        raise InvalidInput(f"{self.labels[key]}不是日期，请写成 2024-05-01。", field=key)

    def whole(self, key: str) -> int | None:
        """A whole number, none below zero."""
        if not (text := self[key]):
            return None
        if not _WHOLE.fullmatch(text):
            raise InvalidInput(f"{self.labels[key]}应为整数。", field=key)
        return int(float(text))

    def yes(self, key: str) -> bool | None:
        """是 or 否; None for an empty cell."""
        return self.one_of(key, {"是": True, "否": False}) if self[key] else None

    def one_of(self, key: str, known: Mapping[str, T], offered: Iterable[str] = ()) -> T:
        """What the words stand for; they must be among those known, of which a refusal names those `offered`."""
        text = self[key]
        if text in known:
            return known[text]
        for word, value in known.items():
            # Cells are read half-width; what may be chosen can have full-width brackets.
            if cell_text(word) == cell_text(text):
                return value
        words = "、".join(word for word in list(offered or known)[:12] if word)
        raise InvalidInput(f"{self.labels[key]}没有“{text[:20]}”，可填：{words or '（还没有设置）'}。", field=key)
