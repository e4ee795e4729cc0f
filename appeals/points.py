"""Points for snapshot reports 随手拍: what was accepted and closed earns once; what is refused after all earns nothing.

The report's own number of the sealed phone tells which resident made it; a courier is told by their account.
"""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from accounts.models import Posting, User
from appeals.models import Appeal, AppealEntry
from appeals.workflow import CLOSED, REJECTED
from governance.scope import Role
from members.models import Courier, Person
from points.earning import claims

CHANNEL = "snapshot"
_SOURCE = "appeals.appeal"
# Steps by which somebody works on a report.
_WORK = ("accept", "resolve", "handle_on_the_spot", "finish_assisting")
_OWN_WORK = "本人上报、本人办理的，属本职工作，不计积分。"


def follow(appeal: Appeal, from_state: str, now: datetime) -> None:
    """A step was written: inside its transaction, and nothing at all for any other channel."""
    if appeal.channel != CHANNEL or appeal.state == from_state:
        return
    if appeal.state == CLOSED:
        _accepted(appeal, now)
    elif appeal.state == REJECTED:
        claims.revoke(source=(_SOURCE, appeal.pk), kind="snapshot", why="这件随手拍改为不予受理。", now=now)


def reporter(appeal: Appeal, now: datetime) -> Person | None:
    """The resident who reported: the courier of the account; the one resident of the number; the volunteer whose
    account it is. Staff report in the course of their work."""
    couriers = Courier.objects.filter(user=appeal.registered_by_user, until_on=None).values("person")
    rider: Person | None = Person.objects.defer("search").filter(pk__in=couriers).first()
    if rider is not None:
        return rider
    if appeal.phone_index:
        return _resident(appeal.phone_index, appeal.district_id)
    postings = Posting.objects.in_force(timezone.localdate(now)).filter(user_id=appeal.registered_by_user)
    if postings.exclude(role=Role.PART_TIME_GRID_WORKER.value).exists():
        return None
    user = User.objects.filter(pk=appeal.registered_by_user).only("phone_index").first()
    return _resident(user.phone_index, appeal.district_id) if user and user.phone_index else None


def _resident(phone_index: str, district_id: int) -> Person | None:
    same = Person.objects.here().filter(phone_index=phone_index, district_id=district_id).defer("search")
    found = list(same.order_by("pk")[:2])
    return found[0] if len(found) == 1 else None


def _accepted(appeal: Appeal, now: datetime) -> None:
    person = reporter(appeal, now)
    if person is None or person.state != "here":
        return
    # Of who asked for confidence no number leads from the points to what they said.
    title = "随手拍（要求保密）" if appeal.is_confidential else f"随手拍 {appeal.number}"
    worked = AppealEntry.objects.filter(appeal=appeal, kind__in=_WORK, user_id=appeal.registered_by_user)
    claims.keep(
        [claims.Event(
            (_SOURCE, appeal.pk), "snapshot", person, title, timezone.localdate(appeal.registered_at),
            refused=_OWN_WORK if worked.exists() else "",
        )],
        now,
    )  # fmt: skip
