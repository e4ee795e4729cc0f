"""Who may do what: the one table of rights, and the one table of routes, a module a subject. Source: rights.md.

A right names the roles that have it at all. Whether this thing lies with this unit is for the service to check.
Every route has a row: a view name → a right, or PUBLIC, SIGNED_IN (acting in any role) or AUTHENTICATED (signed in,
with or without a posting in force); by method where methods differ, and then no other method is answered.
"""

from __future__ import annotations

from types import ModuleType

from accounts.rights import (
    appeals,
    care,
    careers,
    designations,
    earning,
    ledger,
    party,
    party_households,
    people,
    platform,
    rounds,
    sheets,
    shop,
    territory,
    volunteers,
)
from accounts.rights.roles import (
    AUTHENTICATED,
    BUSINESS,
    DC,
    DL,
    OFFICES,
    PUBLIC,
    SIGNED_IN,
    Rights,
    Routes,
)
from governance.scope import Actor

__all__ = [
    "AUTHENTICATED",
    "BUSINESS",
    "DC",
    "DL",
    "OFFICES",
    "PUBLIC",
    "RIGHTS",
    "ROUTES",
    "SIGNED_IN",
    "may",
    "methods_of",
    "right_for",
]

TABLES: tuple[ModuleType, ...] = (
    platform, sheets, territory, people, care, party, party_households, designations, volunteers, careers, ledger,
    earning, shop, rounds, appeals,
)  # fmt: skip

RIGHTS: Rights = {right: roles for table in TABLES for right, roles in table.RIGHTS.items()}
ROUTES: Routes = {route: row for table in TABLES for route, row in table.ROUTES.items()}


def methods_of(route: str) -> list[str]:
    """The methods that a route answers, where its row tells them apart; else nothing."""
    row = ROUTES.get(route)
    return sorted(row) if isinstance(row, dict) else []


def right_for(route: str, method: str) -> str | None:
    """The right that `route` asks for with `method`; None where it has no row, and nobody may."""
    row = ROUTES.get(route)
    if isinstance(row, dict):
        return row.get("GET" if method in {"HEAD", "OPTIONS"} else method)
    return row


def may(actor: Actor | None, right: str) -> bool:
    """Whether the actor's role has the right at all; PUBLIC always, SIGNED_IN and AUTHENTICATED for any actor."""
    if right == PUBLIC:
        return True
    if actor is None:
        return False
    if right in {SIGNED_IN, AUTHENTICATED}:
        return True
    return actor.role in RIGHTS[right]
