"""Messages to people and to other systems, written in the transaction of the change that causes them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max

from governance import privacy
from governance.errors import NotFound
from governance.outbox.models import Delivery, InboxItem
from governance.scope import Actor

_INSERT = """
INSERT INTO outbox_inboxitem (user_id, key, level, title, body, subject_type, subject_id, created_at)
SELECT unnest(%(users)s::bigint[]), %(key)s, %(level)s, %(title)s, %(body)s, %(subject_type)s, %(subject_id)s, %(now)s
ON CONFLICT (user_id, key) DO NOTHING
"""

_ENQUEUE = """
INSERT INTO outbox_delivery
  (channel, key, address_sealed, payload, subject_type, subject_id, urgent,
   stream, sequence, state, attempts, next_try_at, last_error, created_at)
VALUES (%(channel)s, %(key)s, %(address)s, %(payload)s, %(subject_type)s, %(subject_id)s, %(urgent)s,
  %(stream)s, %(sequence)s, 'waiting', 0, %(now)s, '', %(now)s)
ON CONFLICT (key) DO NOTHING
"""


def notify(
    *,
    user_ids: Iterable[int],
    key: str,
    title: str,
    body: str = "",
    level: str = "info",
    subject_type: str = "",
    subject_id: int = 0,
    now: datetime,
) -> int:
    """Put a message into the inbox of each user, and say how many are new; the platform itself (0) has none.

    The same `key` (up to 120 characters) for the same person is the same message: a repeat changes nothing.
    `level` is "info", "soon" (yellow card) or "over" (red card). `title` is cut at 120 characters, `body` at 500.
    """
    if level not in {"info", "soon", "over"}:
        raise ValueError(f"no such level: {level!r}")
    # In one order, so that two transactions with the same key wait for each other instead of locking up.
    users = sorted({user for user in user_ids if user})
    if not users:
        return 0
    values: dict[str, Any] = {
        "users": users,
        "key": key,
        "level": level,
        "title": _cut(title, 120),
        "body": _cut(body, 500),
        "subject_type": subject_type,
        "subject_id": subject_id,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        return int(cursor.rowcount)


def enqueue(
    *, channel: str, key: str, address: str, payload: dict[str, Any], now: datetime,
    subject_type: str = "", subject_id: int = 0, urgent: bool = False,
    stream: str = "", sequence: int = 0,
) -> bool:  # fmt: skip
    """Queue a message to an outside channel, and say whether it is new: one `key` is delivered once.

    It leaves with the sweep after the commit, unless the channel is quiet then and it is not `urgent`. `payload` is
    what the adapter understands. The address (up to 200 characters) is sealed at rest. The subject is what it is about.
    Messages of one `stream` leave in the order of `sequence` (see `next_in_stream`).
    """
    sealed = privacy.seal(address, context=Delivery(key=key).address_context)
    values: dict[str, Any] = {
        "channel": channel,
        "key": key,
        "address": sealed,
        "payload": json.dumps(payload),
        "subject_type": subject_type,
        "subject_id": subject_id,
        "urgent": urgent,
        "stream": stream,
        "sequence": sequence,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ENQUEUE, values)
        return bool(cursor.rowcount)


def next_in_stream(stream: str) -> int:
    """The next free place in a stream, from 1. The caller holds the lock of what the stream is about."""
    last = Delivery.objects.filter(stream=stream).exclude(stream="").aggregate(last=Max("sequence"))["last"]
    return (last or 0) + 1


def mark_read(*, item_id: int, by: Actor, now: datetime) -> InboxItem:
    """Mark one message of one's own as read, and give it back; raises NotFound for any other."""
    item = InboxItem.objects.visible_to(by).filter(pk=item_id).first()
    if item is None:
        raise NotFound("没有这条消息。")
    InboxItem.objects.filter(pk=item.pk, read_at=None).update(read_at=now)
    return item


def mark_all_read(*, by: Actor, now: datetime) -> int:
    """Mark all messages of one's own that had come by `now` as read; how many."""
    return InboxItem.objects.visible_to(by).unread().filter(created_at__lte=now).update(read_at=now)


def _cut(text: str, limit: int) -> str:
    text = text.replace("\0", "")
    return text if len(text) <= limit else text[: limit - 1] + "…"
