"""Teams: founded, described, dissolved; who belongs to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from governance.days import today_of
from governance.errors import IllegalState, InvalidInput, NotFound
from governance.scope import Actor
from members.models import Person, TeamMember, VolunteerTeam
from members.models.volunteers import KINDS, TEAM_ROLES
from members.volunteers.services._common import (
    EDIT,
    locked_team,
    persons_of,
    place_in,
    record,
    require,
    save,
    site_in,
)
from members.words import choice_of, day_of, text_of

_KEPT = ("name", "kind", "words", "site_id", "leader_id", "founded_on")
MOST_MEMBERS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamFacts:
    """What is said of a team. `founded_on` None: today; `leader_id` one of its members."""

    name: str
    kind: str
    words: str = ""
    site_id: int | None = None
    founded_on: date | None = None
    leader_id: int | None = None


def add_team(*, facts: TeamFacts, unit_id: int, by: Actor, now: datetime) -> VolunteerTeam:
    """Put a team on record for a street, community or grid of the actor's.

    Raises InvalidInput naming the field, NotFound for a unit elsewhere.
    """
    require(by, EDIT)
    with transaction.atomic(durable=True):
        return write_new(facts, place_in(unit_id, by), by=by, now=now)


def write_new(facts: TeamFacts, place: Mapping[str, int | None], *, by: Actor, now: datetime) -> VolunteerTeam:
    """Put a team on record at a place of the actor's, in the caller's transaction."""
    team = VolunteerTeam(made_at=now, changed_at=now, founded_on=today_of(now), **place)
    _set(team, facts, now)
    _write(team)
    record("volunteer.team_add", team, by=by, now=now, after=_kept(team))
    return team


def change_team(
    *, team_id: int, facts: TeamFacts, by: Actor, now: datetime, revision: int | None = None
) -> VolunteerTeam:
    """Correct what is said of a standing team, and who leads it. Raises InvalidInput naming the field, IllegalState."""
    require(by, EDIT)
    with transaction.atomic(durable=True):
        team = locked_team(team_id, by, revision)
        if not write_change(team, facts, by=by, now=now):
            raise InvalidInput("没有改动任何内容，无需保存。")
    return team


def write_change(team: VolunteerTeam, facts: TeamFacts, *, by: Actor, now: datetime) -> bool:
    """Correct a locked, standing team in the caller's transaction; whether anything is different."""
    before = _kept(team)
    _set(team, facts, now)
    if facts.leader_id != before["leader_id"]:
        _lead(team, facts.leader_id)
    if before == _kept(team):
        return False
    team.changed_at, team.revision = now, team.revision + 1
    _write(team)
    record("volunteer.team_change", team, by=by, now=now, before=before, after=_kept(team))
    return True


def dissolve_team(*, team_id: int, on: date, why: str, by: Actor, now: datetime) -> VolunteerTeam:
    """The team ends on a day, and with it every membership. Raises IllegalState while an activity of it is open."""
    require(by, EDIT)
    why = text_of(why, label="解散原因", field="why", most=200, least=2)
    on = day_of(on, today=today_of(now), label="解散日期", field="on")
    with transaction.atomic(durable=True):
        team = locked_team(team_id, by)
        if on < team.founded_on:
            raise InvalidInput(f"解散日期不能早于成立日期 {team.founded_on}。", field="on")
        if team.activities.filter(state__in=("published", "running")).exists():
            raise IllegalState("这支队伍还有未结束的活动，请先结束或取消。")
        for member in team.members.filter(until_on=None):
            _end(member, max(on, member.from_on), "队伍解散")
        team.dissolved_on, team.dissolved_why, team.size, team.leader = on, why, 0, None
        save(team, now, "dissolved_on", "dissolved_why", "size", "leader")
        record("volunteer.team_dissolve", team, by=by, now=now, after={"dissolved_on": on}, reason=why)
    return team


def add_members(*, team_id: int, person_ids: Sequence[int], by: Actor, now: datetime) -> int:
    """These persons join the team today; those who belong to it already stay as they are. How many are new.

    Raises NotFound outside the scope, IllegalState when all of them belong to it already.
    """
    require(by, EDIT)
    with transaction.atomic(durable=True):
        people = persons_of(person_ids, by)
        team = locked_team(team_id, by)
        known = set(team.members.filter(until_on=None).values_list("person_id", flat=True))
        new = [person for person in people if person.pk not in known]
        if not new:
            raise IllegalState("勾选的人都已在队中。", code="known")
        if len(known) + len(new) > MOST_MEMBERS:
            raise InvalidInput(f"一支队伍最多 {MOST_MEMBERS} 人。", field="people")
        TeamMember.objects.bulk_create(TeamMember(team=team, person=one, from_on=today_of(now)) for one in new)
        team.size = len(known) + len(new)
        save(team, now, "size")
        record("volunteer.members_add", team, by=by, now=now, after={"people": "、".join(one.name for one in new)})
    return len(new)


def write_member(
    team: VolunteerTeam, person: Person, *, role: str = "member", from_on: date | None = None, by: Actor, now: datetime
) -> TeamMember:  # fmt: skip
    """One person joins a team, in the caller's transaction; both are locked. `from_on` None: today.

    Raises InvalidInput naming the field: a day before the team was, a second leader, a team that is full.
    """
    role = choice_of(role, TEAM_ROLES, label="职务", field="role")
    if team.size >= MOST_MEMBERS:
        raise InvalidInput(f"一支队伍最多 {MOST_MEMBERS} 人。", field="team")
    joined = _joined(team, from_on or today_of(now), now)
    member = TeamMember.objects.create(team=team, person=person, from_on=joined)
    team.size += 1
    save(team, now, "size")
    record("volunteer.members_add", team, by=by, now=now, after={"people": person.name})
    set_role(team, member, role, by=by, now=now)
    return member


def write_stay(
    team: VolunteerTeam, member: TeamMember, *, role: str, from_on: date | None, by: Actor, now: datetime
) -> bool:  # fmt: skip
    """Correct role ("": as it is) and first day (None: as it is) of a member, in the caller's transaction."""
    has_changed = bool(role) and set_role(team, member, role, by=by, now=now)
    if from_on is None or from_on == member.from_on:
        return has_changed
    before, member.from_on = member.from_on, _joined(team, from_on, now)
    member.save(update_fields=["from_on"])
    record(
        "volunteer.member_change", member, by=by, now=now, label=team.name, before={"from_on": before},
        after={"from_on": member.from_on, "people": member.person.name},
    )  # fmt: skip
    return True


def _joined(team: VolunteerTeam, on: date, now: datetime) -> date:
    on = day_of(on, today=today_of(now), label="入队日期", field="from_on")
    if on < team.founded_on:
        raise InvalidInput(f"入队日期不能早于队伍成立日期 {team.founded_on}。", field="from_on")
    return on


def set_role(team: VolunteerTeam, member: TeamMember, role: str, *, by: Actor, now: datetime) -> bool:
    """Give a member of a locked team a role; whether it is another. One leads: a second is refused, by the field."""
    role = choice_of(role, TEAM_ROLES, label="职务", field="role")
    if role == member.role:
        return False
    leads = role == TEAM_ROLES[-1][0]
    if leads and team.leader_id is not None:
        raise InvalidInput("这支队伍已有队长，请先在“修改队伍”中更换。", field="role")
    before, member.role = member.role, role
    member.save(update_fields=["role"])
    if leads or team.leader_id == member.person_id:
        team.leader_id = member.person_id if leads else None
        save(team, now, "leader")
    record(
        "volunteer.member_change", member, by=by, now=now, label=team.name,
        before={"role": dict(TEAM_ROLES)[before]},
        after={"role": member.get_role_display(), "people": member.person.name},
    )  # fmt: skip
    return True


def leave_team(*, member_id: int, why: str = "", by: Actor, now: datetime) -> TeamMember:
    """A member leaves the team today; who led it leads it no longer. Raises NotFound, IllegalState who has left."""
    require(by, EDIT)
    with transaction.atomic(durable=True):
        found = TeamMember.objects.visible_to(by).filter(pk=member_id).first()
        if found is None:
            raise NotFound("没有找到这名队员，或不在您的管辖范围内。")
        team = locked_team(found.team_id, by)
        member: TeamMember = TeamMember.objects.select_related("person").get(pk=member_id)
        if member.until_on is not None:
            raise IllegalState(f"{member.person.name}已于 {member.until_on} 离队。")
        _end(member, max(today_of(now), member.from_on), text_of(why, label="原因", field="why", most=200))
        shrink(team, member.person_id, now)
        record("volunteer.member_leave", team, by=by, now=now, before={"people": member.person.name}, reason=why)
    return member


def shrink(team: VolunteerTeam, person_id: int, now: datetime) -> None:
    """One member fewer; inside a transaction that holds the team."""
    team.size = team.members.filter(until_on=None).count()
    if team.leader_id == person_id:
        team.leader = None
    save(team, now, "size", "leader")


def _end(member: TeamMember, on: date, why: str) -> None:
    member.until_on, member.ended_why = on, why
    member.save(update_fields=["until_on", "ended_why"])


def _set(team: VolunteerTeam, facts: TeamFacts, now: datetime) -> None:
    team.name = text_of(facts.name, label="队伍名称", field="name", most=64, least=2)
    team.kind = choice_of(facts.kind, KINDS, label="类型", field="kind")
    team.words = text_of(facts.words, label="简介", field="words", most=500)
    team.site_id = site_in(facts.site_id, team.district_id)
    if facts.founded_on is not None:
        team.founded_on = day_of(facts.founded_on, today=today_of(now), label="成立日期", field="founded_on")


def _lead(team: VolunteerTeam, person_id: int | None) -> None:
    """One member leads; the roles of the members follow."""
    members = team.members.filter(until_on=None)
    if person_id is not None and not members.filter(person=person_id).exists():
        raise InvalidInput("队长须是本队队员，请先加入队伍。", field="leader")
    members.filter(role=TEAM_ROLES[-1][0]).update(role="member")
    members.filter(person=person_id).update(role=TEAM_ROLES[-1][0])
    team.leader_id = person_id


def _write(team: VolunteerTeam) -> None:
    try:
        with transaction.atomic():
            team.save()
    except IntegrityError:
        raise InvalidInput("本单位已有同名队伍，请换一个名称。", field="name") from None


def _kept(team: VolunteerTeam) -> dict[str, Any]:
    return {name: getattr(team, name) for name in _KEPT}
