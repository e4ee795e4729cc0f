"""The people (members): buildings and homes, households, persons, and where each has lived."""

from members.models.designations import Courier, Designation, DesignationKind
from members.models.homes import Building, Home
from members.models.households import Household, Stay
from members.models.party import (
    DoubleRegistration,
    MembershipTransfer,
    PartyMembership,
    PartyOrganisation,
    PartyPost,
    ServiceDone,
    Term,
    TermExtension,
)
from members.models.party_households import LookedAfter, PartyHousehold, PartyHouseholdReport, PartyHouseholdVisit
from members.models.persons import GENDERS, RESIDENCES, Person

__all__ = [
    "GENDERS",
    "RESIDENCES",
    "Building",
    "Courier",
    "Designation",
    "DesignationKind",
    "DoubleRegistration",
    "Home",
    "Household",
    "LookedAfter",
    "MembershipTransfer",
    "PartyHousehold",
    "PartyHouseholdReport",
    "PartyHouseholdVisit",
    "PartyMembership",
    "PartyOrganisation",
    "PartyPost",
    "Person",
    "ServiceDone",
    "Stay",
    "Term",
    "TermExtension",
]
