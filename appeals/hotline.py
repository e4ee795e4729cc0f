"""What the city hotline is told of its own appeals: one event for each entry that means something to it, in order.

The contract is docs/hotline-api.md. Called where every history entry is written, so that no step can forget it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from appeals.models import Appeal, AppealEntry, Assignment, Extension, HotlineReturn
from appeals.workflow import CLOSED, DISPATCHED, IN_PROGRESS, MERGED, REGISTERED, REJECTED, RESOLVED, SHELVED
from governance.outbox.channels import is_configured
from governance.outbox.services import enqueue, next_in_stream

CHANNEL = "hotline"
SUBJECT = "appeals.appeal"
# (state before, state after) of an entry → the contract's word. "" before: a new appeal.
MOVES = {
    ("", REGISTERED): "accepted",
    ("", RESOLVED): "resolved",
    (REGISTERED, DISPATCHED): "dispatched",
    (IN_PROGRESS, DISPATCHED): "dispatched",
    (DISPATCHED, IN_PROGRESS): "in_progress",
    (SHELVED, IN_PROGRESS): "in_progress",
    (DISPATCHED, REGISTERED): "accepted",
    (MERGED, REGISTERED): "accepted",
    (IN_PROGRESS, SHELVED): "shelved",
    (REGISTERED, RESOLVED): "resolved",
    (IN_PROGRESS, RESOLVED): "resolved",
    (IN_PROGRESS, CLOSED): "closed",
    (RESOLVED, CLOSED): "closed",
    (RESOLVED, IN_PROGRESS): "reopened",
    (RESOLVED, REGISTERED): "reopened",
    (CLOSED, IN_PROGRESS): "reopened",
    (CLOSED, REGISTERED): "reopened",
    (REGISTERED, REJECTED): "rejected",
    (REGISTERED, MERGED): "merged",
    (DISPATCHED, MERGED): "merged",
    (IN_PROGRESS, MERGED): "merged",
}
# What the reply to the complainant goes along with, and what those merged into the appeal are told, too.
WITH_REPLY = frozenset({"resolved", "closed", "rejected", "corrected"})
FOR_ALL = frozenset({"resolved", "closed", "corrected", "reopened"})
# States in which a reply stands.
ANSWERED = frozenset({RESOLVED, CLOSED, REJECTED})
# What each event says of itself; the rest is of its kind.
_OF_EACH = frozenset({"hotline_number", "number", "event", "sequence", "happened_at", "answers", "explanation"})


def report(appeal: Appeal, entry: AppealEntry) -> int:
    """Queue what the entry means to the city, inside the caller's transaction, the appeal locked; how many events."""
    if not is_configured(CHANNEL):
        return 0
    event, more = _event(entry)
    return _tell(appeal, event, more, entry.at) if event else 0


def correct(appeal: Appeal, returned: HotlineReturn, *, explanation: str, now: datetime) -> int:
    """Queue the appeal's public reply, corrected, in the place of the one that the city returned; how many events."""
    more = {"explanation": explanation} if explanation else {}
    return _tell(appeal, "corrected", more, now, answers=returned.sequence)


def repeat(appeal: Appeal, returned: HotlineReturn, *, explanation: str, now: datetime) -> bool:
    """Queue the returned event once more, as it was and with an explanation, at the end of the stream."""
    sent = returned.delivery.payload if returned.delivery else {}
    more = {name: value for name, value in sent.items() if name not in _OF_EACH} | {"explanation": explanation}
    at = returned.happened_at or now
    return _queue(appeal, returned.event, more | _answering(returned.sequence), at, now)


def can_be_sent_again(appeal: Appeal, returned: HotlineReturn) -> bool:
    """Whether sending again helps: a reply only while it stands, as an appeal that is handled anew gets another."""
    carrier = appeal.parent if appeal.state == MERGED and appeal.parent is not None else appeal
    return is_configured(CHANNEL) and (returned.event not in WITH_REPLY or carrier.state in ANSWERED)


def _answering(sequence: int) -> dict[str, Any]:
    return {"answers": sequence} if sequence else {}


def _tell(appeal: Appeal, event: str, more: dict[str, Any], at: datetime, answers: int = 0) -> int:
    reply = {"reply": appeal.public_reply} if event in WITH_REPLY else {}
    told = _queue(appeal, event, more | reply | _answering(answers), at, at)
    if event not in FOR_ALL:
        return int(told)
    children = appeal.children.filter(state=MERGED, channel=CHANNEL).exclude(source_number="").order_by("pk")
    return told + sum(_queue(one, event, more | reply, at, at) for one in children)


def _event(entry: AppealEntry) -> tuple[str, dict[str, Any]]:
    if entry.kind in {"ask_extension", "decide_extension"}:
        return _extension(entry)
    event = MOVES.get((entry.from_state, entry.to_state), "")
    return event, {"review_on": entry.data.get("review_on", "")} if event == "shelved" else {}


def _extension(entry: AppealEntry) -> tuple[str, dict[str, Any]]:
    """The city waits for the whole: more time for a helper's part is none of its business."""
    request = Extension.objects.select_related("assignment").filter(pk=entry.data.get("request", 0)).first()
    if request is None or request.assignment.part != Assignment.LEAD:
        return "", {}
    facts = {"amount": request.amount, "unit": request.unit}
    if entry.kind == "ask_extension":
        return "extension_requested", facts | {"reason": request.reason}
    if not entry.data.get("granted"):
        return "extension_refused", facts
    return "extension_granted", facts | {"due_at": entry.data["due_after"]}


def _queue(appeal: Appeal, event: str, more: dict[str, Any], at: datetime, now: datetime) -> bool:
    if appeal.channel != CHANNEL or not appeal.source_number:
        return False
    stream = f"hotline:{appeal.pk}"
    sequence = next_in_stream(stream)
    payload = {
        "hotline_number": appeal.source_number,
        "number": appeal.number,
        "event": event,
        "sequence": sequence,
        "happened_at": at.isoformat(),
    }
    return enqueue(
        channel=CHANNEL, key=f"{stream}:{sequence}", address="", payload=payload | more, now=now,
        subject_type=SUBJECT, subject_id=appeal.pk, stream=stream, sequence=sequence,
    )  # fmt: skip
