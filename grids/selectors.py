"""Reading the territory: the tree, the way down to a unit, search, and what a unit's page shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When

from governance.scope import TERRITORIAL_KINDS, Actor, UnitKind
from grids.models import Boundary, Unit, UnitChange
from grids.querysets import UnitQuerySet

SEARCH_LIMIT = 20
_WORD_MAX = 32
# Where a unit stands beside its neighbours: the line first, then what stands beside it.
_KIND_PLACE = Case(
    *(When(kind=kind.value, then=Value(place)) for place, kind in enumerate(UnitKind)), output_field=IntegerField()
)


@dataclass(slots=True)
class Node:
    """A unit with what lies below it."""

    unit: Unit
    children: list[Node] = field(default_factory=list)
    # Where it is on the map, "west,south,east,north"; filled by who draws it.
    box: str = ""


def in_order(units: UnitQuerySet) -> UnitQuerySet:
    """Units as lists show them: by kind, then as ordered, then by code."""
    return units.order_by(_KIND_PLACE, "order", "code")


def tree(actor: Actor, kinds: Iterable[UnitKind] = tuple(UnitKind)) -> list[Node]:
    """The open units that the actor may see, nested; with one query. Roots are those whose parent is not among them."""
    units = in_order(Unit.objects.visible_to(actor).open().filter(kind__in=list(kinds)))
    nodes = {unit.pk: Node(unit) for unit in units}
    roots: list[Node] = []
    for node in nodes.values():
        parent = nodes.get(node.unit.parent_id or 0)
        (parent.children if parent else roots).append(node)
    return roots


def roots(actor: Actor) -> list[Unit]:
    """Where the actor's tree begins: the district, or the actor's own unit (of a squad, its street's communities)."""
    visible = Unit.objects.visible_to(actor).open()
    above = visible.filter(pk=OuterRef("parent_id"))
    return list(_with_counts(in_order(visible.filter(~Exists(above))), actor))


def children(actor: Actor, parent_id: int) -> list[Unit]:
    """The open units right below one, each with `below`: how many lie right below it; with one query."""
    return list(_with_counts(in_order(Unit.objects.visible_to(actor).open().filter(parent_id=parent_id)), actor))


def _with_counts(units: UnitQuerySet, actor: Actor) -> UnitQuerySet:
    return units.annotate(below=Count("children", filter=Q(children__closed_on=None)))


def path(unit: Unit) -> list[Unit]:
    """The units from the district down to this one, itself included; with one query."""
    ids = [unit.district_id, unit.street_id, unit.community_id, unit.parent_id, unit.pk]
    above = Unit.objects.filter(pk__in={pk for pk in ids if pk})
    levels = list(UnitKind)
    return sorted(above, key=lambda u: (u.pk == unit.pk, levels.index(UnitKind(u.kind))))


def descendants(unit: Unit) -> UnitQuerySet:
    """All units below, open and closed, without the unit itself."""
    return Unit.objects.within([unit.pk]).exclude(pk=unit.pk)


def search(actor: Actor, text: str, *, limit: int = SEARCH_LIMIT, kinds: Iterable[UnitKind] = ()) -> list[Unit]:
    """Open units by name, code or pinyin initials, best first.

    Of several words the last must fit the unit itself, those before it the unit or what it lies in: "景园 三".
    """
    *above, own = _words(text) or [""]
    if not own:
        return []
    found = Unit.objects.visible_to(actor).open().select_related("street", "community", "parent")
    if kinds := list(kinds):
        found = found.filter(kind__in=kinds)
    for word in above:
        found = found.filter(_fits(word) | _fits(word, "street__") | _fits(word, "community__"))
    ranked = found.filter(_fits(own)).annotate(rank=_rank(own), place=_KIND_PLACE)
    return list(ranked.order_by("rank", "place", "code")[:limit])


def _words(text: str) -> list[str]:
    return [word[:_WORD_MAX] for word in text.replace("\0", "").split()][:4]


def _fits(word: str, of: str = "") -> Q:
    """Chinese has no capitals, so plain LIKE does, at a tenth of what folding the case of every name costs."""
    if not word.isascii():
        return Q(**{f"{of}name__contains": word}) | Q(**{f"{of}short_name__contains": word})
    upper = word.upper()
    by_code = Q(**{f"{of}code__startswith": upper}) | Q(**{f"{of}initials__contains": upper})
    return by_code | Q(**{f"{of}name__icontains": word})


def _rank(word: str) -> Case:
    """0 for the very thing, 1 for its beginning, 2 for the beginning of initials or code, 3 for whatever else fits."""
    upper = word.upper()
    return Case(
        When(Q(short_name=word) | Q(name=word) | Q(code=upper), then=Value(0)),
        When(Q(short_name__startswith=word) | Q(name__startswith=word) | Q(initials=upper), then=Value(1)),
        When(Q(initials__startswith=upper) | Q(code__startswith=upper), then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )


def history(unit: Unit) -> QuerySet[UnitChange]:
    """What was decided about a unit, latest first: its own changes, and what was merged into it."""
    own = Q(unit=unit) | Q(kind="merge", after__into_id=unit.pk)
    return UnitChange.objects.filter(own).select_related("unit").order_by("-effective_on", "-pk")


def waiting_changes(actor: Actor) -> QuerySet[UnitChange]:
    """What is decided and has not taken effect, soonest first."""
    waiting = UnitChange.objects.visible_to(actor).waiting().select_related("unit")
    return waiting.order_by("effective_on", "pk")


def names(ids: Iterable[int | None]) -> dict[int, str]:
    """The names of units by key."""
    return dict(Unit.objects.filter(pk__in={pk for pk in ids if pk}).values_list("pk", "name"))


def counts_below(unit: Unit) -> dict[str, int]:
    """How many open units of each kind lie below a unit."""
    return descendants(unit).open().count_by_kind()


def boundaries(actor: Actor, *, kind: UnitKind, within: Unit | None = None) -> QuerySet[Boundary]:
    """Boundaries in force of the open units of a kind that the actor may see, if given only of those within a unit."""
    units = Unit.objects.visible_to(actor).open().filter(kind=kind)
    if within is not None:
        units = units & Unit.objects.within([within.pk])
    return Boundary.objects.current().filter(unit__in=units).select_related("unit").order_by("unit__code")


def territorial(actor: Actor) -> UnitQuerySet:
    """The open units of the line that the actor may see."""
    return in_order(Unit.objects.visible_to(actor).open().filter(kind__in=TERRITORIAL_KINDS))


def area_m2(unit: Unit) -> float | None:
    """The area of the unit's boundary in force."""
    return Boundary.objects.current().filter(unit=unit).annotate(a=F("area_m2")).values_list("a", flat=True).first()


def boxes(unit_ids: Iterable[int]) -> dict[int, str]:
    """Where the boundaries in force of units are: "west,south,east,north" in degrees."""
    rows = Boundary.objects.current().filter(unit__in=list(unit_ids))
    edges = rows.values_list("unit_id", "min_lon", "min_lat", "max_lon", "max_lat")
    return {unit_id: ",".join(f"{edge:.6f}" for edge in box) for unit_id, *box in edges}
