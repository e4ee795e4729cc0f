"""File names as people gave them, made harmless."""

from __future__ import annotations

import re
import unicodedata

_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
_LIMIT = 120


def clean(name: str, endings: tuple[str, ...]) -> str:
    """The name without folders, control and direction characters, with the ending of what the file really is.

    `endings` are those that fit the content, the usual one first; another ending is replaced.
    """
    name = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    # Category Cf has the characters that turn the direction of writing: "cod.exe" may show as "exe.doc".
    name = "".join(c for c in name if unicodedata.category(c) not in ("Cf", "Cc", "Cs", "Co", "Cn"))
    stem, ending = _split(_FORBIDDEN.sub("_", name).strip())
    stem = stem.strip(" .")[:_LIMIT] or "未命名"
    return stem + (ending.lower() if ending.lower() in endings else endings[0])


def _split(name: str) -> tuple[str, str]:
    stem, dot, ending = name.rpartition(".")
    if dot and stem and 1 <= len(ending) <= 5 and ending.isalnum() and ending.isascii():
        return stem, f".{ending}"
    return name, ""
