"""How a place lies to a role's own, and what a kind of object is to the walk. Source: rights.md."""

from __future__ import annotations

from dataclasses import dataclass, field

from governance.scope import Role

# By relation to the role's unit (own, other, above, below): where the sample lies, and whether the role sees it.
Relations = dict[str, tuple[str, bool]]

DISTRICT: Relations = {"own": ("district", True), "other": ("elsewhere", False), "below": ("grid_1", True)}

STREET: Relations = {
    "own": ("street_1", True), "other": ("street_2", False), "above": ("district", False), "below": ("grid_1", True),
}  # fmt: skip

COMMUNITY: Relations = {
    "own": ("community_1", True), "other": ("community_2", False), "above": ("street_1", False),
    "below": ("grid_1", True),
}  # fmt: skip

GRID: Relations = {"own": ("grid_1", True), "other": ("grid_2", False), "above": ("community_1", False)}

LINE: dict[Role, Relations] = {
    Role.DISTRICT_LEADER: DISTRICT, Role.DISTRICT_CENTRE: DISTRICT,
    Role.STREET_LEADER: STREET, Role.STREET_STAFF: STREET,
    Role.COMMUNITY_SECRETARY: COMMUNITY, Role.COMMUNITY_WORKER: COMMUNITY,
    Role.GRID_WORKER: GRID, Role.PART_TIME_GRID_WORKER: GRID,
}  # fmt: skip


@dataclass(frozen=True)
class Subject:
    """A kind of object that routes name: how its routes call it, where it lies, and who sees it."""

    name: str
    key: str
    routes: tuple[str, ...]
    seen: dict[Role, Relations]
    # Routes of these that answer GET with 200 to whoever sees the object.
    pages: frozenset[str] = frozenset()
    values: dict[str, dict[str, object]] = field(default_factory=dict)
    # What the address takes of the sample, where that is more than its key: name → attribute.
    more: dict[str, str] = field(default_factory=dict)


# rights.md: "persons, households: see · CS CW GW(own grid) SS SL(masked)"; the district sees figures alone.
OF_PEOPLE: dict[Role, Relations] = {
    role: seen for role, seen in LINE.items() if role not in {Role.DISTRICT_LEADER, Role.DISTRICT_CENTRE}
}
