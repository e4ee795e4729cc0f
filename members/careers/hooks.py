"""What becomes of a career when its person's record is merged, leaves the district, or its unit closes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from governance.audit import services as audit
from governance.days import today_of
from governance.deadlines.models import Clock
from governance.errors import IllegalState
from governance.scope import PLATFORM, Actor, UnitKind
from grids.models import Unit
from grids.registry import OpenWork
from members.careers import clocks
from members.careers.pay import Scales
from members.careers.services import _steps
from members.careers.services._common import event_of, standing
from members.following import Follower, Step
from members.models import Career, CareerEvent, CareerProcedure, Person
from members.models.careers import DIED, GRID, SERVING


def workers_at(unit_ids: Collection[int]) -> dict[int, int]:
    """How many community workers serve in each community; grid workers are not of its quota."""
    rows = Career.objects.serving().filter(community_id__in=unit_ids).exclude(post=GRID)
    return dict(rows.order_by().values_list("community_id").annotate(count=Count("pk")))


def person_merged(*, keep: Person, drop: Person, by: Actor, now: datetime) -> None:
    """The careers follow the kept record; two that both serve are a matter for people."""
    rows = list(Career.objects.select_for_update(of=("self",)).filter(person__in=(keep, drop)).order_by("pk"))
    if sum(row.state == SERVING for row in rows) > 1:
        raise IllegalState("两份档案都登记为在岗工作人员，请先由区网格中心办理其中一份的离岗，再合并。")
    for row in rows:
        if row.person_id == drop.pk:
            row.person, row.changed_at, row.revision = keep, now, row.revision + 1
            row.save(update_fields=["person", "changed_at", "revision"])
            event_of(row, "merged", today_of(now), by=by, now=now, grounds="本人居民档案合并").save()


def person_gone(*, person: Person, how: str, on: date, by: Actor, now: datetime) -> None:
    """A death ends the career and what is open about it. Who moved away may go on working here: it is noted."""
    career = Career.objects.select_for_update(of=("self",)).filter(person=person, state=SERVING).first()
    if career is None:
        return
    if how != "died":
        event_of(career, "person_left", on, by=by, now=now, grounds="本人迁出本区，工作不变").save()
        return
    for procedure in CareerProcedure.objects.select_for_update(of=("self",)).filter(career=career, ended_at=None):
        clocks.end(procedure, now, outcome=Clock.CANCELLED)
        _steps.go(procedure, "withdraw", "withdrawn", by=PLATFORM, now=now, words="本人已故，程序终止。")
    day = max(on, career.entered_on)
    pay = Scales.load().on(day).amount(career.post, career.grade)
    career.state, career.ended_on, career.changed_at, career.revision = DIED, day, now, career.revision + 1
    career.save(update_fields=["state", "ended_on", "changed_at", "revision"])
    event_of(career, "died", day, by=by, now=now, before=standing(career), pay=(pay, None)).save()


def open_careers(unit_ids: Sequence[int]) -> list[OpenWork]:
    """Who serves in these units: they go to the successor when one closes."""
    ids = list(unit_ids)
    here = Q(community_id__in=ids) | Q(grid_id__in=ids) | Q(street_id__in=ids)
    count = Career.objects.serving().filter(here).count()
    takers = frozenset({UnitKind.COMMUNITY, UnitKind.GRID})
    return [OpenWork("在岗工作人员", count, reverse("members:careers"), counter="人", takers=takers)]


def unit_closed(*, unit_id: int, successor_id: int | None, by: Actor, now: datetime) -> None:
    """Whoever serves in a unit that closes serves in its successor from now on."""
    successor = Unit.objects.filter(pk=successor_id).first() if successor_id else None
    if successor is None or successor.community_id is None:
        return
    place = {
        "district_id": successor.district_id, "street_id": successor.street_id,
        "community_id": successor.community_id,
    }  # fmt: skip
    grid_id = successor.pk if successor.kind == UnitKind.GRID else None
    rows = Career.objects.serving().filter(Q(grid_id=unit_id) | Q(community_id=unit_id))
    _resettle(Unit.objects.get(pk=unit_id), successor, rows, place, {unit_id: grid_id}, "所在单位撤并", by, now)


def unit_moved(*, unit: Unit, before: Mapping[str, int | None], by: Actor, now: datetime) -> None:
    """Whoever serves in a community or grid that came under another parent is that one's."""
    if unit.kind not in {UnitKind.COMMUNITY, UnitKind.GRID}:
        return
    here = Q(grid_id=unit.pk) if unit.kind == UnitKind.GRID else Q(community_id=unit.pk)
    place = {"street_id": unit.street_id, "community_id": unit.community_id}
    rows = Career.objects.serving().filter(here).exclude(**place)
    _resettle(unit, unit.parent, rows, place, {}, "所在单位调整隶属", by, now)


def _resettle(
    unit: Unit, to: Unit | None, rows: QuerySet[Career], place: Mapping[str, int | None],
    grids: Mapping[int, int | None], grounds: str, by: Actor, now: datetime,
) -> None:  # fmt: skip
    """`grids`: which grid takes the place of which. Whose community and grid stay the same has no event."""
    careers, events = list(rows.select_for_update(of=("self",)).order_by("pk")), []
    for career in careers:
        before = standing(career)
        for name, value in place.items():
            setattr(career, name, value)
        career.grid_id = grids.get(career.grid_id or 0, career.grid_id)
        career.changed_at, career.revision = now, career.revision + 1
        if (after := standing(career)) != before:
            events.append(
                event_of(career, "moved", today_of(now), by=by, now=now, grounds=grounds, before=before, after=after)
            )
    columns = [name.removesuffix("_id") for name in place]
    Career.objects.bulk_update(careers, [*columns, "grid", "changed_at", "revision"])
    CareerEvent.objects.bulk_create(events)
    if careers:
        audit.record(
            action="career.follow_unit", subject_type="unit", subject_id=unit.pk, subject_label=unit.name,
            after={"followed": len(careers), "followed_to": str(to)}, by=by, now=now,
        )  # fmt: skip


def _hold(step: Step, ids: Sequence[int]) -> None:
    """What waited for the old street waits for the new one; what waits for the district goes on waiting there."""
    for procedure in CareerProcedure.objects.filter(pk__in=ids).order_by("pk"):
        clocks.open_clocks(procedure).update(unit_id=clocks.turn_unit(procedure))


FOLLOWERS = (
    Follower(
        key="career_procedure", label="未办结的人事程序", counter="件", is_counted=False,
        rows=lambda today: CareerProcedure.objects.filter(ended_at=None), after=_hold,
    ),
)  # fmt: skip
