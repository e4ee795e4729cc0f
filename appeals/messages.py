"""What people are told of an appeal, in their inbox, with the change that causes it."""

from __future__ import annotations

from datetime import datetime

from accounts.selectors import leaders_of, staff_of
from appeals.models import Appeal
from governance.outbox import gathering
from governance.outbox.services import notify

SUBJECT = "appeals.appeal"
URGENT, LIFE_SAFETY = 2, "life_safety"


def tell_unit(
    appeal: Appeal, unit_id: int, *, about: str, title: str, now: datetime, body: str = "", level: str = "info",
    leaders: bool = False,
) -> None:  # fmt: skip
    """Tell everybody on duty at the unit, and its leaders too for a card.

    `about` names the event inside the appeal: the same event is told once, however often it is written.
    """
    people = set(staff_of(unit_id, now))
    if leaders:
        people |= set(leaders_of(unit_id, now))
    tell(appeal, people, about=about, title=title, now=now, body=body, level=level)


def remind(
    appeal: Appeal,
    user_ids: set[int],
    *,
    about: str,
    title: str,
    body: str,
    level: str,
    due_at: datetime,
    now: datetime,
) -> None:
    """Remind these people of a card: in service hours, together with what else waits; danger to life at once."""
    gathering.remind(
        user_ids=user_ids, key=f"appeal:{appeal.pk}:{about}", title=title[:120], body=body[:500], level=level,
        subject_type=SUBJECT, subject_id=appeal.pk, urgent=is_urgent(appeal), due_at=due_at, now=now,
    )  # fmt: skip


def is_urgent(appeal: Appeal) -> bool:
    """Whether it is about life and limb: marked as urgent, or under the policy for it."""
    version = appeal.policy_version
    return appeal.urgency >= URGENT or (version is not None and version.policy.code == LIFE_SAFETY)


def people_of(unit_id: int, now: datetime) -> set[int]:
    """Everybody on duty at the unit, its leaders included."""
    return set(staff_of(unit_id, now))


def tell(
    appeal: Appeal, user_ids: set[int], *, about: str, title: str, now: datetime, body: str = "", level: str = "info"
) -> None:
    """Tell these people."""
    notify(
        user_ids=sorted(user_ids), key=f"appeal:{appeal.pk}:{about}", title=title[:120],
        body=(body or f"{appeal.number} {appeal.title}")[:500], level=level,
        subject_type=SUBJECT, subject_id=appeal.pk, now=now,
    )  # fmt: skip
