"""Reads of the special care lists: who visits, what is due today, the history, the figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from accounts.models import ROLE_LABELS, Posting
from governance.days import start_of
from governance.files import selectors as files
from governance.files.models import Attachment
from governance.scope import Actor, Role, UnitKind, inside
from grids.models import Unit
from members.care.services._common import VISITORS
from members.care.words import SUBJECT
from members.models import CareEvent, CareKind, CareRecord, CareTurn, CareVisit, Stay

# What the worklist shows: what is late, and what is due within so many days.
AHEAD = timedelta(days=3)
MOST_SHOWN = 100
BELOW = {UnitKind.DISTRICT: "street", UnitKind.STREET: "community", UnitKind.COMMUNITY: "grid"}


def listed(actor: Actor) -> QuerySet[CareRecord]:
    """The records in scope, with what a row names."""
    rows: QuerySet[CareRecord] = CareRecord.objects.visible_to(actor)
    return rows.select_related("person", "kind", "grid", "community", "visitor").defer("person__search")


def with_homes(records: QuerySet[CareRecord]) -> QuerySet[CareRecord]:
    """With the household that each person lives in, as `person.now_in`."""
    now_in = Stay.objects.filter(until_on=None).select_related("household__home__building")
    return records.prefetch_related(Prefetch("person__stays", now_in, to_attr="now_in"))


def visitors_of(community_id: int, grid_id: int | None, now: datetime) -> list[tuple[int, str]]:
    """Who may be named as visitor: the people of the community, and of one grid or (None) of all its grids."""
    units = Q(unit_id=community_id) | (Q(unit_id=grid_id) if grid_id else Q(unit__community_id=community_id))
    postings = Posting.objects.in_force(timezone.localdate(now)).filter(units, role__in=VISITORS)
    names: dict[int, str] = {}
    for one in postings.select_related("user", "unit").order_by("unit__code", "role", "user__initials", "user_id"):
        where = f"{one.unit.name} " if one.unit.kind == UnitKind.GRID else ""
        names.setdefault(one.user_id, f"{one.user.name}（{where}{ROLE_LABELS[Role(one.role)]}）")
    return list(names.items())


def name_visitors(records: Sequence[CareRecord], now: datetime) -> None:
    """Say on each record whose the visit is, as `whose`: the named visitor, else the grid's workers."""
    grids = {record.grid_id for record in records if record.visitor_id is None and record.grid_id}
    workers: dict[int, list[str]] = {}
    if grids:
        postings = Posting.objects.in_force(timezone.localdate(now)).filter(unit_id__in=grids, role=Role.GRID_WORKER)
        for unit_id, name in postings.order_by("user_id").values_list("unit_id", "user__name"):
            workers.setdefault(unit_id, []).append(name)
    for record in records:
        named = record.visitor.name if record.visitor else "、".join(workers.get(record.grid_id or 0, ()))
        record.whose = named or "社区（网格员缺岗）"  # type: ignore[attr-defined]


def own_work(actor: Actor, now: datetime) -> QuerySet[CareRecord]:
    """The open records whose visits are the actor's: named, or of the own grid without a name.

    To community staff: where they are named, and where no grid is known. The street has none of its own.
    """
    mine = Q(visitor_id=actor.user_id)
    if actor.role in {Role.GRID_WORKER, Role.PART_TIME_GRID_WORKER}:
        mine |= Q(visitor=None)
    elif actor.role in {Role.COMMUNITY_SECRETARY, Role.COMMUNITY_WORKER}:
        mine |= Q(visitor=None, grid=None)
    return listed(actor).filter(mine, state="open")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the worklist."""

    key: str
    title: str
    tone: str
    records: list[CareRecord]
    count: int


def worklist(actor: Actor, now: datetime) -> list[Section]:
    """Late, due today, due soon: each the earliest first, at most 100 shown."""
    midnight = start_of(timezone.localdate(now) + timedelta(days=1))
    work = own_work(actor, now)
    parts = (
        ("late", "超期", "over", work.filter(due_at__lt=now)),
        ("today", "今天到期", "soon", work.filter(due_at__gte=now, due_at__lt=midnight)),
        ("soon", f"{AHEAD.days} 天内到期", "", work.filter(due_at__gte=midnight, due_at__lt=midnight + AHEAD)),
    )
    return [_section(key, title, tone, rows) for key, title, tone, rows in parts]


def _section(key: str, title: str, tone: str, rows: QuerySet[CareRecord]) -> Section:
    found = list(with_homes(rows).order_by("due_at", "pk")[: MOST_SHOWN + 1])
    count = len(found) if len(found) <= MOST_SHOWN else rows.count()
    return Section(key, title, tone, found[:MOST_SHOWN], count)


@dataclass(slots=True)
class Line:
    """A line of a record's history: a visit, or what else happened."""

    at: datetime
    title: str
    who: str
    words: str
    tone: str = ""
    icon: str = "point"
    visit: CareVisit | None = None
    attachments: list[Attachment] = field(default_factory=list)


_ICONS = {
    "listed": "plus", "changed": "edit", "assigned": "user-check", "paused": "player-pause", "resumed": "player-play",
    "ended": "x", "yellow": "clock-exclamation", "red": "alert-triangle", "moved": "truck-delivery",
}  # fmt: skip
_TONES = {
    "yellow": "soon", "red": "over", "care_secretary": "over", "care_street": "over", "ok": "ok", "help": "over",
    "absent": "soon",
}  # fmt: skip
_TITLES = {
    "listed": "列入名单", "changed": "修改", "assigned": "指定走访人", "paused": "暂停走访", "resumed": "恢复走访",
    "ended": "结束", "moved": "迁移", "merged": "档案合并", "policy": "走访方案", "clock_moved": "时限调整",
    "yellow": "黄牌", "red": "红牌", "care_secretary": "升级", "care_street": "升级",
}  # fmt: skip


def history(record: CareRecord, most: int = 200) -> list[Line]:
    """Visits and events together, the latest first."""
    by_visit: dict[int, list[Attachment]] = {}
    for file in files.of_subject(SUBJECT, record.pk):
        by_visit.setdefault(file.entry_id, []).append(file)
    lines = [_of_visit(visit, by_visit.get(visit.pk, [])) for visit in record.visits.order_by("-at", "-pk")[:most]]
    lines += [_of_event(event) for event in record.events.order_by("-at", "-pk")[:most]]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:most]


def _of_visit(visit: CareVisit, attachments: list[Attachment]) -> Line:
    title = f"{visit.get_how_display()}走访：{visit.get_found_display()}"
    icon = {"ok": "check", "help": "alert-triangle"}.get(visit.found, "door-off")
    who = f"{visit.by_name}（{visit.unit_name}）"
    return Line(visit.at, title, who, visit.words, _TONES[visit.found], icon, visit, attachments)


def _of_event(event: CareEvent) -> Line:
    who = f"{event.by_name}（{event.unit_name}）" if event.by_user else event.by_name
    icon = _ICONS.get(event.kind, "alert-triangle" if event.kind in _TONES else "point")
    return Line(event.at, _TITLES.get(event.kind, "记录"), who, event.words, _TONES.get(event.kind, ""), icon)


# Figures --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of a unit or a list: on the list now, late now; visits due in the period, and of these made in time."""

    key: int | None
    name: str
    on_list: int
    late: int
    due: int
    met: int

    @property
    def missed(self) -> int:
        """Due in the period and not made in time, whether made since or not."""
        return self.due - self.met

    @property
    def rate(self) -> str:
        """Visited in time: met ÷ due; a dash where none was due."""
        return f"{self.met / self.due:.1%}" if self.due else "—"


def due_by(now: datetime) -> Q:
    """Turns whose limit has passed: what the rate counts. A turn that is open and late is among them."""
    return Q(due_at__lt=now) & ~Q(state="cancelled")


def missed_by(now: datetime) -> Q:
    """Of these, those that were not made in time."""
    return due_by(now) & ~Q(state="met")


@dataclass(frozen=True, slots=True)
class Period:
    """From one day to another, both included."""

    since: date
    until: date


def figures_by(
    column: str, actor: Actor, unit: Unit, period: Period, now: datetime, kind: CareKind | None = None
) -> dict[int | None, Figures]:
    """The figures of a unit in scope, grouped by a column (`street_id`, `kind_id` …): its value → figures unnamed."""
    place = inside(unit.kind, unit.pk) | ({"kind": kind} if kind else {})
    records: QuerySet[Any] = CareRecord.objects.counted_for(actor).open().filter(**place).order_by()
    is_late = Q(state="open", card="red")
    on_list = records.values_list(column).annotate(whole=Count("pk"), part=Count("pk", filter=is_late))
    within = Q(due_at__gte=start_of(period.since), due_at__lt=start_of(period.until + timedelta(days=1)))
    turns: QuerySet[Any] = CareTurn.objects.counted_for(actor).filter(within & due_by(now), **place).order_by()
    due = turns.values_list(column).annotate(whole=Count("pk"), part=Count("pk", filter=Q(state="met")))
    first = {key: (all_, late) for key, all_, late in on_list}
    second = {key: (all_, met) for key, all_, met in due}
    return {
        key: Figures(key, "", *first.get(key, (0, 0)), *second.get(key, (0, 0))) for key in first.keys() | second.keys()
    }


def figures_below(actor: Actor, unit: Unit, period: Period, now: datetime, kind: CareKind | None) -> list[Figures]:
    """One line a unit directly below, in order, those without anything included; empty for a grid."""
    level = BELOW.get(UnitKind(unit.kind))
    if level is None:
        return []
    found = figures_by(f"{level}_id", actor, unit, period, now, kind)
    below = Unit.objects.open().filter(parent=unit, kind=level).order_by("code")
    units = {one.pk: one.short_name or one.name for one in below}
    gone = Unit.objects.filter(pk__in=[key for key in found if key and key not in units]).order_by("code")
    units |= {one.pk: f"{one.name}（已撤并）" for one in gone}
    lines = [_named(found.get(pk), pk, name) for pk, name in units.items()]
    return [*lines, _named(found[None], None, "未划网格")] if None in found else lines


def figures_by_kind(actor: Actor, unit: Unit, period: Period, now: datetime) -> list[Figures]:
    """One line a list, in order."""
    found = figures_by("kind_id", actor, unit, period, now)
    kinds = CareKind.objects.filter(Q(is_active=True) | Q(pk__in=[key for key in found if key]))
    return [_named(found.get(kind.pk), kind.pk, kind.name) for kind in kinds]


def total(lines: Iterable[Figures]) -> Figures:
    """All lines together."""
    lines = list(lines)
    sums = (sum(getattr(line, name) for line in lines) for name in ("on_list", "late", "due", "met"))
    return Figures(None, "合计", *sums)


def _named(figures: Figures | None, key: int | None, name: str) -> Figures:
    if figures is None:
        return Figures(key, name, 0, 0, 0, 0)
    return Figures(key, name, figures.on_list, figures.late, figures.due, figures.met)


def sees_words(actor: Actor) -> bool:
    """Whether what to look for (health, family) is shown: to those who visit and the street's staff, not its leader."""
    return actor.role != Role.STREET_LEADER
