"""The people (members): buildings and homes, households, persons, and where each has lived."""

from members.models.homes import Building, Home
from members.models.households import Household, Stay
from members.models.persons import GENDERS, RESIDENCES, Person

__all__ = ["GENDERS", "RESIDENCES", "Building", "Home", "Household", "Person", "Stay"]
