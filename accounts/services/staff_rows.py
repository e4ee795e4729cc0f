"""What a row of a staff list says: read without touching the database, refused with what to correct."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import IO

from accounts.models import ROLE_LABELS
from accounts.services.postings import NewPosting, check_dates, check_fits
from accounts.services.users import normal_name, normal_phone, normal_username
from governance.errors import InvalidInput
from governance.scope import Actor, Role
from governance.spreadsheets import cell_text, read_rows
from grids.models import Unit

COLUMNS = ("账号", "姓名", "手机", "岗位", "单位", "负责人", "起始日期", "截止日期")
NEEDED = frozenset({"账号", "姓名", "岗位", "单位"})
MOST_ROWS = 5_000

Line = tuple[int, list[str]]

_ROLES = {label: role for role, label in ROLE_LABELS.items()} | {role.value: role for role in Role}
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?")
_YES_NO = {"": False, "否": False, "是": True, "n": False, "y": True, "0": False, "1": True}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a good row asks for."""

    username: str
    name: str
    phone: str
    posting: NewPosting


@dataclass(slots=True)
class Units:
    """The units that an office may name, by code and by name."""

    by_code: dict[str, Unit] = field(default_factory=dict)
    by_name: dict[str, list[Unit]] = field(default_factory=dict)

    @classmethod
    def of(cls, by: Actor) -> Units:
        """All that are open and visible to the actor (one query)."""
        units = cls()
        for unit in Unit.objects.visible_to(by).open():
            units.by_code[unit.code.upper()] = unit
            for name in {unit.name, unit.short_name} - {""}:
                units.by_name.setdefault(name, []).append(unit)
        return units

    def find(self, text: str) -> Unit:
        """By "code name" as the template offers it, by code, or by a name that only one unit has."""
        if not text:
            raise InvalidInput("单位不能为空，请填写单位编码或名称。", field="单位")
        if unit := self.by_code.get(text.split()[0].upper()):
            return unit
        found = self.by_name.get(text, [])
        if len(found) > 1:
            raise InvalidInput(f"有 {len(found)} 个单位叫“{text}”，请改填单位编码（见模板“单位”页）。", field="单位")
        if not found:
            raise InvalidInput(f"没有找到单位“{text}”，请从模板“单位”页中复制。", field="单位")
        return found[0]


def lines_of(file: IO[bytes], filename: str) -> list[Line]:
    """The rows of an uploaded list in the order of COLUMNS, with their numbers.

    Raises InvalidInput (field "file") for a file without the needed columns, without rows, or with too many.
    """
    rows = read_rows(file, filename)
    _, head = next(rows, (0, []))
    places = _places([cell_text(cell) for cell in head])
    lines = []
    for number, cells in rows:
        texts = [cell_text(cell) for cell in cells]
        line = [texts[p] if p is not None and p < len(texts) else "" for p in places]
        if any(line):
            lines.append((number, line))
        if len(lines) > MOST_ROWS:
            raise InvalidInput(f"一次最多导入 {MOST_ROWS} 行，请拆成几个文件。", field="file")
    if not lines:
        raise InvalidInput("表格里没有数据行。请从第二行起填写人员。", field="file")
    return lines


def _places(head: Sequence[str]) -> list[int | None]:
    found = {name.rstrip("*＊ "): place for place, name in reversed(list(enumerate(head)))}
    if missing := [name for name in COLUMNS if name in NEEDED and name not in found]:
        raise InvalidInput(f"第一行缺少列：{'、'.join(missing)}。请下载模板，按模板的列名填写后再上传。", field="file")
    return [found.get(name) for name in COLUMNS]


def read(cells: Sequence[str], units: Units, *, today: date) -> Wanted:
    """What a row asks for; raises InvalidInput with what to correct."""
    username, name, phone, role, unit, leader, start, end = cells
    posting = NewPosting(
        unit_id=(at := units.find(unit)).pk,
        role=_role(role),
        starts_on=_day(start, "起始日期") or today,
        ends_on=_day(end, "截止日期"),
        is_leader=_yes(leader),
    )
    check_fits(at, posting)
    check_dates(posting)
    return Wanted(normal_username(username), normal_name(name), normal_phone(phone), posting)


def _role(text: str) -> Role:
    try:
        return _ROLES[text.upper() if text.isascii() else text]
    except KeyError:
        raise InvalidInput(f"没有岗位“{text}”，可填：{'、'.join(ROLE_LABELS.values())}。", field="岗位") from None


def _day(text: str, label: str) -> date | None:
    if not text:
        return None
    match = _DATE.fullmatch(text)
    try:
        return date(*(int(part) for part in match.groups())) if match else _not_a_day(text, label)
    except ValueError:
        return _not_a_day(text, label)


def _not_a_day(text: str, label: str) -> date:
    raise InvalidInput(f"{label}“{text}”不是日期，请写成 2026-01-31。", field=label)


def _yes(text: str) -> bool:
    try:
        return _YES_NO[text.lower()]
    except KeyError:
        raise InvalidInput(f"负责人一列请填“是”或“否”，现为“{text}”。", field="负责人") from None
