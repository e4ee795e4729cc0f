"""What the city hotline refuses: on record with the appeal, and told to whose desk it is on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from appeals.messages import tell_unit
from appeals.models import Appeal
from appeals.services._run import SUBJECT, add_entry
from governance.audit import services as audit
from governance.outbox.models import Delivery
from governance.scope import PLATFORM


def take_refusal(delivery: Delivery, answer: dict[str, Any], now: datetime) -> None:
    """Called with a delivery that the city answered 422, in the transaction that ends it; locks the appeal."""
    appeal = Appeal.objects.select_for_update(of=("self",)).get(pk=delivery.subject_id)
    code, reason = _text(answer.get("code"), 32), _text(answer.get("reason"), 1000) or "市热线没有说明理由"
    data = {"code": code, "event": delivery.payload.get("event", ""), "sequence": delivery.sequence}
    add_entry(appeal, "hotline_returned", by=PLATFORM, now=now, words=reason, data=data)
    audit.record(
        action="appeal.hotline_returned", subject_type=SUBJECT, subject_id=appeal.pk, subject_label=appeal.number,
        after=data, reason=reason, by=PLATFORM, now=now,
    )  # fmt: skip
    tell_unit(
        appeal, appeal.desk_unit_id, about=f"hotline_returned:{delivery.sequence}", level="over", now=now,
        title=f"热线退回：{appeal.title}", body=reason,
    )  # fmt: skip


def _text(value: object, most: int) -> str:
    """What another system wrote, fit to be kept."""
    return str(value).replace("\0", "").strip()[:most] if isinstance(value, (str, int)) else ""
