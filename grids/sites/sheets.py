"""Sites as a spreadsheet: the columns, what a row says, the template with its drop-downs, the list as a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from typing import IO, Any

import openpyxl
from django.core.exceptions import ValidationError
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from governance.errors import InvalidInput
from governance.scope import TERRITORIAL_KINDS, Actor
from governance.spreadsheets import cell_text, read_rows, write_xlsx
from grids.models import KIND_LABELS, WEEKDAY_LABELS, Cluster, Site, SiteKind, Unit
from grids.selectors import in_order
from grids.sites.facts import SiteFacts
from grids.sites.forms import as_typed, windows_of
from grids.sites.hours import AS_WEEKLY, CLOSED, HOLIDAY, Spans
from grids.sites.times import weeks_of

_FACTS = (
    "名称", "类型", "所属单位", "地址", "启用日期", "联系电话", "建筑面积", "经度", "纬度", "示范等级",
    "示范矩阵、示范带", "地企移交", "移交前单位", "移交日期",
)  # fmt: skip
COLUMNS = (*_FACTS, *WEEKDAY_LABELS)
NEEDED = frozenset({"名称", "类型", "所属单位", "地址", "启用日期"})
MOST_ROWS = 1_000
# What a service calls a field, as the columns do.
COLUMN_OF = {
    "name": "名称", "kind": "类型", "unit": "所属单位", "address": "地址", "opened_on": "启用日期", "phone": "联系电话",
    "area_m2": "建筑面积", "lon": "经度", "lat": "纬度", "level": "示范等级", "cluster": "示范矩阵、示范带",
    "transferred": "地企移交", "former_owner": "移交前单位", "transferred_on": "移交日期", "on_holidays": "法定节假日",
    **{f"day_{place}": label for place, label in enumerate(WEEKDAY_LABELS)},
}  # fmt: skip
_AS_USUAL, _SHUT = "照常", "不开放"
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?")
_YES_NO = {"": False, "否": False, "是": True}
_NOTES = (
    ("名称", "必填。同一单位下同名的在用阵地按此更新，不会重复新增。"),
    ("类型", "必填，从下拉列表中选择。"),
    ("所属单位", "必填，从下拉列表中选择，或从“单位”页复制；也可只填编码。"),
    ("启用日期", "必填，例如 2024-05-01。"),
    ("联系电话", "选填办公电话，不要填写个人手机号。"),
    ("建筑面积", "选填，平方米，整数。"),
    ("经度、纬度", "选填，WGS-84，一起填写。所在网格按坐标自动确定。"),
    ("示范等级、示范矩阵", "选填，从下拉列表中选择。"),
    ("地企移交", "选填“是”或“否”；填“是”的请写明移交前单位。"),
    ("周一至周日", "选填，例如 08:30-11:30、13:30-17:00；全天写“全天”，不开放留空。八列全空的，开放时间保持不变。"),
    ("法定节假日", "选填：照常、不开放，或写明时间；留空为照常。"),
)

Line = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a good row asks for; `week` is None where it says nothing of hours."""

    facts: SiteFacts
    week: list[Spans] | None
    on_holidays: str


@dataclass(slots=True)
class Known:
    """What a row may name, by the words that it may use."""

    kinds: dict[str, int]
    clusters: dict[str, int]
    units: dict[str, int] = field(default_factory=dict)
    names: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, actor: Actor) -> Known:
        """In three queries."""
        known = cls(
            dict(SiteKind.objects.values_list("name", "pk")),
            dict(Cluster.objects.visible_to(actor).values_list("name", "pk")),
        )
        for unit in units_of(actor):
            known.units[unit.code.upper()] = unit.pk
            for name in {unit.name, unit.short_name} - {""}:
                known.names.setdefault(name, []).append(unit.pk)
        return known

    def unit(self, text: str) -> int:
        """By "code name" as the template offers it, by code, or by a name that only one unit has."""
        if not text:
            raise InvalidInput("所属单位不能为空。", field="unit")
        if found := self.units.get(text.split()[0].upper()):
            return found
        named = self.names.get(text, [])
        if len(named) == 1:
            return named[0]
        told = f"有 {len(named)} 个单位叫“{text}”，请改填编码" if named else f"没有找到单位“{text}”，请从“单位”页中复制"
        raise InvalidInput(f"{told}。", field="unit")


def units_of(actor: Actor) -> list[Unit]:
    """The open units of the line, in order."""
    return list(in_order(Unit.objects.visible_to(actor).open().filter(kind__in=TERRITORIAL_KINDS)))


def lines_of(file: IO[bytes], filename: str) -> list[Line]:
    """The rows in the order of COLUMNS, with their numbers (InvalidInput, field "file")."""
    rows = read_rows(file, filename)
    _, head = next(rows, (0, []))
    places = _places([cell_text(cell) for cell in head])
    lines = []
    for number, cells in rows:
        texts = [cell_text(cell)[:500] for cell in cells]
        line = [texts[p] if p is not None and p < len(texts) else "" for p in places]
        if any(line):
            lines.append((number, line))
        if len(lines) > MOST_ROWS:
            raise InvalidInput(f"一次最多导入 {MOST_ROWS:,} 行，请拆成几个文件。", field="file")
    if not lines:
        raise InvalidInput("表格里没有数据行。请从第二行起填写阵地。", field="file")
    return lines


def _places(head: Sequence[str]) -> list[int | None]:
    found = {name.rstrip("*＊ "): place for place, name in reversed(list(enumerate(head)))}
    if missing := [name for name in COLUMNS if name in NEEDED and name not in found]:
        raise InvalidInput(f"第一行缺少列：{'、'.join(missing)}。请下载模板，按模板的列名填写后再上传。", field="file")
    return [found.get(name) for name in COLUMNS]


def read(cells: Sequence[str], known: Known) -> Wanted:
    """What a row asks for; raises InvalidInput with the field and what to correct."""
    row = dict(zip(COLUMNS, cells, strict=True))
    opened_on = _day(row["启用日期"], "opened_on")
    if opened_on is None:
        raise InvalidInput("启用日期不能为空，例如 2024-05-01。", field="opened_on")
    facts = SiteFacts(
        kind_id=_named(known.kinds, row["类型"], "kind"),
        name=row["名称"],
        unit_id=known.unit(row["所属单位"]),
        address=row["地址"],
        opened_on=opened_on,
        lon=_number(row["经度"], "lon"),
        lat=_number(row["纬度"], "lat"),
        area_m2=_whole(row["建筑面积"]),
        level=_named({label: value for value, label in Site.LEVELS} | {"": "", "无": ""}, row["示范等级"], "level"),
        cluster_id=_named(known.clusters, row["示范矩阵、示范带"], "cluster") if row["示范矩阵、示范带"] else None,
        transferred=_named(_YES_NO, row["地企移交"], "transferred"),
        transferred_on=_day(row["移交日期"], "transferred_on"),
        former_owner=row["移交前单位"],
        phone=row["联系电话"],
    )
    week, on_holidays = _hours([row[label] for label in WEEKDAY_LABELS])
    return Wanted(facts, week, on_holidays)


def _named(known: dict[str, Any], text: str, name: str) -> Any:
    if text not in known:
        offered = "、".join(word for word in known if word)
        raise InvalidInput(f"{COLUMN_OF[name]}没有“{text}”，可填：{offered or '（还没有设置）'}。", field=name)
    return known[text]


def _day(text: str, name: str) -> date | None:
    if not text:
        return None
    if match := _DATE.fullmatch(text):
        try:
            return date(*(int(part) for part in match.groups()))
        except ValueError:
            pass
    raise InvalidInput(f"{COLUMN_OF[name]}“{text}”不是日期，请写成 2024-05-01。", field=name)


def _number(text: str, name: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        raise InvalidInput(f"{COLUMN_OF[name]}“{text}”不是数字，例如 124.876543。", field=name) from None


def _whole(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"\d{1,9}(?:\.0+)?", text):
        raise InvalidInput(f"建筑面积“{text}”不是整数，请填平方米数，例如 620。", field="area_m2")
    return int(float(text))


def _hours(texts: Sequence[str]) -> tuple[list[Spans] | None, str]:
    if not any(texts):
        return None, ""
    week = [_windows(text, f"day_{place}") for place, text in enumerate(texts[:HOLIDAY])]
    holidays = texts[HOLIDAY]
    if holidays in {"", _AS_USUAL}:
        return [*week, ()], AS_WEEKLY
    windows = _windows(holidays, f"day_{HOLIDAY}")
    return [*week, windows], Site.OWN_HOURS if windows else CLOSED


def _windows(text: str, name: str) -> Spans:
    try:
        return windows_of(text)
    except ValidationError as error:
        raise InvalidInput(f"{COLUMN_OF[name]}“{text}”：{error.messages[0]}。", field=name) from error


# Files --------------------------------------------------------------------------------------------------------------


def template(actor: Actor) -> bytes:
    """The .xlsx to fill in: drop-downs for what is chosen, the units on a second sheet, notes on a third."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "阵地"
    _head(sheet)
    units = units_of(actor)
    listed = book.create_sheet("单位")
    listed.append(["单位（复制到“阵地”）", "类别"])
    for unit in units:
        listed.append([f"{unit.code} {unit.name}", KIND_LABELS[unit.kind]])  # type: ignore[index]
    listed.column_dimensions["A"].width = 40
    notes = book.create_sheet("填写说明")
    for row in (("列", "怎样填"), *_NOTES):
        notes.append(row)
    notes.column_dimensions["B"].width = 90
    _drop_downs(sheet, actor, len(units))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _head(sheet: Any) -> None:
    for place, name in enumerate(COLUMNS, 1):
        cell = sheet.cell(1, place, f"{name}*" if name in NEEDED else name)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E6EFFD")
        column = sheet.column_dimensions[get_column_letter(place)]
        column.width = 36 if name in {"所属单位", "地址"} else 16
        # As text, so that a telephone keeps its digits and a date its form.
        column.number_format = "@"
    sheet.freeze_panes = "B2"


def _drop_downs(sheet: Any, actor: Actor, units: int) -> None:
    clusters = list(Cluster.objects.visible_to(actor).values_list("name", flat=True))
    choices = {
        "类型": list(SiteKind.objects.values_list("name", flat=True)),
        "示范等级": [label for _, label in Site.LEVELS],
        # A drop-down of words holds 255 characters; beyond that the names are typed.
        "示范矩阵、示范带": clusters if len(",".join(clusters)) < 250 else [],
        "地企移交": ["是", "否"],
    }
    for column, words in choices.items():
        if words:
            _drop_down(sheet, column, f'"{",".join(words)}"', is_strict=True)
    _drop_down(sheet, "所属单位", f"单位!$A$2:$A${units + 1}", is_strict=False)


def _drop_down(sheet: Any, column: str, formula: str, *, is_strict: bool) -> None:
    letter = get_column_letter(COLUMNS.index(column) + 1)
    choice = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=is_strict)
    choice.error = "请从下拉列表中选择。"
    sheet.add_data_validation(choice)
    choice.add(f"{letter}2:{letter}{MOST_ROWS + 1}")


def refused(rows: Iterable[Sequence[Any]]) -> bytes:
    """Refused rows (number, cells, column, why) under the template's columns: mended, they can be uploaded."""
    out = BytesIO()
    written = ([*cells, column, why, number] for number, cells, column, why in rows)
    write_xlsx(out, [*COLUMNS, "有问题的列", "问题（改好后可直接重新上传）", "原行号"], written, title="阵地")
    return out.getvalue()


def exported(sites: Sequence[Site]) -> bytes:
    """Sites as a file that can be changed and imported again."""
    weeks = weeks_of([site.pk for site in sites])
    out = BytesIO()
    write_xlsx(out, COLUMNS, (_row(site, weeks[site.pk]) for site in sites), title="阵地")
    return out.getvalue()


def _row(site: Site, week: Sequence[Sequence[tuple[int, int]]]) -> list[Any]:
    days = [as_typed(tuple(day)) for day in week]
    holidays = {AS_WEEKLY: _AS_USUAL if any(days) else "", CLOSED: _SHUT}.get(site.on_holidays, days[HOLIDAY])
    return [
        site.name, site.kind.name, f"{site.unit.code} {site.unit.name}", site.address, site.opened_on.isoformat(),
        site.phone, site.area_m2, site.lon, site.lat, site.get_level_display(),
        site.cluster.name if site.cluster else "", "是" if site.transferred else "否", site.former_owner,
        site.transferred_on.isoformat() if site.transferred_on else "", *days[:HOLIDAY], holidays,
    ]  # fmt: skip
