"""What the city hotline returns 热线退回: taken in as work for whose desk it is on, and what may be done with it.

A return is answered in one of three ways: the reply is corrected, or the event explained, and sent again; the work is
done anew; or it is set aside, with the reason. Each is a step of `appeals.workflow`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from appeals import clocks
from appeals.hotline import CHANNEL, WITH_REPLY, can_be_sent_again, correct, repeat
from appeals.models import Appeal, HotlineNotice, HotlineReturn
from appeals.services import _returns
from appeals.services._again import hand_back
from appeals.services._returns import Refusal
from appeals.services._run import Run, step
from appeals.words import clean, tidied
from governance.errors import IllegalState, InvalidInput, NotFound
from governance.outbox.channels import is_configured
from governance.outbox.models import Delivery
from governance.scope import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A return as the city sent it; `sequence` is 0 where it did not say which of the events is meant."""

    hotline_number: str
    event: str
    code: str
    reason: str
    returned_at: str
    sequence: int = 0

    @property
    def digest(self) -> str:
        """The same for the same content, however it was written."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def take_refusal(delivery: Delivery, answer: dict[str, Any], now: datetime) -> None:
    """Called with a delivery that the city answered 422, in the transaction that ends it; locks the appeal."""
    appeal = Appeal.objects.select_for_update(of=("self",)).get(pk=delivery.subject_id)
    refusal = Refusal(
        event=str(delivery.payload.get("event", "")), sequence=delivery.sequence, delivery=delivery,
        code=_text(answer.get("code"), 32), reason=_text(answer.get("reason"), 1000) or "市热线没有说明理由",
    )  # fmt: skip
    _returns.take(appeal, refusal, now)


def take_notice(*, notice: Notice, key: str, now: datetime) -> tuple[HotlineReturn, bool]:
    """A return that the city sent by itself, and whether it is new: one key is taken once.

    Raises NotFound for a number that is none of ours, InvalidInput ("sequence", "event") for what it was never told,
    IllegalState for a key that came with other content. The caller has made sure that it is the city.
    """
    try:
        return _noticed(notice, key, now)
    except IntegrityError:
        # The same key at the same moment: now it is known.
        return _noticed(notice, key, now)


def _noticed(notice: Notice, key: str, now: datetime) -> tuple[HotlineReturn, bool]:
    with transaction.atomic(durable=True):
        known = HotlineNotice.objects.select_related("returned__appeal").filter(key=key).first()
        if known is not None:
            if known.digest != notice.digest:
                raise IllegalState("这个幂等键已用于另一份内容，请换一个新的键。", code="idempotency_key_reused")
            return known.returned, False
        own = Appeal.objects.select_for_update(of=("self",)).filter(channel=CHANNEL)
        appeal = own.filter(source_number=notice.hotline_number).first()
        if appeal is None:
            raise NotFound("没有这个热线编号的工单。")
        delivery = _delivery_of(appeal, notice)
        refusal = Refusal(
            event=notice.event, sequence=delivery.sequence if delivery else 0, code=notice.code, reason=notice.reason,
            delivery=delivery, returned_at=notice.returned_at,
        )  # fmt: skip
        returned = _returns.take(appeal, refusal, now)
        HotlineNotice.objects.create(key=key, digest=notice.digest, returned=returned, received_at=now)
    return returned, True


def _delivery_of(appeal: Appeal, notice: Notice) -> Delivery | None:
    """What is returned: by its sequence, else the newest of its kind; None for what reached the city without us."""
    sent = Delivery.objects.filter(stream=f"hotline:{appeal.pk}")
    if not notice.sequence:
        return sent.filter(payload__event=notice.event).order_by("-sequence").first()
    delivery = sent.filter(sequence=notice.sequence).first()
    if delivery is None:
        raise InvalidInput(f"没有报送过第 {notice.sequence} 号事项。", field="sequence")
    if delivery.payload.get("event") != notice.event:
        raise InvalidInput(f"第 {notice.sequence} 号事项不是 {notice.event}。", field="event")
    return delivery


def _text(value: object, most: int) -> str:
    """What another system wrote, fit to be kept."""
    return tidied(str(value))[:most] if isinstance(value, (str, int)) else ""


def resend_to_hotline(
    *, appeal_id: int, by: Actor, now: datetime, public_reply: str = "", words: str = "", return_id: int | None = None,
    revision: int | None = None,
) -> Appeal:  # fmt: skip
    """Answer a return (the oldest open one, unless `return_id` says which) by sending again, with a new sequence.

    An event that carried a reply needs the corrected one, which takes the old one's place; any other needs words that
    explain it. Raises IllegalState where no return is open, or where the reply that was returned stands no longer.
    """
    words = clean(words, label="说明", field="words", most=1000)
    # An appeal that it is merged into may be writing to the same stream.
    parent_id = Appeal.objects.filter(pk=appeal_id).values_list("parent_id", flat=True).first()
    with step(
        "resend_to_hotline", appeal_id=appeal_id, by=by, now=now, revision=revision, words=words, also=parent_id
    ) as run:
        returned = _returns.chosen(run.appeal, return_id)
        _refuse_in_vain(run.appeal, returned, parent_id)
        if returned.event in WITH_REPLY:
            _correct(run, returned, public_reply)
        else:
            repeat(run.appeal, returned, explanation=_explanation(words), now=now)
        _answered(run, returned, HotlineReturn.RESENT)
    return run.appeal


def _refuse_in_vain(appeal: Appeal, returned: HotlineReturn, parent_id: int | None) -> None:
    if appeal.parent_id != parent_id:
        raise IllegalState("这件工单刚刚被并案或撤销并案。请刷新后再看。")
    if not is_configured(CHANNEL):
        raise IllegalState("热线回传通道没有启用，不能重报；请联系系统管理员，或将退回存查。")
    if not can_be_sent_again(appeal, returned):
        raise IllegalState("工单已在重新办理，办结时会报送新的答复；这条退回请存查。")


def _correct(run: Run, returned: HotlineReturn, public_reply: str) -> None:
    reply = clean(public_reply, label="更正后的公开答复", field="public_reply", most=10_000, least=10)
    if reply == tidied(returned.reply):
        raise InvalidInput("答复与被退回的相同，请按退回理由更正后再报。", field="public_reply")
    run.data = {"public_reply": reply, "before": run.appeal.public_reply or returned.reply}
    run.set(public_reply=reply)
    correct(run.appeal, returned, explanation=run.words, now=run.now)


def _explanation(words: str) -> str:
    return clean(words, label="说明", field="words", most=1000, least=5)


def rework_for_hotline(
    *, appeal_id: int, words: str, by: Actor, now: datetime, return_id: int | None = None, revision: int | None = None
) -> Appeal:
    """Answer a return by having the work done anew: who handled it has it back with the re-handle clock."""
    words = clean(words, label="重新办理的理由", field="words", most=1000, least=5)
    with step("rework_for_hotline", appeal_id=appeal_id, by=by, now=now, revision=revision, words=words) as run:
        returned = _returns.chosen(run.appeal, return_id)
        _answered(run, returned, HotlineReturn.REWORKED)
        clocks.cancel(run.appeal, clocks.VISIT, now=now)
        hand_back(run, title="热线退回，请重新办理")
    return run.appeal


def set_aside_return(
    *, appeal_id: int, words: str, by: Actor, now: datetime, return_id: int | None = None, revision: int | None = None
) -> Appeal:
    """Answer a return by nothing but the reason: it is known, and the city is told nothing more."""
    words = clean(words, label="存查的理由", field="words", most=1000, least=5)
    with step("set_aside_return", appeal_id=appeal_id, by=by, now=now, revision=revision, words=words) as run:
        _answered(run, _returns.chosen(run.appeal, return_id), HotlineReturn.SET_ASIDE)
    return run.appeal


def _answered(run: Run, returned: HotlineReturn, state: str) -> None:
    run.data |= {"event": returned.event, "sequence": returned.sequence, "code": returned.code}
    _returns.end(returned, state, run.words, run.by, run.now)
