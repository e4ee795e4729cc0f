"""The .xlsx to fill in, and refused rows in the same form: drop-downs, choices on a second sheet, notes on a third."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from governance.scope import Actor
from governance.sheets.declare import Column, Sheet

CHOICES, NOTES = "可选内容", "填写说明"
_ADDED = ("有问题的列", "问题（改好后可直接重新上传）", "原行号")
# A drop-down reaches at least so far down.
_LEAST_ROWS = 2_000


def template(sheet: Sheet, actor: Actor) -> bytes:
    """An empty one, with the choices of today."""
    return _book(sheet, actor, (), ())


def refused(sheet: Sheet, actor: Actor, rows: Iterable[Sequence[object]]) -> bytes:
    """Refused rows (the cells, then column, reason, row number) under the template's columns, to be mended."""
    return _book(sheet, actor, _ADDED, rows)


def _book(sheet: Sheet, actor: Actor, added: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    main: Any = book.create_sheet(sheet.title)
    choices = {column.key: words for column in sheet.columns if (words := column.choices_for(actor))}
    _shape(main, sheet, len(added))
    _drop_downs(main, sheet, choices, max(_LEAST_ROWS, sheet.importer.most_rows if sheet.importer else 0) + 1)
    _head(main, sheet, added)
    for row in rows:
        main.append([_text(main, value) for value in row])
    _choices_sheet(book, sheet, choices)
    _notes_sheet(book, sheet)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _shape(main: Any, sheet: Sheet, added: int) -> None:
    main.freeze_panes = "B2"
    for place in range(1, len(sheet.columns) + added + 1):
        dimension = main.column_dimensions[get_column_letter(place)]
        dimension.width = sheet.columns[place - 1].width if place <= len(sheet.columns) else 24
        # As text, so that a number keeps its digits and a day its form.
        dimension.number_format = "@"


def _head(main: Any, sheet: Sheet, added: Sequence[str]) -> None:
    cells = [_head_cell(main, f"{c.label}*" if c.is_needed else c.label, "E6EFFD", c.help) for c in sheet.columns]
    main.append([*cells, *(_head_cell(main, label, "FDE9E6", "") for label in added)])


def _head_cell(main: Any, text: str, colour: str, help_text: str) -> Any:
    cell: Any = WriteOnlyCell(main, text)
    cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor=colour)
    if help_text:
        cell.comment = Comment(help_text, "填写说明", height=90, width=260)
    return cell


def _text(main: Any, value: object) -> Any:
    """Text as text, whatever it begins with."""
    if not isinstance(value, str):
        return value
    cell: Any = WriteOnlyCell(main)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
    cell.data_type, cell.number_format, cell.quotePrefix = "s", "@", True
    return cell


def _drop_downs(main: Any, sheet: Sheet, choices: dict[str, list[str]], last: int) -> None:
    for place, (key, words) in enumerate(choices.items(), 1):
        column = next(c for c in sheet.columns if c.key == key)
        letter, source = get_column_letter(sheet.columns.index(column) + 1), get_column_letter(place)
        choice = DataValidation(
            type="list", formula1=f"'{CHOICES}'!${source}$2:${source}${len(words) + 1}", allow_blank=True,
            showErrorMessage=column.is_strict, errorTitle=column.label, error="请从下拉列表中选择。",
        )  # fmt: skip
        choice.add(f"{letter}2:{letter}{last}")
        main.data_validations.append(choice)


def _choices_sheet(book: Any, sheet: Sheet, choices: dict[str, list[str]]) -> None:
    listed = book.create_sheet(CHOICES)
    for place, words in enumerate(choices.values(), 1):
        listed.column_dimensions[get_column_letter(place)].width = min(60, max(14, 2 * max(map(len, words))))
    listed.append([sheet.labels[key] for key in choices])
    for number in range(max(map(len, choices.values()), default=0)):
        listed.append([_text(listed, words[number]) if number < len(words) else None for words in choices.values()])


def _notes_sheet(book: Any, sheet: Sheet) -> None:
    notes = book.create_sheet(NOTES)
    notes.column_dimensions["A"].width, notes.column_dimensions["B"].width = 18, 100
    notes.append(["列", "怎样填"])
    for column in sheet.columns:
        notes.append([column.label, _note(column)])
    notes.append(["整份表格", sheet.says or "一行一条；有问题的行不影响其他行。"])


def _note(column: Column) -> str:
    parts = ["必填。" if column.is_needed else "选填。", column.help]
    if column.choices:
        parts.append("从下拉列表中选择。" if column.is_strict else "可从下拉列表中选择，也可自己填写。")
    return "".join(parts)
