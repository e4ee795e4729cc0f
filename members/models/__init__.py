"""The people (members): buildings and homes, households, persons, and where each has lived."""

from members.models.homes import Building, Home
from members.models.households import Household, Stay
from members.models.persons import GENDERS, RESIDENCES, Person
from members.models.volunteers import Activity, ServiceHours, SignUp, TeamMember, VolunteerTeam

__all__ = [
    "GENDERS",
    "RESIDENCES",
    "Activity",
    "Building",
    "Home",
    "Household",
    "Person",
    "ServiceHours",
    "SignUp",
    "Stay",
    "TeamMember",
    "VolunteerTeam",
]
