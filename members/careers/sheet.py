"""社区工作者: careers in, by the district centre alone; and out, with grade and pay, for those who see pay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import DateField, F, QuerySet
from django.db.models.functions import Now, TruncDate

from governance.days import today_of
from governance.errors import IllegalState, InvalidInput
from governance.scope import Actor
from governance.sheets.cells import Cells
from governance.sheets.declare import NEW, SAME, Column, Sheet
from governance.sheets.lists import ListExporter
from grids.models import Unit
from grids.sheet_units import Units, unit_words
from members.careers.filters import CareerFilterSet
from members.careers.pay import Scales
from members.careers.services import careers
from members.careers.services.careers import Entry
from members.careers.tabs import CAREER_TABS
from members.models import Career, Person
from members.models.careers import CERTIFICATES, DEGREES, GRID, POSTS, RECRUITED
from members.sheets.exporting import identity_of
from members.sheets.finding import IDENTITY, NAME, BatchImporter, Who, read_who
from members.sheets.reading import needed_day, word_of

LEVELS = ("community", "grid")


def _labels(pairs: Sequence[tuple[str, Any]]) -> tuple[str, ...]:
    return tuple(str(label) for _, label in pairs)


COLUMNS = (
    replace(NAME, is_needed=True, help="与身份证号一起用来查找，须与居民档案一致。"),
    replace(IDENTITY, help="18 位，须已由居住地社区登记为在册居民；居住地与工作单位可以不同。"),
    Column(
        key="unit", label="工作单位", is_needed=True, choices=lambda actor: unit_words(actor, LEVELS), width=28,
        help="专职网格员填网格，其他岗位填社区。",
    ),
    Column(key="post", label="岗位", is_needed=True, choices=_labels(POSTS), width=12),
    Column(key="entered_on", label="入职日期", is_needed=True, width=12, help="例如 2022-03-01。"),
    Column(key="recruited", label="进入方式", is_needed=True, choices=_labels(RECRUITED), width=12),
    Column(key="degree", label="学历", choices=_labels(DEGREES), width=12, help="不填为高中及以下。"),
    Column(key="certificate", label="职业资格", choices=_labels(CERTIFICATES), width=16, help="不填为无。"),
    Column(key="duty", label="职务", most=64, help="如：党委书记、居委会主任。"),
    Column(
        key="grounds", label="依据", is_needed=True, is_prose=True, width=30, help="招聘公告、文件的名称、文号。"
    ),
)  # fmt: skip
# What a row that is known already is compared by.
_COMPARED = ("post", "entered_on", "recruited", "degree", "certificate", "duty")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row that can be read."""

    who: Who
    unit: Unit
    entry: Entry


@dataclass(slots=True)
class Context:
    """What all rows need; the persons of the batch, and the careers that they have."""

    by: Actor
    now: datetime
    today: date
    units: Units
    scales: Scales
    people: dict[str, Person] = field(default_factory=dict)
    serving: dict[int, Career] = field(default_factory=dict)


class CareerImporter(BatchImporter[Wanted, Context]):
    """By the person: who serves as the row says is known; who serves otherwise is changed on their own page."""

    def prepare(self, actor: Actor, now: datetime) -> Context:
        """The district's communities and grids, and the pay scales."""
        return Context(actor, now, today_of(now), Units(actor, LEVELS), Scales.load())

    def read_row(self, cells: Cells, context: Context) -> Wanted:
        """The number is not kept: the person is found by its hash."""
        cells.needed("name")
        who, unit = read_who(cells), context.units.read(cells)
        for key in ("post", "recruited", "grounds"):
            cells.needed(key)
        post = word_of(cells, "post", POSTS)
        if (post == GRID) != (unit.kind == "grid"):
            raise InvalidInput("专职网格员的工作单位填网格，其他岗位填社区。", field="unit")
        entry = Entry(
            name=cells["name"], identity="", unit_id=unit.pk, post=post,
            recruited=word_of(cells, "recruited", RECRUITED), degree=word_of(cells, "degree", DEGREES),
            entered_on=needed_day(cells, "entered_on", context.today),
            certificate=word_of(cells, "certificate", CERTIFICATES), duty=cells["duty"], grounds=cells["grounds"],
        )  # fmt: skip
        return Wanted(who, unit, entry)

    def look_up(self, values: Sequence[Wanted], context: Context) -> None:
        """The persons, and who of them serves: two queries."""
        rows = careers.persons_with({value.who.index for value in values}, context.by.district_id)
        rows = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
        context.people = {person.identity_index: person for person in rows}
        ids = [person.pk for person in context.people.values()]
        found = Career.objects.serving().filter(person__in=ids)
        context.serving = {career.person_id: career for career in found}

    def take(self, value: Wanted, context: Context) -> str:
        """By the part of the service."""
        person = context.people.get(value.who.index)
        if person is None or not value.who.is_named(person):
            raise careers.unknown()
        if (known := context.serving.get(person.pk)) is not None:
            _same_or_refused(known, value)
            return SAME
        unit = value.unit
        context.serving[person.pk] = careers.write_new(
            person, value.entry, unit.place_within, context.scales, by=context.by, now=context.now
        )
        return NEW


def _same_or_refused(known: Career, value: Wanted) -> None:
    differing = [key for key in _COMPARED if getattr(known, key) != getattr(value.entry, key)]
    if value.unit.pk != (known.grid_id or known.community_id):
        differing.insert(0, "unit")
    if differing:
        label = next(column.label for column in COLUMNS if column.key == differing[0])
        said = f"此人已登记为在岗工作人员，{label}与表格不同；变动请在其档案中办理。"
        raise IllegalState(said, field=differing[0])


class CareerExporter(ListExporter):
    """One row a career. Everybody who sees a career sees its pay (members.careers.querysets)."""

    filterset_class = CareerFilterSet
    tabs = CAREER_TABS
    header = (
        *(column.label for column in COLUMNS[:-1]), "街道", "级别", "月工资（元）", "应晋级日期", "状态", "离岗日期",
    )  # fmt: skip
    noun = "人"

    def __init__(self) -> None:
        # As they were when an export last began: a version is never changed, another can only be added.
        self.scales = Scales(())

    def in_scope(self, actor: Actor) -> QuerySet[Career]:
        """Unit by unit."""
        self.scales = Scales.load()
        rows: QuerySet[Career] = Career.objects.visible_to(actor).defer("person__search")
        rows = rows.select_related("person", "street", "community", "grid")
        return rows.annotate(read_on=TruncDate(Now(), output_field=DateField())).order_by(
            "street__code", "community__code", F("grid__code").asc(nulls_first=True), "pk"
        )

    def row(self, thing: Any, *, with_numbers: bool) -> Sequence[object]:
        """As the import reads it; then grade and pay by the scale of today."""
        unit = thing.grid or thing.community
        pay = self.scales.on(thing.read_on).amount(thing.post, thing.grade) if thing.state == "serving" else ""
        return [
            thing.person.name, identity_of(thing.person, with_numbers=with_numbers), f"{unit.code} {unit.name}",
            thing.get_post_display(), thing.entered_on.isoformat(), thing.get_recruited_display(),
            thing.get_degree_display(), thing.get_certificate_display(), thing.duty, thing.street.name, thing.grade,
            pay, thing.next_grade_on.isoformat() if thing.next_grade_on else "", thing.get_state_display(),
            thing.ended_on.isoformat() if thing.ended_on else "",
        ]  # fmt: skip


CAREERS = Sheet(
    key="careers",
    title="社区工作者",
    noun="人",
    columns=COLUMNS,
    list_view="members:careers",
    importer=CareerImporter(),
    import_right="career.decide",
    says="一人一行，按姓名和身份证号查找在册居民，级别按规则自动确定。已在岗且与表格一致的不变；不一致的请在其档案中办理。",
    exporter=CareerExporter(),
    export_right="career.export",
    approve_right="career.export_approve",
)
