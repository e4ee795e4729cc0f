"""The people (members): buildings and homes, households, persons, where each has lived; community workers' careers."""

from members.models.career_procedures import (
    Appraisal,
    AppraisalRound,
    CareerProcedure,
    CareerProcedureEntry,
)
from members.models.careers import Career, CareerEvent, CareerMeasure, PayScale
from members.models.homes import Building, Home
from members.models.households import Household, Stay
from members.models.persons import GENDERS, RESIDENCES, Person

__all__ = [
    "GENDERS",
    "RESIDENCES",
    "Appraisal",
    "AppraisalRound",
    "Building",
    "Career",
    "CareerEvent",
    "CareerMeasure",
    "CareerProcedure",
    "CareerProcedureEntry",
    "Home",
    "Household",
    "PayScale",
    "Person",
    "Stay",
]
