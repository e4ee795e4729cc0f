"""Comparing a file of divisions with the territory as it is: pure reading, nothing is written.

A row has a code and a name; its level and its parent follow from the code where the file does not say them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from typing import IO, Any, Self, cast

from governance.errors import InvalidInput
from governance.scope import Actor, UnitKind
from governance.spreadsheets import Row, cell_text, read_rows
from grids import codes
from grids.models import KIND_LABELS, Unit

# What a column may be called, in lower case.
HEADINGS = {
    "code": {"code", "编码", "代码", "区划代码", "统计用区划代码", "行政区划代码", "单位编码"},
    "name": {"name", "名称", "区划名称", "单位名称"},
    "level": {"level", "级别", "层级", "类别"},
    "parent_code": {"parent_code", "上级编码", "上级代码", "上级区划代码", "上级"},
}
COLUMN_LABELS = {"code": "编码", "name": "名称", "level": "级别", "parent_code": "上级编码"}
LEVELS = (UnitKind.DISTRICT, UnitKind.STREET, UnitKind.COMMUNITY, UnitKind.GRID)
_LEVEL_WORDS = {
    UnitKind.DISTRICT: {"district", "区", "县", "区县"},
    UnitKind.STREET: {"street", "街道", "镇", "乡", "街道（镇）", "街道(镇)", "乡镇", "街道/镇"},
    UnitKind.COMMUNITY: {"community", "社区", "村", "社区（村）", "社区(村)", "社区/村"},
    UnitKind.GRID: {"grid", "网格"},
}
_LENGTHS = {6: UnitKind.DISTRICT, 9: UnitKind.STREET, 12: UnitKind.COMMUNITY, 15: UnitKind.GRID}
_NAME_MAX = 64
MAX_ROWS = 20_000

NEW, RENAMED, MOVED, UNCHANGED, MISSING, REFUSED = "new", "renamed", "moved", "unchanged", "missing", "refused"
VERDICT_LABELS = {
    NEW: "新增",
    RENAMED: "更名",
    MOVED: "调整隶属",
    MISSING: "文件中没有",
    UNCHANGED: "无变化",
    REFUSED: "不能导入",
}


@dataclass(slots=True)
class Problem:
    """Why a row is refused: the column at fault, and what to do."""

    field: str
    message: str


@dataclass(slots=True)
class Division:
    """One row of the file, or a unit that the file lacks, with what comparing it found."""

    row: int
    code: str
    name: str
    level: str
    parent_code: str
    verdicts: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    old_name: str = ""
    old_parent_code: str = ""

    def refuse(self, column: str, message: str) -> None:
        """Note a fault."""
        self.problems.append(Problem(column, message))
        self.verdicts = [REFUSED]

    @property
    def is_refused(self) -> bool:
        """Whether it cannot be imported."""
        return REFUSED in self.verdicts

    @property
    def level_label(self) -> str:
        """Its level in Chinese."""
        return KIND_LABELS.get(UnitKind(self.level), "") if self.level in set(UnitKind) else self.level

    def as_json(self) -> dict[str, Any]:
        """As kept in a draft."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """From a draft."""
        return cls(**{**kept, "problems": [Problem(**problem) for problem in kept["problems"]]})


def read(file: IO[bytes], filename: str) -> list[Division]:
    """The rows of a file, unchecked (InvalidInput when it cannot be used at all)."""
    # Closed here, refused or not: the rows must not outlive the file that they come from.
    with closing(cast(Generator[Row, None, None], read_rows(file, filename))) as rows:
        columns = _columns(next(rows, None))
        found = [_division(number, values, columns) for number, values in _limited(rows)]
    if not found:
        raise InvalidInput("文件里只有表头，没有数据行。", field="file")
    return found


def _limited(rows: Iterable[Row]) -> Iterator[Row]:
    for count, row in enumerate(rows, start=1):
        if count > MAX_ROWS:
            raise InvalidInput(f"文件超过 {MAX_ROWS} 行，请按街道拆分后分别导入。", field="file")
        yield row


def _columns(header: Row | None) -> dict[str, int]:
    names = [cell_text(value).lower() for value in header[1]] if header else []
    found = {key: i for key, words in HEADINGS.items() for i, name in enumerate(names) if name in words}
    if missing := [COLUMN_LABELS[key] for key in ("code", "name") if key not in found]:
        raise InvalidInput(f"第一行应为表头，没有找到列：{'、'.join(missing)}。请按模板整理后再上传。", field="file")
    return found


def _division(number: int, values: Sequence[object], columns: dict[str, int]) -> Division:
    def text(key: str) -> str:
        index = columns.get(key)
        return cell_text(values[index]) if index is not None and index < len(values) else ""

    code = codes.normal(text("code"))
    by_code = _LENGTHS.get(len(code))
    stated = text("level")
    level = _level(stated) if stated else (by_code.value if by_code else "")
    parent = codes.normal(text("parent_code")) or (_prefix(code, by_code) if by_code else "")
    return Division(number, code, " ".join(text("name").split()), level, parent)


def _level(words: str) -> str:
    return next((kind.value for kind, known in _LEVEL_WORDS.items() if words.lower() in known), words)


def _prefix(code: str, level: UnitKind) -> str:
    return "" if level == UnitKind.DISTRICT else code[:-3]


def compare(rows: list[Division], district: Unit | None) -> list[Division]:
    """Say of each row what it would do, and add the units that the file lacks; without a district all is new."""
    units = _known(district)
    _check_alone(rows)
    _check_within(rows, units, district)
    for row in rows:
        if not row.is_refused:
            _judge(row, units.get(row.code))
    return rows + _missing(rows, units)


def _known(district: Unit | None) -> dict[str, Unit]:
    if district is None:
        return {}
    within = Unit.objects.filter(district=district, kind__in=LEVELS).select_related("parent")
    return {unit.code: unit for unit in within}


def _check_alone(rows: list[Division]) -> None:
    """What can be said of a row from the file alone."""
    times = Counter(row.code for row in rows)
    twins = Counter((row.parent_code, row.name) for row in rows)
    for row in rows:
        _check_shape(row)
        if times[row.code] > 1 and row.code:
            row.refuse("code", f"编码“{row.code}”在文件中出现了 {times[row.code]} 次，请只保留一行。")
        if twins[row.parent_code, row.name] > 1 and row.name:
            row.refuse("name", f"同一上级下有 {twins[row.parent_code, row.name]} 个“{row.name}”，请区分名称。")


def _check_shape(row: Division) -> None:
    if not row.name:
        row.refuse("name", "名称为空，请填写。")
    elif len(row.name) > _NAME_MAX:
        row.refuse("name", f"名称超过 {_NAME_MAX} 个字，请缩短。")
    if row.level and row.level not in {kind.value for kind in LEVELS}:
        row.refuse("level", f"不认识级别“{row.level}”，应为区、街道（镇）、社区（村）或网格。")
        return
    if not row.level:
        row.refuse("code", f"编码“{row.code}”不是 6、9、12 或 15 位数字，无法判断级别。")
        return
    try:
        codes.check(row.code, UnitKind(row.level))
    except InvalidInput as refusal:
        row.refuse("code", f"{KIND_LABELS[UnitKind(row.level)]}{refusal.message}")


def _check_within(rows: list[Division], units: dict[str, Unit], district: Unit | None) -> None:
    """What can be said of a row from the rest of the file and the territory, parents before children."""
    in_file = {row.code: row for row in rows}
    for row in sorted((r for r in rows if not r.is_refused), key=lambda r: LEVELS.index(UnitKind(r.level))):
        unit = units.get(row.code)
        if row.level == UnitKind.DISTRICT:
            if district is not None and row.code != district.code:
                row.refuse("code", f"“{row.code}”不是本区（{district.code} {district.name}）的编码，请确认文件。")
        elif unit is None and not row.code.startswith(row.parent_code):
            row.refuse("code", f"新增单位的编码应以上级编码“{row.parent_code}”开头。")
        else:
            _check_parent(row, in_file.get(row.parent_code), units.get(row.parent_code))
        if unit is not None and not row.is_refused:
            _check_known(row, unit)


def _check_parent(row: Division, in_file: Division | None, unit: Unit | None) -> None:
    wanted = codes.PARENT_KIND[UnitKind(row.level)]
    level = in_file.level if in_file else (unit.kind if unit else "")
    if not level:
        row.refuse("parent_code", f"没有找到上级“{row.parent_code}”，请在文件中补上，或先设立上级单位。")
    elif level != wanted:
        row.refuse("parent_code", f"上级“{row.parent_code}”不是{KIND_LABELS[wanted]}。")
    elif in_file and in_file.is_refused:
        row.refuse("parent_code", f"上级“{row.parent_code}”那一行（第 {in_file.row} 行）不能导入，请先改正它。")
    elif not in_file and unit and not unit.is_open:
        row.refuse("parent_code", f"上级“{row.parent_code}”（{unit.name}）已撤销。")


def _check_known(row: Division, unit: Unit) -> None:
    if not unit.is_open:
        row.refuse("code", f"编码“{row.code}”属于已撤销的{unit.name}，撤销单位的编码不再使用。")
    elif unit.kind != row.level:
        row.refuse("level", f"“{row.code}”在平台中是{KIND_LABELS[UnitKind(unit.kind)]}，与文件不一致。")


def _judge(row: Division, unit: Unit | None) -> None:
    if unit is None:
        row.verdicts = [NEW]
        return
    row.old_name, row.old_parent_code = unit.name, unit.parent.code if unit.parent else ""
    renamed = [RENAMED] if row.name != unit.name else []
    moved = [MOVED] if unit.parent and row.parent_code != unit.parent.code else []
    row.verdicts = renamed + moved or [UNCHANGED]


def _missing(rows: list[Division], units: dict[str, Unit]) -> list[Division]:
    """Open units that the file lacks, of the levels that it speaks of."""
    listed = {row.code for row in rows}
    levels = {row.level for row in rows}
    lacking = [u for u in units.values() if u.is_open and u.code not in listed and u.kind in levels]
    return [
        Division(0, u.code, u.name, u.kind, u.parent.code if u.parent else "", [MISSING], [], u.name)
        for u in sorted(lacking, key=lambda u: u.code)
    ]


def tally(rows: Iterable[Division]) -> dict[str, int]:
    """How many rows there are of each verdict, in the order of `VERDICT_LABELS`."""
    counts = Counter(verdict for row in rows for verdict in row.verdicts)
    return {verdict: counts[verdict] for verdict in VERDICT_LABELS}


REFUSED_HEADER = ["编码", "名称", "级别", "上级编码", "原行号", "不能导入的原因"]


def refused_rows(rows: Iterable[Division]) -> Iterator[list[object]]:
    """The refused rows as a table that can be mended and imported again; its last columns are passed over then."""
    for row in rows:
        if row.problems:
            reasons = "；".join(f"{COLUMN_LABELS[p.field]}：{p.message}" for p in row.problems)
            yield [row.code, row.name, row.level_label, row.parent_code, row.row or "", reasons]


def as_rows(actor: Actor) -> Iterator[list[object]]:
    """The open units of the line that the actor may see, as the rows of a file that can be imported."""
    units = Unit.objects.visible_to(actor).open().filter(kind__in=LEVELS).select_related("parent").order_by("code")
    for unit in units:
        yield [unit.code, unit.name, KIND_LABELS[UnitKind(unit.kind)], unit.parent.code if unit.parent else ""]
