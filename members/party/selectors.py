"""Reads of party organisations: the tree with its counts, what lacks, figures. No figure holds personal data."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When

from governance.deadlines.models import Clock
from governance.scope import Actor, UnitKind
from grids.models import Unit
from members.models import MembershipTransfer, PartyMembership, PartyOrganisation, PartyPost, Term
from members.models.party import (
    CATEGORIES,
    COMMITTEE,
    DEPUTY,
    FULL,
    IN_TRANSIT,
    ORGANISATION_KINDS,
    POSTS,
    PROBATIONARY,
    SECRETARY,
)
from members.party import clocks
from members.party.querysets import ORGANISATIONS, scope_of
from members.party.rules import (
    BRANCHES,
    COMMITTEE_LEAST,
    FEWEST_FULL,
    FROM_COMMITTEE,
    GROUPS,
    HOLDS_MEMBERS,
    MOST_MEMBERS,
)

SOON, NEAR = timedelta(days=180), timedelta(days=60)
_RANK = {kind: number for number, (kind, _) in enumerate(ORGANISATION_KINDS)}


@dataclass(slots=True)
class Node:
    """A node of the tree: the organisation, how many organisations and members are below it, itself included."""

    organisation: PartyOrganisation
    below: int = 0
    members: int = 0
    secretary: str = ""


def member_counts(actor: Actor) -> dict[int, int]:
    """How many members each organisation in the scope has; numbers alone, for all who see organisations."""
    place = scope_of(actor, ORGANISATIONS)
    if place is None:
        return {}
    rows = PartyMembership.objects.current().filter(**place).order_by().values_list("organisation_id")
    return dict(rows.annotate(count=Count("pk")))


def counts_of(ids: Collection[int]) -> dict[int, int]:
    """How many members each of these organisations has itself."""
    rows = PartyMembership.objects.current().filter(organisation_id__in=ids).order_by().values_list("organisation_id")
    return dict(rows.annotate(count=Count("pk")))


class Tree:
    """The open organisations in an actor's scope by what stands above them; three queries, whatever its size."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        rows = PartyOrganisation.objects.visible_to(actor).open().values_list("pk", "parent_id")
        self.parents: dict[int, int | None] = dict(rows)
        self.children: dict[int | None, list[int]] = defaultdict(list)
        for pk, parent in self.parents.items():
            self.children[parent if parent in self.parents else None].append(pk)
        self.members = member_counts(actor)

    def below(self, pk: int) -> list[int]:
        """The organisation and all below it; primary keys."""
        found, waiting = [], [pk]
        while waiting:
            one = waiting.pop()
            found.append(one)
            waiting += self.children[one]
        return found

    def nodes(self, parent: int | None) -> list[Node]:
        """What stands right below an organisation (None: the roots of the scope), in order of kind and name."""
        rows = PartyOrganisation.objects.filter(pk__in=self.children[parent]).select_related("unit")
        ordered = sorted(rows, key=lambda one: (_RANK[one.kind], one.unit.code, one.pk))
        return [self._node(one) for one in ordered]

    def _node(self, organisation: PartyOrganisation) -> Node:
        below = self.below(organisation.pk)
        members = sum(self.members.get(pk, 0) for pk in below)
        return Node(organisation=organisation, below=len(below) - 1, members=members)


def subtree(actor: Actor, organisation_id: int) -> list[int]:
    """The organisation and the open ones below it, by primary key."""
    found, level = [organisation_id], [organisation_id]
    while level:
        rows = PartyOrganisation.objects.visible_to(actor).open().filter(parent_id__in=level)
        level = list(rows.values_list("pk", flat=True))
        found += level
    return found


def path(organisation: PartyOrganisation) -> list[PartyOrganisation]:
    """From the root down to what stands right above it."""
    line: list[PartyOrganisation] = []
    above = organisation.parent
    while above is not None:
        line.insert(0, above)
        above = above.parent
    return line


def search(actor: Actor, text: str, *, limit: int = 20) -> list[PartyOrganisation]:
    """Open organisations by name or initials."""
    text = text.strip()
    rows = PartyOrganisation.objects.visible_to(actor).open().select_related("parent")
    found = rows.filter(Q(name__icontains=text) | Q(initials__istartswith=text)).order_by("kind", "name")
    return list(found[:limit])


@dataclass(frozen=True, slots=True)
class Hint:
    """Something that an organisation lacks by the Party's rules, or that waits. `tone` as of a notice."""

    text: str
    tone: str = "soon"
    tab: str = ""


def hints(organisation: PartyOrganisation, today: date) -> list[Hint]:
    """What practice may handle differently, and a person should know. Sources: rules.py. Five queries at most."""
    if not organisation.is_open:
        return []
    closed = (
        [Hint("所在单位已撤并，请调整隶属，或与接收单位的党组织合并。", "over")] if organisation.unit.closed_on else []
    )
    kinds = Counter(PartyMembership.objects.current().filter(organisation=organisation).values_list("kind", flat=True))
    posts = list(PartyPost.objects.current().filter(organisation=organisation).values_list("post", "person_id"))
    return [
        *closed,
        *_about_posts(organisation, posts, kinds[FULL]),
        *_about_members(organisation, kinds),
        *_about_term(organisation, today),
    ]


def _about_posts(organisation: PartyOrganisation, posts: Sequence[tuple[str, int | None]], full: int) -> Iterable[Hint]:
    names = [post for post, _ in posts]
    if organisation.kind in GROUPS:
        if not names:
            yield Hint("还没有组长，请办理任职。")
        return
    if SECRETARY not in names:
        yield Hint("没有书记，请登记选举或办理任职。", "over")
    inside = sum(name in {SECRETARY, DEPUTY, COMMITTEE} for name in names)
    if organisation.kind in BRANCHES and full >= FROM_COMMITTEE and inside < COMMITTEE_LEAST:
        yield Hint(f"正式党员 {full} 人，应设 3 至 5 人的支部委员会，现有 {inside} 人。")
    people = {person for _, person in posts if person}
    if organisation.kind in BRANCHES and people:
        inside_people = PartyMembership.objects.current().filter(person_id__in=people).filter(
            Q(organisation=organisation) | Q(organisation__parent=organisation)
        )  # fmt: skip
        if others := len(people) - inside_people.count():
            yield Hint(f"{others} 名任职人员的组织关系不在本支部，请核对。", "mute")


def _about_members(organisation: PartyOrganisation, kinds: Counter[str]) -> Iterable[Hint]:
    if organisation.kind not in BRANCHES:
        return
    below = PartyMembership.objects.current().filter(organisation__parent=organisation, kind=FULL).count()
    full, total = kinds[FULL] + below, sum(kinds.values()) + below
    if full < FEWEST_FULL:
        yield Hint(f"正式党员 {full} 人，不足 {FEWEST_FULL} 人，建议与邻近支部联合或合并。")
    if total > MOST_MEMBERS:
        yield Hint(f"党员 {total} 人，超过 {MOST_MEMBERS} 人，建议划分党小组或增设支部。", "mute")


def _about_term(organisation: PartyOrganisation, today: date) -> Iterable[Hint]:
    if organisation.kind in GROUPS:
        return
    term = Term.objects.filter(organisation=organisation, ended_on=None).first()
    if term is None:
        yield Hint("还没有登记本届任期，届满前无法提醒换届。")
    elif term.due_on < today:
        yield Hint(f"{term.due_on:%Y-%m-%d} 届满，已超期 {(today - term.due_on).days} 天未换届。", "over")
    elif term.due_on <= today + SOON:
        yield Hint(f"{term.due_on:%Y-%m-%d} 届满，还有 {(term.due_on - today).days} 天，请准备换届。")


# Tabs of the members' list -------------------------------------------------------------------------------------------


def probation_over(rows: QuerySet[PartyMembership], today: date) -> QuerySet[PartyMembership]:
    """Probationary members whose year has passed: 待转正."""
    return rows.filter(kind=PROBATIONARY, probation_ends_on__lte=today)


def probation_late(rows: QuerySet[PartyMembership]) -> QuerySet[PartyMembership]:
    """Those about whom nothing was decided within the limit after that."""
    return rows.filter(pk__in=_late_probations().values("subject_id"))


def with_lateness(rows: QuerySet[PartyMembership]) -> QuerySet[PartyMembership]:
    """Each with whether it is one of those: `is_late`."""
    return rows.annotate(is_late=Exists(_late_probations().filter(subject_id=OuterRef("pk"))))


def _late_probations() -> QuerySet[Clock]:
    return clocks.open_probations().filter(overdue_since__isnull=False)


def lives_elsewhere(rows: QuerySet[PartyMembership]) -> QuerySet[PartyMembership]:
    """Whose home is in another community than their organisation: a transfer is suggested, and nobody is moved."""
    return rows.exclude(community=None).filter(person__state="here").exclude(person__community_id=F("community_id"))


def transfers_to(actor: Actor) -> Q:
    """Transfers that reach an organisation in the actor's scope."""
    return Q(**(scope_of(actor, ORGANISATIONS, "to_organisation__") or {"pk": 0}))


def transfers_from(actor: Actor) -> Q:
    """Transfers that leave one."""
    return Q(**(scope_of(actor, ORGANISATIONS, "from_organisation__") or {"pk": 0}))


def receivers(actor: Actor) -> QuerySet[PartyOrganisation]:
    """Organisations of the whole district that may receive a member: no personal data, as one must be able to name
    them."""
    rows: QuerySet[PartyOrganisation] = PartyOrganisation.objects.open().filter(
        district_id=actor.district_id, kind__in=HOLDS_MEMBERS
    )
    return rows.select_related("community").order_by("community__code", "kind", "name")


# Figures -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class FigureRow:
    """A street or a community with its numbers. `kinds` by organisation kind, `categories` by member category."""

    unit: Unit
    kinds: Counter[str] = field(default_factory=Counter[str])
    categories: Counter[str] = field(default_factory=Counter[str])
    members: int = 0
    probationary: int = 0
    transfers: int = 0
    late_transfers: int = 0
    late_elections: int = 0
    late_probations: int = 0

    @property
    def organisations(self) -> int:
        """All organisations."""
        return sum(self.kinds.values())

    @property
    def by_kind(self) -> list[tuple[str, str, int]]:
        """Kind, its name, how many: in the order of the tree."""
        return [(kind, label, self.kinds[kind]) for kind, label in ORGANISATION_KINDS]

    @property
    def by_category(self) -> list[tuple[str, str, int]]:
        """Category, its name, how many members."""
        return [(code, label, self.categories[code]) for code, label in CATEGORIES]


def figures(actor: Actor, today: date) -> list[FigureRow]:
    """By street for the district, by community below, the grid's own for its workers; seven queries."""
    kind = {UnitKind.DISTRICT: UnitKind.STREET, UnitKind.GRID: UnitKind.GRID}.get(
        actor.unit_kind or UnitKind.GRID, UnitKind.COMMUNITY
    )
    column = f"{kind}_id"
    place = scope_of(actor, ORGANISATIONS)
    if place is None:
        return []
    units = Unit.objects.open().visible_to(actor).filter(kind=kind).order_by("code")
    rows = {unit.pk: FigureRow(unit) for unit in units}
    _count_organisations(rows, column, place)
    _count_members(rows, column, place)
    _count_late(rows, column, actor, today)
    return list(rows.values())


def _count_organisations(rows: dict[int, FigureRow], column: str, place: dict[str, int]) -> None:
    found = PartyOrganisation.objects.open().filter(**place).order_by().values_list(column, "kind")
    for unit, kind, count in found.annotate(count=Count("pk")):
        if unit in rows:
            rows[unit].kinds[kind] += count


def _count_members(rows: dict[int, FigureRow], column: str, place: dict[str, int]) -> None:
    found = PartyMembership.objects.current().filter(**place).order_by().values_list(column, "category", "kind")
    for unit, category, kind, count in found.annotate(count=Count("pk")):
        if unit in rows:
            rows[unit].categories[category] += count
            rows[unit].members += count
            rows[unit].probationary += count if kind == PROBATIONARY else 0


def _count_late(rows: dict[int, FigureRow], column: str, actor: Actor, today: date) -> None:
    waiting = MembershipTransfer.objects.filter(transfers_to(actor), state=IN_TRANSIT).order_by()
    found = waiting.values_list(f"to_organisation__{column}").annotate(
        count=Count("pk"), late=Count("pk", filter=~Q(late_since=None))
    )  # fmt: skip
    for unit, count, late in found:
        if unit in rows:
            rows[unit].transfers, rows[unit].late_transfers = count, late
    due = Term.objects.visible_to(actor).filter(ended_on=None, due_on__lt=today).order_by()
    for unit, count in due.values_list(f"organisation__{column}").annotate(count=Count("pk")):
        if unit in rows:
            rows[unit].late_elections = count
    overdue = probation_late(PartyMembership.objects.current().filter(**(scope_of(actor, ORGANISATIONS) or {"pk": 0})))
    for unit, count in overdue.order_by().values_list(column).annotate(count=Count("pk")):
        if unit in rows:
            rows[unit].late_probations = count


def total(rows: Iterable[FigureRow], unit: Unit) -> FigureRow:
    """All rows together, under the name of the unit above them."""
    made = FigureRow(unit)
    for row in rows:
        made.kinds += row.kinds
        made.categories += row.categories
        for name in ("members", "probationary", "transfers", "late_transfers", "late_elections", "late_probations"):
            setattr(made, name, getattr(made, name) + getattr(row, name))
    return made


def posts_of(organisation: PartyOrganisation) -> QuerySet[PartyPost]:
    """The posts of now, secretary first."""
    names = [name for name, _ in POSTS]
    rank = Case(*(When(post=name, then=Value(number)) for number, name in enumerate(names)), default=Value(len(names)))
    rows: QuerySet[PartyPost] = PartyPost.objects.current().filter(organisation=organisation)
    return rows.select_related("person").defer("person__search").order_by(rank, "pk")


def secretaries(ids: Collection[int]) -> dict[int, str]:
    """Who is secretary of each organisation."""
    rows = PartyPost.objects.current().filter(organisation_id__in=ids, post=SECRETARY).select_related("person")
    return {post.organisation_id: post.holder for post in rows.defer("person__search")}


def rank(kind: str) -> int:
    """Where a kind stands in the order of the tree."""
    return _RANK[kind]
