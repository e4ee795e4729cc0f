"""Working out hours and writing their rows; the activity is locked before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Sum
from django.utils import timezone

from governance.scope import Actor
from members.models import Activity, Person, ServiceHours
from members.models.volunteers import MOST_MINUTES
from members.volunteers.minutes import Presence, counted

COUNTING = ("proposed", "confirmed")


def used_on(person_ids: Iterable[int], on: date, *, but: int = 0) -> dict[int, int]:
    """Person → minutes of the day, proposed or confirmed, without the row `but`."""
    rows = ServiceHours.objects.filter(person__in=list(person_ids), on=on, state__in=COUNTING).exclude(pk=but)
    return dict(rows.order_by().values_list("person").annotate(total=Sum("minutes")))


def propose_all(activity: Activity, by: Actor, now: datetime) -> list[ServiceHours]:
    """A row for everybody who came, and served for long enough to count."""
    on = timezone.localdate(activity.starts_at)
    came = list(activity.sign_ups.filter(state="came").order_by("pk"))
    used = used_on((row.person_id for row in came), on)
    rows = []
    for row in came:
        presence = Presence(row.checked_in_at or activity.starts_at, row.checked_out_at or activity.ends_at)
        minutes = counted(
            presence, starts_at=activity.starts_at, ends_at=activity.ends_at, planned=activity.planned_minutes,
            used_today=used.get(row.person_id, 0),
        )  # fmt: skip
        if minutes:
            rows.append(proposal(activity, row.person_id, minutes, by, now))
    return ServiceHours.objects.bulk_create(rows)


def proposal(activity: Activity, person_id: int, minutes: int, by: Actor, now: datetime) -> ServiceHours:
    """A row that waits to be confirmed, not written yet."""
    return ServiceHours(
        person_id=person_id, activity=activity, on=timezone.localdate(activity.starts_at), minutes=minutes,
        proposed_at=now, proposed_by_name=by.user_name, **activity.unit_and_place,
    )  # fmt: skip


def left_on(person: Person, on: date, *, but: int = 0) -> int:
    """How many minutes more may count for the person on a day; the person is locked."""
    return MOST_MINUTES - used_on([person.pk], on, but=but).get(person.pk, 0)
