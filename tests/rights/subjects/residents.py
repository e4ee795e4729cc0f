"""Persons, households, buildings, proposals: who sees which. Source: rights.md."""

from __future__ import annotations

from tests.rights.relations import OF_PEOPLE, Subject

SUBJECTS: tuple[Subject, ...] = (
    Subject(
        name="building",
        key="pk",
        routes=("members:building", "members:building_change", "members:building_remove", "members:homes_add"),
        pages=frozenset({"members:building", "members:building_change"}),
        seen=OF_PEOPLE,
    ),
    Subject(
        name="home",
        key="pk",
        routes=("members:home_remove",),
        pages=frozenset({"members:home_remove"}),
        seen=OF_PEOPLE,
    ),
    # "GW proposes": the grid's own see it, and the community that decides.
    Subject(
        name="resident_proposal",
        key="pk",
        routes=("members:proposal", "members:proposal_withdraw"),
        pages=frozenset({"members:proposal"}),
        seen=OF_PEOPLE,
    ),
)
