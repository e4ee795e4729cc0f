"""Party organisations of the demo, all invented; the same each time, dated by the day of loading.

Every open grid has a branch or a group, every community its 大党委, every street its 大工委; 73 featured branches, a
few business districts. About a quarter of the people are members, half of them retired from state enterprises.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from governance.deadlines.services import start_many
from grids.models import Unit
from grids.names import initials_of
from members.models import (
    DoubleRegistration,
    MembershipTransfer,
    PartyMembership,
    PartyOrganisation,
    PartyPost,
    Person,
    ServiceDone,
    Term,
)
from members.models.party import (
    BRANCH,
    BUSINESS_BRANCH,
    COMMITTEE,
    COMMUNITY_COMMITTEE,
    EMPLOYED,
    FEATURED_BRANCH,
    GRID_BRANCH,
    GRID_GROUP,
    GROUP_LEADER,
    NEW_EMPLOYMENT,
    PART_TIME,
    PROBATIONARY,
    RESIDENT,
    RETIRED_SOE,
    SECRETARY,
    STREET_COMMITTEE,
    STUDENT,
)
from members.party import clocks
from members.party.rules import months_later, term_years, years_later

FEATURED, COMMUNITIES, BUSINESS = 73, 102, 5
SHARE = 0.24
# Women who were workers retire at 50.
ADULT, RETIRED, DOUBLES = 18, 50, 40
THEMES = ("银发先锋", "红色物业", "文化传承", "应急救援", "矛盾调解", "巾帼志愿", "环境美化", "健康服务")
ENTERPRISES = (
    "第一采油厂",
    "第二采油厂",
    "第三采油厂",
    "热电厂",
    "炼化公司",
    "钻探公司",
    "供水公司",
    "供电公司",
    "通信公司",
)
OFFICES = ("区教育局", "区住建局", "市第三医院", "区税务局", "市第一中学", "区交警大队", "某银行支行", "市自来水公司")
SERVED = ("参加社区清雪", "慰问独居老人", "参加环境整治", "宣传反诈知识", "为居民理发", "小区夜间巡逻")
REASONS = ("已迁居该社区", "随子女居住", "就近参加组织生活", "工作调动后变更居住地")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙"
GIVEN = "建国志强文海永军丽华春梅明远立新国庆宝林"
# Where a term stands at loading: how far from its end, and for how many of a hundred.
_LATE, _YEAR = 1, 7


@dataclass(slots=True)
class _One:
    """Somebody who may be a member."""

    pk: int
    grid: int | None
    community: int
    age: int


@dataclass
class _Rows:
    """What one street writes, parents before children."""

    organisations: list[PartyOrganisation] = field(default_factory=list)
    memberships: list[PartyMembership] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    posts: list[PartyPost] = field(default_factory=list)
    doubles: list[DoubleRegistration] = field(default_factory=list)


def fill(*, now: datetime, progress: Callable[[int], Any] = lambda n: None) -> None:
    """Give every street that has none its organisations and members, a transaction each; then what is on its way."""
    done = set(PartyOrganisation.objects.filter(kind=STREET_COMMITTEE).values_list("street_id", flat=True))
    communities = Unit.objects.open().filter(kind="community").order_by("code").values_list("pk", flat=True)
    order = {pk: number for number, pk in enumerate(communities)}
    streets = list(Unit.objects.open().filter(kind="street").order_by("code"))
    for number, street in enumerate(streets):
        if street.pk not in done:
            with transaction.atomic(durable=True):
                progress(_Street(street, number, order, now).write())
    if not MembershipTransfer.objects.exists():
        with transaction.atomic(durable=True):
            progress(_transfers(now))


class _Street:
    """A street with all that lies in it."""

    def __init__(self, street: Unit, number: int, order: dict[int, int], now: datetime) -> None:
        self.street, self.number, self.order, self.now = street, number, order, now
        self.today = now.date()
        self.rng = random.Random(f"party-{street.code}")
        self.rows = _Rows()

    def write(self) -> int:
        """Everything, in few statements; how many rows."""
        people = _adults(self.street, self.today)
        top = self._organisation(f"{self.street.name}大工委", STREET_COMMITTEE, None, self.street)
        for community in self._below(self.street):
            self._community(community, top, people)
        if self.number < BUSINESS:
            self._business(top, people)
        self._reports(people)
        self._terms()
        return _write(self.rows, self.now)

    def _below(self, unit: Unit) -> list[Unit]:
        kind = {"street": "community", "community": "grid"}[unit.kind]
        return list(Unit.objects.open().filter(parent=unit, kind=kind).order_by("code"))

    def _organisation(self, name: str, kind: str, parent: Any, unit: Unit, theme: str = "") -> PartyOrganisation:
        made = PartyOrganisation(
            name=name, initials=initials_of(name)[:80], kind=kind, parent=parent, unit=unit, theme=theme,
            term_years=term_years(kind, unit.community_id is not None), district_id=self.street.district_id or 0,
            street_id=unit.street_id, community_id=unit.community_id, grid_id=unit.pk if unit.kind == "grid" else None,
            founded_on=date(self.rng.randint(2012, 2020), self.rng.randint(1, 12), self.rng.randint(1, 28)),
        )  # fmt: skip
        self.rows.organisations.append(made)
        return made

    def _community(self, community: Unit, top: PartyOrganisation, people: dict[int | None, list[_One]]) -> None:
        above = self._organisation(f"{community.name}大党委", COMMUNITY_COMMITTEE, top, community)
        number = self.order[community.pk]
        featured = None
        if number * FEATURED // COMMUNITIES != (number + 1) * FEATURED // COMMUNITIES:
            theme = THEMES[number % len(THEMES)]
            featured = self._organisation(
                f"{community.name}{theme}党支部", FEATURED_BRANCH, above, community, theme
            )  # fmt: skip
        branch: PartyOrganisation | None = None
        for place, grid in enumerate(self._below(community)):
            is_group = branch is not None and place % 6 == 5
            kind, suffix = (GRID_GROUP, "党小组") if is_group else (GRID_BRANCH, "党支部")
            made = self._organisation(f"{community.name}{grid.name}{suffix}", kind, branch if is_group else above, grid)
            branch = branch if is_group else made
            self._members(made, people[grid.pk], featured)

    def _members(self, branch: PartyOrganisation, people: list[_One], featured: PartyOrganisation | None) -> None:
        """A quarter of the grid's people, half of them retired; some of those in the featured branch."""
        wanted = round(len(people) * SHARE * 1.25)
        retired = [one for one in people if one.age >= RETIRED][: (wanted + 1) // 2]
        taken = {one.pk for one in retired}
        others = [one for one in people if one.pk not in taken][: wanted - len(retired)]
        for number, one in enumerate([*retired, *others]):
            where = featured if featured is not None and number % 10 == 9 and one.pk in taken else branch
            self._member(where, one, RETIRED_SOE if one.pk in taken else self._category(one))

    def _category(self, one: _One) -> str:
        if one.age < 23:
            return STUDENT
        return self.rng.choices((RESIDENT, EMPLOYED, NEW_EMPLOYMENT), (6, 3, 1))[0]

    def _member(self, branch: PartyOrganisation, one: _One, category: str) -> None:
        years = self.rng.randint(1, max(1, min(one.age - ADULT, 45)))
        joined = self.today - timedelta(days=365 * years + self.rng.randint(0, 300))
        is_new = years == 1 and category != RETIRED_SOE
        if is_new:
            joined = self.today - timedelta(days=self.rng.randint(5, 430))
        has_employer = category in {RETIRED_SOE, EMPLOYED, NEW_EMPLOYMENT}
        self.rows.memberships.append(PartyMembership(
            person_id=one.pk, organisation=branch, kind=PROBATIONARY if is_new else "full", category=category,
            employer=self.rng.choice(ENTERPRISES) if has_employer else "", joined_party_on=joined,
            probation_ends_on=months_later(joined, 12) if is_new else None,
            full_on=None if is_new else months_later(joined, 12), from_on=max(joined, branch.founded_on),
            began_how="admitted" if is_new else "recorded", district_id=branch.district_id,
            street_id=branch.street_id, community_id=branch.community_id, grid_id=branch.grid_id,
        ))  # fmt: skip

    def _business(self, top: PartyOrganisation, people: dict[int | None, list[_One]]) -> None:
        """A business district with two branches of those who work there."""
        name = f"{self.street.name}商圈"
        general = self._organisation(f"{name}党总支", BUSINESS_BRANCH, top, self.street)
        members = {row.person_id for row in self.rows.memberships}
        free = [one for grid in people.values() for one in grid if one.pk not in members and 22 < one.age < 50]
        for number, kind in enumerate(("商户", "快递外卖")):
            branch = self._organisation(f"{name}{kind}党支部", BRANCH, general, self.street)
            for one in free[number * 9 : number * 9 + 9]:
                self._member(branch, one, NEW_EMPLOYMENT)

    def _reports(self, people: dict[int | None, list[_One]]) -> None:
        members = {row.person_id for row in self.rows.memberships}
        free = [one for grid in people.values() for one in grid if one.pk not in members and 25 < one.age < RETIRED]
        by_community = {one.community_id: one for one in self.rows.organisations if one.kind == COMMUNITY_COMMITTEE}
        self.rng.shuffle(free)
        for one in free[:DOUBLES]:
            if one.community in by_community:
                since = self.today - timedelta(days=self.rng.randint(30, 900))
                office = self.rng.choice(OFFICES)
                self.rows.doubles.append(DoubleRegistration(
                    person_id=one.pk, organisation=by_community[one.community], employer=office, from_on=since,
                    own_organisation=f"{office}机关党支部",
                ))  # fmt: skip

    def _terms(self) -> None:
        """A term for all but groups, a secretary and, where there are enough, a committee."""
        full: dict[int, list[PartyMembership]] = defaultdict(list)
        for row in self.rows.memberships:
            if row.kind != PROBATIONARY:
                full[id(row.organisation)].append(row)
        for organisation in self.rows.organisations:
            members = full[id(organisation)]
            if organisation.kind == GRID_GROUP:
                self._posts(organisation, None, members[:1], GROUP_LEADER)
                continue
            term = self._term(organisation)
            self.rows.terms.append(term)
            if organisation.kind in {STREET_COMMITTEE, COMMUNITY_COMMITTEE, BUSINESS_BRANCH}:
                self._committee(organisation, term)
            else:
                self._posts(organisation, term, members[: 3 if len(members) >= 7 else 1], SECRETARY)

    def _term(self, organisation: PartyOrganisation) -> Term:
        lot = self.rng.randrange(100)
        if lot < _LATE:
            due = self.today - timedelta(days=self.rng.randint(3, 80))
        elif lot < _YEAR:
            due = self.today + timedelta(days=self.rng.randint(1, 178))
        else:
            due = self.today + timedelta(days=self.rng.randint(181, 365 * organisation.term_years - 60))
        elected = max(years_later(due, -organisation.term_years), organisation.founded_on)
        return Term(
            organisation=organisation, number=2, elected_on=elected, ends_on=due, due_on=due
        )  # fmt: skip

    def _posts(
        self, organisation: PartyOrganisation, term: Term | None, members: Sequence[PartyMembership], first: str
    ) -> None:
        for number, member in enumerate(members):
            since = max(term.elected_on if term else member.from_on, member.from_on)
            self.rows.posts.append(PartyPost(
                organisation=organisation, person_id=member.person_id, post=COMMITTEE if number else first, term=term,
                duty=("", "organisation", "publicity")[number], from_on=since,
            ))  # fmt: skip

    def _committee(self, organisation: PartyOrganisation, term: Term) -> None:
        """A secretary by name, and in a 大党委 a part-time member from an enterprise."""
        posts = [(SECRETARY, "")]
        if organisation.kind == COMMUNITY_COMMITTEE or (organisation.kind == STREET_COMMITTEE and self.number < 2):
            posts.append((PART_TIME, self.rng.choice(ENTERPRISES)))
        for post, employer in posts:
            name = self.rng.choice(SURNAMES) + "".join(self.rng.sample(GIVEN, 2))
            self.rows.posts.append(PartyPost(
                organisation=organisation, name=name, post=post, employer=employer, term=term, from_on=term.elected_on
            ))  # fmt: skip


def _adults(street: Unit, today: date) -> dict[int | None, list[_One]]:
    """The adults of a street by grid, in the order in which they were put on record."""
    found: dict[int | None, list[_One]] = defaultdict(list)
    rows = Person.objects.filter(street=street, state="here").exclude(born_on=None).order_by("pk")
    for pk, grid, community, born in rows.values_list("pk", "grid_id", "community_id", "born_on"):
        age = (today - born).days // 365
        if age >= ADULT:
            found[grid].append(_One(pk, grid, community, age))
    return found


def _write(rows: _Rows, now: datetime) -> int:
    """Level by level, as a child names its parent by key."""
    for level in _levels(rows.organisations):
        PartyOrganisation.objects.bulk_create(level)
    for made in (rows.memberships, rows.terms, rows.posts, rows.doubles):
        for one in made:
            one.organisation = one.organisation
    PartyMembership.objects.bulk_create(rows.memberships, batch_size=2000)
    Term.objects.bulk_create(rows.terms)
    for post in rows.posts:
        post.term = post.term
    PartyPost.objects.bulk_create(rows.posts)
    _write_doubles(rows.doubles, now.date())
    start_many(clocks.election_specs(rows.terms, now), now)
    clocks.begin_probation(rows.memberships, now)
    lists: tuple[Sequence[Any], ...] = (rows.organisations, rows.memberships, rows.terms, rows.posts, rows.doubles)
    return sum(len(made) for made in lists)


def _levels(organisations: Iterable[PartyOrganisation]) -> Iterator[list[PartyOrganisation]]:
    """Roots, then what stands below each; each row knows its parent's key by then."""
    waiting = list(organisations)
    while waiting:
        ready = [one for one in waiting if one.parent is None or one.parent.pk is not None]
        for one in ready:
            one.parent = one.parent
        yield ready
        waiting = [one for one in waiting if one.pk is None]


def _write_doubles(doubles: list[DoubleRegistration], today: date) -> None:
    rng = random.Random("party-served")
    done = []
    for one in doubles:
        one.services = rng.choices((0, 1, 2, 5), (2, 3, 3, 2))[0]
        days = sorted(rng.randint(0, (today - one.from_on).days) for _ in range(one.services))
        one.last_service_on = today - timedelta(days=days[0]) if days else None
        done += [
            ServiceDone(
                registration=one, on=today - timedelta(days=ago), hours=rng.choice((1, 2, 3)), words=rng.choice(SERVED)
            )
            for ago in days
        ]
    DoubleRegistration.objects.bulk_create(doubles)
    for row in done:
        row.registration = row.registration
    ServiceDone.objects.bulk_create(done)


def _transfers(now: datetime) -> int:
    """In each community somebody is on the way to the next one: most of them lately, a few too long."""
    rng = random.Random("party-transfers")
    branches = list(
        PartyOrganisation.objects.open()
        .filter(kind=GRID_BRANCH)
        .order_by("community__code", "pk")
        .distinct("community__code")
    )
    busy = PartyPost.objects.current().exclude(person=None).values("person_id")
    made = []
    for number, (giving, receiving) in enumerate(zip(branches, [*branches[1:], *branches[:1]], strict=True)):
        rows = PartyMembership.objects.current().filter(organisation=giving, kind="full").exclude(person_id__in=busy)
        member = rows.order_by("-pk").first()
        if member is None or giving == receiving or number % 3 == 2:
            continue
        days = rng.randint(8, 12) if number % 9 == 0 else rng.randint(0, 4)
        made.append(MembershipTransfer(
            district_id=giving.district_id, person_id=member.person_id, from_organisation=giving,
            to_organisation=receiving, membership=member, reason=rng.choice(REASONS), asked_by_user=0,
            asked_by_name="社区书记", asked_at=now - timedelta(days=days, hours=rng.randint(0, 5)),
        ))  # fmt: skip
    MembershipTransfer.objects.bulk_create(made)
    for transfer, clock in zip(made, start_many(clocks.transfer_specs(made, now), now), strict=True):
        transfer.due_at = clock.due_at
        transfer.late_since = clock.due_at if clock.due_at < now else None
    MembershipTransfer.objects.bulk_update(made, ["due_at", "late_since"])
    return len(made)
