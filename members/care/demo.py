"""Special care of the demo: who is on a list, the visits of the last weeks, open turns of which a few are late."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.acting import actor_from
from accounts.models import Posting
from governance.copying import copy_in, copy_keyed, give_keys, told_keys
from governance.days import start_of
from governance.deadlines.models import PolicyVersion
from governance.deadlines.services import ClockSpec, policy_version_at, start_many
from governance.scope import PLACE, Role, place_of
from grids.models import Unit
from members.care.kinds import ensure_default_kinds
from members.care.services.pausing import pause_visits
from members.care.turns import term_in
from members.care.words import SUBJECT, VISIT
from members.models import CareEvent, CareKind, CareRecord, CareTurn, CareVisit, Person

# How far back the visits of a sample go; of the others only the last one is told.
HISTORY = timedelta(days=60)
SAMPLE, LATE, NAMED = 0.3, 0.05, 0.15
OLD, YOUNG = 65, 16
# code, of whom, how many of a hundred
_SHARES: tuple[tuple[str, Callable[[int], bool], float], ...] = (
    ("alone", lambda age: age >= OLD, 4), ("empty_nest", lambda age: age >= OLD, 2),
    ("disabled", lambda age: True, 0.6), ("allowance", lambda age: True, 0.5), ("low_income", lambda age: True, 0.3),
    ("illness", lambda age: age > YOUNG, 0.2), ("child", lambda age: age < YOUNG, 0.8),
    ("martyr_family", lambda age: age > YOUNG, 0.1),
)  # fmt: skip
_GROUNDS = {
    "alone": "独居，子女在外地工作", "empty_nest": "子女不在身边", "disabled": "肢体三级，2019 年发证",
    "allowance": "2023 年批准，每年复核", "low_income": "2024 年认定", "illness": "慢性肾病，定期透析",
    "child": "父母外出务工，由祖父母监护", "martyr_family": "现役军人家属",
}  # fmt: skip
_HINTS = (
    "", "", "高血压，提醒按时服药", "腿脚不便，敲门后多等一会儿", "听力不好，请打门铃", "与楼下邻居互相照看",
    "冬季注意取暖和用气安全", "每周三去医院复查，下午走访",
)  # fmt: skip
_SAID = (
    "一切正常",
    "精神状态好，屋内整洁",
    "提醒注意用气安全",
    "量了血压，偏高，已提醒服药",
    "聊天半小时，情绪稳定",
    "",
)
_NEEDS = ("家里暖气不热", "需要代买药品", "卫生间漏水，想请人修", "希望申请助餐")


@dataclass
class _Rows:
    """What one community writes; children refer to their record and turn by object until these have keys."""

    records: list[CareRecord] = field(default_factory=list)
    turns: list[CareTurn] = field(default_factory=list)
    visits: list[CareVisit] = field(default_factory=list)
    events: list[CareEvent] = field(default_factory=list)


@dataclass(frozen=True)
class _Setting:
    """What all communities share: the lists by code, the version and the days of each policy."""

    kinds: dict[str, CareKind]
    versions: dict[str, PolicyVersion]
    days: dict[str, int]
    now: datetime


def fill(*, now: datetime, progress: Callable[[int], Any] = lambda n: None) -> None:
    """Put people of every community on the lists that has nobody on one yet; one transaction a community.

    The cards of those who are late come with the next sweep of the clocks.
    """
    ensure_default_kinds()
    setting = _setting(now)
    done = set(CareRecord.objects.values_list("community_id", flat=True))
    for community in Unit.objects.open().filter(kind="community").exclude(pk__in=done).order_by("code"):
        with transaction.atomic(durable=True):
            progress(_fill_community(community, setting))
        _pause_one(community, now)


def _setting(now: datetime) -> _Setting:
    kinds = {kind.code: kind for kind in CareKind.objects.all()}
    codes = sorted({kind.policy_of(level) for kind in kinds.values() for level in "ABC"})
    versions = {code: policy_version_at(code, now) for code in codes}
    return _Setting(kinds, versions, {code: term_in(one).amount for code, one in versions.items()}, now)


def _fill_community(community: Unit, setting: _Setting) -> int:
    rng, rows = random.Random(f"care-{community.code}"), _Rows()
    units = Unit.objects.filter(community_id=community.pk)
    workers: dict[int, Posting] = {}
    staff: list[Posting] = []
    for one in Posting.objects.filter(unit__in=units).select_related("user", "unit__community").order_by("pk"):
        if one.role == Role.GRID_WORKER:
            workers.setdefault(one.unit_id, one)
        elif one.role == Role.COMMUNITY_WORKER:
            staff.append(one)
    people = Person.objects.filter(community=community, state="here").order_by("pk")
    # One in thirty is on a list: only they are made objects of.
    for pk, born_on, *place in people.values_list("pk", "born_on", *PLACE):
        if codes := _lists_of(born_on, setting.now, rng):
            person = Person(pk=pk, born_on=born_on, **dict(zip(PLACE, place, strict=True)))
            for code in codes:
                _tell(rows, person, setting.kinds[code], workers.get(person.grid_id or 0), staff, rng, setting)
    _write(rows, setting)
    return len(rows.records)


def _lists_of(born_on: date | None, now: datetime, rng: random.Random) -> list[str]:
    age = (now.date() - born_on).days // 365 if born_on else 40
    return [code for code, fits, share in _SHARES if rng.random() * 100 < share and fits(age)][:2]


def _tell(
    rows: _Rows, person: Person, kind: CareKind, worker: Posting | None, staff: list[Posting], rng: random.Random,
    setting: _Setting,
) -> None:  # fmt: skip
    """One record: since when, its visits backwards from the last, the turn that is open."""
    level = rng.choices("ABC", (2, 4, 4))[0]
    code = kind.policy_of(level)
    days, now = setting.days[code], setting.now
    last = _at_work(now - timedelta(days=_since_last(days, rng)), rng, now)
    reach = HISTORY if rng.random() < SAMPLE else timedelta(days=1)
    record = CareRecord(
        person=person, kind=kind, level=level, grounds=_GROUNDS[kind.code], words=rng.choice(_HINTS),
        visitor=rng.choice(staff).user if staff and rng.random() < NAMED else None, last_visit_at=last,
        since=timezone.localdate(last - reach - timedelta(days=rng.randint(days + 3, 700))), made_at=last - reach,
        changed_at=last, policy_version=setting.versions[code], **place_of(person),
    )  # fmt: skip
    rows.records.append(record)
    rows.events.append(_listed(record, staff, rng))
    by = worker or (staff[0] if staff else None)
    at = last
    while True:
        at = _turn_before(rows, record, at, days, by, rng)
        if at < last - reach:
            break
    rows.turns.append(CareTurn(record=record, kind=kind, level=level, started_at=last, **place_of(person)))


def _since_last(days: int, rng: random.Random) -> float:
    """Days since the last visit: spread over the rhythm; a few are late by some days."""
    return days + rng.uniform(1.2, 6) if rng.random() < LATE else rng.uniform(0.1, days * 0.97)


def _turn_before(
    rows: _Rows, record: CareRecord, at: datetime, days: int, by: Posting | None, rng: random.Random
) -> datetime:
    """The turn that a visit at this moment ended, with the visit; when it had begun."""
    late = rng.random() < 0.07
    length = days + rng.uniform(1.2, 5) if late else rng.uniform(days * 0.6, days)
    start = _at_work(at - timedelta(days=length), rng, at)
    due = start_of(timezone.localdate(start) + timedelta(days=days + 1)) - timedelta(seconds=1)
    turn = CareTurn(
        record=record, kind=record.kind, level=record.level, state="missed" if at > due else "met", started_at=start,
        due_at=due, ended_at=at, **place_of(record),
    )  # fmt: skip
    rows.turns.append(turn)
    rows.visits.append(_visit(record, turn, at, by, rng))
    return start


def _visit(
    record: CareRecord, turn: CareTurn, at: datetime, by: Posting | None, rng: random.Random
) -> CareVisit:  # fmt: skip
    found = "help" if rng.random() < 0.05 else "ok"
    words = rng.choice(_NEEDS if found == "help" else _SAID)
    return CareVisit(
        record=record, turn=turn, at=at, how=rng.choices(("home", "phone", "video"), (8, 2, 0.3))[0], found=found,
        words=words, by_user=by.user_id if by else 0, by_name=by.user.name if by else "社区",
        unit_name=by.place if by else "", made_at=at,
    )  # fmt: skip


def _listed(record: CareRecord, staff: list[Posting], rng: random.Random) -> CareEvent:
    by = rng.choice(staff) if staff else None
    return CareEvent(
        record=record, kind="listed", at=start_of(record.since) + timedelta(hours=10),
        words=f"列入{record.kind.name}，{record.get_level_display()}。", by_user=by.user_id if by else 0,
        by_name=by.user.name if by else "社区", unit_name=by.unit.name if by else "",
    )  # fmt: skip


def _at_work(moment: datetime, rng: random.Random, before: datetime) -> datetime:
    """On that day in the hours in which people knock at doors; never after `before`."""
    hour = start_of(timezone.localdate(moment)) + timedelta(hours=rng.randint(8, 16), minutes=rng.randint(0, 59))
    return min(hour, before - timedelta(minutes=5))


def _write(rows: _Rows, setting: _Setting) -> None:
    give_keys(CareRecord, rows.records)
    give_keys(CareTurn, rows.turns)
    told_keys([*rows.turns, *rows.events, *rows.visits], "record")
    told_keys(rows.visits, "turn")
    open_ones = [turn for turn in rows.turns if turn.state == "open"]
    clocks = start_many([_spec(turn, setting) for turn in open_ones], setting.now)
    for turn, clock in zip(open_ones, clocks, strict=True):
        turn.due_at = turn.record.due_at = clock.due_at
    copy_keyed(CareRecord, rows.records)
    copy_keyed(CareTurn, rows.turns)
    copy_in(CareVisit, rows.visits)
    copy_in(CareEvent, rows.events)


def _spec(turn: CareTurn, setting: _Setting) -> ClockSpec:
    record = turn.record
    version = setting.versions[record.kind.policy_of(record.level)]
    return ClockSpec(
        subject_type=SUBJECT, subject_id=record.pk, kind=VISIT, term=term_in(version), started_at=turn.started_at,
        unit_id=record.grid_id or record.community_id, policy_version_id=version.pk,
    )  # fmt: skip


def _pause_one(community: Unit, now: datetime) -> None:
    """Somebody of the community is in hospital for two weeks, where there is somebody in time."""
    record = CareRecord.objects.filter(community=community, state="open", due_at__gt=now).order_by("pk").first()
    posting = Posting.objects.filter(unit=community, role=Role.COMMUNITY_SECRETARY).select_related("user", "unit")
    secretary = posting.order_by("pk").first()
    if record is not None and secretary is not None:
        until: date = timezone.localdate(now) + timedelta(days=random.Random(record.pk).randint(3, 20))
        pause_visits(record_id=record.pk, until=until, reason="hospital", words="住院治疗", now=now,
                     by=actor_from(secretary, now=now))  # fmt: skip
