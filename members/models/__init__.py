"""The people (members): homes, households and persons, and all that the district keeps of them, a module a subject."""

from members.models.care import CareEvent, CareKind, CareRecord, CareTurn, CareVisit
from members.models.career_procedures import Appraisal, AppraisalRound, CareerProcedure, CareerProcedureEntry
from members.models.careers import Career, CareerEvent, CareerMeasure, PayScale
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
from members.models.proposals import Apart, Proposal
from members.models.volunteers import Activity, ServiceHours, SignUp, TeamMember, VolunteerTeam

__all__ = [
    "GENDERS",
    "RESIDENCES",
    "Activity",
    "Apart",
    "Appraisal",
    "AppraisalRound",
    "Building",
    "CareEvent",
    "CareKind",
    "CareRecord",
    "CareTurn",
    "CareVisit",
    "Career",
    "CareerEvent",
    "CareerMeasure",
    "CareerProcedure",
    "CareerProcedureEntry",
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
    "PayScale",
    "Person",
    "Proposal",
    "ServiceDone",
    "ServiceHours",
    "SignUp",
    "Stay",
    "TeamMember",
    "Term",
    "TermExtension",
    "VolunteerTeam",
]
