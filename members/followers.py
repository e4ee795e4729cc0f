"""What of the people themselves follows a unit that closes or moves."""

from __future__ import annotations

from collections.abc import Sequence

from members.following import Follower, Step
from members.models import Building, Household, Person, Proposal


def _readdress(step: Step, ids: Sequence[int]) -> None:
    """A proposed household names the unit that it is to lie in, and taking the proposal looks there."""
    if step.successor is None:
        return
    changed = []
    for proposal in Proposal.objects.filter(pk__in=ids, kind="household").order_by("pk"):
        if proposal.content.get("address", {}).get("unit_id") == step.unit.pk:
            proposal.content["address"]["unit_id"] = step.successor.pk
            changed.append(proposal)
    if changed:
        Proposal.objects.bulk_update(changed, ["content"])


# Buildings before persons before households, as whoever changes a building's place takes them.
FOLLOWERS = (
    Follower(
        key="building", label="楼栋", counter="栋", named_within="community_id",
        rows=lambda today: Building.objects.filter(removed_on=None),
    ),
    Follower(key="person", label="在册居民", counter="人", rows=lambda today: Person.objects.here()),
    Follower(key="household", label="住户", counter="户", rows=lambda today: Household.objects.open()),
    Follower(
        key="proposal", label="待核对的登记建议", counter="件", rows=lambda today: Proposal.objects.open(),
        after=_readdress,
    ),
)  # fmt: skip
