"""What the services of this subject share: who may, where, the locked rows, the record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from accounts.rights import may
from governance.audit import services as audit
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.scope import Actor, UnitKind, own_column
from grids.holding import hold_unit
from grids.models import Site, Unit
from members.models import Activity, Person, ServiceHours, SignUp, TeamMember, VolunteerTeam
from members.querysets import SEE
from members.volunteers.workflow import LABELS, target

EDIT, PROPOSE, CONFIRM = "volunteer.edit", "volunteer.propose", "volunteer.confirm"
_REFUSALS = {
    EDIT: "您的岗位不能办理志愿队伍和活动，请由社区或街道办理。",
    PROPOSE: "您的岗位不能办理志愿活动，请由社区、网格办理。",
    CONFIRM: "您的岗位不能确认服务时长，请由社区或街道办理。",
}


def require(by: Actor, right: str) -> None:
    """Raise NotAllowed without the right."""
    if not may(by, right):
        raise NotAllowed(_REFUSALS[right])


def place_in(unit_id: int, by: Actor) -> dict[str, int | None]:
    """The place columns of an open street, community or grid of the actor's; raises NotFound for any other unit."""
    kinds = (UnitKind.STREET, UnitKind.COMMUNITY, UnitKind.GRID)
    hold_unit(unit_id)
    unit = Unit.objects.filter(pk=unit_id, closed_on=None, kind__in=kinds).first()
    column = own_column(by, SEE)
    place: dict[str, int | None] = {"unit_id": unit.pk, **unit.place_within} if unit else {}
    if column is None or place.get(column) != by.unit_id:
        raise NotFound("请选择本辖区内的街道、社区或网格。", field="unit")
    return place


def site_in(site_id: int | None, district_id: int | None) -> int | None:
    """A site in use of the district; raises NotFound naming the field."""
    if site_id is None:
        return None
    if not Site.objects.filter(pk=site_id, district_id=district_id, closed_on=None).exists():
        raise NotFound("请选择在用的阵地。", field="site")
    return site_id


def locked_team(team_id: int, by: Actor, revision: int | None = None) -> VolunteerTeam:
    """A standing team, locked. Raises NotFound; IllegalState for a dissolved one, or one that was changed meanwhile."""
    team: VolunteerTeam | None = (
        VolunteerTeam.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=team_id).first()
    )
    if team is None:
        raise NotFound("没有找到这支队伍，或不在您的管辖范围内。")
    if team.dissolved_on is not None:
        raise IllegalState(f"{team.name}已于 {team.dissolved_on} 解散，不能再修改。")
    _unchanged(team.revision, revision)
    return team


def locked_activity(activity_id: int, by: Actor | None, revision: int | None = None) -> Activity:
    """An activity, locked. Raises NotFound outside the scope (none: any), IllegalState when it was changed since."""
    rows = Activity.objects.all() if by is None else Activity.objects.visible_to(by)
    activity: Activity | None = rows.select_for_update(of=("self",)).filter(pk=activity_id).first()
    if activity is None:
        raise NotFound("没有找到这场活动，或不在您的管辖范围内。")
    _unchanged(activity.revision, revision)
    return activity


def _unchanged(stored: int, seen: int | None) -> None:
    if seen is not None and seen != stored:
        raise IllegalState("您打开页面之后，别人已修改过。请刷新查看，您填写的内容仍保留在页面上。")


def lock_persons(ids: Iterable[int]) -> None:
    """Lock these persons by primary key: what counts by person (seats, a day's hours) is decided one at a time."""
    rows = Person.objects.select_for_update(no_key=True).filter(pk__in=set(ids)).order_by("pk")
    list(rows.values_list("pk", flat=True))


def persons_of(ids: Iterable[int], by: Actor) -> list[Person]:
    """These persons, who are here, by primary key and locked. Raises InvalidInput for none, NotFound outside."""
    wanted = set(ids)
    if not wanted:
        raise InvalidInput("请先勾选人员。", field="people")
    rows = Person.objects.visible_to(by).here().filter(pk__in=wanted).defer("search")
    found = list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    if len(found) != len(wanted):
        raise NotFound("有人不在您的管辖范围内，或已迁出、注销，请重新勾选。", field="people")
    return found


def sign_up_of(sign_up_id: int, by: Actor) -> SignUp:
    """A sign-up in scope, not locked. Raises NotFound."""
    found: SignUp | None = SignUp.objects.visible_to(by).filter(pk=sign_up_id).first()
    if found is None:
        raise NotFound("没有找到这条报名，或不在您的管辖范围内。")
    return found


def step(activity: Activity, name: str) -> None:
    """Take a step of the workflow; raises IllegalState from a state that has no such step."""
    to = target(name, activity.state)
    if to is None:
        raise IllegalState(f"活动{activity.get_state_display()}，不能{LABELS[name]}。")
    activity.state = to


def save(thing: VolunteerTeam | Activity, now: datetime, *fields: str) -> None:
    """Write these fields, and that it was changed."""
    thing.changed_at, thing.revision = now, thing.revision + 1
    thing.save(update_fields=[*fields, "changed_at", "revision"])


def record(
    action: str, subject: VolunteerTeam | TeamMember | Activity | SignUp | ServiceHours, *, by: Actor, now: datetime,
    label: str = "", before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None, reason: str = "",
) -> None:  # fmt: skip
    """Into the audit record, beside the change."""
    audit.record(
        action=action, subject_type=subject._meta.label_lower, subject_id=subject.pk,
        subject_label=(label or str(subject))[:64], before=before, after=after, reason=reason, by=by, now=now,
    )  # fmt: skip
