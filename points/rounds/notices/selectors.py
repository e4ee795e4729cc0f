"""Reading notices: a list's counts, which communities are late, and what the public may read."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from governance.scope import Actor, UnitKind
from grids.models import Unit
from points.earning.units import successors
from points.models import Notice

# The notice of a month is due on this day of the next one; names are public for so many days from the first edition on.
DUE_DAY = 10
NAMED_DAYS = 60


def with_waiting(rows: Any) -> QuerySet[Notice]:
    """With `waiting`: how many objections wait for an answer."""
    waiting = Count("objections", filter=Q(objections__answered_at=None))
    found: QuerySet[Notice] = rows.select_related("unit").annotate(waiting=waiting)
    return found


def last_month(today: date) -> date:
    """The first day of the month before."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def not_published(actor: Actor, today: date) -> list[Unit]:
    """The communities of the actor's that have not published the last month's notice, those that closed since among
    them."""
    if actor.unit_kind not in {UnitKind.STREET, UnitKind.COMMUNITY}:
        return []
    month = last_month(today)
    done = Notice.objects.filter(month=month).exclude(state="draft").values("unit")
    rows = Unit.objects.filter(kind=UnitKind.COMMUNITY).exclude(pk__in=done)
    own = list(rows.open().visible_to(actor).order_by("code"))
    # Of what closed in that month or after it the successor owes the notice.
    closed = list(rows.filter(closed_on__gte=month, opened_on__lt=today.replace(day=1), district_id=actor.district_id))
    takers = successors(closed) if closed else {}
    mine = {unit.pk for unit in Unit.objects.open().visible_to(actor).filter(kind=UnitKind.COMMUNITY)} if takers else ()
    return own + [unit for unit in closed if unit.pk in takers and takers[unit.pk].pk in mine]


def in_public(code: str) -> Notice | None:
    """The edition in force of a month's notice, by what stands in its address."""
    rows = Notice.objects.filter(code=code.lower().replace("-", ""), state="published")
    return rows.select_related("unit__parent").first()


def editions(notice: Notice) -> list[Notice]:
    """All published editions of the month, the newest first."""
    rows = Notice.objects.filter(unit=notice.unit_id, month=notice.month).exclude(state="draft")
    return list(rows.order_by("-edition"))


def names_until(published: datetime) -> date:
    """The last day on which names are public."""
    return timezone.localdate(published) + timedelta(days=NAMED_DAYS)
