"""Which appeals are about one matter 同一事项: all that marks and mergers join, directly or through others.

Derived, never typed in: after any of the two has changed, the matters that it touches are made anew from what stands.
Whoever joins or parts two appeals holds the turn (`appeals.services._run.lock`), so nobody does so here meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import Count, Max, Min, Q

from appeals.models import Appeal, Matter, MatterMember, RepeatMark
from appeals.workflow import MERGED

# From so many people on a matter is a mass appeal 群体诉求, as the offices for petitions count them 五人以上.
MASS_PEOPLE = 5


def regroup(appeal_ids: Iterable[int]) -> None:
    """Make the matters of these appeals and of all that hangs together with them anew, in the caller's transaction."""
    touched = set(appeal_ids)
    old = set(MatterMember.objects.filter(appeal_id__in=touched).values_list("matter_id", flat=True))
    touched |= set(MatterMember.objects.filter(matter_id__in=old).values_list("appeal_id", flat=True))
    members, edges = _closure(touched)
    old |= set(MatterMember.objects.filter(appeal_id__in=members).values_list("matter_id", flat=True))
    free = sorted(old)
    alone: set[int] = set()
    for component in components(members, edges):
        if len(component) == 1:
            alone |= component
            continue
        matter = free.pop(0) if free else Matter.objects.create().pk
        _put(component, matter)
        recount(matter)
    MatterMember.objects.filter(appeal_id__in=alone).delete()
    Matter.objects.filter(pk__in=free, members=None).delete()


def _closure(start: set[int]) -> tuple[set[int], list[tuple[int, int]]]:
    """All appeals that can be reached from these, and what joins them."""
    known, ahead = set(start), set(start)
    edges: set[tuple[int, int]] = set()
    while ahead:
        found = set(_edges(ahead))
        edges |= found
        ahead = {one for pair in found for one in pair} - known
        known |= ahead
    return known, sorted(edges)


def _edges(ids: set[int]) -> Iterator[tuple[int, int]]:
    marks = RepeatMark.objects.filter(is_repeat=True, undone_at=None)
    yield from marks.filter(Q(appeal_id__in=ids) | Q(earlier_id__in=ids)).values_list("appeal_id", "earlier_id")
    merged = Appeal.objects.filter(state=MERGED)
    yield from merged.filter(Q(pk__in=ids) | Q(parent_id__in=ids)).values_list("pk", "parent_id")


def components(members: Iterable[int], edges: Iterable[tuple[int, int]]) -> list[set[int]]:
    """The connected sets of a graph, the one with the least member first."""
    home = {one: {one} for one in members}
    for one, other in edges:
        if home[one] is not home[other]:
            joined = home[one] | home[other]
            home.update(dict.fromkeys(joined, joined))
    return sorted({id(found): found for found in home.values()}.values(), key=min)


def _put(component: set[int], matter_id: int) -> None:
    rows = Appeal.objects.filter(pk__in=component).values_list("pk", "registered_at")
    MatterMember.objects.bulk_create(
        [MatterMember(appeal_id=pk, matter_id=matter_id, registered_at=at) for pk, at in rows],
        update_conflicts=True, unique_fields=["appeal"], update_fields=["matter"],
    )  # fmt: skip


def recount_of(appeal_id: int) -> None:
    """The same for the matter of an appeal whose number was corrected; nothing where it stands alone."""
    for matter_id in MatterMember.objects.filter(appeal_id=appeal_id).values_list("matter_id", flat=True):
        recount(matter_id)


def recount(matter_id: int) -> None:
    """Count the matter's appeals and people anew."""
    members = MatterMember.objects.filter(matter_id=matter_id)
    known = Q(~Q(appeal__phone_index=""))
    counted = members.aggregate(
        size=Count("pk"), people=Count("appeal__phone_index", filter=known, distinct=True),
        first_at=Min("registered_at"), last_at=Max("registered_at"),
    )  # fmt: skip
    Matter.objects.filter(pk=matter_id).update(**counted)
