"""Reading volunteers: sums of a person, figures of units, what a volunteer with an account sees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from governance.days import start_of
from governance.scope import Actor, UnitKind, inside
from grids.models import Unit
from members.models import Activity, Person, ServiceHours, SignUp, TeamMember, VolunteerTeam

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Served:
    """The confirmed minutes of a person, and in how many activities; in all, and of this year."""

    minutes: int
    activities: int
    minutes_this_year: int


def served_by(person: Person, today: date) -> Served:
    """What a person has served. One statement."""
    of_year = Q(on__year=today.year)
    found = ServiceHours.objects.confirmed().filter(person=person, minutes__gt=0).aggregate(
        whole=Sum("minutes"), count=Count("activity", distinct=True), year=Sum("minutes", filter=of_year)
    )  # fmt: skip
    return Served(found["whole"] or 0, found["count"], found["year"] or 0)


def confirmed_of(person: Person) -> QuerySet[ServiceHours]:
    """The hours that count for a person, newest first, each with its activity."""
    rows: QuerySet[ServiceHours] = ServiceHours.objects.confirmed().filter(person=person, minutes__gt=0)
    return rows.select_related("activity", "unit").order_by("-on", "-pk")


def teams_of(person: Person) -> list[TeamMember]:
    """The teams that a person belongs to now."""
    return list(in_teams(person).select_related("team").order_by("pk"))


def in_teams(person: Person) -> QuerySet[TeamMember]:
    """The person's places in teams now."""
    rows: QuerySet[TeamMember] = TeamMember.objects.now_in().filter(person=person)
    return rows


def coming_of(person: Person, now: datetime) -> list[SignUp]:
    """What a person is signed up for and is not over, soonest first."""
    rows = SignUp.objects.filter(person=person, activity__state__in=("published", "running"))
    rows = rows.exclude(state="cancelled").filter(ends_at__gt=now - timedelta(hours=12))
    return list(rows.select_related("activity__site", "activity__unit").order_by("starts_at", "pk")[:50])


def open_to(actor: Actor, person: Person, now: datetime, but: Iterable[int]) -> list[Activity]:
    """Where a volunteer with an account may still sign up, soonest first."""
    rows = Activity.objects.open_to(actor, person, now).exclude(pk__in=list(but)).with_counts()
    near: list[Activity] = list(rows.select_related("site", "unit").order_by("starts_at", "pk")[:30])
    return [row for row in near if (row.sign_up_until or row.starts_at) >= now]


def is_full(activity: Activity) -> bool:
    """Whether an activity read `with_counts()` has no seat left."""
    taken: int = getattr(activity, "taken", 0) or 0
    return activity.capacity is not None and taken >= activity.capacity


@dataclass(slots=True)
class Figures:
    """One unit in a month: standing teams, activities held, people who served, and their confirmed minutes."""

    unit: Unit
    teams: int = 0
    activities: int = 0
    people: int = 0
    minutes: int = 0


def month_of(text: str, today: date) -> date:
    """The first day of the month that the text names (2026-11); of this one for anything else."""
    try:
        found = datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month, not a moment
    except ValueError:
        return today.replace(day=1)
    return found if date(2000, 1, 1) <= found <= today else today.replace(day=1)


def last_day(month: date) -> date:
    """The last day of a month, by its first."""
    return (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def units_below(actor: Actor) -> tuple[str, list[Unit]]:
    """The level that figures are told by: streets to the district, communities to a street, else the own unit."""
    levels = {UnitKind.DISTRICT: UnitKind.STREET, UnitKind.STREET: UnitKind.COMMUNITY}
    level = levels.get(actor.unit_kind or UnitKind.GRID)
    if level is None:
        own = Unit.objects.filter(pk=actor.unit_id)
        return ("grid" if actor.unit_kind == UnitKind.GRID else "community"), list(own)
    return level.value, list(Unit.objects.open().visible_to(actor).filter(kind=level).order_by("code"))


def figures(actor: Actor, month: date) -> tuple[list[Figures], Figures | None]:
    """The figures of the units below in a month, and of all of the actor's together (what the unit itself did counts
    there alone). Six statements, whatever the number of units."""
    level, units = units_below(actor)
    rows = {unit.pk: Figures(unit) for unit in units}
    end = last_day(month)
    teams = VolunteerTeam.objects.visible_to(actor).standing()
    starts = start_of(month)
    ends = start_of(end + timedelta(days=1))
    held = Activity.objects.visible_to(actor).filter(state="ended", starts_at__gte=starts, starts_at__lt=ends)
    hours = _hours_in(actor).filter(on__range=(month, end))
    for name, found in (("teams", teams), ("activities", held)):
        for unit_id, count in found.order_by().values_list(level).annotate(n=Count("pk")):
            if unit_id in rows:
                setattr(rows[unit_id], name, count)
    sums = hours.order_by().values_list(level).annotate(p=Count("person", distinct=True), m=Sum("minutes"))
    for unit_id, people, minutes in sums:
        if unit_id in rows:
            rows[unit_id].people, rows[unit_id].minutes = people, minutes or 0
    top = Unit.objects.filter(pk=actor.unit_id).first()
    both = hours.aggregate(p=Count("person", distinct=True), m=Sum("minutes"))
    total = Figures(top, teams.count(), held.count(), both["p"], both["m"] or 0) if top else None
    return list(rows.values()), total


def _hours_in(actor: Actor) -> QuerySet[ServiceHours]:
    """Confirmed hours as figures, which the district reads as well: no row of these leaves this module."""
    rows: QuerySet[ServiceHours] = ServiceHours.objects.confirmed().filter(minutes__gt=0)
    return rows.filter(**inside(actor.unit_kind or UnitKind.GRID, actor.unit_id))


def by_month(actor: Actor, today: date) -> Sequence[tuple[date, int, int]]:
    """The last twelve months, newest first: the month, how many served, and their confirmed minutes."""
    months = [today.replace(day=1)]
    while len(months) < MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    rows = _hours_in(actor).filter(on__gte=months[-1]).annotate(month=TruncMonth("on")).order_by()
    sums = rows.values_list("month").annotate(p=Count("person", distinct=True), m=Sum("minutes"))
    known = {month: (people, minutes) for month, people, minutes in sums}
    return [(month, *known.get(month, (0, 0))) for month in months]
