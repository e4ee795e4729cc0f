"""Names and other short texts as people type them: tidied, measured, refused in words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Any

from governance.errors import InvalidInput

EARLIEST = date(1880, 1, 1)


def name_of(text: str, *, field: str = "name") -> str:
    """A person's name as it is kept; raises InvalidInput naming the field."""
    name = " ".join(unicodedata.normalize("NFKC", text).split()).replace("•", "·")
    if not 2 <= len(name) <= 32 or not all(c.isalpha() or c in "· '-." for c in name):
        raise InvalidInput("姓名须为 2 至 32 个汉字或字母。", field=field)
    return name


def text_of(text: str, *, label: str, field: str, most: int, least: int = 0) -> str:
    """A short text as it is kept; raises InvalidInput naming the field."""
    tidy = " ".join("".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cs"} or c in "\n\t").split())
    if len(tidy) < least:
        raise InvalidInput(f"请填写{label}" + (f"，不少于 {least} 个字。" if least > 1 else "。"), field=field)
    if len(tidy) > most:
        raise InvalidInput(f"{label}最多 {most} 个字，现在 {len(tidy)} 个字。", field=field)
    return tidy


def choice_of(value: str, choices: Iterable[tuple[str, Any]], *, label: str, field: str) -> str:
    """One of the choices; raises InvalidInput naming the field."""
    if value not in dict(choices):
        raise InvalidInput(f"请选择{label}。", field=field)
    return value


def day_of(day: date, *, today: date, label: str, field: str) -> date:
    """A day that has come; raises InvalidInput naming the field."""
    if not EARLIEST <= day <= today:
        raise InvalidInput(f"{label}应在 {EARLIEST.year} 年以后，且不晚于今天。", field=field)
    return day
