"""What the room of points keeps."""

from points.models.ledger import (
    ACCOUNT_KINDS,
    KEPT,
    TRANSACTION_KINDS,
    Account,
    Allocation,
    AwardHalt,
    Entry,
    Lot,
    Transaction,
)
from points.models.notices import NOTICE_STATES, Notice, NoticeLine, NoticeObjection, Unnamed
from points.models.rounds import (
    Round,
    RoundCriterion,
    RoundJuror,
    RoundNomination,
    RoundObjection,
    RoundScore,
    RoundVote,
)

__all__ = [
    "ACCOUNT_KINDS",
    "KEPT",
    "NOTICE_STATES",
    "TRANSACTION_KINDS",
    "Account",
    "Allocation",
    "AwardHalt",
    "Entry",
    "Lot",
    "Notice",
    "NoticeLine",
    "NoticeObjection",
    "Round",
    "RoundCriterion",
    "RoundJuror",
    "RoundNomination",
    "RoundObjection",
    "RoundScore",
    "RoundVote",
    "Transaction",
    "Unnamed",
]
