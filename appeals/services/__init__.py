"""All writes to appeals. One keyword-only function a use case; `by` acts, `now` is the moment."""

from appeals.services.dispatch import (
    add_assisting,
    adjudicate,
    dispatch,
    dispatch_many,
    pass_down,
    recall,
    report_up,
    transfer,
)
from appeals.services.edit import Correction, edit, may_reveal, note, reveal
from appeals.services.extend import ask_extension, decide_extension
from appeals.services.handle import accept, contact, finish_assisting, resolve, send_back
from appeals.services.hotline import resend_to_hotline, rework_for_hotline, set_aside_return
from appeals.services.register import NewAppeal, handle_on_the_spot, register
from appeals.services.settle import merge, merge_many, reject, reopen, unmerge
from appeals.services.shelve import ask_shelving, decide_shelving, reactivate
from appeals.services.stages import finish_stage
from appeals.services.supervise import answer_supervision, review_supervision, supervise
from appeals.services.visit import VisitReport, complainant_unsatisfied, visit

__all__ = [
    "Correction",
    "NewAppeal",
    "VisitReport",
    "accept",
    "add_assisting",
    "adjudicate",
    "answer_supervision",
    "ask_extension",
    "ask_shelving",
    "complainant_unsatisfied",
    "contact",
    "decide_extension",
    "decide_shelving",
    "dispatch",
    "dispatch_many",
    "edit",
    "finish_assisting",
    "finish_stage",
    "handle_on_the_spot",
    "may_reveal",
    "merge",
    "merge_many",
    "note",
    "pass_down",
    "reactivate",
    "recall",
    "register",
    "reject",
    "reopen",
    "report_up",
    "resend_to_hotline",
    "resolve",
    "reveal",
    "review_supervision",
    "rework_for_hotline",
    "send_back",
    "set_aside_return",
    "supervise",
    "transfer",
    "unmerge",
    "visit",
]  # fmt: skip
