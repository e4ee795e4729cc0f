"""Returns of the city hotline as other steps open, choose and end them. The appeal is locked by the caller."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from appeals import clocks
from appeals.hotline import CHANNEL, WITH_REPLY
from appeals.messages import tell_unit
from appeals.models import Appeal, HotlineReturn
from appeals.services._run import SUBJECT, Run, add_entry
from governance.audit import services as audit
from governance.errors import IllegalState, InvalidInput
from governance.outbox.models import Delivery
from governance.scope import PLATFORM, Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What the city refused, and its words, fit to be kept. `sequence` is 0 for what we did not send."""

    event: str
    sequence: int
    code: str
    reason: str
    delivery: Delivery | None = None
    # When the city says that it returned it, where it says so.
    returned_at: str = ""


def take(appeal: Appeal, refusal: Refusal, now: datetime) -> HotlineReturn:
    """Open the event's return, or the one there is once more; on record with the appeal, and told to its desk."""
    returned = _opened(appeal, refusal, now)
    data = {"code": refusal.code, "event": refusal.event, "sequence": refusal.sequence}
    data |= {"returned_at": refusal.returned_at} if refusal.returned_at else {}
    entry = add_entry(appeal, "hotline_returned", by=PLATFORM, now=now, words=refusal.reason, data=data)
    audit.record(
        action="appeal.hotline_returned", subject_type=SUBJECT, subject_id=appeal.pk, subject_label=appeal.number,
        after=data, reason=refusal.reason, by=PLATFORM, now=now,
    )  # fmt: skip
    _start_clock(appeal, returned, now)
    tell_unit(
        appeal, appeal.desk_unit_id, about=f"hotline_returned:{entry.pk}", level="over", now=now,
        title=f"热线退回：{appeal.title}", body=refusal.reason,
    )  # fmt: skip
    return returned


def _opened(appeal: Appeal, refusal: Refusal, now: datetime) -> HotlineReturn:
    sent = refusal.delivery.payload if refusal.delivery else {}
    at = sent.get("happened_at")
    defaults = {
        "delivery": refusal.delivery, "code": refusal.code, "reason": refusal.reason, "received_at": now,
        "happened_at": datetime.fromisoformat(at) if at else None, "reply": _reply_of(appeal, refusal),
        "state": HotlineReturn.OPEN, "done_at": None, "done_by_user": 0, "done_by_name": "", "done_by_unit": None,
        "done_words": "",
    }  # fmt: skip
    returned, _ = HotlineReturn.objects.update_or_create(
        appeal=appeal, event=refusal.event, sequence=refusal.sequence, defaults=defaults
    )
    return returned


def _reply_of(appeal: Appeal, refusal: Refusal) -> str:
    """The reply as it was sent; of an imported appeal the one that came with it."""
    if refusal.delivery is not None:
        return str(refusal.delivery.payload.get("reply", ""))
    return appeal.public_reply if refusal.event in WITH_REPLY else ""


def _start_clock(appeal: Appeal, returned: HotlineReturn, now: datetime) -> None:
    """The limit for the desk; one that runs already runs on. The list shows it once it is late."""
    running = clocks.open_clocks(appeal).filter(kind=clocks.HOTLINE, detail_id=returned.pk)
    if appeal.policy_version_id is None or running.exists():
        return
    clocks.start(appeal, clocks.HOTLINE, unit_id=appeal.desk_unit_id, now=now, detail_id=returned.pk)


def chosen(appeal: Appeal, return_id: int | None) -> HotlineReturn:
    """The open return that is meant, the oldest unless it is said which.

    Raises IllegalState where none is open, InvalidInput for one that is not among them.
    """
    waiting = HotlineReturn.objects.select_related("delivery").filter(appeal=appeal, state=HotlineReturn.OPEN)
    if not waiting.exists():
        raise IllegalState("这件工单没有待处理的热线退回，可能已被处理。请刷新后再看。")
    found = waiting.filter(pk=return_id).first() if return_id is not None else waiting.order_by("pk").first()
    if found is None:
        raise InvalidInput("没有找到这条待处理的热线退回，可能已被处理。请刷新后再看。", field="return_id")
    return found


def end(returned: HotlineReturn, state: str, words: str, by: Actor, now: datetime) -> None:
    """Note what was done about it, and end its limit."""
    HotlineReturn.objects.filter(pk=returned.pk).update(
        state=state, done_words=words[:1000], done_at=now, done_by_user=by.user_id, done_by_name=by.user_name,
        done_by_unit=by.unit_id or None,
    )  # fmt: skip
    clocks.met(returned.appeal, clocks.HOTLINE, now=now, detail_id=returned.pk)


def end_replies(run: Run) -> None:
    """The work is done anew, and another reply will come of it: what the city said of the old one is answered so."""
    if run.appeal.channel != CHANNEL:
        return
    waiting = HotlineReturn.objects.filter(appeal=run.appeal, state=HotlineReturn.OPEN, event__in=WITH_REPLY)
    for returned in waiting.order_by("pk"):
        end(returned, HotlineReturn.REWORKED, run.words, run.by, run.now)
        words = f"热线退回（{returned.get_event_display()}）随重新办理了结，办结后报送新的答复。"
        run.then("hotline_answered", words, event=returned.event, sequence=returned.sequence)
