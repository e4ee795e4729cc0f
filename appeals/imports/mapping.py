"""From a file's rows to its columns: where the headers stand, and which column is which field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from typing import Any

from appeals.imports.fields import BY_KEY, FIELDS, field_of, is_reason
from appeals.models import CHANNELS
from governance.errors import InvalidInput

Row = tuple[int, list[object]]
# Exports put a title, the date of printing, sometimes a note above the headers.
HEAD = 15
MAX_COLUMNS = 200
_MAX_HEADER = 100
DEFAULT_CHANNEL = "hotline"


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in a file: its headers by column, and the number of the first row below them."""

    headers: list[str]
    first_row: int

    def as_json(self) -> dict[str, Any]:
        return {"headers": self.headers, "first_row": self.first_row}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Layout:
        return cls(list(data["headers"]), int(data["first_row"]))


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which header feeds which field, and the channel that the rows came through."""

    columns: dict[str, str] = field(default_factory=dict)
    channel: str = DEFAULT_CHANNEL

    def as_json(self) -> dict[str, Any]:
        return {"columns": self.columns, "channel": self.channel}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ColumnMapping:
        return cls(dict(data.get("columns", {})), str(data.get("channel", DEFAULT_CHANNEL)))


def find_layout(rows: Iterable[Row]) -> Layout:
    """Find the headers among the first rows: the row, or pair of rows, with most known headers.

    A title row above them, and headers of two rows whose upper cells are merged, are both common.
    Raises InvalidInput when there is nothing in the file, or no row that could be headers.
    """
    head = [(number, _texts(cells)) for number, cells in islice(filled(rows), HEAD)]
    if not head:
        raise InvalidInput("文件里没有任何内容，请确认导出的是有数据的工作表。", field="file")
    best = max(_candidates(head), key=lambda c: c[0])
    if best[0] < 2:
        best = next((c for c in _candidates(head) if sum(map(bool, c[2])) >= 2), best)
    _, first_row, headers = best
    if sum(map(bool, headers)) < 2:
        raise InvalidInput("没有找到表头。请在第一行写明各列名称，如“工单编号、诉求内容、受理时间”。", field="file")
    return Layout(_distinct(headers), first_row)


def filled(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows with something in them."""
    return ((number, cells) for number, cells in rows if any(c not in (None, "") for c in cells))


def _texts(cells: Sequence[object]) -> list[str]:
    if len(cells) > MAX_COLUMNS and any(c not in (None, "") for c in cells[MAX_COLUMNS:]):
        raise InvalidInput(f"文件超过 {MAX_COLUMNS} 列，不像是热线工单表，请只保留需要的列。", field="file")
    return [" ".join(str(c).split())[:_MAX_HEADER] if c is not None else "" for c in cells[:MAX_COLUMNS]]


def _candidates(head: list[tuple[int, list[str]]]) -> Iterator[tuple[int, int, list[str]]]:
    """(score, first row below, headers), in the order of the file; `max` keeps the first of equals."""
    for (number, cells), below in zip(head, [*head[1:], None], strict=True):
        yield _score(cells), number + 1, cells
        if below is not None and below[0] == number + 1 and _score(below[1]):
            joined = _joined(cells, below[1])
            yield _score(joined), below[0] + 1, joined


def _joined(upper: list[str], lower: list[str]) -> list[str]:
    """Headers of two rows as one: the lower cell where there is one, else the upper, which was merged down."""
    return [low or up for up, low in zip_longest(upper, lower, fillvalue="")]


def _score(headers: list[str]) -> int:
    return len({key for header in headers if (key := field_of(header))})


def _distinct(headers: list[str]) -> list[str]:
    """Headers as names of columns: an empty one is called by its place, a repeated one is numbered."""
    while headers and not headers[-1]:
        headers = headers[:-1]
    seen: dict[str, int] = {}
    names = []
    for place, header in enumerate(headers, start=1):
        name = header or f"第{place}列"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}（{seen[name]}）")
    return names


def guess(headers: Sequence[str]) -> ColumnMapping:
    """The columns whose headers are known; of two for one field, the one whose header comes first in the list."""
    columns: dict[str, str] = {}
    rank: dict[str, int] = {}
    for header in headers:
        key = field_of(header)
        if key and (place := _place_in_list(key, header)) < rank.get(key, 99):
            columns[key], rank[key] = header, place
    return ColumnMapping(columns)


def _place_in_list(key: str, header: str) -> int:
    known = BY_KEY[key].headers
    return known.index(header) if header in known else 98


def fits(mapping: ColumnMapping, headers: Sequence[str]) -> bool:
    """Whether every column of a remembered mapping is in the file."""
    return bool(mapping.columns) and set(mapping.columns.values()) <= set(headers)


def checked(mapping: ColumnMapping, headers: Sequence[str]) -> ColumnMapping:
    """The mapping, if an import can work with it. Raises InvalidInput naming the field at fault."""
    columns = {key: header for key, header in mapping.columns.items() if header}
    for key, header in columns.items():
        if key not in BY_KEY:
            raise InvalidInput("有不认识的字段，请刷新页面后重新对应。", field="columns")
        if header not in headers:
            raise InvalidInput(f"文件里没有“{header}”这一列，请重新选择“{BY_KEY[key].label}”对应的列。", field=key)
    _refuse_missing(columns, headers)
    _refuse_twice(columns)
    if mapping.channel not in dict(CHANNELS):
        raise InvalidInput("来源渠道不在可选范围内，请重新选择。", field="channel")
    return ColumnMapping(columns, mapping.channel)


def _refuse_missing(columns: Mapping[str, str], headers: Sequence[str]) -> None:
    if missing := [f for f in FIELDS if f.required and f.key not in columns]:
        names = "、".join(f"“{f.label}”" for f in missing)
        usual = "；".join(f"{f.label}常见的列名有：{'、'.join(f.headers[:4])}" for f in missing)
        raise InvalidInput(
            f"还缺{names}对应的列。文件的表头是：{'、'.join(headers[:20])}。{usual}。", field=missing[0].key
        )
    if "reply" in columns and "replied_at" not in columns:
        raise InvalidInput("对应了“答复意见”，还要对应“答复时间”，否则不知道何时办结。", field="replied_at")
    if ("lon" in columns) != ("lat" in columns):
        raise InvalidInput("经度和纬度要同时对应。", field="lat" if "lon" in columns else "lon")


def _refuse_twice(columns: Mapping[str, str]) -> None:
    by_header: dict[str, str] = {}
    for key, header in columns.items():
        if header in by_header:
            first = BY_KEY[by_header[header]].label
            raise InvalidInput(f"“{header}”这一列同时对应了“{first}”和“{BY_KEY[key].label}”，只能选一个。", field=key)
        by_header[header] = key


def positions(mapping: ColumnMapping, layout: Layout) -> dict[str, int]:
    """For each mapped field, the place of its column."""
    return {key: layout.headers.index(header) for key, header in mapping.columns.items()}


def shown_columns(layout: Layout) -> list[int]:
    """Places of the columns that belong to the file itself: all but the reason for a refusal."""
    return [place for place, header in enumerate(layout.headers) if not is_reason(header)]
