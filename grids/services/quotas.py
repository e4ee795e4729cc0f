"""Quotas 编制: approved by documents and filled, by the district centre; a street proposes.

Source: rights.md, "units, boundaries, sites, quotas: DC; SS proposes".
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from governance.audit import services as audit
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.outbox.services import notify
from governance.scope import Actor, Role, UnitKind
from grids.models import Quota, QuotaEvent, QuotaProposal, Unit
from grids.models.quotas import QUOTA_KINDS, QUOTA_LEVEL
from grids.quotas import counts

SUBJECT, PROPOSAL = "quota", "quota_proposal"
_MOST = 500
_LABELS = dict(QUOTA_KINDS)


def change_approved(
    *, unit_id: int, kind: str, delta: int, document: str, on: date, grounds: str = "", by: Actor, now: datetime
) -> Quota:
    """Approve more posts 核增, or fewer 核减, by a document. Raises InvalidInput naming the field, NotFound."""
    _require_centre(by)
    with transaction.atomic(durable=True):
        quota = hold_one(unit_id, kind, by)
        return write_approved(quota, delta, document=document, on=on, grounds=grounds, by=by, now=now)


def write_approved(
    quota: Quota, delta: int, *, document: str, on: date, grounds: str, by: Actor, now: datetime
) -> Quota:  # fmt: skip
    """Approve more or fewer, for a caller that holds the quota. Raises InvalidInput naming the field."""
    paper = _text(document, "document", "请填写核定文件的文号。", 100)
    _check_day(on, now)
    _check_delta(delta, quota.approved, "核定数")
    quota.approved += delta
    quota.save(update_fields=["approved"])
    event = QuotaEvent(quota=quota, what=QuotaEvent.APPROVED, delta=delta, after=quota.approved, on=on)
    event.document, event.grounds = paper, grounds.strip()[:300]
    _write(event, "quota.approve", by, now, paper)
    return quota


def change_filled(
    *, unit_id: int, kind: str, delta: int, on: date, grounds: str, by: Actor, now: datetime
) -> Quota:  # fmt: skip
    """Note that more or fewer posts are filled, with the grounds. What is counted from careers is not written here."""
    _require_centre(by)
    with transaction.atomic(durable=True):
        quota = hold_one(unit_id, kind, by)
        if counts.is_counted(kind):
            raise IllegalState(f"{_LABELS[kind]}的实有人数按在岗人员自动统计，无需填写。", field="kind")
        return write_filled(quota, delta, on=on, grounds=grounds, by=by, now=now)


def write_filled(quota: Quota, delta: int, *, on: date, grounds: str, by: Actor, now: datetime) -> Quota:
    """Note that more or fewer are filled, for a caller that holds the quota. Raises InvalidInput naming the field."""
    words = _text(grounds, "grounds", "请说明变动的依据，如录用、调入、退休。", 300)
    _check_day(on, now)
    _check_delta(delta, quota.filled, "实有数")
    _fill(quota, delta, on, words, "", by, now)
    return quota


def _fill(quota: Quota, delta: int, on: date, words: str, cause: str, by: Actor, now: datetime) -> None:
    quota.filled += delta
    quota.save(update_fields=["filled"])
    event = QuotaEvent(quota=quota, what=QuotaEvent.FILLED, delta=delta, after=quota.filled, on=on)
    event.grounds, event.cause = words, cause
    _write(event, "quota.fill", by, now, words)


def fill_one(*, unit_id: int, kind: str, cause: str, on: date, grounds: str, actor: Actor, now: datetime) -> None:
    """One more is filled, for what a higher room has decided; inside its transaction. The same cause counts once.

    Raises IllegalState when nothing is vacant.
    """
    quota = Quota.objects.select_for_update(of=("self",)).select_related("unit").filter(unit_id=unit_id, kind=kind)
    found = quota.first()
    if found is None or found.filled >= found.approved:
        raise IllegalState(f"街道没有{_LABELS[kind]}空缺，请先办理编制核定。")
    if not found.events.filter(cause=cause).exists():
        _fill(found, 1, on, grounds, cause, actor, now)


def propose_quota(*, unit_id: int, kind: str, delta: int, words: str, by: Actor, now: datetime) -> QuotaProposal:
    """Ask for more or fewer approved posts in one's own street; one question of a kind at a time."""
    if by.role != Role.STREET_STAFF or by.unit_kind != UnitKind.STREET:
        raise NotAllowed("编制建议由街道干部提出；区网格中心可以直接核定。")
    reason = _text(words, "words", "请说明建议的理由。", _MOST)
    with transaction.atomic(durable=True):
        quota = hold_one(unit_id, kind, by)
        _check_delta(delta, quota.approved, "核定数")
        if QuotaProposal.objects.waiting().filter(unit_id=unit_id, kind=kind).exists():
            raise IllegalState("这一类编制已有一项待答复的建议，请等区网格中心答复后再提。")
        made = QuotaProposal.objects.create(
            unit=quota.unit, district_id=quota.district_id, street_id=quota.street_id, kind=kind, delta=delta,
            words=reason, proposed_by_user=by.user_id, proposed_by_name=by.user_name, proposed_at=now,
        )  # fmt: skip
        _record("quota.propose", PROPOSAL, made.pk, str(made), by, now, after={"delta": delta}, reason=reason)
    return made


def decide_quota_proposal(
    *, proposal_id: int, accept: bool, document: str, on: date | None, answer: str, by: Actor, now: datetime
) -> QuotaProposal:
    """Take a proposal, which approves it by a document, or refuse it with words. Raises IllegalState once decided."""
    _require_centre(by)
    with transaction.atomic(durable=True):
        rows = QuotaProposal.objects.visible_to(by).select_for_update(of=("self",)).select_related("unit")
        proposal: QuotaProposal | None = rows.filter(pk=proposal_id).first()
        if proposal is None:
            raise NotFound("没有这项建议，或不在您的管辖范围内。")
        if proposal.accepted is not None:
            raise IllegalState(f"这项建议已由{proposal.decided_by_name}答复。")
        words = answer.strip()[:_MOST] if accept else _text(answer, "answer", "不采纳请说明理由。", _MOST)
        if accept:
            quota = hold_one(proposal.unit_id, proposal.kind, by)
            day = on or timezone.localdate(now)
            write_approved(
                quota, proposal.delta, document=document, on=day, grounds=proposal.words, by=by, now=now
            )  # fmt: skip
        _answer(proposal, accept, words, by, now)
    return proposal


def _answer(proposal: QuotaProposal, accept: bool, words: str, by: Actor, now: datetime) -> None:
    proposal.accepted, proposal.answer = accept, words
    proposal.decided_by_user, proposal.decided_by_name, proposal.decided_at = by.user_id, by.user_name, now
    proposal.save(update_fields=["accepted", "answer", "decided_by_user", "decided_by_name", "decided_at"])
    action = "quota.proposal_accept" if accept else "quota.proposal_refuse"
    _record(action, PROPOSAL, proposal.pk, str(proposal), by, now, after={"delta": proposal.delta}, reason=words)
    notify(
        user_ids=[proposal.proposed_by_user], key=f"quota.proposal:{proposal.pk}", subject_type=PROPOSAL,
        subject_id=proposal.pk, title=f"编制建议{'已采纳' if accept else '未采纳'}：{proposal}", body=words, now=now,
    )  # fmt: skip


def _require_centre(by: Actor) -> None:
    if by.role != Role.DISTRICT_CENTRE:
        raise NotAllowed("编制由区网格中心核定和登记；街道可以提出建议。")


def hold_one(unit_id: int, kind: str, by: Actor) -> Quota:
    """The quota of a unit in scope, held; made on the spot where there is none yet. Raises NotFound, InvalidInput."""
    if kind not in _LABELS:
        raise InvalidInput("请选择编制类别。", field="kind")
    unit = Unit.objects.open().visible_to(by).select_for_update(of=("self",), no_key=True).filter(pk=unit_id).first()
    if unit is None:
        raise NotFound("没有这个单位，或不在您的管辖范围内。", field="unit")
    check_level(unit, kind)
    rows = Quota.objects.select_for_update(of=("self",))
    quota: Quota = rows.get_or_create(unit=unit, kind=kind, defaults=_place(unit))[0]
    return quota


def _place(unit: Unit) -> dict[str, int | None]:
    return {"district_id": unit.district_id, "street_id": unit.street_id, "community_id": unit.community_id}


def check_level(unit: Unit, kind: str) -> None:
    """Raise InvalidInput for a kind that units of this level have none of."""
    if unit.kind != QUOTA_LEVEL[kind]:
        level = "社区" if QUOTA_LEVEL[kind] == UnitKind.COMMUNITY else "街道"
        raise InvalidInput(f"{_LABELS[kind]}按{level}核定，请选择{level}。", field="unit")


def hold(unit_ids: Collection[int], *, by: Actor) -> dict[tuple[int, str], Quota]:
    """By unit and kind, the quotas of these units in scope: units and quotas are locked, each by primary key."""
    _require_centre(by)
    units = Unit.objects.open().visible_to(by).filter(pk__in=unit_ids)
    held = [unit.pk for unit in units.select_for_update(of=("self",), no_key=True).order_by("pk")]
    rows = Quota.objects.filter(unit__in=held).select_related("unit").select_for_update(of=("self",))
    return {(quota.unit_id, quota.kind): quota for quota in rows.order_by("pk")}


def _check_delta(delta: int, before: int, label: str) -> None:
    if delta == 0 or abs(delta) > 9_999:
        raise InvalidInput("请填写增加或减少的名额，减少填负数。", field="delta")
    if before + delta < 0:
        raise InvalidInput(f"{label}现为 {before}，最多减少 {before}。", field="delta")


def _check_day(on: date, now: datetime) -> None:
    if not on.year >= 1990 or on > timezone.localdate(now):
        raise InvalidInput("日期应在 1990 年以后，且不晚于今天。", field="on")


def _text(text: str, field: str, missing: str, most: int) -> str:
    words = " ".join(text.split())
    if not words:
        raise InvalidInput(missing, field=field)
    if len(words) > most:
        raise InvalidInput(f"不超过 {most} 个字，现在是 {len(words)} 个字。", field=field)
    return words


def _write(event: QuotaEvent, action: str, by: Actor, now: datetime, reason: str) -> None:
    event.by_user, event.by_name, event.at = by.user_id, by.user_name, now
    event.save(force_insert=True)
    quota, before = event.quota, event.after - event.delta
    _record(
        action, SUBJECT, quota.pk, str(quota), by, now, before={event.what: before}, after={event.what: event.after},
        reason=reason,
    )  # fmt: skip


def _record(
    action: str, subject: str, pk: int, label: str, by: Actor, now: datetime, *,
    before: dict[str, int] | None = None, after: dict[str, int], reason: str,
) -> None:  # fmt: skip
    audit.record(
        action=action, subject_type=subject, subject_id=pk, subject_label=label, before=before, after=after,
        reason=reason, by=by, now=now,
    )  # fmt: skip
