"""志愿服务时长: hours from a paper roster come in and wait to be confirmed; what the list shows goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from governance.days import start_of
from governance.errors import IllegalState, InvalidInput
from governance.scope import Actor
from governance.sheets.cells import Cells
from governance.sheets.declare import NEW, SAME, Column, Sheet
from governance.sheets.lists import ListExporter
from governance.ui import dates
from members.models import Activity, ServiceHours
from members.models.volunteers import MOST_MINUTES
from members.sheets.exporting import identity_of
from members.sheets.finding import IDENTITY, NAME, BatchImporter, People, Who, read_who
from members.sheets.reading import needed_day
from members.sheets.wanted import plain
from members.volunteers.filters import HoursFilterSet
from members.volunteers.services import hours
from members.volunteers.tabs import HOURS_TABS

# Of so many activities that ended last the titles are in the drop-down; any other can be written.
_OFFERED = 300
_ROSTER = "按纸质签到表补报"


def title_words(actor: Actor) -> list[str]:
    """The titles of what ended last, each once."""
    rows = Activity.objects.visible_to(actor).filter(state="ended").order_by("-starts_at", "-pk")
    return list(dict.fromkeys(rows.values_list("title", flat=True)[:_OFFERED]))


COLUMNS = (
    Column(
        key="activity", label="活动名称", is_needed=True, most=80, choices=title_words, is_strict=False, width=26,
        help="须是已结束的活动。",
    ),
    Column(key="on", label="活动日期", is_needed=True, width=12, help="例如 2024-05-01，活动开始的那一天。"),
    NAME,
    IDENTITY,
    Column(
        key="minutes", label="时长（分钟）", is_needed=True, width=14,
        help=f"整数，每人每天合计最多 {MOST_MINUTES} 分钟。",
    ),
    Column(key="words", label="说明", is_prose=True, most=200, width=30, help=f"不填为“{_ROSTER}”。"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row that can be read."""

    title: str
    on: date
    who: Who
    minutes: int
    words: str


@dataclass(slots=True)
class Context:
    """What all rows need; the activities and hours of the batch."""

    by: Actor
    now: datetime
    people: People
    activities: dict[tuple[str, date], list[Activity]] = field(default_factory=dict)
    hours: dict[tuple[int, int], ServiceHours] = field(default_factory=dict)

    def activity_of(self, value: Wanted) -> Activity:
        """The one activity of this title on this day; raises InvalidInput for none, or several."""
        found = self.activities.get((plain(value.title), value.on), [])
        if len(found) == 1:
            return found[0]
        if found:
            said = f"当天有 {len(found)} 场同名活动，无法区分，请在活动名单上补报。"
            raise InvalidInput(said, field="activity")
        raise InvalidInput("没有在您的辖区内找到当天这个名称的活动，请核对名称和日期。", field="activity")


class HoursImporter(BatchImporter[Wanted, Context]):
    """Known by activity and person. Nothing that comes in counts before somebody has confirmed it."""

    def prepare(self, actor: Actor, now: datetime) -> Context:
        """Nothing but who asks."""
        return Context(actor, now, People(actor))

    def read_row(self, cells: Cells, context: Context) -> Wanted:
        """The day's limit is the service's matter."""
        title = cells.needed("activity")
        on = needed_day(cells, "on", timezone.localdate(context.now))
        minutes = cells.whole("minutes") if cells.needed("minutes") else None
        if not minutes or minutes > MOST_MINUTES:
            raise InvalidInput(f"时长应在 1 至 {MOST_MINUTES} 分钟之间。", field="minutes")
        return Wanted(title, on, read_who(cells, needs_name=False), minutes, cells["words"] or _ROSTER)

    def look_up(self, values: Sequence[Wanted], context: Context) -> None:
        """Persons and activities, locked by primary key; and the hours that there are."""
        ids = context.people.look_up(value.who for value in values)
        days = [value.on for value in values]
        starts = start_of(min(days))
        ends = start_of(max(days) + timedelta(days=1))
        rows = Activity.objects.visible_to(context.by).filter(starts_at__gte=starts, starts_at__lt=ends)
        keys = {(plain(value.title), value.on) for value in values}
        named = [
            pk for pk, title, at in rows.values_list("pk", "title", "starts_at")
            if (plain(title), timezone.localdate(at)) in keys
        ]  # fmt: skip
        context.activities = {}
        for one in Activity.objects.filter(pk__in=named).select_for_update(of=("self",)).order_by("pk"):
            context.activities.setdefault((plain(one.title), timezone.localdate(one.starts_at)), []).append(one)
        found = ServiceHours.objects.filter(activity__in=named, person__in=ids).exclude(state="corrected")
        context.hours = {(row.activity_id, row.person_id): row for row in found.order_by("pk")}

    def take(self, value: Wanted, context: Context) -> str:
        """By the part of the service."""
        person, activity = context.people.get(value.who), context.activity_of(value)
        if activity.state != "ended":
            said = f"活动{activity.get_state_display()}，结束后才能补报时长。"
            raise InvalidInput(said, field="activity")
        known = context.hours.get(key := (activity.pk, person.pk))
        if known is None:
            context.hours[key] = hours.write_proposal(
                activity, person.pk, value.minutes, value.words, by=context.by, now=context.now
            )
            return NEW
        if known.minutes == value.minutes and known.state != "refused":
            return SAME
        said = f"本场时长{known.get_state_display()}（{known.minutes} 分钟），请在原记录上更正。"
        raise IllegalState(said, field="minutes")


class HoursExporter(ListExporter):
    """One row a record of hours, as the list shows them."""

    filterset_class = HoursFilterSet
    tabs = HOURS_TABS
    header = (
        *(column.label for column in COLUMNS), "单位", "状态", "提交人", "确认人", "确认时间",
    )  # fmt: skip
    wordless = {"person": "按人员查找", "activity": "一场活动"}
    noun = "条"

    def in_scope(self, actor: Actor) -> QuerySet[ServiceHours]:
        """The latest day first, person by person."""
        rows: QuerySet[ServiceHours] = ServiceHours.objects.visible_to(actor).defer("person__search")
        return rows.select_related("person", "activity", "unit").order_by("-on", "activity_id", "person_id", "pk")

    def row(self, thing: Any, *, with_numbers: bool) -> Sequence[object]:
        """As the import reads it; then who decided."""
        return [
            thing.activity.title, thing.on.isoformat(), thing.person.name,
            identity_of(thing.person, with_numbers=with_numbers), thing.minutes, thing.words, thing.unit.name,
            thing.get_state_display(), thing.proposed_by_name, thing.decided_by_name, dates.moment(thing.decided_at),
        ]  # fmt: skip


HOURS = Sheet(
    key="volunteer_hours",
    title="服务时长",
    noun="条",
    columns=COLUMNS,
    list_view="members:volunteer_hours",
    importer=HoursImporter(),
    import_right="volunteer.edit",
    says="用来补报纸质签到表上的时长，一人一场一行，按活动和身份证号识别。导入后列为待确认，由他人确认后才计入。",
    exporter=HoursExporter(),
    export_right="person.export",
    ask_right="person.export_ask",
    approve_right="person.export_approve",
    reveal_right="person.reveal",
)
