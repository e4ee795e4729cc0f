"""Delivering to outside channels: claimed by one worker at a time, tried again until accepted.

A claim is committed before the message leaves, and lapses after a while: no row stays locked while a receiver thinks,
and what a dead worker had in hand is sent again, with the same key, by which the receiver knows it.

Messages of one stream leave in order: a later one waits for an earlier one that still waits. One that was given up or
refused holds up nobody; its place in the sequence tells the receiver that something is missing.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import connection, transaction

from governance import privacy
from governance.outbox import registry
from governance.outbox.channels import Undelivered, channel
from governance.outbox.models import Delivery
from governance.outbox.quiet import quiet_channels

# Longer than any one attempt can take (channels.TIMEOUT for each of connecting, sending, reading).
LEASE = timedelta(seconds=60)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
# With these waits: given up after about eight hours.
MAX_ATTEMPTS = 15

_log = logging.getLogger(__name__)

_CLAIM = """
UPDATE outbox_delivery SET attempts = attempts + 1, next_try_at = %(lapses)s
WHERE id = (
  SELECT d.id FROM outbox_delivery d WHERE d.state = 'waiting' AND d.next_try_at <= %(now)s
    AND (d.urgent OR d.channel <> ALL(%(quiet)s))
    AND (d.stream = '' OR NOT EXISTS (
      SELECT 1 FROM outbox_delivery e
      WHERE e.stream <> '' AND e.stream = d.stream AND e.sequence < d.sequence AND e.state = 'waiting'))
  ORDER BY d.next_try_at, d.id LIMIT 1 FOR UPDATE OF d SKIP LOCKED
)
RETURNING id
"""


def deliver_next(*, now: datetime) -> bool | None:
    """Send the message that is longest due at `now`: True when accepted, False when put off, None when none is due."""
    delivery = _claim(now)
    return None if delivery is None else _send(delivery, now)


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 30 s, 1 min, 2 min … up to an hour."""
    return min(FIRST_WAIT * (1 << min(attempts - 1, 10)), LONGEST_WAIT)


def _claim(now: datetime) -> Delivery | None:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": now, "lapses": now + LEASE, "quiet": quiet_channels(now)})
        row = cursor.fetchone()
    return Delivery.objects.get(pk=row[0]) if row else None


def _send(delivery: Delivery, now: datetime) -> bool:
    try:
        address = privacy.open_sealed(delivery.address_sealed, context=delivery.address_context)
        channel(delivery.channel).send(address=address, payload=delivery.payload, key=delivery.key, now=now)
    except Undelivered as error:
        if error.is_final and _refused(delivery, error, now):
            return False
        _put_off(delivery, str(error), now, is_final=error.is_final)
        return False
    except Exception as error:
        # One message that breaks an adapter must not stand in front of all others.
        _log.exception("delivery %s broke its adapter", delivery.pk)
        _put_off(delivery, f"发送时出错：{type(error).__name__}", now, is_final=False)
        return False
    _end(delivery, state=Delivery.SENT, sent_at=now, next_try_at=None, last_error="")
    return True


def _refused(delivery: Delivery, error: Undelivered, now: datetime) -> bool:
    """Give a final refusal to whom the registry names, and end the delivery with it; False where nobody takes it."""
    take = registry.refusal_of(delivery.channel)
    if take is None or error.answer is None:
        return False
    try:
        with transaction.atomic():
            take(delivery, error.answer, now)
            # Another worker has ended it meanwhile: what it wrote stands, this does not.
            if not _end(delivery, state=Delivery.GIVEN_UP, next_try_at=None, last_error=str(error)[:500]):
                transaction.set_rollback(True)
    except Exception:
        # A refusal must not be lost for want of somebody who can take it: it is asked for again.
        _log.exception("the refusal of delivery %s could not be taken", delivery.pk)
        _put_off(delivery, f"{error}，退回未能登记", now, is_final=False)
    return True


def _put_off(delivery: Delivery, error: str, now: datetime, *, is_final: bool) -> None:
    if is_final or delivery.attempts >= MAX_ATTEMPTS:
        _log.warning("delivery %s given up after %s attempts: %s", delivery.pk, delivery.attempts, error)
        _end(delivery, state=Delivery.GIVEN_UP, next_try_at=None, last_error=error[:500])
    else:
        _end(delivery, next_try_at=now + wait_after(delivery.attempts), last_error=error[:500])


def _end(delivery: Delivery, **values: object) -> bool:
    mine = Delivery.objects.filter(pk=delivery.pk, state=Delivery.WAITING, attempts=delivery.attempts)
    return bool(mine.update(**values))
