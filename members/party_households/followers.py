"""Party-member households of a unit that closes or moves go along, and what they look after there."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F, Q

from governance.days import today_of
from members.following import Follower, Step
from members.models import LookedAfter, PartyHousehold
from members.party_households.services.ties import close_ties_of_households


def _follow(step: Step, ids: Sequence[int]) -> None:
    """Of a grid that became part of another community, ties across its border end; where a grid has no successor of
    its kind, the community is asked in which one it goes on."""
    if step.successor is not None and step.place["grid_id"] is None:
        doubted = PartyHousehold.objects.filter(pk__in=ids, doubt="")
        doubted.update(doubt="moved", doubt_on=today_of(step.now))
    here = step.place.get("community_id")
    if here is None:
        return
    across = LookedAfter.objects.filter(
        Q(household__community_id=here) | Q(party_household__community_id=here), until_on=None
    ).exclude(household__community_id=F("party_household__community_id"))
    close_ties_of_households(set(across.values_list("household_id", flat=True)), on=today_of(step.now))


FOLLOWERS = (
    Follower(
        key="party_household", label="党员中心户", counter="户", needs_grid=True,
        rows=lambda today: PartyHousehold.objects.open(), after=_follow,
    ),
)  # fmt: skip
