"""Sending again what was given up, when whoever runs the platform has put the channel right."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from governance.audit import services as audit
from governance.errors import NotAllowed
from governance.outbox.models import Delivery
from governance.scope import Actor, Role

SUBJECT = "outbox.delivery"
MAY_RETRY = (Role.DISTRICT_CENTRE, Role.SYSTEM_ADMIN)


def retry(*, delivery_ids: Iterable[int], by: Actor, now: datetime) -> int:
    """Put these given-up messages back into the queue, with the same key; how many. What is not given up stays.

    The receiver knows a key that it has taken already, so nothing comes twice. Raises NotAllowed.
    """
    if by.role not in MAY_RETRY and not by.is_platform:
        raise NotAllowed("只有区网格中心和系统管理员可以重新发送。")
    with transaction.atomic(durable=True):
        rows = Delivery.objects.select_for_update().filter(pk__in=list(delivery_ids), state=Delivery.GIVEN_UP)
        found = list(rows.order_by("pk"))
        for delivery in found:
            delivery.state, delivery.attempts, delivery.next_try_at = Delivery.WAITING, 0, now
            delivery.save(update_fields=["state", "attempts", "next_try_at"])
            audit.record(
                action="outbox.retry", subject_type=SUBJECT, subject_id=delivery.pk, subject_label=delivery.key,
                before={"error": delivery.last_error}, by=by, now=now,
            )  # fmt: skip
    return len(found)
