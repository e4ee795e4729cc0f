"""Volunteers: teams, activities, who comes, and hours that somebody else confirms."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from accounts.models import User
from governance import privacy
from governance.errors import InvalidInput, NotAllowed, NotFound
from governance.scope import Actor
from members.models import Activity, Person, ServiceHours, SignUp, TeamMember, VolunteerTeam
from members.volunteers import codes
from members.volunteers.services import activities, attendance, hours, sign_ups, teams
from members.volunteers.services.activities import ActivityFacts
from members.volunteers.services.teams import TeamFacts
from tests.walk.residents import _person
from tests.walk.sampling import LATER, MADE, TODAY, WALKED, Refused, Sample, World

WORKER, GRID, SECRETARY = "CW@community_1", "grid_1", "CS@community_1"
HOUR = timedelta(hours=1)
# Under way when the services are walked.
BEGIN, END = MADE + HOUR / 2, WALKED + HOUR


def _team_facts(**changes: Any) -> TeamFacts:
    return TeamFacts(**({"name": "义务巡逻队", "kind": "patrol"} | changes))


def _facts(**changes: Any) -> ActivityFacts:
    said = {"title": "楼道清洁", "kind": "environment", "address": "幸福里广场", "starts_at": BEGIN, "ends_at": END}
    return ActivityFacts(**(said | changes))


def _team(world: World, by: Any = None) -> VolunteerTeam:
    return teams.add_team(facts=_team_facts(), unit_id=world.id_of(GRID), by=world.actor(WORKER), now=MADE)


def _team_and_person(world: World, by: Any = None) -> tuple[VolunteerTeam, Person]:
    return _team(world), _person(world)


def _member(world: World, by: Any = None) -> TeamMember:
    team, person = _team_and_person(world)
    teams.add_members(team_id=team.pk, person_ids=[person.pk], by=world.actor(WORKER), now=MADE)
    return team.members.get()


def _draft(world: World, by: Any = None) -> Activity:
    return activities.draft_activity(facts=_facts(), unit_id=world.id_of(GRID), by=world.actor(WORKER), now=MADE)


def _published(world: World, by: Any = None) -> Activity:
    made = _draft(world)
    return activities.publish_activity(activity_id=made.pk, by=world.actor(WORKER), now=MADE)


def _open_and_person(world: World, by: Any = None) -> tuple[Activity, Person]:
    return _published(world), _person(world)


def _signed(world: World, by: Any = None) -> SignUp:
    one, person = _open_and_person(world)
    return sign_ups.sign_up(activity_id=one.pk, person_ids=[person.pk], by=world.actor(WORKER), now=MADE).seated[0]


def _running(world: World, by: Any = None) -> SignUp:
    row = _signed(world)
    activities.open_check_in(activity_id=row.activity_id, by=world.actor(WORKER), now=MADE)
    return row


def _came(world: World, by: Any = None) -> SignUp:
    row = _running(world)
    _tick(world, row, world.actor(WORKER), now=BEGIN)
    return row


def _waiting(world: World, by: Any = None) -> ServiceHours:
    row = _came(world)
    activities.end_activity(activity_id=row.activity_id, by=world.actor(WORKER), now=BEGIN + HOUR / 2)
    return ServiceHours.objects.get()


def _decided(world: World, by: Any = None) -> ServiceHours:
    return hours.confirm_hours(hours_id=_waiting(world).pk, by=world.actor(WORKER), now=WALKED)


def _absent(world: World, by: Any = None) -> SignUp:
    row = _running(world)
    SignUp.objects.filter(pk=row.pk).update(state="absent")
    Activity.objects.filter(pk=row.activity_id).update(state="ended", ended_at=MADE)
    return row


def _account(world: World, by: Actor, person: Person) -> None:
    index = privacy.blind_index("phone", "13812340000")
    User.objects.filter(pk=by.user_id).update(phone_index=index)
    place = {"district_id": by.district_id} if by.district_id else {}
    Person.objects.filter(pk=person.pk).update(phone_index=index, **place)


def _for_oneself(world: World, by: Actor) -> Activity:
    one, person = _open_and_person(world)
    Activity.objects.filter(pk=one.pk).update(sign_up_until=END)
    _account(world, by, person)
    return one


def _ones_own(world: World, by: Actor) -> SignUp:
    row = _running(world)
    _account(world, by, row.person)
    return row


def _tick(world: World, row: SignUp, by: Actor, what: str = "in", now: Any = WALKED) -> int:
    return attendance.attend(activity_id=row.activity_id, sign_up_ids=[row.pk], what=what, by=by, now=now)


def _code(world: World, row: SignUp, by: Actor) -> SignUp:
    code = codes.code_of(row.activity.code_key, codes.window_of(WALKED))
    return attendance.check_in_by_code(sign_up_id=row.pk, code=code, by=by, now=WALKED)


def _put(model: Any, **values: Any) -> Any:
    return lambda world, thing: model.objects.update(**values)


def _correct(world: World, row: ServiceHours, by: Actor, minutes: int = 0) -> ServiceHours:
    return hours.correct_hours(hours_id=row.pk, minutes=minutes, words="登记有误", by=by, now=WALKED)


def _themselves(world: World, row: ServiceHours) -> None:
    index = privacy.blind_index("phone", "13812340000")
    Person.objects.filter(pk=row.person_id).update(phone_index=index)
    User.objects.update(phone_index=index)


_DISSOLVED = Refused("dissolved", "解散", spoil=_put(VolunteerTeam, dissolved_on=TODAY))
_ENDED = Refused("ended", "已结束", spoil=_put(Activity, state="ended"))
_OWN = Refused("one's own", "本人", NotAllowed, spoil=_themselves)


def _row(action: str, subject: str) -> Any:
    return lambda world, thing, result: [(action, f"members.{subject}", result.pk)]


SAMPLES = [
    Sample(
        teams.add_team,
        lambda world, thing, by: teams.add_team(facts=_team_facts(), unit_id=world.id_of(GRID), by=by, now=WALKED),
        changes="members_volunteerteam",
        then=lambda world, thing, team: team.grid_id == world.id_of(GRID),
        rows=_row("volunteer.team_add", "volunteerteam"),
        refused=(Refused("one of its name is there", "同名", InvalidInput, spoil=lambda w, t: _team(w)),),
    ),
    Sample(
        teams.change_team,
        lambda world, team, by: teams.change_team(
            team_id=team.pk, facts=_team_facts(words="每周三晚"), by=by, now=WALKED
        ),
        changes="members_volunteerteam",
        then=lambda world, team, result: result.words == "每周三晚",
        rows=_row("volunteer.team_change", "volunteerteam"),
        make=_team,
        refused=(
            _DISSOLVED,
            Refused(
                "nothing changed",
                "没有改动",
                InvalidInput,
                call=lambda w, team, by: teams.change_team(team_id=team.pk, facts=_team_facts(), by=by, now=WALKED),
            ),
        ),
    ),
    Sample(
        teams.dissolve_team,
        lambda world, member, by: teams.dissolve_team(
            team_id=member.team_id, on=TODAY, why="人员不足", by=by, now=WALKED
        ),
        changes="members_volunteerteam members_teammember",
        then=lambda world, member, team: (team.dissolved_on, team.size) == (TODAY, 0),
        rows=_row("volunteer.team_dissolve", "volunteerteam"),
        make=_member,
        refused=(
            _DISSOLVED,
            Refused(
                "a day to come",
                "不晚于今天",
                InvalidInput,
                call=lambda w, member, by: teams.dissolve_team(
                    team_id=member.team_id, on=LATER, why="人员不足", by=by, now=WALKED
                ),
            ),
        ),
    ),
    Sample(
        teams.add_members,
        lambda world, pair, by: teams.add_members(team_id=pair[0].pk, person_ids=[pair[1].pk], by=by, now=WALKED),
        changes="members_volunteerteam members_teammember",
        then=lambda world, pair, count: (count, pair[0].members.get().person_id) == (1, pair[1].pk),
        rows=lambda world, pair, count: [("volunteer.members_add", "members.volunteerteam", pair[0].pk)],
        make=_team_and_person,
        refused=(
            _DISSOLVED,
            Refused(
                "nobody",
                "勾选",
                InvalidInput,
                call=lambda w, pair, by: teams.add_members(team_id=pair[0].pk, person_ids=[], by=by, now=WALKED),
            ),
        ),
    ),
    Sample(
        teams.leave_team,
        lambda world, member, by: teams.leave_team(member_id=member.pk, why="搬家", by=by, now=WALKED),
        changes="members_volunteerteam members_teammember",
        then=lambda world, member, result: result.until_on == TODAY,
        rows=lambda world, member, result: [("volunteer.member_leave", "members.volunteerteam", member.team_id)],
        make=_member,
        refused=(Refused("has left", "离队", spoil=_put(TeamMember, until_on=TODAY)),),
    ),
    Sample(
        activities.draft_activity,
        lambda world, thing, by: activities.draft_activity(
            facts=_facts(), unit_id=world.id_of(GRID), by=by, now=WALKED
        ),
        changes="members_activity",
        then=lambda world, thing, one: (one.state, one.grid_id) == ("draft", world.id_of(GRID)),
        rows=_row("volunteer.activity_add", "activity"),
        refused=(
            Refused(
                "no place",
                "地点",
                InvalidInput,
                call=lambda w, t, by: activities.draft_activity(
                    facts=_facts(address=""), unit_id=w.id_of(GRID), by=by, now=WALKED
                ),
            ),
        ),
    ),
    Sample(
        activities.change_activity,
        lambda world, one, by: activities.change_activity(
            activity_id=one.pk, facts=_facts(words="自带手套"), by=by, now=WALKED
        ),
        changes="members_activity",
        then=lambda world, one, result: result.words == "自带手套",
        rows=_row("volunteer.activity_change", "activity"),
        make=_draft,
        refused=(_ENDED,),
    ),
    Sample(
        activities.publish_activity,
        lambda world, one, by: activities.publish_activity(activity_id=one.pk, by=by, now=WALKED),
        changes="members_activity",
        then=lambda world, one, result: result.state == "published",
        rows=_row("volunteer.activity_publish", "activity"),
        make=_draft,
        refused=(_ENDED, Refused("over", "已过", spoil=_put(Activity, starts_at=MADE - HOUR, ends_at=MADE))),
    ),
    Sample(
        activities.open_check_in,
        lambda world, one, by: activities.open_check_in(activity_id=one.pk, by=by, now=WALKED),
        changes="members_activity",
        then=lambda world, one, result: result.state == "running",
        rows=_row("volunteer.activity_open", "activity"),
        make=_published,
        refused=(_ENDED, Refused("a draft", "待发布", spoil=_put(Activity, state="draft"))),
    ),
    Sample(
        activities.end_activity,
        lambda world, row, by: activities.end_activity(activity_id=row.activity_id, by=by, now=WALKED),
        changes="members_activity members_signup members_servicehours deadlines_clock",
        then=lambda world, row, one: (one.state, one.pending) == ("ended", 1),
        rows=_row("volunteer.activity_end", "activity"),
        make=_came,
        refused=(_ENDED, Refused("nobody came", "还没有一人签到", spoil=_put(SignUp, state="signed"))),
    ),
    Sample(
        activities.cancel_activity,
        lambda world, one, by: activities.cancel_activity(activity_id=one.pk, why="下雪", by=by, now=WALKED),
        changes="members_activity",
        then=lambda world, one, result: result.state == "cancelled",
        rows=_row("volunteer.activity_cancel", "activity"),
        make=_draft,
        refused=(_ENDED,),
    ),
    Sample(
        sign_ups.sign_up,
        lambda world, pair, by: sign_ups.sign_up(activity_id=pair[0].pk, person_ids=[pair[1].pk], by=by, now=WALKED),
        changes="members_signup",
        then=lambda world, pair, done: done.seated[0].person_id == pair[1].pk,
        rows=lambda world, pair, done: [("volunteer.sign_up", "members.signup", done.seated[0].pk)],
        make=_open_and_person,
        refused=(
            _ENDED,
            Refused(
                "signed up already",
                "已报名",
                spoil=lambda w, pair: sign_ups.sign_up(
                    activity_id=pair[0].pk, person_ids=[pair[1].pk], by=w.actor(WORKER), now=MADE
                ),
            ),
        ),
    ),
    Sample(
        sign_ups.cancel_sign_up,
        lambda world, row, by: sign_ups.cancel_sign_up(sign_up_id=row.pk, why="有事", by=by, now=WALKED),
        changes="members_signup",
        then=lambda world, row, result: result.state == "cancelled",
        rows=_row("volunteer.sign_off", "signup"),
        make=_signed,
        refused=(Refused("has come", "已签到", spoil=_put(SignUp, state="came", checked_in_at=MADE)),),
    ),
    Sample(
        attendance.attend,
        _tick,
        changes="members_signup",
        then=lambda world, row, count: SignUp.objects.get(pk=row.pk).checked_in_at == WALKED,
        rows=lambda world, row, count: [("volunteer.attend_in", "members.activity", row.activity_id)],
        make=_running,
        refused=(_ENDED, Refused("has come", "核对状态", spoil=_put(SignUp, state="came", checked_in_at=MADE))),
    ),
    Sample(
        hours.propose_hours,
        lambda world, row, by: hours.propose_hours(sign_up_id=row.pk, minutes=30, words="漏点", by=by, now=WALKED),
        changes="members_servicehours members_activity deadlines_clock",
        then=lambda world, row, result: (result.state, result.minutes) == ("proposed", 30),
        rows=_row("hours.propose", "servicehours"),
        make=_absent,
        refused=(Refused("under way", "结束后才能", spoil=_put(Activity, state="running")),),
    ),
    Sample(
        hours.confirm_hours,
        lambda world, row, by: hours.confirm_hours(hours_id=row.pk, by=by, now=WALKED),
        changes="members_servicehours members_activity deadlines_clock points_claim",
        then=lambda world, row, result: ServiceHours.objects.get(pk=row.pk).state == "confirmed",
        rows=_row("hours.confirm", "servicehours"),
        make=_waiting,
        refused=(
            _OWN,
            Refused(
                "decided",
                "刚刚处理过",
                spoil=lambda w, row: hours.refuse_hours(
                    hours_id=row.pk, words="中途离开", by=w.actor(SECRETARY), now=WALKED
                ),
            ),
        ),
    ),
    Sample(
        hours.refuse_hours,
        lambda world, row, by: hours.refuse_hours(hours_id=row.pk, words="中途离开", by=by, now=WALKED),
        changes="members_servicehours members_activity deadlines_clock",
        then=lambda world, row, result: ServiceHours.objects.get(pk=row.pk).state == "refused",
        rows=_row("hours.refuse", "servicehours"),
        make=_waiting,
        refused=(
            _OWN,
            Refused(
                "no reason",
                "退回原因",
                InvalidInput,
                call=lambda w, row, by: hours.refuse_hours(hours_id=row.pk, words=" ", by=by, now=WALKED),
            ),
        ),
    ),
    Sample(
        hours.correct_hours,
        _correct,
        changes="members_servicehours points_claim",
        then=lambda world, row, new: (
            (new.corrects_id, ServiceHours.objects.get(pk=row.pk).state) == (row.pk, "corrected")
        ),
        rows=_row("hours.correct", "servicehours"),
        make=_decided,
        refused=(
            _OWN,
            Refused("too many", "480", InvalidInput, call=lambda w, row, by: _correct(w, row, by, minutes=481)),
        ),
    ),
]

# Of a volunteer with an account, whatever their work.
OWNED = [
    Sample(
        sign_ups.join,
        lambda world, one, by: sign_ups.join(activity_id=one.pk, by=by, now=WALKED),
        changes="members_signup",
        then=lambda world, one, row: row.state == "signed",
        rows=_row("volunteer.sign_up", "signup"),
        make=_for_oneself,
        refused=(
            Refused("too late", "截止", spoil=_put(Activity, sign_up_until=MADE)),
            Refused("over", "已结束", NotFound, spoil=_put(Activity, state="ended")),
        ),
    ),
    Sample(
        sign_ups.withdraw,
        lambda world, row, by: sign_ups.withdraw(sign_up_id=row.pk, by=by, now=WALKED),
        changes="members_signup",
        then=lambda world, row, result: result.state == "cancelled",
        rows=_row("volunteer.sign_off", "signup"),
        make=_ones_own,
        refused=(Refused("has come", "已签到", spoil=_put(SignUp, state="came", checked_in_at=MADE)),),
    ),
    Sample(
        attendance.check_in_by_code,
        _code,
        changes="members_signup",
        then=lambda world, row, result: (result.state, result.checked_how) == ("came", "code"),
        rows=_row("volunteer.check_in", "signup"),
        make=_ones_own,
        refused=(
            _ENDED,
            Refused("has come", "无需", spoil=_put(SignUp, state="came", checked_in_at=MADE)),
        ),
    ),
]
SAMPLES += OWNED
