"""An appeal as its complainant may see it: the stages in plain words, and the reply; no names, no inner record."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from appeals import clocks
from appeals.models import Appeal
from appeals.services.visit import SAYING_PERIOD
from appeals.workflow import CLOSED, DISPATCHED, IN_PROGRESS, MERGED, REGISTERED, REJECTED, RESOLVED, SHELVED

# What a number that is none is compared with, so that both answers take the same way.
_NO_CODE = "------"


@dataclass(frozen=True, slots=True)
class Station:
    """One stage: what it is called, when it was reached, a sentence; done, now, or to come."""

    label: str
    when: str = ""
    note: str = ""
    is_done: bool = False
    is_now: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """The whole page."""

    number: str
    title: str
    stations: list[Station]
    reply: str
    notes: list[tuple[str, str]]
    is_merged: bool
    may_object: bool
    has_objected: bool


def find(number: str, code: str) -> Appeal | None:
    """The appeal with this number (ours, or the hotline's) and code; None for any other pair."""
    appeals = Appeal.objects.select_related("lead_unit", "parent__lead_unit")
    found = appeals.filter(number=number.upper()).first()
    if found is None:
        found = appeals.filter(channel="hotline", source_number=number).first()
    expected = found.query_code if found else _NO_CODE
    return found if hmac.compare_digest(expected.encode(), code.encode()) and found else None


def by_id(appeal_id: int) -> Appeal | None:
    """The appeal that a right code has opened before."""
    return Appeal.objects.select_related("lead_unit", "parent__lead_unit").filter(pk=appeal_id).first()


def of(appeal: Appeal, now: datetime) -> Progress:
    """What to show. A merged appeal goes the way of the one that carries on for it."""
    carrier = appeal.parent if appeal.state == MERGED and appeal.parent is not None else appeal
    entries = carrier.entries.order_by("-id")
    notes = [(_day(at), data["public"]) for at, data in entries.values_list("at", "data") if data.get("public")]
    return Progress(
        number=appeal.number, title=appeal.title, stations=_stations(appeal, carrier),
        reply=carrier.public_reply if carrier.state in {RESOLVED, CLOSED, REJECTED} else "",
        notes=notes[:20], is_merged=carrier is not appeal, may_object=_may_object(carrier, now),
        has_objected=carrier.state not in {RESOLVED, CLOSED} and entries.filter(kind="not_solved").exists(),
    )  # fmt: skip


def _may_object(carrier: Appeal, now: datetime) -> bool:
    if carrier.state == RESOLVED:
        return True
    return carrier.state == CLOSED and carrier.closed_at is not None and now <= carrier.closed_at + SAYING_PERIOD


def _stations(appeal: Appeal, carrier: Appeal) -> list[Station]:
    received = Station("已收到您的诉求", _day(appeal.registered_at), is_done=True)
    if carrier.state == REJECTED:
        return [received, Station("未予受理", _day(carrier.closed_at), "原因见下面的答复。", is_now=True)]
    at = {REGISTERED: 1, DISPATCHED: 2, IN_PROGRESS: 2, SHELVED: 2, RESOLVED: 3, CLOSED: 4}[carrier.state]
    unit = carrier.lead_unit.name if carrier.lead_unit else ""
    later = [
        (f"已交给{unit}" if unit and at > 1 else "等待交办", _day(carrier.first_dispatched_at), ""),
        (_handling(carrier), "", _promise(carrier) if at == 2 else ""),
        ("已办结，等待回访" if at == 3 else "办结", _day(carrier.resolved_at), ""),
        ("回访归档", _day(carrier.closed_at), ""),
    ]
    stations = [
        Station(label, when if place <= at else "", note, is_done=place < at or at == 4, is_now=place == at != 4)
        for place, (label, when, note) in enumerate(later, start=1)
    ]
    return [received, *stations]


def _handling(carrier: Appeal) -> str:
    if carrier.state == SHELVED:
        return "暂缓办理"
    return "重新办理" if carrier.rehandles else "正在办理"


def _promise(carrier: Appeal) -> str:
    """Until when; a limit that has passed is said to have passed."""
    if carrier.state == SHELVED:
        review = clocks.open_clocks(carrier).filter(kind=clocks.REVIEW).first()
        return f"因客观原因暂时不能办理，{_day(review.due_at)}前复核。" if review else ""
    limit = clocks.open_clocks(carrier).filter(kind__in=(clocks.RESOLVE, clocks.REHANDLE), detail_id=0).first()
    if limit is None:
        return ""
    if limit.overdue_since is not None:
        return f"应在{_day(limit.overdue_since)}前办结，现已超期，正在督促办理。"
    return f"预计{_day(limit.due_at)}前办结。"


def _day(moment: datetime | None) -> str:
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return f"{local.year}年{local.month}月{local.day}日"
