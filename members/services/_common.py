"""What the services of this room share: who may, where, the locked row, the record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from accounts.rights import may
from governance.audit import services as audit
from governance.errors import IllegalState, NotAllowed, NotFound
from governance.scope import BELOW_DISTRICT, Actor, UnitKind, place_column
from grids.holding import hold_unit
from grids.models import Unit
from members.models import Building, Household, Person

EDIT = "person.edit"


def require(by: Actor, right: str = EDIT) -> None:
    """Raise NotAllowed without the right."""
    if not may(by, right):
        raise NotAllowed("您的岗位不能登记或修改居民信息，请由社区办理。")


def place_in(unit_id: int, by: Actor, *, field: str = "unit") -> dict[str, int | None]:
    """The place columns of a community or a grid of the actor's; raises NotFound for any other unit."""
    hold_unit(unit_id)
    unit = Unit.objects.filter(pk=unit_id, closed_on=None, kind__in=(UnitKind.COMMUNITY, UnitKind.GRID)).first()
    own = place_column(by.unit_kind, among=BELOW_DISTRICT)
    place = unit.place_within if unit else {}
    if unit is None or own is None or place.get(own) != by.unit_id:
        raise NotFound("请选择本辖区内的社区或网格。", field=field)
    return place


def locked_persons(ids: Iterable[int], by: Actor) -> dict[int, Person]:
    """The persons, locked by primary key. Raises NotFound when one of them is outside the scope."""
    wanted = set(ids)
    rows = Person.objects.visible_to(by).select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk")
    found = {row.pk: row for row in rows.defer("search")}
    if set(found) != wanted:
        raise NotFound("没有找到这个人，或不在您的管辖范围内。")
    return found


def locked_person(person_id: int, by: Actor, revision: int | None = None) -> Person:
    """One person who is here, locked. Raises NotFound; IllegalState for one who has left, or was changed meanwhile."""
    person = locked_persons([person_id], by)[person_id]
    if revision is not None and revision != person.revision:
        raise IllegalState("您打开页面之后，别人已修改过这份档案。请刷新查看，您填写的内容仍保留在页面上。")
    if person.state != "here":
        raise IllegalState(f"{person.name}{person.get_state_display()}，不能再修改。")
    return person


def locked_household(household_id: int, by: Actor, *, field: str = "household") -> Household:
    """An open household, locked. Raises NotFound naming the field for any other."""
    rows = Household.objects.visible_to(by).open().select_for_update(of=("self",))
    household: Household | None = rows.filter(pk=household_id).first()
    if household is None:
        raise NotFound("没有找到这一户，或已注销，或不在您的管辖范围内。", field=field)
    return household


def record(
    action: str, subject: Person | Household | Building, *, by: Actor, now: datetime, label: str = "",
    before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None, reason: str = "",
) -> None:  # fmt: skip
    """Into the audit record, beside the change."""
    audit.record(
        action=action, subject_type=subject._meta.label_lower, subject_id=subject.pk,
        subject_label=label or str(subject), before=before, after=after, reason=reason, by=by, now=now,
    )  # fmt: skip
