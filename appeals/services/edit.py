"""Correcting what was written down, adding a note, and looking at a full number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from accounts.rights import may
from appeals import clocks
from appeals.models import HANDLING_KINDS, URGENCIES, Appeal, AppealEntry
from appeals.people import identity_context, phone_context, set_identity, set_phone
from appeals.place import place
from appeals.repeats.grouping import recount_of
from appeals.services._policy import put_under
from appeals.services._run import SUBJECT, Run, add_entry, check, lock, step
from appeals.services.register import category_of, choice, search_document
from appeals.standing import has_open_part, is_at_or_above
from appeals.words import clean
from appeals.workflow import REGISTERED, RESOLVED, STEPS
from governance import privacy
from governance.audit import services as audit
from governance.errors import InvalidInput, NotAllowed
from governance.scope import Actor


@dataclass(frozen=True, slots=True)
class Correction:
    """The facts as they should stand; None leaves one alone. `unit_id` names the place by a unit of the line."""

    title: str | None = None
    content: str | None = None
    category_id: int | None = None
    urgency: int | None = None
    handling_kind: str | None = None
    complainant: str | None = None
    phone: str | None = None
    identity: str | None = None
    address: str | None = None
    unit_id: int | None = None
    lon: float | None = None
    lat: float | None = None


def edit(
    *, appeal_id: int, correction: Correction, by: Actor, now: datetime, words: str = "", revision: int | None = None
) -> Appeal:
    """Correct the facts of an appeal. What was there before stays in the audit record."""
    words = clean(words, label="更正说明", field="words", most=1000)
    with step("edit", appeal_id=appeal_id, by=by, now=now, revision=revision, words=words) as run:
        _texts(run, correction)
        _kinds(run, correction)
        _person(run, correction)
        _place(run, correction)
        run.data["fields"] = run.changed()
        if not run.data["fields"]:
            raise InvalidInput("没有改动任何内容，无需保存。")
        Appeal.objects.filter(pk=appeal_id).update(search=search_document(run.appeal))
    return run.appeal


_LIMITS = {
    "title": ("标题", 2, 100),
    "content": ("诉求内容", 5, 10_000),
    "address": ("事发地址", 0, 200),
    "complainant": ("诉求人", 0, 64),
}


def _texts(run: Run, correction: Correction) -> None:
    for name, (label, least, most) in _LIMITS.items():
        text = getattr(correction, name)
        if text is not None:
            run.set(**{name: clean(text, label=label, field=name, least=least, most=most)})


def _kinds(run: Run, correction: Correction) -> None:
    if correction.urgency is not None:
        run.set(urgency=choice(correction.urgency, URGENCIES, "紧急程度", "urgency"))
    if correction.handling_kind is not None:
        run.set(handling_kind=choice(correction.handling_kind, HANDLING_KINDS, "办理类型", "handling_kind"))
    if correction.category_id is not None:
        run.set(category=category_of(correction.category_id))
    if {"urgency", "handling_kind", "category_id"} & set(run.changed()):
        _follow_policy(run)


def _follow_policy(run: Run) -> None:
    """Another policy may be the appeal's now: nothing restarts, what runs is counted anew from the same start.

    Of another policy the version counts that was in force when the appeal was registered; the same one it keeps.
    """
    appeal, old = run.appeal, run.appeal.policy_version
    version = clocks.pick_policy(clocks.case(appeal), appeal.registered_at)
    if old is not None and version.policy_id == old.policy_id:
        return
    run.set(policy_version=version)
    name = old.policy.name if old is not None else "无"
    run.then("policy_changed", f"时限方案由“{name}”改为“{version.policy.name}”，各项时限从原来的起点重新计算。")
    for told in put_under(appeal, version, run.now):
        run.then("clock_moved", told.words, **told.data)


_SEALED = {"phone": set_phone, "identity": set_identity}


def _person(run: Run, correction: Correction) -> None:
    for name, put in _SEALED.items():
        number = getattr(correction, name)
        if number is None:
            continue
        fields = [f"{name}_sealed", f"{name}_index", f"{name}_masked"]
        before = {field: getattr(run.appeal, field) for field in fields}
        put(run.appeal, number)
        run.note_change(before)
        if name == "phone":
            run.afterwards(partial(recount_of, run.appeal.pk))


def _place(run: Run, correction: Correction) -> None:
    if correction.unit_id is None and correction.lon is None and correction.lat is None:
        return
    run.set(**place(unit_id=correction.unit_id, lon=correction.lon, lat=correction.lat, by=run.by))
    if correction.lon is not None:
        run.set(lon=correction.lon, lat=correction.lat)


def note(*, appeal_id: int, words: str, by: Actor, now: datetime) -> AppealEntry:
    """Add words to the history without a change of state."""
    words = clean(words, label="补充说明", field="words", most=2000, least=2)
    with transaction.atomic(durable=True):
        appeal = lock(appeal_id, by)
        check(STEPS["note"], appeal, by)
        audit.record(
            action="appeal.note",
            subject_type=SUBJECT,
            subject_id=appeal.pk,
            subject_label=appeal.number,
            by=by,
            now=now,
        )
        return add_entry(appeal, "note", by=by, now=now, words=words, clock=clocks.reading(appeal, now))


_FIELDS: dict[str, Any] = {
    "phone": ("联系电话", "phone_sealed", phone_context),
    "identity": ("身份证号", "identity_sealed", identity_context),
}


def reveal(*, appeal_id: int, field: str, reason: str, by: Actor, now: datetime) -> str:
    """The complainant's full phone or identity number, for whoever handles or visits; the look is recorded first.

    Source: rights.md, "see the complainant's full phone". Raises NotAllowed for all others, and InvalidInput
    without a reason.
    """
    reason = clean(reason, label="查看事由", field="reason", most=200, least=2)
    if field not in _FIELDS:
        raise InvalidInput("只能查看联系电话或身份证号。", field="field")
    label, column, context = _FIELDS[field]
    with transaction.atomic(durable=True):
        appeal = lock(appeal_id, by)
        if not may_reveal(appeal, by):
            raise NotAllowed("只有承办单位和回访人员可以查看完整号码。")
        sealed = getattr(appeal, column)
        if not sealed:
            raise InvalidInput(f"这件工单没有登记{label}。", field="field")
        audit.record(
            action="privacy.read", subject_type=SUBJECT, subject_id=appeal.pk, subject_label=appeal.number,
            after={"field": field}, reason=reason, by=by, now=now,
        )  # fmt: skip
        data = {"field": field}
        add_entry(appeal, "reveal", by=by, now=now, words=reason, data=data, clock=clocks.reading(appeal, now))
        return privacy.open_sealed(sealed, context=context(appeal))


def may_reveal(appeal: Appeal, by: Actor) -> bool:
    """Whether the actor may ask for the full numbers: for a page that offers it."""
    return may(by, "appeal.reveal") and _needs_number(appeal, by)


def _needs_number(appeal: Appeal, by: Actor) -> bool:
    """Staff of the unit that it lies with, and, while it is visited, of the unit that visits."""
    if has_open_part(appeal, by.unit_id):
        return True
    return appeal.state in {REGISTERED, RESOLVED} and is_at_or_above(by, appeal.desk_unit_id)
