"""What people are told of an appeal, in their inbox, with the change that causes it."""

from __future__ import annotations

from datetime import datetime

from accounts.selectors import leaders_of, staff_of
from appeals.models import Appeal
from governance.outbox.services import notify

SUBJECT = "appeals.appeal"


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


def tell(
    appeal: Appeal, user_ids: set[int], *, about: str, title: str, now: datetime, body: str = "", level: str = "info"
) -> None:
    """Tell these people."""
    notify(
        user_ids=sorted(user_ids), key=f"appeal:{appeal.pk}:{about}", title=title[:120],
        body=(body or f"{appeal.number} {appeal.title}")[:500], level=level,
        subject_type=SUBJECT, subject_id=appeal.pk, now=now,
    )  # fmt: skip
