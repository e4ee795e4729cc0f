"""The roles by their letters in rights.md, and the words of a route's row that are no right."""

from __future__ import annotations

from governance.scope import Role

PUBLIC = "public"
SIGNED_IN = "signed_in"
AUTHENTICATED = "authenticated"

DL, DC, SL, SS = Role.DISTRICT_LEADER, Role.DISTRICT_CENTRE, Role.STREET_LEADER, Role.STREET_STAFF
CS, CW = Role.COMMUNITY_SECRETARY, Role.COMMUNITY_WORKER
GW, PG, DS, EL = Role.GRID_WORKER, Role.PART_TIME_GRID_WORKER, Role.DEPARTMENT_STAFF, Role.ENTERPRISE_LIAISON
SC, AU, SE, SY = Role.SHOP_CLERK, Role.AUDITOR, Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN

BUSINESS = frozenset({DL, DC, SL, SS, CS, CW, GW, PG, DS, EL, SC})
# 三员分立: none of these may hold another of them, nor a business role.
OFFICES = frozenset({AU, SE, SY})
HANDLERS = frozenset({SL, SS, CS, CW, GW, DS, DC})

# right → roles that have it at all; route → right, or by method.
Rights = dict[str, frozenset[Role]]
Routes = dict[str, str | dict[str, str]]
