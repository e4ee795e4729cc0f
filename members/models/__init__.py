"""The people (members): buildings and homes, households, persons, and where each has lived."""

from members.models.homes import Building, Home
from members.models.households import Household, Stay
from members.models.persons import GENDERS, RESIDENCES, Person
from members.models.proposals import Apart, Proposal

__all__ = ["GENDERS", "RESIDENCES", "Apart", "Building", "Home", "Household", "Person", "Proposal", "Stay"]
