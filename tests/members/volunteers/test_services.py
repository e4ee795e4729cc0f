"""Teams, activities, sign-ups, check-in and hours: what is done, on record, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError

from accounts.models import User
from governance.audit.models import Entry
from governance.deadlines.models import Clock
from governance.deadlines.services import sweep
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.outbox.models import InboxItem, Reminder
from members.models import Activity, Person, ServiceHours, SignUp, TeamMember
from members.services import households, persons
from members.volunteers import codes, registry
from members.volunteers.services import activities, attendance, hours, sign_ups, teams
from members.volunteers.services.teams import TeamFacts
from tests.members.volunteers.conftest import HOUR, facts, give_account

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


class TestTeams:
    def test_members_join_once_and_leave_with_history(self, team, people, cast, now) -> None:
        who = people(3)
        ids = [one.pk for one in who]
        assert teams.add_members(team_id=team.pk, person_ids=ids[:2], by=cast.cw, now=now) == 2
        assert teams.add_members(team_id=team.pk, person_ids=ids, by=cast.cw, now=now) == 1
        with pytest.raises(IllegalState, match="都已在队中"):
            teams.add_members(team_id=team.pk, person_ids=ids, by=cast.cw, now=now)
        told = TeamFacts(name=team.name, kind="patrol", leader_id=ids[0])
        changed = teams.change_team(team_id=team.pk, facts=told, by=cast.cs, now=now)
        assert (changed.leader_id, changed.members.get(person=ids[0]).role) == (ids[0], "leader")
        teams.leave_team(member_id=changed.members.get(person=ids[0]).pk, why="搬家", by=cast.cw, now=now)
        team.refresh_from_db()
        assert (team.size, team.leader_id) == (2, None)
        assert TeamMember.objects.get(person=ids[0]).until_on == TODAY
        assert Entry.objects.filter(action="volunteer.members_add").count() == 2

    def test_what_is_refused(self, team, cast, district, now) -> None:
        def add(by=cast.cw, unit=None, **changes):
            said = TeamFacts(**({"name": "义务巡逻队", "kind": "patrol"} | changes))
            return teams.add_team(facts=said, unit_id=(unit or district.community_1).pk, by=by, now=now)

        for changes, field in (({"name": " "}, "name"), ({"kind": "x"}, "kind"), ({"name": team.name}, "name"),
                               ({"founded_on": date(2030, 1, 1)}, "founded_on")):  # fmt: skip
            with pytest.raises(InvalidInput) as told:
                add(**changes)
            assert told.value.field == field
        for by in (cast.gw, cast.sl, cast.dc, cast.ds):
            with pytest.raises(NotAllowed):
                add(by)
        for unit in (district.community_3, district.district, district.street_1, district.department_1):
            with pytest.raises(NotFound):
                add(unit=unit)
        assert add(cast.ss, district.street_1).community_id is None

    def test_a_team_with_an_open_activity_is_not_dissolved(self, team, activity, cast, now) -> None:
        one = activity(team_id=team.pk)
        with pytest.raises(IllegalState, match="未结束的活动"):
            teams.dissolve_team(team_id=team.pk, on=TODAY, why="人员不足", by=cast.cw, now=now)
        activities.cancel_activity(activity_id=one.pk, why="下雪", by=cast.cw, now=now)
        teams.dissolve_team(team_id=team.pk, on=TODAY, why="人员不足", by=cast.cw, now=now)
        with pytest.raises(IllegalState, match="解散"):
            teams.dissolve_team(team_id=team.pk, on=TODAY, why="人员不足", by=cast.cw, now=now)


class TestActivities:
    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"title": " "}, "title"), ({"kind": "x"}, "kind"), ({"address": ""}, "address"),
            ({"capacity": 0}, "capacity"), ({"planned": 200}, "planned"), ({"planned": 0}, "planned"),
            ({"lon": 124.9}, "lon"), ({"lon": 500.0, "lat": 1.0}, "lon"),
        ],
    )  # fmt: skip
    def test_bad_input_names_its_field(self, cast, district, now, changes, field) -> None:
        with pytest.raises(InvalidInput) as told:
            activities.draft_activity(facts=facts(now, **changes), unit_id=district.community_1.pk, by=cast.cw, now=now)
        assert told.value.field == field

    def test_times(self, cast, district, now) -> None:
        for changes, field in (
            ({"ends_at": now}, "ends_at"), ({"ends_at": now + timedelta(days=1)}, "ends_at"),
            ({"starts_at": now + timedelta(days=500), "ends_at": now + timedelta(days=500, hours=1)}, "starts_at"),
            ({"sign_up_until": now + 4 * HOUR}, "sign_up_until"),
        ):  # fmt: skip
            with pytest.raises(InvalidInput) as told:
                activities.draft_activity(
                    facts=facts(now, **changes), unit_id=district.community_1.pk, by=cast.cw, now=now
                )
            assert told.value.field == field

    def test_a_grid_worker_proposes_and_the_community_publishes(self, cast, district, now) -> None:
        made = activities.draft_activity(facts=facts(now), unit_id=district.grid_1.pk, by=cast.gw, now=now)
        with pytest.raises(NotAllowed):
            activities.publish_activity(activity_id=made.pk, by=cast.gw, now=now)
        with pytest.raises(NotFound):
            activities.change_activity(activity_id=made.pk, facts=facts(now), by=cast.gw_2, now=now)
        with pytest.raises(NotFound):
            activities.draft_activity(facts=facts(now), unit_id=district.community_1.pk, by=cast.gw, now=now)
        activities.publish_activity(activity_id=made.pk, by=cast.cs, now=now)
        with pytest.raises(NotAllowed):
            activities.cancel_activity(activity_id=made.pk, why="下雪", by=cast.gw, now=now)
        activities.open_check_in(activity_id=made.pk, by=cast.gw, now=now + HOUR)

    def test_only_the_ways_of_the_workflow(self, activity, cast, now) -> None:
        one = activity()
        with pytest.raises(IllegalState, match="不能发布"):
            activities.publish_activity(activity_id=one.pk, by=cast.cs, now=now)
        with pytest.raises(IllegalState, match="不能结束"):
            activities.end_activity(activity_id=one.pk, by=cast.cs, now=now)
        with pytest.raises(IllegalState, match="开始前 1 小时"):
            activities.open_check_in(activity_id=one.pk, by=cast.cs, now=now - HOUR)
        activities.open_check_in(activity_id=one.pk, by=cast.cs, now=now)
        with pytest.raises(IllegalState, match="还没有开始"):
            activities.end_activity(activity_id=one.pk, by=cast.cs, now=now)
        with pytest.raises(IllegalState, match="还没有一人签到"):
            activities.end_activity(activity_id=one.pk, by=cast.cs, now=one.ends_at)
        with pytest.raises(IllegalState, match="不能再修改"):
            activities.change_activity(activity_id=one.pk, facts=facts(now), by=cast.cs, now=now)

    def test_times_move_for_who_is_signed_up_unless_somebody_is_elsewhere(
        self, activity, signed, people, cast, now
    ) -> None:
        who = people(1)
        first, second = activity(), activity(starts_at=now + 4 * HOUR, ends_at=now + 5 * HOUR)
        signed(first, who)
        signed(second, who)
        later = facts(now, starts_at=now + 2 * HOUR, ends_at=now + 4 * HOUR)
        activities.change_activity(activity_id=first.pk, facts=later, by=cast.cw, now=now)
        assert first.sign_ups.get().ends_at == now + 4 * HOUR
        clash = facts(now, starts_at=now + 2 * HOUR, ends_at=now + 5 * HOUR)
        with pytest.raises(InvalidInput, match="已报名别的活动") as told:
            activities.change_activity(activity_id=first.pk, facts=clash, by=cast.cw, now=now)
        assert told.value.field == "starts_at"

    def test_a_copy_is_a_week_later(self, activity, now) -> None:
        one = activity(capacity=8)
        said = activities.copied(one)
        assert (said["starts_at"], said["capacity"], said["title"]) == (
            one.starts_at + timedelta(days=7), 8, "楼道清洁",
        )  # fmt: skip


class TestSignUps:
    def test_seats_then_the_waiting_list_and_moving_up(self, activity, signed, people, cast, now) -> None:
        one, who = activity(capacity=2), people(4)
        rows = signed(one, who)
        assert [row.state for row in rows] == ["signed", "signed", "waiting", "waiting"]
        sign_ups.cancel_sign_up(sign_up_id=rows[0].pk, why="有事", by=cast.cw, now=now)
        states = dict(one.sign_ups.values_list("person", "state"))
        assert [states[p.pk] for p in who] == ["cancelled", "signed", "signed", "waiting"]
        told = InboxItem.objects.get()
        assert (told.user_id, who[2].name in told.body) == (cast.cs.user_id, True)
        assert Entry.objects.filter(action="volunteer.promoted").count() == 1
        activities.change_activity(activity_id=one.pk, facts=facts(now, capacity=3), by=cast.cw, now=now)
        assert one.sign_ups.filter(state="signed").count() == 3
        with pytest.raises(InvalidInput, match="名额不能少于"):
            activities.change_activity(activity_id=one.pk, facts=facts(now, capacity=2), by=cast.cw, now=now)

    def test_one_activity_at_a_time(self, activity, signed, people, cast, now) -> None:
        one, beside, after = activity(), activity(), activity(starts_at=now + 3 * HOUR, ends_at=now + 4 * HOUR)
        who = people(2)
        signed(one, who[:1])
        with pytest.raises(IllegalState, match="同一时间已报名"):
            signed(beside, who[:1])
        with pytest.raises(IllegalState, match="已报名这场活动"):
            signed(one, who[:1])
        done = sign_ups.sign_up(activity_id=beside.pk, person_ids=[p.pk for p in who], by=cast.cw, now=now)
        assert ([row.person_id for row in done.seated], len(done.refused)) == ([who[1].pk], 1)
        signed(after, who[:1])

    def test_the_database_holds_it_too(self, activity, signed, people, now) -> None:
        one, beside, who = activity(), activity(), people(1)
        signed(one, who)
        with pytest.raises(IntegrityError), transaction.atomic():
            SignUp.objects.create(
                activity=beside, person=who[0], at=now, by_name="x", starts_at=now + 2 * HOUR, ends_at=now + 5 * HOUR
            )

    def test_scope_and_states(self, activity, person, people, cast, district, household, now) -> None:
        one, who = activity(), people(1)
        far = person("郑远", into=household(by=cast.cw_3, unit=district.community_3), by=cast.cw_3)
        for by, ids, error in (
            (cast.cw, [far.pk], NotFound), (cast.cw, [], InvalidInput), (cast.cw_3, [far.pk], NotFound),
            (cast.sl, [who[0].pk], NotAllowed), (cast.dc, [who[0].pk], NotAllowed),
        ):  # fmt: skip
            with pytest.raises(error):
                sign_ups.sign_up(activity_id=one.pk, person_ids=ids, by=by, now=now)
        activities.cancel_activity(activity_id=one.pk, why="下雪", by=cast.cw, now=now)
        with pytest.raises(IllegalState, match="不能报名"):
            sign_ups.sign_up(activity_id=one.pk, person_ids=[who[0].pk], by=cast.cw, now=now)

    def test_with_an_account(self, activity, people, cast, now) -> None:
        one, who = activity(capacity=1), people(2)
        with pytest.raises(NotFound, match="手机号一致"):
            sign_ups.join(activity_id=one.pk, by=cast.pg, now=now)
        give_account(cast.pg, who[0])
        row = sign_ups.join(activity_id=one.pk, by=cast.pg, now=now)
        assert (row.state, row.how, row.person_id) == ("signed", "self", who[0].pk)
        give_account(cast.gw, who[1], phone="13912345678")
        with pytest.raises(NotFound):
            sign_ups.withdraw(sign_up_id=row.pk, by=cast.gw, now=now)
        assert sign_ups.join(activity_id=one.pk, by=cast.gw, now=now).state == "waiting"
        sign_ups.withdraw(sign_up_id=row.pk, by=cast.pg, now=now)
        assert one.sign_ups.get(person=who[1]).state == "signed"
        with pytest.raises(IllegalState, match="报名已截止"):
            sign_ups.join(activity_id=one.pk, by=cast.pg, now=now + 2 * HOUR)


class TestCheckIn:
    @pytest.fixture
    def mine(self, activity, people, cast, now) -> SignUp:
        one, who = activity(), people(1)
        give_account(cast.pg, who[0])
        row = sign_ups.join(activity_id=one.pk, by=cast.pg, now=now)
        activities.open_check_in(activity_id=one.pk, by=cast.gw if one.grid_id else cast.cw, now=now)
        return row

    def code(self, row: SignUp, now, back: int = 0) -> str:
        return codes.code_of(row.activity.code_key, codes.window_of(now) - back)

    def test_the_code_of_now_or_of_just_before(self, mine, cast, now) -> None:
        code = self.code(mine, now, back=2)
        with pytest.raises(InvalidInput, match="还可以再试 4 次") as told:
            attendance.check_in_by_code(sign_up_id=mine.pk, code=code, by=cast.pg, now=now)
        assert told.value.field == "code"
        code = self.code(mine, now, back=1)
        row = attendance.check_in_by_code(sign_up_id=mine.pk, code=code, by=cast.pg, now=now)
        assert (row.state, row.checked_how, row.checked_in_at) == ("came", "code", now)
        assert Entry.objects.filter(action="volunteer.check_in").count() == 1
        with pytest.raises(IllegalState, match="无需再签到"):
            attendance.check_in_by_code(sign_up_id=mine.pk, code=code, by=cast.pg, now=now)

    def test_five_wrong_ones_then_wait(self, mine, cast, now) -> None:
        for _ in range(codes.MOST_TRIES):
            with pytest.raises(InvalidInput, match="签到码不正确"):
                attendance.check_in_by_code(sign_up_id=mine.pk, code="x", by=cast.pg, now=now)
        code = self.code(mine, now)
        with pytest.raises(IllegalState, match="次数过多"):
            attendance.check_in_by_code(sign_up_id=mine.pk, code=code, by=cast.pg, now=now)
        later = now + codes.WINDOW
        code = self.code(mine, later)
        assert attendance.check_in_by_code(sign_up_id=mine.pk, code=code, by=cast.pg, now=later).state == "came"

    def test_another_s_sign_up_is_not_there(self, mine, cast, now) -> None:
        with pytest.raises(NotFound):
            attendance.check_in_by_code(sign_up_id=mine.pk, code="1", by=cast.gw, now=now)

    def test_ticking_the_list(self, activity, signed, people, cast, now) -> None:
        one, who = activity(), people(3)
        rows = signed(one, who)

        def tick(what: str, at, *which: int, by=cast.cw) -> int:
            ids = [rows[n].pk for n in which]
            return attendance.attend(activity_id=one.pk, sign_up_ids=ids, what=what, by=by, now=at)

        with pytest.raises(IllegalState, match="还没有开始签到"):
            tick("in", now, 0)
        activities.open_check_in(activity_id=one.pk, by=cast.cw, now=now)
        assert tick("in", one.starts_at, 0, 1) == 2
        with pytest.raises(IllegalState, match="请核对状态"):
            tick("in", one.starts_at, 0)
        assert tick("undo", one.starts_at, 1) == 1
        assert tick("out", one.starts_at + HOUR, 0) == 1
        with pytest.raises(IllegalState, match="结束时间到了以后"):
            tick("whole", one.starts_at, 2)
        assert tick("whole", one.ends_at + HOUR, 2) == 1
        with pytest.raises(InvalidInput):
            tick("fly", now, 0)
        with pytest.raises(NotFound):
            attendance.attend(activity_id=one.pk, sign_up_ids=[10**9], what="in", by=cast.cw, now=now)
        activities.end_activity(activity_id=one.pk, by=cast.cw, now=one.ends_at + 2 * HOUR)
        found = dict(one.hours.values_list("person", "minutes"))
        assert found == {who[0].pk: 60, who[2].pk: 120}
        assert one.sign_ups.get(person=who[1]).state == "absent"


class TestHours:
    def test_confirmed_by_somebody_else_once_and_told_to_the_hooks(self, held, cast, now, monkeypatch) -> None:
        told: list[ServiceHours] = []
        monkeypatch.setattr(registry, "_confirmed", [lambda *, hours, by, now: told.append(hours)])
        one = held(2)
        assert one.pending == 2
        clock = Clock.objects.get(kind="hours_confirm")
        assert (clock.unit_id, clock.due_at) == (one.community_id, one.confirm_due_at)
        first, second = one.hours.order_by("pk")
        hours.confirm_hours(hours_id=first.pk, by=cast.cs, now=one.ends_at)
        with pytest.raises(IllegalState, match="刚刚处理过"):
            hours.confirm_hours(hours_id=first.pk, by=cast.cs, now=one.ends_at)
        hours.refuse_hours(hours_id=second.pk, words="中途离开", by=cast.ss, now=one.ends_at)
        one.refresh_from_db()
        clock.refresh_from_db()
        assert (one.pending, one.confirm_due_at, clock.state) == (0, None, "met")
        assert [row.pk for row in told] == [first.pk]
        assert list(Entry.objects.filter(action__startswith="hours.").values_list("action", flat=True)) == [
            "hours.confirm", "hours.refuse",
        ]  # fmt: skip

    def test_who_may_not(self, held, cast) -> None:
        row = held(1).hours.get()
        for by, error in (
            (cast.gw, NotAllowed), (cast.sl, NotAllowed), (cast.dc, NotAllowed), (cast.cw_3, NotFound),
            (cast.ss_2, NotFound), (cast.cw_2, NotFound),
        ):  # fmt: skip
            with pytest.raises(error):
                hours.confirm_hours(hours_id=row.pk, by=by, now=row.proposed_at)

    def test_never_ones_own(self, held, cast) -> None:
        row = held(1).hours.get()
        give_account(cast.cw, row.person)
        for call in (
            lambda by: hours.confirm_hours(hours_id=row.pk, by=by, now=row.proposed_at),
            lambda by: hours.refuse_hours(hours_id=row.pk, words="不算", by=by, now=row.proposed_at),
        ):
            with pytest.raises(NotAllowed, match="本人"):
                call(cast.cw)
        done = hours.confirm_hours(hours_id=row.pk, by=cast.cs, now=row.proposed_at)
        assert (done.volunteer_user, done.decided_by_user) == (cast.cw.user_id, cast.cs.user_id)
        with pytest.raises(NotAllowed, match="本人"):
            hours.correct_hours(hours_id=row.pk, minutes=480, words="多算", by=cast.cw, now=row.proposed_at)

    def test_nor_of_a_namesake_while_a_number_is_missing(self, held, cast) -> None:
        row = held(1).hours.get()
        User.objects.filter(pk=cast.cw.user_id).update(name=row.person.name)
        with pytest.raises(NotAllowed, match="本人"):
            hours.confirm_hours(hours_id=row.pk, by=cast.cw, now=row.proposed_at)

    def test_the_database_refuses_ones_own(self, held, cast, now) -> None:
        row = held(1).hours.get()
        with pytest.raises(IntegrityError, match="nobody_decides_their_own_hours"), transaction.atomic():
            ServiceHours.objects.filter(pk=row.pk).update(
                state="confirmed", volunteer_user=7, decided_by_user=7, decided_at=now
            )

    def test_decided_hours_are_history(self, held, cast, now) -> None:
        one = held(2)
        row, other = one.hours.order_by("pk")
        hours.confirm_hours(hours_id=row.pk, by=cast.cs, now=one.ends_at)
        rows = ServiceHours.objects.filter(pk=row.pk)
        for change in (
            lambda: rows.update(minutes=480), lambda: rows.update(state="proposed"), lambda: rows.delete(),
            lambda: rows.update(person=other.person_id), lambda: rows.update(state="corrected", minutes=1),
            lambda: _sql("TRUNCATE members_servicehours CASCADE"),
        ):  # fmt: skip
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                change()

    def test_a_correction_is_a_row_that_names_the_old_one(self, held, cast, monkeypatch) -> None:
        told: list[ServiceHours] = []
        monkeypatch.setattr(registry, "_confirmed", [lambda *, hours, by, now: told.append(hours)])
        one = held(1)
        row = one.hours.get()
        with pytest.raises(IllegalState, match="待确认"):
            hours.correct_hours(hours_id=row.pk, minutes=60, words="迟到", by=cast.cs, now=one.ends_at)
        hours.confirm_hours(hours_id=row.pk, by=cast.cs, now=one.ends_at)
        new = hours.correct_hours(hours_id=row.pk, minutes=60, words="迟到一小时", by=cast.ss, now=one.ends_at)
        row.refresh_from_db()
        assert (row.state, row.minutes, new.corrects_id, new.minutes) == ("corrected", 120, row.pk, 60)
        assert [(one.pk, one.corrects_id) for one in told] == [(row.pk, None), (new.pk, row.pk)]
        with pytest.raises(IllegalState, match="已更正"):
            hours.correct_hours(hours_id=row.pk, minutes=30, words="迟到", by=cast.cs, now=one.ends_at)
        with pytest.raises(InvalidInput, match="0 至 480"):
            hours.correct_hours(hours_id=new.pk, minutes=481, words="多算", by=cast.cs, now=one.ends_at)

    def test_eight_hours_a_day_over_all_activities(self, held, people, cast, now) -> None:
        who = people(1)
        early = now - 2 * HOUR
        held(who=who, starts_at=early, ends_at=early + 5 * HOUR)
        late = held(who=who, starts_at=early + 5 * HOUR, ends_at=early + 10 * HOUR)
        assert [row.minutes for row in ServiceHours.objects.order_by("pk")] == [300, 180]
        assert late.hours.get().on == TODAY

    def test_who_was_forgotten_is_put_forward_later(self, activity, signed, people, cast, now) -> None:
        one, who = activity(), people(2)
        rows = signed(one, who)
        with pytest.raises(IllegalState, match="结束后才能补报"):
            hours.propose_hours(sign_up_id=rows[1].pk, minutes=60, words="漏点", by=cast.cw, now=now)
        activities.open_check_in(activity_id=one.pk, by=cast.cw, now=now)
        attendance.attend(activity_id=one.pk, sign_up_ids=[rows[0].pk], what="in", by=cast.cw, now=one.starts_at)
        activities.end_activity(activity_id=one.pk, by=cast.cw, now=one.ends_at)
        made = hours.propose_hours(sign_up_id=rows[1].pk, minutes=60, words="漏点", by=cast.cw, now=one.ends_at)
        assert made.state == "proposed"
        one.refresh_from_db()
        assert one.pending == 2
        with pytest.raises(IllegalState, match="已有本场时长"):
            hours.propose_hours(sign_up_id=rows[1].pk, minutes=60, words="漏点", by=cast.cw, now=one.ends_at)

    def test_late_hours_are_marked_and_told(self, held, cast) -> None:
        one = held(1)
        sweep(one.confirm_due_at - timedelta(hours=8))
        one.refresh_from_db()
        assert one.card == "yellow"
        sweep(one.confirm_due_at + timedelta(minutes=1))
        one.refresh_from_db()
        assert one.card == "red"
        told = set(Reminder.objects.filter(level="over").values_list("user_id", flat=True))
        assert {cast.cs.user_id, cast.cw.user_id} <= told
        assert cast.ss.user_id not in told
        sweep(one.confirm_due_at + timedelta(days=9))
        assert cast.ss.user_id in set(Reminder.objects.filter(level="over").values_list("user_id", flat=True))
        hours.confirm_hours(hours_id=one.hours.get().pk, by=cast.cs, now=one.confirm_due_at + timedelta(days=10))
        assert Clock.objects.get(kind="hours_confirm").state == "missed"
        assert Activity.objects.get(pk=one.pk).card == ""


class TestPersons:
    def test_hours_memberships_and_sign_ups_follow_a_merge(self, held, activity, team, person, cast, now) -> None:
        keep, drop = person("李秀兰"), person("李秀兰")
        both = [keep.pk, drop.pk]
        teams.add_members(team_id=team.pk, person_ids=both, by=cast.cw, now=now)
        one = held(who=[drop])
        hours.confirm_hours(hours_id=one.hours.get().pk, by=cast.cs, now=one.ends_at)
        next_one = activity(capacity=2, starts_at=now + timedelta(days=1), ends_at=now + timedelta(days=1, hours=2))
        third = person("刘敏")
        sign_ups.sign_up(activity_id=next_one.pk, person_ids=[*both, third.pk], by=cast.cw, now=now)
        persons.merge_persons(keep_id=keep.pk, drop_id=drop.pk, words="同一人重复登记", by=cast.cw, now=now)
        assert one.hours.get().person_id == keep.pk
        team.refresh_from_db()
        assert (team.size, TeamMember.objects.filter(person=keep, until_on=None).count()) == (1, 1)
        assert next_one.sign_ups.get(person=keep, state="signed")
        assert next_one.sign_ups.get(person=third).state == "signed", "the seat that came free is given out"

    def test_hours_of_both_in_one_activity_hold_a_merge_up(self, held, person, cast, now) -> None:
        keep, drop = person("李秀兰"), person("李秀兰")
        one = held(who=[keep, drop])
        for row in one.hours.all():
            hours.confirm_hours(hours_id=row.pk, by=cast.cs, now=one.ends_at)
        with pytest.raises(IllegalState, match="更正为 0 分钟"):
            persons.merge_persons(keep_id=keep.pk, drop_id=drop.pk, words="重复登记", by=cast.cw, now=now)
        row = one.hours.get(person=drop)
        hours.correct_hours(hours_id=row.pk, minutes=0, words="重复登记", by=cast.cs, now=one.ends_at)
        persons.merge_persons(keep_id=keep.pk, drop_id=drop.pk, words="重复登记", by=cast.cw, now=now)
        assert set(one.hours.values_list("person", flat=True)) == {keep.pk}

    def test_waiting_hours_of_both_wait_once(self, held, person, cast, now) -> None:
        keep, drop = person("李秀兰"), person("李秀兰")
        one = held(who=[keep, drop])
        persons.merge_persons(keep_id=keep.pk, drop_id=drop.pk, words="重复登记", by=cast.cw, now=now)
        one.refresh_from_db()
        assert one.pending == 1
        assert sorted(one.hours.values_list("state", flat=True)) == ["proposed", "refused"]

    @pytest.mark.parametrize("how", ["leave", "die"])
    def test_who_is_gone_comes_to_nothing_any_more(self, activity, signed, team, people, cast, now, how) -> None:
        who = people(2)
        teams.add_members(team_id=team.pk, person_ids=[who[0].pk], by=cast.cw, now=now)
        one = activity(capacity=1)
        signed(one, who)
        more = {"to": "哈尔滨"} if how == "leave" else {}
        getattr(households, how)(person_id=who[0].pk, on=TODAY, by=cast.cw, now=now, **more)
        team.refresh_from_db()
        assert (team.size, TeamMember.objects.get().until_on) == (0, TODAY)
        assert dict(one.sign_ups.values_list("person", "state")) == {who[0].pk: "cancelled", who[1].pk: "signed"}
        assert Person.objects.get(pk=who[0].pk).state != "here"


def _sql(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(text)
