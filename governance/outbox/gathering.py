"""Reminders: told in service hours, and what waits for one person told together, so that nobody gets fifty at 8:30.

A reminder is written with the change that causes it, so it cannot be lost; the gathering turns what waits into one
message of the inbox. What is urgent does not wait.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from governance.calendars.loading import working_calendar
from governance.errors import DomainError
from governance.outbox.models import InboxItem, Reminder
from governance.outbox.services import notify

GATHERED = "outbox.gathered"
# After a message that gathered several, a person is left alone for so long.
PAUSE = timedelta(minutes=10)
# So many of one person in one message; the rest comes with the next.
MOST = 500
_LEVELS = {InboxItem.OVER: "红牌", InboxItem.SOON: "黄牌", InboxItem.INFO: "通知"}


def remind(
    *, user_ids: Iterable[int], key: str, title: str, due_at: datetime, now: datetime, body: str = "",
    level: str = "info", subject_type: str = "", subject_id: int = 0, urgent: bool = False,
) -> None:  # fmt: skip
    """Remind people of something that was due at `due_at`; arguments as for `notify`, `key` likewise.

    In service hours they learn of it with the next gathering, within a minute; else when service begins. `urgent`
    (life and limb) tells them at once.
    """
    if urgent:
        notify(
            user_ids=user_ids, key=key, title=title, body=body, level=level, subject_type=subject_type,
            subject_id=subject_id, now=now,
        )  # fmt: skip
        return
    Reminder.objects.bulk_create(
        [
            Reminder(
                user_id=user, key=key[:120], level=level, title=title[:120], body=body[:500], subject_type=subject_type,
                subject_id=subject_id, due_at=due_at, created_at=now,
            )
            for user in sorted({user for user in user_ids if user})
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def in_service(now: datetime) -> bool:
    """Whether people are at work by the district's calendar; always, while there is none."""
    try:
        return working_calendar().is_working(now)
    except DomainError:
        return True


def gather(now: datetime) -> int:
    """Tell everybody what waits for them, one message each; how many messages. Nothing outside service hours."""
    if not in_service(now):
        return 0
    waiting = Reminder.objects.filter(item=None).order_by("user_id").values_list("user_id", flat=True).distinct()
    return sum(_tell_one(user_id, now) for user_id in list(waiting))


def _tell_one(user_id: int, now: datetime) -> int:
    with transaction.atomic(durable=True):
        if _told_lately(user_id, now):
            return 0
        # What another worker gathers at this moment is its own.
        rows = Reminder.objects.select_for_update(skip_locked=True).filter(user_id=user_id, item=None)
        found = list(rows.order_by("due_at", "pk")[:MOST])
        if not found:
            return 0
        item = _one(found[0], now) if len(found) == 1 else _several(found, now)
        Reminder.objects.filter(pk__in=[one.pk for one in found]).update(item=item)
    return 1


def _told_lately(user_id: int, now: datetime) -> bool:
    items = InboxItem.objects.filter(user_id=user_id, subject_type=GATHERED)
    return items.filter(created_at__gt=now - PAUSE, created_at__lte=now).exists()


def _one(reminder: Reminder, now: datetime) -> InboxItem:
    item, _ = InboxItem.objects.get_or_create(
        user_id=reminder.user_id, key=reminder.key,
        defaults={
            "level": reminder.level, "title": reminder.title, "body": reminder.body, "created_at": now,
            "subject_type": reminder.subject_type, "subject_id": reminder.subject_id,
        },
    )  # fmt: skip
    return item


def _several(found: list[Reminder], now: datetime) -> InboxItem:
    numbers = Counter(one.level for one in found)
    parts = "、".join(f"{label} {numbers[level]} 条" for level, label in _LEVELS.items() if numbers[level])
    item = InboxItem.objects.create(
        user_id=found[0].user_id, key=f"gathered:{found[0].pk}", created_at=now, subject_type=GATHERED,
        level=next(level for level in _LEVELS if numbers[level]), title=f"您有 {len(found)} 条提醒：{parts}",
        body="；".join(one.title for one in found[:3])[:480] + ("……" if len(found) > 3 else ""),
    )  # fmt: skip
    item.subject_id = item.pk
    item.save(update_fields=["subject_id"])
    return item
