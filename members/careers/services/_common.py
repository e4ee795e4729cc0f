"""What the services of careers share: who may, the locked row, the history, the record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Model

from accounts.models import User
from accounts.rights import may
from governance.audit import services as audit
from governance.errors import IllegalState, NotAllowed, NotFound
from governance.scope import Actor, UnitKind
from grids.holding import hold_unit
from grids.models import Unit
from members.careers.pay import Scales
from members.careers.records import set_next_grade
from members.models import Career, CareerEvent, CareerProcedure, Person

LOST = "没有找到这名工作人员，或不在您的管辖范围内。"
_WHO = {
    "career.propose": "由社区书记提出（社区书记本人的由街道提出）。",
    "career.review": "由街道审核办理。",
    "career.decide": "由区网格中心审定。",
}  # fmt: skip


def require(by: Actor, right: str) -> None:
    """Raise NotAllowed without the right, or for a squad, whose staff have no part in personnel."""
    if not may(by, right) or by.unit_kind == UnitKind.SQUAD:
        raise NotAllowed(f"您的岗位不能办理这一步，{_WHO.get(right, '请联系区网格中心。')}")


def is_own(by: Actor, person: Person) -> bool:
    """Whether who acts is that person: by the index of the phone number, which account and record share."""
    return bool(person.phone_index) and own_phone(by) == person.phone_index


def own_phone(by: Actor) -> str:
    """The index of the actor's own phone number; empty while their account has none."""
    return User.objects.filter(pk=by.user_id).values_list("phone_index", flat=True).first() or ""


def refuse_own(by: Actor, person: Person) -> None:
    """Raise NotAllowed in one's own matter."""
    if is_own(by, person):
        raise NotAllowed("不能办理本人的人事事项，请由其他人员办理（回避）。")


def locked_career(career_id: int, by: Actor, *, revision: int | None = None) -> Career:
    """The career in scope, held until the transaction's end. Raises NotFound, IllegalState when it has ended."""
    rows = Career.objects.visible_to(by).select_for_update(of=("self",)).select_related("person", "community", "grid")
    career: Career | None = rows.filter(pk=career_id).first()
    if career is None:
        raise NotFound(LOST)
    if revision is not None and revision != career.revision:
        raise IllegalState("您打开页面之后，别人已修改过这份档案。请刷新后再办理。")
    if career.state != "serving":
        raise IllegalState(f"{career.person.name}{career.get_state_display()}，不能再办理。")
    return career


def unit_place(unit_id: int, by: Actor, *, field: str = "unit") -> dict[str, int | None]:
    """The place columns of a community or grid of the actor's district. Raises NotFound naming the field."""
    kinds = (UnitKind.COMMUNITY, UnitKind.GRID)
    hold_unit(unit_id)
    unit = Unit.objects.open().visible_to(by).filter(pk=unit_id, kind__in=kinds).first()
    if unit is None:
        raise NotFound("请选择本辖区内的社区或网格。", field=field)
    place: dict[str, int | None] = unit.place_within
    return place


def standing(career: Career) -> dict[str, Any]:
    """Post, grade and unit, as every event that changes one of them keeps all of them."""
    return {
        "post": career.post, "grade": career.grade, "community": career.community_id, "grid": career.grid_id,
    }  # fmt: skip


def changed(career: Career, scales: Scales, on: date, now: datetime, *, fields: tuple[str, ...] = ()) -> None:
    """Save what may have changed with a new revision, and when the next grade is due."""
    set_next_grade([career], scales.on(on))
    career.changed_at, career.revision = now, career.revision + 1
    career.save(update_fields=["next_grade_on", "changed_at", "revision", *fields])


def event_of(
    career: Career, kind: str, on: date, *, by: Actor, now: datetime, grounds: str = "",
    before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None,
    pay: tuple[int | None, int | None] = (None, None), procedure: CareerProcedure | None = None,
) -> CareerEvent:  # fmt: skip
    """An entry of the history, not saved yet."""
    return CareerEvent(
        career=career, kind=kind, on=on, before=dict(before or {}), after=dict(after or {}), pay_before=pay[0],
        pay_after=pay[1], grounds=grounds[:500], procedure=procedure, by_user=by.user_id, by_name=by.user_name,
        by_unit=by.unit_name, at=now,
    )  # fmt: skip


def record(
    action: str, subject: Model, label: str, *, by: Actor, now: datetime, before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None, reason: str = "",
) -> None:  # fmt: skip
    """Into the audit record, beside the change."""
    audit.record(
        action=action, subject_type=subject._meta.label_lower, subject_id=int(subject.pk), subject_label=label,
        before=before, after=after, reason=reason, by=by, now=now,
    )  # fmt: skip
