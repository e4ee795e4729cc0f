"""The demonstration's volunteers: 325 teams, their members, a year of activities, what is to come, and hours that wait.

All invented; the same ones for the same day. Nobody is at two activities at one time, as in a real district.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.demo import USERNAMES
from accounts.models import Posting
from accounts.services.users import set_phone
from governance.deadlines import services as deadlines
from governance.deadlines.services import ClockSpec
from governance.deadlines.terms import Terms
from governance.scope import Role, UnitKind
from grids.models import Site, Unit
from members import identity
from members.models import Activity, Person, ServiceHours, SignUp, Stay, TeamMember, VolunteerTeam
from members.volunteers import clocks
from members.volunteers.minutes import Presence, counted

TEAMS, PAST, COMING = 325, 1200, 60
# The end of a team's name, its kind, and what it does: title, hour of the day, minutes.
_TEAMS: list[tuple[str, str, list[tuple[str, int, int]]]] = [
    ("会战宣讲团", "preach", [("会战故事进楼道", 9, 90), ("石油精神微宣讲", 14, 90), ("党的政策大家讲", 14, 120)]),
    ("义务巡逻队", "patrol", [("周末夜间义务巡逻", 18, 120), ("节前安全巡查", 14, 120), ("飞线充电排查", 9, 120)]),
    ("文明劝导队", "civility", [("路口文明劝导", 9, 120), ("文明养犬劝导", 18, 90), ("非机动车摆放整理", 14, 90)]),
    ("银龄互助队", "elder", [("陪独居老人聊天", 9, 120), ("为高龄老人理发", 14, 120), ("助老代购送药", 9, 90)]),
    ("楼道清洁队", "environment", [("清理楼道堆物", 9, 120), ("小区捡拾白色垃圾", 14, 90), ("清雪除冰保出行", 9, 150)]),
    ("老石油调解队", "mediate", [("邻里说事日", 14, 120), ("家门口调解服务", 9, 120)]),
    ("夕阳红文艺队", "culture", [("广场演出排练", 18, 120), ("进社区写春联", 9, 150), ("社区趣味运动会", 14, 180)]),
    ("应急先锋队", "emergency", [("消防演练", 14, 120), ("暴雪应急值守", 18, 180), ("供暖管线巡线", 9, 120)]),
    ("维修志愿队", "other", [("家电义务维修", 9, 150), ("水电便民服务", 14, 120)]),
    ("护学岗志愿队", "civility", [("校门口护学", 9, 60), ("暑期儿童托管", 14, 180)]),
]  # fmt: skip
_SLOTS = (9, 14, 18)
_PLACES = ("社区广场", "小区东门", "活动室", "居民楼下", "早市路口")
_REFUSALS = ("中途离开，未满时长", "签到后未参加活动", "名单有误")


@dataclass
class _Rows:
    """What one community writes."""

    members: list[TeamMember] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    sign_ups: list[SignUp] = field(default_factory=list)
    hours: list[ServiceHours] = field(default_factory=list)


@dataclass
class _Scene:
    """One community: its people, who decides there, and the times that are taken."""

    unit: Unit
    people: list[int]
    staff: tuple[int, str]
    sites: list[Site]
    rng: random.Random
    now: datetime
    taken: set[tuple[date, int]] = field(default_factory=set)
    rows: _Rows = field(default_factory=_Rows)


def fill(*, now: datetime, progress: Callable[[int], Any] = lambda n: None) -> None:
    """Give every community its share of teams and activities, where there is no team yet; a transaction each."""
    if VolunteerTeam.objects.exists():
        return
    communities = list(Unit.objects.open().filter(kind=UnitKind.COMMUNITY).order_by("code"))
    shares = list(zip(_share(TEAMS, len(communities)), _share(PAST, len(communities)),
                      _share(COMING, len(communities)), strict=True))  # fmt: skip
    for unit, (teams, past, coming) in zip(communities, shares, strict=True):
        with transaction.atomic(durable=True):
            progress(_community(_scene(unit, now), teams, past, coming))
    with transaction.atomic(durable=True):
        _accounts()


def _share(whole: int, parts: int) -> list[int]:
    """Split as evenly as it goes, the rest spread over all."""
    return [whole * (n + 1) // parts - whole * n // parts for n in range(parts)]


def _scene(unit: Unit, now: datetime) -> _Scene:
    rng = random.Random(f"volunteers-{unit.code}")
    born = (date(now.year - 78, 1, 1), date(now.year - 16, 1, 1))
    grown = Person.objects.here().filter(community=unit, born_on__range=born)
    people = list(grown.order_by("pk").values_list("pk", flat=True))
    role = Role.COMMUNITY_SECRETARY.value
    post = Posting.objects.filter(unit=unit, role=role).select_related("user").order_by("pk").first()
    staff = (post.user_id, post.user.name) if post else (0, "社区书记")
    sites = list(Site.objects.in_use().filter(community=unit).order_by("pk"))
    return _Scene(unit, people, staff, sites, rng, now)


def _community(scene: _Scene, teams: int, past: int, coming: int) -> int:
    if not scene.people:
        return 0
    made = _teams(scene, teams)
    for number in range(past):
        _held(scene, made[number % len(made)])
    for number in range(coming):
        _to_come(scene, made[number % len(made)], number)
    _write(scene)
    return len(scene.rows.activities)


def _accounts() -> None:
    """The listed accounts of the first line are residents as well, so that their own page has something on it."""
    for number, role in enumerate((Role.PART_TIME_GRID_WORKER, Role.GRID_WORKER, Role.COMMUNITY_WORKER)):
        post = Posting.objects.filter(user__username=USERNAMES[role]).select_related("user", "unit").first()
        if post is None:
            continue
        spouses = Stay.objects.filter(relation="spouse", until_on=None, person__state="here")
        inside = spouses.filter(person__community=post.unit.community_id).select_related("person").order_by("person")
        stay = inside[number : number + 1].first()
        if stay is None:
            continue
        phone = f"1380459{number:04d}"
        identity.set_name(stay.person, post.user.name)
        identity.set_phone(stay.person, phone)
        stay.person.save()
        set_phone(post.user, phone)
        post.user.save(update_fields=["phone_sealed", "phone_index", "phone_masked"])


def _place(unit: Unit) -> dict[str, Any]:
    return {"unit": unit, **unit.place_within}


def _teams(scene: _Scene, count: int) -> list[tuple[VolunteerTeam, list[int], list[tuple[str, int, int]]]]:
    """Teams of the community and some of its grids, each with eight to thirty members."""
    rng, found = scene.rng, []
    grids = list(Unit.objects.open().filter(community=scene.unit, kind=UnitKind.GRID).order_by("code"))
    short = (scene.unit.short_name or scene.unit.name).removesuffix("社区居委会").removesuffix("社区")
    for suffix, kind, does in rng.sample(_TEAMS, min(count, len(_TEAMS))):
        unit = rng.choice(grids) if grids and rng.random() < 0.25 else scene.unit
        members = sorted(rng.sample(scene.people, min(rng.randint(8, 30), len(scene.people))))
        founded = timezone.localdate(scene.now) - timedelta(days=rng.randint(420, 2200))
        name = f"{short}{unit.name if unit.kind == UnitKind.GRID else ''}{suffix}"
        team = VolunteerTeam(
            name=name, kind=kind, founded_on=founded, made_at=scene.now, changed_at=scene.now, size=len(members),
            leader_id=members[0], site=rng.choice(scene.sites) if scene.sites and rng.random() < 0.6 else None,
            words=f"主要开展{'、'.join(title for title, _, _ in does)}。", **_place(unit),
        )  # fmt: skip
        found.append((team, members, does))
    VolunteerTeam.objects.bulk_create(team for team, _, _ in found)
    scene.rows.members += [row for team, members, _ in found for row in _members(team, members, scene)]
    return found


def _members(team: VolunteerTeam, members: list[int], scene: _Scene) -> Iterator[TeamMember]:
    today = timezone.localdate(scene.now)
    for number, person in enumerate(members):
        since = team.founded_on + timedelta(days=scene.rng.randint(0, (today - team.founded_on).days - 10))
        role = "leader" if number == 0 else "deputy" if number == 1 else "member"
        yield TeamMember(team=team, person_id=person, role=role, from_on=team.founded_on if number == 0 else since)


def _free_slot(scene: _Scene, days: Iterator[date], hour: int) -> tuple[date, int]:
    """A day and a part of it at which nothing else of the community takes place."""
    for day in days:
        for slot in (hour, *_SLOTS):
            if (day, slot) not in scene.taken:
                scene.taken.add((day, slot))
                return day, slot
    raise AssertionError("no free time in a year")


def _days_back(scene: _Scene) -> Iterator[date]:
    """Days of the last year, the last two weeks more often."""
    today, rng = timezone.localdate(scene.now), scene.rng
    while True:
        yield today - timedelta(days=rng.randint(1, 14) if rng.random() < 0.12 else rng.randint(15, 360))


def _days_ahead(scene: _Scene) -> Iterator[date]:
    today, rng = timezone.localdate(scene.now), scene.rng
    while True:
        yield today + timedelta(days=rng.randint(1, 14))


def _activity(
    scene: _Scene, team: VolunteerTeam, does: tuple[str, int, int], day: date, hour: int, **more: Any
) -> Activity:
    rng, (title, _, minutes) = scene.rng, does
    begin = timezone.make_aware(datetime.combine(day, time(hour, rng.choice((0, 0, 30)))))
    site = rng.choice(scene.sites) if scene.sites and rng.random() < 0.4 else None
    made = min(begin - timedelta(days=rng.randint(3, 9)), scene.now)
    one = Activity(
        team=team, kind=team.kind, title=title, starts_at=begin, ends_at=begin + timedelta(minutes=minutes),
        planned_minutes=minutes, site=site, address="" if site else rng.choice(_PLACES),
        capacity=rng.choice((None, 10, 15, 20, 30)),
        words=f"请自带防寒衣物，提前十分钟到{'阵地' if site else '集合点'}签到。",
        code_key=UUID(int=rng.getrandbits(128), version=4), made_by_user=scene.staff[0], made_by_name=scene.staff[1],
        made_at=made, changed_at=made, **{**_place(team.unit), **more},
    )  # fmt: skip
    scene.rows.activities.append(one)
    return one


def _held(scene: _Scene, team_of: tuple[VolunteerTeam, list[int], list[tuple[str, int, int]]]) -> None:
    """An activity of the past year: who came, and their hours; now and then one that was called off."""
    team, members, choices = team_of
    rng, does = scene.rng, scene.rng.choice(choices)
    day, hour = _free_slot(scene, _days_back(scene), does[1])
    if rng.random() < 0.03:
        _activity(scene, team, does, day, hour, state="cancelled", cancelled_why="大风降温，活动取消")
        return
    one = _activity(scene, team, does, day, hour, state="ended")
    one.published_at, one.ended_at = one.made_at, one.ends_at + timedelta(minutes=rng.randint(5, 60))
    age = (timezone.localdate(scene.now) - day).days
    # The older ones are all decided; of the last two weeks some are not, and some of those are late.
    waits = age <= 5 or (age <= 14 and rng.random() < 0.4)
    for person in _some(scene, one, members):
        row = _sign_up(scene, one, person)
        if rng.random() < 0.1:
            row.state = "absent"
            continue
        row.state, row.checked_how = "came", rng.choice(("list", "list", "code"))
        row.checked_in_at = one.starts_at + timedelta(minutes=rng.randint(-10, 12))
        row.checked_out_at = one.ends_at + timedelta(minutes=rng.randint(-20, 5))
        _hours(scene, one, row, waits)


def _some(scene: _Scene, one: Activity, members: list[int]) -> list[int]:
    most = min(len(members), one.capacity or 20)
    return sorted(scene.rng.sample(members, scene.rng.randint(min(6, most), most)))


def _sign_up(scene: _Scene, one: Activity, person: int, state: str = "signed") -> SignUp:
    at = one.made_at + timedelta(minutes=len(scene.rows.sign_ups) % 600)
    row = SignUp(
        activity=one, person_id=person, state=state, how="staff", at=min(at, scene.now), by_name=scene.staff[1],
        starts_at=one.starts_at, ends_at=one.ends_at,
    )  # fmt: skip
    scene.rows.sign_ups.append(row)
    return row


def _hours(scene: _Scene, one: Activity, row: SignUp, waits: bool) -> None:
    day, key = timezone.localdate(one.starts_at), row.person_id
    used = sum(h.minutes for h in scene.rows.hours if h.person_id == key and h.on == day)
    presence = Presence(row.checked_in_at or one.starts_at, row.checked_out_at or one.ends_at)
    minutes = counted(
        presence, starts_at=one.starts_at, ends_at=one.ends_at, planned=one.planned_minutes, used_today=used
    )
    if not minutes:
        return
    made = ServiceHours(
        person_id=key, activity=one, on=day, minutes=minutes, proposed_at=one.ended_at or one.ends_at,
        proposed_by_name=scene.staff[1], **_place(one.unit),
    )  # fmt: skip
    scene.rows.hours.append(made)
    if waits:
        one.pending += 1
        return
    refused = scene.rng.random() < 0.02
    made.state, made.words = ("refused", scene.rng.choice(_REFUSALS)) if refused else ("confirmed", "")
    made.decided_by_user, made.decided_by_name = scene.staff
    made.decided_at = min(one.ends_at + timedelta(days=scene.rng.randint(1, 4), hours=2), scene.now)


def _to_come(
    scene: _Scene, team_of: tuple[VolunteerTeam, list[int], list[tuple[str, int, int]]], number: int
) -> None:  # fmt: skip
    """Published, with who signed up; a few still drafts."""
    team, members, choices = team_of
    does = scene.rng.choice(choices)
    day, hour = _free_slot(scene, _days_ahead(scene), does[1])
    if scene.rng.random() < 0.15:
        _activity(scene, team, does, day, hour, state="draft")
        return
    one = _activity(scene, team, does, day, hour, state="published")
    one.published_at = one.made_at
    people = scene.rng.sample(members, min(len(members), scene.rng.randint(4, 24)))
    for place, person in enumerate(people):
        _sign_up(scene, one, person, "signed" if one.capacity is None or place < one.capacity else "waiting")


def _write(scene: _Scene) -> None:
    rows = scene.rows
    TeamMember.objects.bulk_create(rows.members)
    Activity.objects.bulk_create(rows.activities)
    SignUp.objects.bulk_create(rows.sign_ups)
    ServiceHours.objects.bulk_create(rows.hours)
    _start_clocks([one for one in rows.activities if one.pending], scene.now)


def _start_clocks(waiting: list[Activity], now: datetime) -> None:
    """A clock for each activity whose hours wait, begun when it ended; the sweep finds the late ones."""
    if not waiting:
        return
    version = deadlines.policy_version_at(clocks.POLICY, now)
    term = Terms.parse(version.terms)[clocks.KIND]
    specs = [
        ClockSpec(
            subject_type=clocks.SUBJECT, subject_id=one.pk, kind=clocks.KIND, term=term, started_at=one.ended_at or now,
            unit_id=one.community_id or one.street_id, policy_version_id=version.pk,
        )
        for one in waiting
    ]  # fmt: skip
    for one, clock in zip(waiting, deadlines.start_many(specs, now), strict=True):
        one.confirm_due_at, one.card = clock.due_at, "red" if clock.due_at < now else ""
    Activity.objects.bulk_update(waiting, ["confirm_due_at", "card"])
