"""The lists themselves: named, given their rhythms, put out of use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.rights import may
from governance.audit import services as audit
from governance.errors import InvalidInput, NotAllowed, NotFound
from governance.scope import Actor
from members.care.kinds import rhythm_choices
from members.care.words import KINDS
from members.models import CareKind
from members.words import text_of

MOST_KINDS = 40
_FIELDS = ("name", "order", "needs_grounds", "grounds_hint", "policy_a", "policy_b", "policy_c", "is_active")


@dataclass(frozen=True, slots=True, kw_only=True)
class KindFacts:
    """A list as it should stand; the policies are codes."""

    name: str
    policy_a: str
    policy_b: str
    policy_c: str
    needs_grounds: bool = False
    grounds_hint: str = ""
    order: int = 100
    is_active: bool = True


def add_kind(*, facts: KindFacts, by: Actor, now: datetime) -> CareKind:
    """A new list. Raises InvalidInput naming the field."""
    _require(by)
    with transaction.atomic(durable=True):
        kinds = CareKind.objects.select_for_update().order_by("pk")
        taken = {kind.code for kind in kinds}
        if len(taken) >= MOST_KINDS:
            raise InvalidInput(f"类别最多 {MOST_KINDS} 个，请先停用不再使用的。")
        kind = CareKind(code=next(code for n in range(1, 999) if (code := f"own-{n}") not in taken))
        _set(kind, facts)
        kind.save(force_insert=True)
        _note("care.kind_add", kind, {}, by, now)
    return kind


def change_kind(*, kind_id: int, facts: KindFacts, by: Actor, now: datetime) -> CareKind:
    """Change a list. Another rhythm counts from the next turn on; those that run keep theirs."""
    _require(by)
    with transaction.atomic(durable=True):
        kind = CareKind.objects.select_for_update().filter(pk=kind_id).first()
        if kind is None:
            raise NotFound("没有找到这个类别。")
        before = _facts(kind)
        _set(kind, facts)
        if before == _facts(kind):
            raise InvalidInput("没有改动任何内容，无需保存。")
        kind.save(update_fields=_FIELDS)
        _note("care.kind_change", kind, before, by, now)
    return kind


def _require(by: Actor) -> None:
    if not may(by, KINDS):
        raise NotAllowed("关爱类别由区网格中心设置。")


def _set(kind: CareKind, facts: KindFacts) -> None:
    kind.name = text_of(facts.name, label="名称", field="name", most=20, least=2)
    if CareKind.objects.filter(name=kind.name).exclude(pk=kind.pk).exists():
        raise InvalidInput("已有同名的类别，请换一个名称。", field="name")
    kind.grounds_hint = text_of(facts.grounds_hint, label="填写说明", field="grounds_hint", most=100)
    if not 0 <= facts.order <= 9999:
        raise InvalidInput("顺序应在 0 到 9999 之间。", field="order")
    kind.order, kind.needs_grounds, kind.is_active = facts.order, facts.needs_grounds, facts.is_active
    known = dict(rhythm_choices())
    for name in ("policy_a", "policy_b", "policy_c"):
        if getattr(facts, name) not in known:
            raise InvalidInput("请选择走访方案。", field=name)
        setattr(kind, name, getattr(facts, name))


def _facts(kind: CareKind) -> dict[str, Any]:
    return {name: getattr(kind, name) for name in _FIELDS}


def _note(action: str, kind: CareKind, before: dict[str, Any], by: Actor, now: datetime) -> None:
    audit.record(
        action=action, subject_type="members.carekind", subject_id=kind.pk, subject_label=kind.name, before=before,
        after=_facts(kind), by=by, now=now,
    )  # fmt: skip
