"""One row of the file, checked: the appeal that it would become, or what is wrong with it, field by field."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from appeals.imports import cleaning
from appeals.imports.cleaning import Unreadable
from appeals.imports.fields import LABELS
from appeals.imports.lookups import Lookups
from appeals.place import check_point
from governance import privacy
from governance.errors import InvalidInput
from governance.scope import PLACE, place_of
from grids.locate import locate
from grids.models import Unit

TITLE, CONTENT, REPLY, ADDRESS, NAME, NUMBER = 100, 10_000, 10_000, 200, 64, 64


# Stands for a moment that the row does not say; such a row is refused.
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one field of a row: a problem that refuses it, or a notice that does not."""

    field: str
    message: str

    def as_json(self) -> dict[str, str]:
        return {"field": self.field, "label": LABELS.get(self.field, ""), "message": self.message}


@dataclass(slots=True)
class Incoming:
    """A row as it would arrive."""

    row: int
    source_number: str
    title: str = ""
    content: str = ""
    raised_at: datetime = NEVER
    complainant: str = ""
    phone: str = ""
    identity: str = ""
    address: str = ""
    category_id: int | None = None
    urgency: int = 0
    lon: float | None = None
    lat: float | None = None
    place: dict[str, int | None] = field(default_factory=dict)
    handler: str = ""
    handler_unit_id: int | None = None
    reply: str = ""
    replied_at: datetime | None = None
    # Field → short hash of its value at the source, for the mapped fields.
    marks: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Checked:
    """What came of a row: `incoming` unless it is refused by `problems`; `notices` either way."""

    row: int
    source_number: str
    incoming: Incoming | None
    problems: list[Remark]
    notices: list[Remark]


class Checker:
    """Checks the rows of one file, in its order: it remembers the numbers that it has seen."""

    def __init__(self, *, columns: Mapping[str, int], lookups: Lookups, now: datetime, zone: tzinfo) -> None:
        self._columns, self._lookups, self._now, self._zone = columns, lookups, now, zone
        self._first_rows: dict[str, int] = {}

    def check(self, row: int, cells: Sequence[object]) -> Checked:
        """Check one row. Never raises for what is in the cells."""
        return _RowCheck(self, row, cells).run()

    def note_number(self, row: int, cells: Sequence[object]) -> None:
        """Remember the number of a row that an earlier run has dealt with."""
        _RowCheck(self, row, cells).number()

    def first_row_of(self, number: str, row: int) -> int:
        """The first row that had this number; this one when it is new."""
        return self._first_rows.setdefault(number, row)

    @property
    def columns(self) -> Mapping[str, int]:
        return self._columns

    @property
    def lookups(self) -> Lookups:
        return self._lookups

    @property
    def now(self) -> datetime:
        return self._now

    @property
    def zone(self) -> tzinfo:
        return self._zone


class _RowCheck:
    """The check of one row. Each step reads its cells, and adds to the row, the problems or the notices."""

    def __init__(self, checker: Checker, row: int, cells: Sequence[object]) -> None:
        self.checker, self.row, self.cells = checker, row, cells
        self.problems: list[Remark] = []
        self.notices: list[Remark] = []
        self.incoming = Incoming(row, "")

    def run(self) -> Checked:
        number = self.number()
        self.incoming.source_number = number
        for step in _STEPS:
            step(self)
        return Checked(
            self.row, number, None if self.problems else self.incoming, self.problems, self.notices
        )  # fmt: skip

    # reading cells

    def has(self, key: str) -> bool:
        return key in self.checker.columns

    def cell(self, key: str) -> object:
        place = self.checker.columns.get(key)
        return self.cells[place] if place is not None and place < len(self.cells) else None

    def mark(self, key: str, value: str) -> None:
        if self.has(key):
            self.incoming.marks[key] = mark_of(value)

    def refuse(self, key: str, message: str) -> None:
        self.problems.append(Remark(key, message))

    def notice(self, key: str, message: str) -> None:
        self.notices.append(Remark(key, message))

    def line(self, key: str, most: int) -> str:
        """The cell as one line of at most `most` characters; a longer one is a problem."""
        text = cleaning.line_of(self.cell(key))
        self.mark(key, text)
        if len(text) > most:
            self.refuse(key, f"{LABELS[key]}最多 {most} 个字，现在 {len(text)} 个字，请精简")
            return ""
        return text

    def read(self, key: str, reader: Callable[[object], object]) -> object:
        """The cell by a reader that may not understand it."""
        try:
            return reader(self.cell(key))
        except Unreadable as error:
            self.refuse(key, f"{LABELS[key]}{error}")
            return None

    # the steps

    def number(self) -> str:
        number = str(self.read("source_number", cleaning.number_text) or "")
        if not number:
            if not self.problems:
                self.refuse("source_number", "没有原编号，无法判断是否重复，请补上")
        elif len(number) > NUMBER:
            self.refuse("source_number", f"原编号最多 {NUMBER} 个字符，现在 {len(number)} 个")
        elif (first := self.checker.first_row_of(number, self.row)) != self.row:
            self.refuse("source_number", f"与第 {first} 行的编号“{number}”相同，请删去重复的一行")
        return number[:NUMBER]

    def words(self) -> None:
        title, content = cleaning.line_of(self.cell("title")), cleaning.text_of(self.cell("content"))
        self.mark("title", title)
        self.mark("content", content)
        if not title and not content:
            self.refuse("content", "没有诉求内容，请补上")
            return
        content = content or title
        if len(title) > TITLE:
            self.notice("title", f"标题有 {len(title)} 个字，已截取前 {TITLE} 个，全文保留在诉求内容中")
            content = f"{title}\n{content}" if content != title else content
        self.incoming.title = (title or " ".join(content[:TITLE].split()))[:TITLE]
        self.incoming.content = content
        if len(content) > CONTENT:
            self.refuse("content", f"诉求内容最多 {CONTENT} 个字，现在 {len(content)} 个字，请精简或分成附件")

    def moment(self, key: str) -> datetime | None:
        moment = self.read(key, lambda cell: cleaning.moment_of(cell, self.checker.zone))
        if not isinstance(moment, datetime):
            self.mark(key, "")
            return None
        self.mark(key, moment.isoformat())
        if moment > self.checker.now:
            self.refuse(key, f"{LABELS[key]} {moment:%Y-%m-%d %H:%M} 晚于现在，请核对")
        return moment

    def raised(self) -> None:
        before = len(self.problems)
        moment = self.moment("raised_at")
        if moment is not None:
            self.incoming.raised_at = moment
        elif len(self.problems) == before:
            self.refuse("raised_at", "没有诉求时间，请补上")

    def answer(self) -> None:
        reply = cleaning.text_of(self.cell("reply"))
        self.mark("reply", reply)
        before = len(self.problems)
        moment = self.moment("replied_at")
        if len(reply) > REPLY:
            self.refuse("reply", f"答复意见最多 {REPLY} 个字，现在 {len(reply)} 个字，请精简")
        if reply and moment is None and len(self.problems) == before:
            self.refuse("replied_at", "有答复意见但没有答复时间，请补上")
        if moment and not reply:
            self.notice("reply", "有答复时间但没有答复意见，按未答复登记")
        raised = self.incoming.raised_at
        if reply and moment and raised is not NEVER and moment < raised:
            self.refuse("replied_at", f"答复时间 {moment:%Y-%m-%d %H:%M} 早于诉求时间 {raised:%Y-%m-%d %H:%M}，请核对")
        self.incoming.reply, self.incoming.replied_at = reply, moment if reply else None

    def person(self) -> None:
        self.incoming.complainant = self.line("complainant", NAME)
        self.incoming.phone = self.sealed_number("phone", privacy.validate_phone)
        self.incoming.identity = self.sealed_number("identity", privacy.validate_identity)

    def sealed_number(self, key: str, validate: Callable[..., str]) -> str:
        if not self.has(key):
            return ""
        text = str(self.read(key, cleaning.number_text) or "")
        if not text:
            self.mark(key, "")
            return ""
        try:
            number = validate(text, field=key)
        except InvalidInput as error:
            self.refuse(key, error.message)
            return ""
        # A plain hash of a phone number is soon guessed; the keyed one is not.
        self.incoming.marks[key] = privacy.blind_index(key, number)[:10]
        return number

    def kind(self) -> None:
        category, urgency = self.line("category", 140), self.line("urgency", 20)
        if category:
            self.incoming.category_id = self.checker.lookups.category(category)
            if self.incoming.category_id is None:
                self.notice("category", f"类别“{category}”不在类别树中或不唯一，已留空，请交办时选择")
        if urgency:
            level = self.checker.lookups.urgency(urgency)
            self.incoming.urgency = level or 0
            if level is None:
                self.notice("urgency", f"紧急程度“{urgency}”无法识别，已按“一般”登记")

    def where(self) -> None:
        self.incoming.address = self.line("address", ADDRESS)
        unit = self.named_unit()
        self.point()
        self.incoming.place = self.place_by(unit)

    def named_unit(self) -> Unit | None:
        """The community, else the street, that the row names."""
        street_name, community_name = self.line("street", 64), self.line("community", 64)
        street = self.one_unit("street", street_name, self.checker.lookups.streets.find(street_name))
        communities = self.checker.lookups.communities.find(community_name) if community_name else []
        if street is not None and communities:
            inside = [c for c in communities if c.street_id == street.pk]
            if not inside:
                self.refuse("community", f"“{community_name}”不在{street.name}，请核对街道和社区")
                return None
            communities = inside
        return self.one_unit("community", community_name, communities) or street

    def one_unit(self, key: str, text: str, found: list[Unit]) -> Unit | None:
        if not text:
            return None
        if not found:
            self.refuse(key, f"本区没有名称或编码为“{text}”的{LABELS[key][2:]}，请核对")
            return None
        if len(found) > 1:
            self.refuse(key, f"“{text}”有 {len(found)} 个，请同时写明街道，或改用编码")
            return None
        return found[0]

    def point(self) -> None:
        lon, lat = self.read("lon", cleaning.degrees_of), self.read("lat", cleaning.degrees_of)
        self.mark("lon", str(lon))
        self.mark("lat", str(lat))
        if (lon, lat) == (0.0, 0.0):  # how many systems write "no position"
            return
        try:
            check_point(lon, lat)  # type: ignore[arg-type]
        except InvalidInput as error:
            if not any(problem.field in {"lon", "lat"} for problem in self.problems):
                self.refuse(error.field, error.message)
            return
        self.incoming.lon, self.incoming.lat = lon, lat  # type: ignore[assignment]

    def place_by(self, unit: Unit | None) -> dict[str, int | None]:
        """The four levels by the named unit, made finer by the point where the two agree."""
        nowhere: dict[str, int | None] = dict.fromkeys(PLACE)
        nowhere["district_id"] = self.checker.lookups.district_id
        named = unit.place_within if unit is not None else nowhere
        incoming = self.incoming
        if incoming.lon is None or incoming.lat is None:
            return named
        spot = locate(incoming.lon, incoming.lat)
        if spot is None or spot.district_id != named["district_id"]:
            self.notice("lon", "坐标不在本区任何网格内，请核对坐标；位置按文字登记")
            return named
        found = place_of(spot)
        if any(named[level] not in {None, found[level]} for level in PLACE):
            self.notice("lon", "坐标与所属街道、社区不一致，已按所属街道、社区登记")
            return named
        return found

    def handled_by(self) -> None:
        name = self.line("handler", 64)
        self.incoming.handler = name
        found = self.checker.lookups.handlers.find(name) if name else []
        if len(found) == 1:
            self.incoming.handler_unit_id = found[0].pk
        elif name and self.incoming.reply:
            self.notice("handler", f"本区没有名为“{name}”的单位，已作为文字记入历史")


_STEPS: tuple[Callable[[_RowCheck], None], ...] = (
    _RowCheck.words, _RowCheck.raised, _RowCheck.person, _RowCheck.kind, _RowCheck.where, _RowCheck.answer,
    _RowCheck.handled_by,
)  # fmt: skip


def mark_of(value: str) -> str:
    """A short hash by which a later file's value is told from this one's; empty for nothing."""
    return hashlib.blake2b(value.encode(), digest_size=5).hexdigest() if value else ""
