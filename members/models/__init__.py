"""The people (members): buildings and homes, households, persons, and where each has lived; special care lists."""

from members.models.care import CareEvent, CareKind, CareRecord, CareTurn, CareVisit
from members.models.homes import Building, Home
from members.models.households import Household, Stay
from members.models.persons import GENDERS, RESIDENCES, Person

__all__ = [
    "GENDERS",
    "RESIDENCES",
    "Building",
    "CareEvent",
    "CareKind",
    "CareRecord",
    "CareTurn",
    "CareVisit",
    "Home",
    "Household",
    "Person",
    "Stay",
]
