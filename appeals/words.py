"""Text that people typed: trimmed, free of control characters, and within its length."""

from __future__ import annotations

import re
import unicodedata

from governance.errors import InvalidInput

_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\n{3,}")


def clean(text: str | None, *, label: str, field: str, most: int, least: int = 0) -> str:
    """The text with blanks folded and control characters dropped.

    Raises InvalidInput, naming `label`, when it is shorter than `least` or longer than `most` characters.
    """
    tidy = tidied(text or "")
    if len(tidy) < least:
        wanted = "不能为空" if least == 1 else f"不少于 {least} 个字，现在 {len(tidy)} 个字"
        raise InvalidInput(f"{label}{wanted}，请补充。", field=field)
    if len(tidy) > most:
        raise InvalidInput(f"{label}最多 {most} 个字，现在 {len(tidy)} 个字，请精简。", field=field)
    return tidy


def tidied(text: str) -> str:
    """The text with blanks folded, at most one empty line in a row, and no control characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = "".join(c for c in text if c == "\n" or unicodedata.category(c)[0] != "C")
    lines = (_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
    return _LINES.sub("\n\n", "\n".join(lines)).strip()
