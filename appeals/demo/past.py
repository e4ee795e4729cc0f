"""Appeals that were closed before the last days: written in bulk, as the services would have left them."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, islice
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from accounts.models import Posting
from appeals import clocks
from appeals.demo.story import Story, spread, tell
from appeals.demo.texts import DISPATCH_WORDS, VISIT_WORDS
from appeals.models import Appeal, AppealEntry, Assignment, Category, Visit
from appeals.numbers import take_numbers
from appeals.people import set_phone
from appeals.rules import Rulebook, case_of
from appeals.services.register import searched
from governance import search
from governance.calendars.loading import working_calendar
from governance.calendars.worktime import WorkCalendar
from governance.copying import copy_in, copy_keyed, give_keys, told_keys
from governance.deadlines import timing
from governance.deadlines.models import Clock, PolicyVersion
from governance.deadlines.terms import Term, Terms
from governance.scope import Role
from grids.models import Unit
from members.designations.demo import USERNAME as COURIER

BATCH = 1000


@dataclass
class Cast:
    """Who works where, read once."""

    staff: dict[int, list[Posting]]
    departments: dict[str, Unit]
    district: Unit
    categories: dict[str, Category]
    versions: dict[str, PolicyVersion]
    rulebook: Rulebook
    calendar: WorkCalendar
    terms: dict[int, Terms] = field(default_factory=dict)

    @classmethod
    def read(cls, at: datetime) -> Cast:
        """Everything that stories need, in a few queries. `at` picks the policy versions.

        Without the couriers, who come with the people: before the appeals, after them, or meanwhile.
        """
        staff: dict[int, list[Posting]] = {}
        postings = Posting.objects.exclude(user__username__startswith=COURIER)
        for posting in postings.select_related("user", "unit").order_by("id"):
            if posting.role not in {Role.AUDITOR, Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN, Role.DISTRICT_LEADER}:
                staff.setdefault(posting.unit_id, []).append(posting)
        units = Unit.objects.open().filter(kind="department")
        categories = Category.objects.select_related("parent__parent")
        versions = {v.policy.code: v for v in PolicyVersion.objects.select_related("policy").order_by("number")}
        return cls(
            staff, {unit.name: unit for unit in units}, Unit.objects.get(kind="district"),
            {category.path: category for category in categories}, versions, Rulebook.read(),
            working_calendar(),
        )  # fmt: skip

    def category(self, path: str, rng: random.Random) -> Category:
        """The category, or one of its leaves, as registrars file things at the third level."""
        leaves = [c for p, c in self.categories.items() if p.startswith(path + "/")]
        return rng.choice(leaves) if leaves else self.categories[path]

    def term(self, version: PolicyVersion, kind: str) -> Term | None:
        """The limit of a kind in a version, parsed once."""
        if version.pk not in self.terms:
            self.terms[version.pk] = Terms.parse(version.terms)
        return self.terms[version.pk].get(kind)


@dataclass
class Rows:
    """What one batch writes; children refer to their appeal by object until it has a key."""

    appeals: list[Appeal] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    entries: list[AppealEntry] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    clocks: list[tuple[Appeal, Clock]] = field(default_factory=list)


def write_past(
    *, count: int, start: datetime, end: datetime, first: int = 0, progress: Callable[[int], Any] = lambda n: None
) -> None:
    """Write `count` closed appeals raised between `start` and `end`, story numbers from `first` on.

    One transaction a batch; what is already there (by its client key) is left out, so a killed run goes on.
    """
    grids = list(Unit.objects.open().filter(kind="grid").select_related("street", "community").order_by("code"))
    cast = Cast.read(end)
    moments = _moments(count, start, end, first)
    for batch in _batches(moments, BATCH):
        keys = {client_key(number) for _, number in batch}
        there = set(Appeal.objects.filter(client_key__in=keys).values_list("client_key", flat=True))
        stories = [(at, tell(number, grids)) for at, number in batch if client_key(number) not in there]
        with transaction.atomic(durable=True):
            _write(stories, cast)
        progress(len(batch))


def client_key(number: int) -> uuid.UUID:
    """The key by which a story is known again."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"demo-appeal-{number}")


def _moments(count: int, start: datetime, end: datetime, first: int) -> list[tuple[datetime, int]]:
    moments = [(spread(random.Random(number), start, end), number) for number in range(first, first + count)]
    return sorted(moments)


def _batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _write(stories: list[tuple[datetime, Story]], cast: Cast) -> None:
    rows = Rows()
    for at, story in stories:
        _tell_past(rows, story, at, cast)
    for day, group in groupby(rows.appeals, key=lambda appeal: timezone.localdate(appeal.registered_at)):
        same_day = list(group)
        for appeal, number in zip(same_day, take_numbers(len(same_day), day), strict=True):
            appeal.number = number
    give_keys(Appeal, rows.appeals)
    copy_keyed(Appeal, rows.appeals)
    for appeal, clock in rows.clocks:
        clock.subject_id = appeal.pk
    children: tuple[tuple[type[Model], Sequence[Model]], ...] = (
        (Assignment, rows.assignments), (AppealEntry, rows.entries), (Visit, rows.visits),
    )  # fmt: skip
    for model, objects in children:
        told_keys(objects, "appeal")
        copy_in(model, objects)
    copy_in(Clock, [clock for _, clock in rows.clocks])


@dataclass(frozen=True, slots=True)
class Course:
    """Who did what when, for one appeal that went its whole way."""

    unit: Unit
    desk: Unit
    street: Unit
    dispatcher: Posting
    handler: Posting
    visitor: Posting
    registrar: Posting
    given: datetime
    taken: datetime
    done: datetime
    visited: datetime
    late: bool


def _tell_past(rows: Rows, story: Story, at: datetime, cast: Cast) -> None:
    """One appeal from its registration to its closing, with mostly good luck."""
    unit = cast.departments[story.matter.unit] if story.goes_to_department else _unit(story.grid.community)
    street = _unit(story.grid.street)
    desk = cast.district if story.goes_to_department else street
    registrar = story.luck.choice(cast.staff[story.grid.pk if story.channel == "grid" else desk.pk])
    appeal, version = _appeal(story, at, cast, registrar)
    course = _course(story, at, cast, version, unit, desk, street, registrar)
    _settle(appeal, story, course)
    rows.appeals.append(appeal)
    rows.assignments.append(_assignment(appeal, story, course))
    rows.visits.append(_visit(appeal, story, course))
    rows.entries += _entries(appeal, at, course, rows)
    rows.clocks += [(appeal, clock) for clock in _clocks(at, cast, version, course)]


def _unit(unit: Unit | None) -> Unit:
    if unit is None:
        raise LookupError("a grid of the demo district lies outside its line")
    return unit


def _due(cast: Cast, version: PolicyVersion, kind: str, since: datetime) -> datetime:
    """When a limit that starts at `since` ends; `since` itself where the policy has none."""
    term = cast.term(version, kind)
    return timing.due(since, [term.span], cast.calendar) if term else since


def _course(
    story: Story, at: datetime, cast: Cast, version: PolicyVersion, unit: Unit, desk: Unit, street: Unit,
    registrar: Posting,
) -> Course:  # fmt: skip
    """Moments inside the limits, but for one in sixteen that is late."""
    rng = story.luck
    given = at + (_due(cast, version, "dispatch", at) - at) * rng.uniform(0.05, 0.9)
    taken = given + (_due(cast, version, "accept", given) - given) * rng.uniform(0.05, 0.95)
    late = rng.random() < 0.06
    limit = _due(cast, version, "resolve", given) - given
    done = max(taken, given + limit * (rng.uniform(1.05, 1.8) if late else rng.uniform(0.15, 0.97)))
    visited = done + (_due(cast, version, "visit", done) - done) * rng.uniform(0.1, 0.9)
    staff = cast.staff
    return Course(
        unit, desk, street, rng.choice(staff[desk.pk]), rng.choice(staff[unit.pk]), rng.choice(staff[street.pk]),
        registrar, given, taken, done, visited, late,
    )  # fmt: skip


def _settle(appeal: Appeal, story: Story, course: Course) -> None:
    """The appeal as its last step left it."""
    appeal.first_dispatched_at, appeal.resolved_at = course.given, course.done
    appeal.closed_at = appeal.changed_at = course.visited
    appeal.state, appeal.close_kind = "closed", "satisfied"
    appeal.satisfaction = story.luck.choices(["satisfied", "basically"], weights=[88, 12])[0]
    appeal.lead_unit, appeal.desk_unit, appeal.handler_name = course.unit, course.street, course.handler.user.name
    appeal.result, appeal.public_reply = story.matter.result, story.matter.reply
    appeal.red_cards = int(course.late)


def _assignment(appeal: Appeal, story: Story, course: Course) -> Assignment:
    return Assignment(
        appeal=appeal, unit=course.unit, part="lead", given_by_unit=course.desk,
        given_by_user=course.dispatcher.user_id, given_at=course.given, words=story.luck.choice(DISPATCH_WORDS),
        send_back_until=course.given + timedelta(days=1), accepted_at=course.taken,
        accepted_by_user=course.handler.user_id, accepted_by_name=course.handler.user.name,
        contacted_at=course.taken, ended_at=course.done, ended_by_user=course.handler.user_id, ended_how="resolved",
        result=story.matter.result,
    )  # fmt: skip


def _visit(appeal: Appeal, story: Story, course: Course) -> Visit:
    return Visit(
        appeal=appeal, round=1, method="phone", reached=True, solved=True, satisfaction=appeal.satisfaction,
        words=story.luck.choice(VISIT_WORDS), by_user=course.visitor.user_id, by_name=course.visitor.user.name,
        by_unit=course.visitor.unit, at=course.visited,
    )  # fmt: skip


def _entries(appeal: Appeal, at: datetime, course: Course, rows: Rows) -> list[AppealEntry]:
    words, said = rows.assignments[-1].words, rows.visits[-1].words
    return [
        _entry(appeal, "register", at, course.registrar, "", "registered", ""),
        _entry(appeal, "dispatch", course.given, course.dispatcher, "registered", "dispatched", words),
        _entry(appeal, "accept", course.taken, course.handler, "dispatched", "in_progress", ""),
        _entry(appeal, "resolve", course.done, course.handler, "in_progress", "resolved", appeal.result),
        _entry(appeal, "visit", course.visited, course.visitor, "resolved", "closed", said),
    ]


def _clocks(at: datetime, cast: Cast, version: PolicyVersion, course: Course) -> list[Clock]:
    limits = [
        ("dispatch", at, course.given, course.desk),
        ("accept", course.given, course.taken, course.unit),
        ("resolve", course.given, course.done, course.unit),
        ("visit", course.done, course.visited, course.street),
    ]
    return [
        _clock(kind, cast, version, since, _due(cast, version, kind, since), until, unit)
        for kind, since, until, unit in limits
    ]


def _appeal(story: Story, at: datetime, cast: Cast, registrar: Posting) -> tuple[Appeal, PolicyVersion]:
    category = cast.category(story.matter.category, story.luck)
    case = case_of(category, urgency=story.urgency, channel=story.channel, handling_kind="ordinary")
    version = cast.versions[cast.rulebook.rule_for(case).policy.code]
    appeal = Appeal(
        client_key=client_key(story.number), query_code=f"{story.luck.randrange(10**6):06d}",
        seal_key=client_key(-story.number - 1),
        channel=story.channel, title=story.title, content=story.content, category=category, urgency=story.urgency,
        complainant=story.complainant, address=story.address, raised_at=at, registered_at=at, changed_at=at,
        registered_by_user=registrar.user_id, registered_by_unit=registrar.unit, registered_by_name=registrar.user.name,
        policy_version=version, repeats=0, **story.grid.place_within,
    )  # fmt: skip
    if story.channel == "hotline":
        appeal.source_number = f"DQ{at:%y%m}{story.number:08d}"
    set_phone(appeal, story.phone)
    appeal.search = search.lexemes(*searched(appeal))
    return appeal, version


def _entry(appeal: Appeal, kind: str, at: datetime, by: Posting, before: str, after: str, words: str) -> AppealEntry:
    return AppealEntry(
        appeal=appeal, kind=kind, at=at, user_id=by.user_id, user_name=by.user.name, posting_id=by.pk, role=by.role,
        unit_id=by.unit_id, unit_name=by.unit.name, from_state=before, to_state=after, words=words,
    )  # fmt: skip


def _clock(
    kind: str, cast: Cast, version: PolicyVersion, since: datetime, due_at: datetime, until: datetime, unit: Unit
) -> Clock:
    term = cast.term(version, kind)
    return Clock(
        subject_type=clocks.SUBJECT, subject_id=0, kind=kind, unit_id=unit.pk, policy_version=version,
        term=term.as_data() if term else {}, state=Clock.MISSED if until > due_at else Clock.MET, started_at=since,
        counted_from=since, due_at=due_at, ended_at=until, overdue_since=due_at if until > due_at else None,
    )  # fmt: skip
