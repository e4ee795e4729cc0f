"""How units are numbered.

The line follows the statistical division codes (国家统计局 统计用区划代码): six digits for the district, nine for the
street, twelve for the community; three more digits number the grids of a community. A unit beside the line has the
code of the unit it belongs to, a letter, and two digits (three for an enterprise): `230604B01`, `230604010Z01`.
"""

from __future__ import annotations

import re

from governance.errors import InvalidInput
from governance.scope import UnitKind

PARENT_KIND = {
    UnitKind.STREET: UnitKind.DISTRICT,
    UnitKind.COMMUNITY: UnitKind.STREET,
    UnitKind.GRID: UnitKind.COMMUNITY,
    UnitKind.DEPARTMENT: UnitKind.DISTRICT,
    UnitKind.SQUAD: UnitKind.STREET,
    UnitKind.ENTERPRISE: UnitKind.DISTRICT,
}
_SHAPES = {
    UnitKind.DISTRICT: (re.compile(r"[1-9]\d{5}"), "6 位数字"),
    UnitKind.STREET: (re.compile(r"[1-9]\d{8}"), "9 位数字（区代码 + 3 位）"),
    UnitKind.COMMUNITY: (re.compile(r"[1-9]\d{11}"), "12 位数字（街道代码 + 3 位）"),
    UnitKind.GRID: (re.compile(r"[1-9]\d{14}"), "15 位数字（社区代码 + 3 位）"),
    UnitKind.DEPARTMENT: (re.compile(r"[1-9]\d{5}B\d{2}"), "区代码 + 字母 B + 2 位数字"),
    UnitKind.SQUAD: (re.compile(r"[1-9]\d{8}Z\d{2}"), "街道代码 + 字母 Z + 2 位数字"),
    UnitKind.ENTERPRISE: (re.compile(r"[1-9]\d{5}Q\d{3}"), "区代码 + 字母 Q + 3 位数字"),
}
_LETTER = {UnitKind.DEPARTMENT: "B", UnitKind.SQUAD: "Z", UnitKind.ENTERPRISE: "Q"}


def check(code: str, kind: UnitKind, parent_code: str = "") -> None:
    """Refuse a code that has not the shape of its kind, or does not begin with its parent's (InvalidInput)."""
    shape, words = _SHAPES[kind]
    if not shape.fullmatch(code):
        raise InvalidInput(f"编码应为{words}，现在是“{code}”。", field="code")
    if parent_code and not code.startswith(parent_code):
        raise InvalidInput(f"编码“{code}”应以上级编码“{parent_code}”开头。", field="code")


def normal(code: str) -> str:
    """A code without spaces; the zeros that pad official codes to twelve digits are cut down to the unit's level."""
    bare = re.sub(r"\s", "", code).upper()
    if re.fullmatch(r"\d{12}", bare) and bare.endswith("000"):
        return bare[:6] if bare.endswith("000000") else bare[:9]
    return bare


def next_free(kind: UnitKind, parent_code: str, taken: set[str]) -> str:
    """The first code under a parent that no unit has had."""
    letter = _LETTER.get(kind, "")
    width = 2 if kind in {UnitKind.DEPARTMENT, UnitKind.SQUAD} else 3
    for number in range(1, 10**width):
        code = f"{parent_code}{letter}{number:0{width}d}"
        if code not in taken:
            return code
    raise InvalidInput("该上级单位下的编码已经用完。", field="code")
