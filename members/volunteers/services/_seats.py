"""Seats: who gets one, and who moves up when one comes free. The activity is locked before."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from governance.outbox.services import notify
from governance.scope import Actor
from members.models import Activity, SignUp
from members.volunteers.services._common import record
from members.volunteers.workflow import OPEN


def free(activity: Activity) -> int | None:
    """How many seats are free; None without a limit."""
    if activity.capacity is None:
        return None
    return max(0, activity.capacity - SignUp.objects.filter(activity=activity).seated().count())


def promote(activity: Activity, by: Actor, now: datetime) -> list[SignUp]:
    """Give free seats to who waits, first come first; the organiser is told of each."""
    if activity.state not in OPEN or activity.ends_at <= now:
        return []
    seats = free(activity)
    waiting = activity.sign_ups.filter(state="waiting").select_related("person").select_for_update(of=("self",))
    ordered = waiting.order_by("at", "pk")
    moved = list(ordered if seats is None else ordered[:seats])
    for row in moved:
        row.state = "signed"
        row.save(update_fields=["state"])
        record("volunteer.promoted", row, by=by, now=now, before={"state": "waiting"}, after={"state": "signed"})
        _tell(activity, row, now)
    return moved


def _tell(activity: Activity, row: SignUp, now: datetime) -> None:
    begin = timezone.localtime(activity.starts_at)
    notify(
        user_ids=[activity.made_by_user], key=f"volunteer:{row.pk}:promoted", title=f"候补转正：{activity.title}",
        body=f"{row.person.name}已由候补转为正式报名，活动 {begin:%m-%d %H:%M} 开始，请通知本人。", level="info",
        subject_type="members.activity", subject_id=activity.pk, now=now,
    )  # fmt: skip
