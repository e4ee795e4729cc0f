"""Writing claims: one cheap row in the transaction of the event. No rule is looked at here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from governance.scope import Actor
from members.models import Designation, Person, ServiceHours
from points.models import Claim, EarningRule

HOURS = "members.servicehours"


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, and to whom. The same `source` is the same event; the place is whose budget pays."""

    source: tuple[str, int]
    kind: str
    person: Person
    title: str
    on: date
    quantity: int = 1
    match: str = ""
    about: int = 0
    corrects_id: int | None = None
    # Where it is known already that nothing is earned: why.
    refused: str = ""


def keep(events: Iterable[Event], now: datetime) -> None:
    """Write a claim for each event, once, in the caller's transaction."""
    Claim.objects.bulk_create((_claim(event, now) for event in events), ignore_conflicts=True)


def _claim(event: Event, now: datetime) -> Claim:
    person = event.person
    return Claim(
        source_type=event.source[0], source_id=event.source[1], kind=event.kind, person_id=person.pk,
        title=event.title[:100], on=event.on, quantity=event.quantity, match=event.match, about=event.about,
        corrects_id=event.corrects_id, at=now, district_id=person.district_id, street_id=person.street_id,
        community_id=person.community_id, grid_id=person.grid_id, why=event.refused,
        state="refused" if event.refused else "waiting", decided_at=now if event.refused else None,
    )  # fmt: skip


def revoke(*, source: tuple[str, int], kind: str, why: str, now: datetime) -> None:
    """The event does not stand any more: what was not given will not be, what was given is taken back by the sweep."""
    rows = Claim.objects.filter(source_type=source[0], source_id=source[1], kind=kind, is_revoked=False)
    rows.filter(transaction=None).exclude(state="refused").update(
        state="refused", why=why[:200], decided_at=now, is_revoked=True
    )
    rows.standing().update(state="owed", why=why[:200], is_revoked=True)


def of_hours(*, hours: ServiceHours, by: Actor, now: datetime) -> None:
    """Hours were confirmed or corrected. What stands for an earlier row names its claim."""
    activity = hours.activity
    said: dict[str, Any] = {"person": hours.person, "title": activity.title, "on": hours.on, "about": activity.pk}
    old = None
    if hours.corrects_id:
        old = Claim.objects.filter(source_type=HOURS, source_id=hours.corrects_id, kind="hours").first()
    events = []
    if hours.minutes or old:
        corrects = old.pk if old else None
        events.append(Event((HOURS, hours.pk), "hours", quantity=hours.minutes, corrects_id=corrects, **said))
    if hours.corrects_id:
        _follow_activity(hours, now)
    if hours.minutes:
        events += _once(hours, said)
    keep(events, now)


def _once(hours: ServiceHours, said: dict[str, Any]) -> list[Event]:
    """That somebody came to an activity at all, where the district rewards it."""
    kind = hours.activity.kind
    rules = EarningRule.objects.in_force(hours.on).filter(district_id=hours.district_id, kind="activity")
    known = Claim.objects.filter(person=hours.person_id, about=hours.activity_id, kind="activity", is_revoked=False)
    if not rules.filter(match__in=("", kind)).exists() or (hours.corrects_id and known.exists()):
        return []
    return [Event((HOURS, hours.pk), "activity", match=kind, **said)]


def _follow_activity(hours: ServiceHours, now: datetime) -> None:
    """Corrected to nothing: they were not there."""
    if hours.minutes:
        return
    mine = Claim.objects.filter(person=hours.person_id, about=hours.activity_id, kind="activity", is_revoked=False)
    for source_id in mine.values_list("source_id", flat=True):
        revoke(source=(HOURS, source_id), kind="activity", why="服务时长已更正为 0。", now=now)


def duties(month: date, now: datetime) -> int:
    """A claim for each holder of a designation that earns by the month, in force the whole of it; how many are new.

    `month` is its first day. Harmless to repeat.
    """
    last = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    before = Claim.objects.filter(kind="duty", on=last).count()
    rules = EarningRule.objects.in_force(last).filter(kind="duty").order_by("district_id", "match")
    for rule in rules:
        held = Designation.objects.filter(district_id=rule.district_id, kind__code=rule.match, from_on__lte=month)
        held = held.filter(Q(until_on=None) | Q(until_on__gte=last), person__state="here").exclude(ended_how="merged")
        people = Person.objects.filter(pk__in=held.values("person")).defer("search").order_by("pk")
        title = f"{last:%Y年}{last.month}月 {rule.name}"
        source = f"duty:{rule.match[:32]}:{last:%Y%m}"
        keep((Event((source, one.pk), "duty", one, title, last, match=rule.match) for one in people.iterator(500)), now)
    return Claim.objects.filter(kind="duty", on=last).count() - before
