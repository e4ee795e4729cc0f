"""Appeals (民有所呼，我有所应): the appeal, whom it was handed to, its history, its visits, its categories."""

from appeals.models.appeal import CHANNELS, HANDLING_KINDS, STATES, URGENCIES, Appeal, NumberCounter
from appeals.models.categories import Category
from appeals.models.exports import ExportRequest
from appeals.models.handling import AppealEntry, Assignment, SendBack, Visit
from appeals.models.hotline import HotlineNotice, HotlineReturn
from appeals.models.imports import ImportFile, ImportOrigin, ImportProblem, ImportTemplate
from appeals.models.limits import Extension, Shelving
from appeals.models.repeats import Matter, MatterMember, RepeatMark, SuspectedRepeat
from appeals.models.rules import PolicyRule
from appeals.models.stages import StageRecord
from appeals.models.supervision import SupervisionCounter, SupervisionOrder

__all__ = [
    "CHANNELS", "HANDLING_KINDS", "STATES", "URGENCIES", "Appeal", "AppealEntry", "Assignment", "Category",
    "ExportRequest", "Extension", "HotlineNotice", "HotlineReturn", "ImportFile", "ImportOrigin", "ImportProblem",
    "ImportTemplate", "Matter", "MatterMember", "NumberCounter", "PolicyRule", "RepeatMark", "SendBack", "Shelving",
    "StageRecord", "SupervisionCounter", "SupervisionOrder", "SuspectedRepeat", "Visit",
]  # fmt: skip
