"""The nightly reconciliation and what follows: who may give no points, who is told, and who lifts that again."""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.selectors import with_role
from governance.audit import services as audit
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.outbox.services import notify
from governance.scope import PLATFORM, Actor, Role
from grids.models import Unit
from points.ledger.verify import Fault, find_faults
from points.models import AwardHalt, LedgerCheck, LedgerFault, Transaction

SUBJECT = "points.halt"
# So many are kept of a run; the count is whole.
MOST_KEPT = 500


def reconcile(*, now: datetime) -> LedgerCheck:
    """Check all books; write down what was found, halt the awards of the units concerned, and tell who works there."""
    begun = time.monotonic()
    found = find_faults()
    took = int((time.monotonic() - begun) * 1000)
    with transaction.atomic(durable=True):
        run = LedgerCheck.objects.create(
            at=now, took_ms=took, faults=len(found), transactions=Transaction.objects.count()
        )
        units = Unit.objects.in_bulk({fault.unit_id for fault in found})
        LedgerFault.objects.bulk_create(
            LedgerFault(
                run=run, unit_id=fault.unit_id, check_label=fault.check[:40], about=fault.about[:100],
                expected=fault.expected[:60], actual=fault.found[:60],
            )
            for fault in found[:MOST_KEPT]
        )  # fmt: skip
        for unit, theirs in _by_unit(found, units):
            _halt(unit, theirs, now)
            _tell(unit, theirs, now)
    return run


def lift_halt(*, halt_id: int, words: str, by: Actor, now: datetime) -> AwardHalt:
    """Let a unit give points again, with the reason: the street for its own, the centre for the whole district.

    Raises NotFound, NotAllowed, InvalidInput, and IllegalState for what was lifted before.
    """
    if by.role not in (Role.STREET_STAFF, Role.DISTRICT_CENTRE):
        raise NotAllowed("暂停由街道干部解除，全区的由区网格中心解除。")
    reason = words.strip()[:200]
    if len(reason) < 4:
        raise InvalidInput("请说明差错如何处理、为何可以恢复发放。", field="words")
    with transaction.atomic(durable=True):
        rows = AwardHalt.objects.visible_to(by).select_for_update(of=("self",), no_key=True).select_related("unit")
        halt: AwardHalt | None = rows.filter(pk=halt_id).first()
        if halt is None:
            raise NotFound("没有这项暂停，或不在您的管辖范围内。")
        if not may_lift(halt, by):
            raise NotAllowed("街道和社区的暂停由街道干部解除。")
        if halt.lifted_at is not None:
            raise IllegalState(f"已由{halt.lifted_by_name}恢复发放，无需再操作。")
        halt.lifted_at, halt.lifted_by_name, halt.lifted_why = now, by.user_name[:32], reason
        halt.save(update_fields=["lifted_at", "lifted_by_name", "lifted_why"])
        audit.record(
            action="points.halt_lift", subject_type=SUBJECT, subject_id=halt.pk, subject_label=halt.unit.name,
            reason=reason, by=by, now=now,
        )  # fmt: skip
    return halt


def may_lift(halt: AwardHalt, by: Actor) -> bool:
    """Whether the halt is for this role to lift."""
    district_wide = halt.unit.kind == "district"
    return by.role == (Role.DISTRICT_CENTRE if district_wide else Role.STREET_STAFF)


def _by_unit(found: list[Fault], units: dict[int, Unit]) -> list[tuple[Unit, list[Fault]]]:
    """By the community whose awards are concerned; the street or the district where it is none's."""
    by_unit: dict[int, list[Fault]] = defaultdict(list)
    for fault in found:
        unit = units[fault.unit_id]
        by_unit[unit.community_id or unit.pk].append(fault)
    wanted = Unit.objects.in_bulk(by_unit)
    return [(wanted[pk], by_unit[pk]) for pk in sorted(by_unit)]


def _halt(unit: Unit, faults: list[Fault], now: datetime) -> None:
    why = f"{timezone.localdate(now)} 对账发现 {len(faults)} 处差错：{_line(faults[0])}"[:500]
    halt, is_new = AwardHalt.objects.get_or_create(unit=unit, lifted_at=None, defaults={"since": now, "why": why})
    if not is_new:
        return
    audit.record(
        action="points.halt", subject_type=SUBJECT, subject_id=halt.pk, subject_label=unit.name, reason=why,
        by=PLATFORM, now=now,
    )  # fmt: skip


def _tell(unit: Unit, faults: list[Fault], now: datetime) -> None:
    """Each fault once a day: the same faults make the same key."""
    people = set(with_role(Role.DISTRICT_CENTRE, unit.district_id or unit.pk, now))
    if unit.street_id:
        people |= set(with_role(Role.STREET_STAFF, unit.street_id, now))
    if unit.community_id:
        people |= set(with_role(Role.COMMUNITY_SECRETARY, unit.community_id, now))
    lines = [_line(fault) for fault in faults]
    digest = hashlib.sha256("|".join(sorted(lines)).encode()).hexdigest()[:16]
    notify(
        user_ids=people, key=f"points.fault:{unit.pk}:{timezone.localdate(now)}:{digest}", level="over",
        title=f"积分对账不平，已暂停发放：{unit.name} {len(faults)} 处", body="；".join(lines[:5]),
        subject_type=SUBJECT, subject_id=unit.pk, now=now,
    )  # fmt: skip


def _line(fault: Fault) -> str:
    return f"{fault.check}：{fault.about} 应为 {fault.expected}，实为 {fault.found}"
