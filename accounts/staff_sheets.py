"""The spreadsheets of the security office: the template to fill in, and what is handed back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

import openpyxl
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from accounts.models import ROLE_LABELS
from accounts.services.postings import KINDS_OF
from accounts.services.staff_rows import COLUMNS, MOST_ROWS, NEEDED
from governance.spreadsheets import write_xlsx
from grids.models import KIND_LABELS, Unit

_WIDTHS = (16, 12, 16, 16, 36, 10, 14, 14)
_NOTES = (
    ("账号", "必填。3 至 32 位小写字母、数字、点、横线，以字母开头。已有的账号按此更新，不会重复新增。"),
    ("姓名", "必填。"),
    ("手机", "选填。加密保存，页面上只显示中间打星号的号码。"),
    ("岗位", "必填，从下拉列表中选择。一人多岗请填多行，账号相同。"),
    ("单位", "必填，从下拉列表中选择，或从“单位”页复制；也可只填编码。"),
    ("负责人", "选填“是”或“否”。负责人接收本单位的超期提醒。"),
    ("起始日期", "选填，例如 2026-01-31。不填为导入当天。"),
    ("截止日期", "选填。长期任职不填。"),
)


def template(units: Iterable[Unit]) -> bytes:
    """The .xlsx to fill in: drop-downs for roles and units, the units on a second sheet, notes on a third."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "人员名单"
    _head(sheet)
    count = _units_sheet(book.create_sheet("单位"), units)
    _notes_sheet(book.create_sheet("填写说明"))
    _drop_down(sheet, "岗位", f'"{",".join(ROLE_LABELS.values())}"')
    _drop_down(sheet, "负责人", '"是,否"')
    _drop_down(sheet, "单位", f"单位!$A$2:$A${count + 1}")
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _head(sheet: Any) -> None:
    for place, (name, width) in enumerate(zip(COLUMNS, _WIDTHS, strict=True), 1):
        cell = sheet.cell(1, place, f"{name}*" if name in NEEDED else name)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E6EFFD")
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = width
        # As text, so that a phone number keeps its digits and a date its form.
        sheet.column_dimensions[letter].number_format = "@"
    sheet.freeze_panes = "A2"


def _drop_down(sheet: Any, column: str, formula: str) -> None:
    letter = get_column_letter(COLUMNS.index(column) + 1)
    choice = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=column != "单位")
    choice.error = "请从下拉列表中选择。"
    sheet.add_data_validation(choice)
    choice.add(f"{letter}2:{letter}{MOST_ROWS + 1}")


def _units_sheet(sheet: Any, units: Iterable[Unit]) -> int:
    sheet.append(["单位（复制到“人员名单”）", "类别", "可设岗位"])
    count = 0
    for count, unit in enumerate(units, 1):
        roles = [ROLE_LABELS[role] for role, kinds in KINDS_OF.items() if unit.kind in kinds]
        values = (f"{unit.code} {unit.name}", KIND_LABELS[unit.kind], "、".join(roles))  # type: ignore[index]
        for place, value in enumerate(values, 1):
            cell = sheet.cell(count + 1, place, value)
            cell.data_type = "s"
    for letter, width in zip("ABC", (40, 14, 40), strict=True):
        sheet.column_dimensions[letter].width = width
    return count


def _notes_sheet(sheet: Any) -> None:
    sheet.append(["列", "怎样填"])
    for row in _NOTES:
        sheet.append(row)
    sheet.column_dimensions["B"].width = 90


def refused(rows: Sequence[tuple[int, list[str], str]]) -> bytes:
    """The refused rows under the template's columns, with why beside them: mended, it can be uploaded as it is."""
    out = BytesIO()
    written = ([*cells, why, number] for number, cells, why in rows)
    write_xlsx(out, [*COLUMNS, "问题（改好后可直接重新上传）", "原行号"], written, title="人员名单")
    return out.getvalue()


def passwords(rows: Sequence[Sequence[str]]) -> bytes:
    """Accounts with their temporary passwords."""
    out = BytesIO()
    write_xlsx(out, ["账号", "姓名", "初始密码（首次登录须修改）"], rows, title="初始密码")
    return out.getvalue()
