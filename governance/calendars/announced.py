"""A year's holidays as they were announced: from a table of days, or from the words of the notice itself.

Nothing is written here. What cannot be read is refused, by row and field, with what to mend; the rest stands.
Source of the notice's form: the State Council's general office, "部分节假日安排的通知", each autumn for the next year.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from governance.calendars.models import SpecialDay
from governance.errors import InvalidInput
from governance.spreadsheets import Row, cell_text

WEEKDAY_NAMES = "一二三四五六日"
HEADINGS = ("日期", "类型", "名称")
MOST_ROWS = 2000
_KNOWN = {
    "日期": {"日期", "时间", "date", "放假日期", "日子"},
    "类型": {"类型", "安排", "类别", "性质", "休息/上班", "是否上班", "type"},
    "名称": {"名称", "节日", "节假日", "说明", "备注", "name"},
}
_OFF = {"休息", "休", "放假", "放", "假", "节假日", "假日", "补休", "调休放假"}
_ON = {"上班", "班", "上", "工作", "工作日", "调休上班", "补班"}


@dataclass(frozen=True, slots=True)
class AnnouncedDay:
    """One day as announced: off, or a make-up day."""

    date: date
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Refused:
    """What could not be taken, and why. `row` counts from 1, in a text sentence by sentence; `cells` are a table's."""

    row: int
    field: str
    text: str
    reason: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Announcement:
    """What was read: the days in order, and what was refused."""

    year: int
    days: tuple[AnnouncedDay, ...]
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """A day before it is held against the others."""

    row: int
    text: str
    day: AnnouncedDay
    cells: tuple[str, ...] = ()


class _Refusal(Exception):
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


def from_rows(rows: Iterable[Row], year: int) -> Announcement:
    """A table with the columns 日期, 类型, 名称 in any order, under headings as people write them.

    Raises InvalidInput (field "file") when the columns are not there, or there are far too many rows.
    """
    columns: dict[str, int] = {}
    read: list[_Read] = []
    refused: list[Refused] = []
    for number, (row, values) in enumerate(rows):
        if number > MOST_ROWS:
            raise InvalidInput(f"文件超过 {MOST_ROWS} 行，请只保留放假和调休上班的日期。", field="file")
        cells = [cell_text(value) for value in values]
        if not columns:
            columns = _columns(cells)
            continue
        picked = _picked(values, columns)
        texts = tuple(cell_text(picked.get(name)) for name in HEADINGS)
        try:
            read.append(_Read(row, "，".join(texts), _row_day(picked, year), texts))
        except _Refusal as refusal:
            refused.append(Refused(row, refusal.field, "，".join(texts), refusal.reason, texts))
    if not columns:
        raise InvalidInput("文件是空的，请按模板填写后再上传。", field="file")
    return _announcement(year, read, refused)


def _columns(cells: Sequence[str]) -> dict[str, int]:
    plain = [re.sub(r"[\s（(].*$", "", cell.replace(" ", "")).lower() for cell in cells]
    found = {name: at for name, words in _KNOWN.items() for at, cell in enumerate(plain) if cell in words}
    if missing := [name for name in HEADINGS[:2] if name not in found]:
        raise InvalidInput(f"第一行没有“{'”“'.join(missing)}”这一列，请按模板的表头填写。", field="file")
    return found


def _picked(values: Sequence[object], columns: dict[str, int]) -> dict[str, object]:
    return {name: values[at] if at < len(values) else None for name, at in columns.items()}


def _row_day(row: dict[str, object], year: int) -> AnnouncedDay:
    day = _date_of(row["日期"], year)
    text = cell_text(row["类型"])
    if text not in _OFF | _ON:
        raise _Refusal("类型", "请填写“休息”或“上班”")
    return _checked(day, SpecialDay.HOLIDAY if text in _OFF else SpecialDay.WORKDAY, cell_text(row.get("名称")), year)


_DATE = re.compile(r"(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s*[（(]([^）)]*)[）)])?")


def _date_of(value: object, year: int) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = cell_text(value)
    found = _DATE.fullmatch(text)
    if not found:
        raise _Refusal("日期", "请写成“2027-01-01”或“1月1日”的样子")
    return _day(int(found[1] or year), int(found[2]), int(found[3]), found[4] or "")


def _day(year: int, month: int, day: int, said: str) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        raise _Refusal("日期", f"{year}年{month}月{day}日不存在") from None
    weekday = re.search(r"(?:周|星期|礼拜)([一二三四五六日天])", said)
    if weekday and WEEKDAY_NAMES.index(weekday[1].replace("天", "日")) != found.weekday():
        real = WEEKDAY_NAMES[found.weekday()]
        raise _Refusal("日期", f"{year}年{month}月{day}日是周{real}，文中写的是周{weekday[1]}，请核对年份和日期")
    return found


def _checked(day: date, kind: str, name: str, year: int) -> AnnouncedDay:
    """The day, if such a notice can have it."""
    if day.year != year:
        raise _Refusal("日期", f"{day} 不在 {year} 年内，请在那一年的日历中导入")
    is_weekend = day.weekday() >= 5
    if kind == SpecialDay.WORKDAY and not is_weekend:
        raise _Refusal("类型", f"周{WEEKDAY_NAMES[day.weekday()]}本来就上班，不需要列入；调休上班应在周六或周日")
    if not name and (kind == SpecialDay.WORKDAY or not is_weekend):
        raise _Refusal("名称", "请写明是哪个节日的放假或调休")
    if len(name) > 32 or "\x00" in name:
        raise _Refusal("名称", "名称最多 32 个字，请缩短")
    return AnnouncedDay(day, kind, name)


def _announcement(year: int, read: Sequence[_Read], refused: list[Refused]) -> Announcement:
    """Each date once; a date with two different types is refused both times."""
    kinds: dict[date, set[str]] = {}
    for one in read:
        kinds.setdefault(one.day.date, set()).add(one.day.kind)
    days: dict[date, AnnouncedDay] = {}
    for one in read:
        if len(kinds[one.day.date]) > 1:
            reason = f"{one.day.date} 既写了休息，又写了上班，请只保留一种"
            refused.append(Refused(one.row, "类型", one.text, reason, one.cells))
        else:
            days.setdefault(one.day.date, one.day)
    return Announcement(year, tuple(days[day] for day in sorted(days)), tuple(sorted(refused, key=lambda one: one.row)))


# -- the notice's own words ----------------------------------------------------------------------------------------

MOST_TEXT = 20_000
_SENTENCE = re.compile(r"[。；;，,\r\n]+(?![^（(]*[）)])")
_NAME = re.compile(
    r"^\s*(?:[一二三四五六七八九十]+\s*[、.．]|\d{1,2}\s*[、.．]|[（(][一二三四五六七八九十\d]+[）)])?\s*([^\d：:]{1,16})[：:]"
)
_MENTION = re.compile(r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:\s*[（(]([^）)]*)[）)])?")
_TO = re.compile(r"^\s*(?:至|到|-|—|–|~|～|－)+\s*$")
_COUNT = re.compile(r"(?:共|放假)\s*(\d{1,3})\s*天")


def from_text(text: str, year: int) -> Announcement:
    """The days that a notice's sentences name: "元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。"

    Raises InvalidInput (field "text") when it names no day at all, or is no notice by its length.
    """
    if len(text) > MOST_TEXT:
        raise InvalidInput(f"通知原文最多 {MOST_TEXT} 字，请只粘贴放假安排的部分。", field="text")
    reader = _Reader(year)
    for row, sentence in enumerate((part for part in _SENTENCE.split(text) if part.strip()), 1):
        reader.take(row, sentence.strip())
    if not reader.read and not reader.refused:
        raise InvalidInput("没有读到任何日期，请粘贴通知中“1月1日至3日放假，共3天”这样的内容。", field="text")
    return _announcement(year, reader.read, reader.refused)


class _Reader:
    """Reads sentence by sentence: the name and the month carry over to the next, as they do for people."""

    def __init__(self, year: int) -> None:
        self.year, self.name, self.month = year, "", 0
        self.read: list[_Read] = []
        self.refused: list[Refused] = []
        self._last_off = 0

    def take(self, row: int, sentence: str) -> None:
        """Read one sentence; what is wrong with it is kept, not raised."""
        if named := _NAME.match(sentence):
            self.name, self.month = named[1].strip(), 0
            self._last_off = 0
        body = sentence[named.end() :] if named else sentence
        try:
            self._days(row, sentence, body)
            self._count(body)
        except _Refusal as refusal:
            self.refused.append(Refused(row, refusal.field, sentence[:200], refusal.reason))

    def _days(self, row: int, sentence: str, body: str) -> None:
        mentions = list(_MENTION.finditer(body))
        kind = _kind_of(body)
        if not mentions:
            return
        if not kind:
            # A date that says nothing of work or rest: the notice's own date, or garbage.
            if mentions[0][2] and body.strip() == mentions[0][0].strip() and mentions[0][1]:
                return
            raise _Refusal("类型", "这一句有日期，但没有写“放假”或“上班”")
        days = self._spans(body, mentions)
        name = f"{self.name}调休上班" if kind == SpecialDay.WORKDAY and self.name else self.name
        if kind == SpecialDay.HOLIDAY:
            self._last_off = len(days)
        first = len(self.read)
        problem: _Refusal | None = None
        for day in days:
            try:
                self.read.append(_Read(row, sentence, _checked(day, kind, name[:32], self.year)))
            except _Refusal as refusal:
                problem = refusal
        if problem is not None:
            if len(self.read) == first:
                raise problem
            self.refused.append(Refused(row, problem.field, sentence[:200], problem.reason))

    def _spans(self, body: str, mentions: Sequence[re.Match[str]]) -> list[date]:
        days: list[date] = []
        before = None
        for mention in mentions:
            day = self._mentioned(mention)
            if before is not None and _TO.match(body[before.end() : mention.start()]):
                days += self._between(days[-1], day)
            else:
                days.append(day)
            before = mention
        return days

    def _mentioned(self, mention: re.Match[str]) -> date:
        self.month = int(mention[2] or self.month)
        if not self.month:
            raise _Refusal("日期", "没有写明月份")
        return _day(int(mention[1] or self.year), self.month, int(mention[3]), mention[4] or "")

    def _between(self, first: date, last: date) -> list[date]:
        if not 0 < (last - first).days <= 30:
            raise _Refusal("日期", f"{first} 至 {last} 不是一段放假时间，请核对先后")
        return [first + timedelta(days=number) for number in range(1, (last - first).days + 1)]

    def _count(self, body: str) -> None:
        said = _COUNT.search(body)
        if said and self._last_off and int(said[1]) != self._last_off:
            raise _Refusal("日期", f"“{self.name}”写明共 {said[1]} 天，按日期算是 {self._last_off} 天，请核对")


def _kind_of(body: str) -> str:
    if re.search(r"放假|休息|补休", body):
        return SpecialDay.HOLIDAY
    return SpecialDay.WORKDAY if re.search(r"上班|补班|工作", body) else ""
