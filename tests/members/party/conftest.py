"""A small tree: the street's 大工委, the community's 大党委, a grid branch and a featured one, and one beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from accounts.acting import actor_from
from governance.calendars.defaults import ensure_default_calendar
from governance.scope import Role
from members.models import PartyMembership, PartyOrganisation
from members.party.services import memberships, organisations
from tests.fixtures import make_posting

FOUNDED = date(2015, 6, 1)


@dataclass(frozen=True)
class Branches:
    """Named by what they are; `branch_2` is the other community's."""

    street: PartyOrganisation
    community: PartyOrganisation
    branch: PartyOrganisation
    featured: PartyOrganisation
    community_2: PartyOrganisation
    branch_2: PartyOrganisation


def founded(name: str, kind: str, parent: Any, unit: Any, by: Any, now: Any, **more: Any) -> PartyOrganisation:
    founding = organisations.Founding(
        name=name, kind=kind, parent_id=parent and parent.pk, unit_id=unit.pk, founded_on=FOUNDED, **more
    )
    return organisations.found(founding=founding, by=by, now=now)


@pytest.fixture
def party(cast, district, now) -> Branches:
    """The tree, founded by the levels that may."""
    ensure_default_calendar()
    street = founded("第一街道大工委", "street_committee", None, district.street_1, cast.dc, now)
    community = founded("1社区大党委", "community_committee", street, district.community_1, cast.ss, now)
    other = founded("2社区大党委", "community_committee", street, district.community_2, cast.ss, now)
    return Branches(
        street=street, community=community, community_2=other,
        branch=founded("第1网格党支部", "grid_branch", community, district.grid_1, cast.cs, now),
        featured=founded(
            "银发先锋党支部", "featured_branch", community, district.community_1, cast.cs, now, theme="银发先锋"
        ),
        branch_2=founded("2社区第1网格党支部", "grid_branch", other, district.grid_3, cast.cs_2, now),
    )  # fmt: skip


@pytest.fixture
def member(party, person, cast, now) -> Callable[..., PartyMembership]:
    """`member("王建国")`: a full member of the grid branch since 2024."""

    def make(
        name: str = "王建国", *, to: Any = None, by: Any = None, worker: Any = None, numbered: str = "", **facts: Any
    ) -> Any:
        told = {"joined_party_on": date(1990, 7, 1)} | facts
        return memberships.admit(
            organisation_id=(to or party.branch).pk, person_id=person(name, by=worker, identity=numbered).pk,
            facts=memberships.Facts(**told), from_on=date(2024, 6, 1), by=by or cast.cs, now=now,
        )  # fmt: skip

    return make


@pytest.fixture
def sisters(cast, district, now) -> SimpleNamespace:
    """More of one rank: the leader of the second community beside the first's, and a second secretary of each."""
    return SimpleNamespace(
        cs_beside=actor_from(make_posting(Role.COMMUNITY_SECRETARY, district.community_1, username="cs-b"), now=now),
        cs_2_beside=actor_from(make_posting(Role.COMMUNITY_SECRETARY, district.community_2, username="cs-2b"), now=now),
    )
