"""What the room of points keeps."""

from points.models.earning import (
    EARNERS,
    EXPIRIES,
    FINDINGS,
    ODD_KINDS,
    RULE_KINDS,
    Claim,
    EarningRule,
    FundLimit,
    OddReview,
    OddRule,
)
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

__all__ = [
    "ACCOUNT_KINDS",
    "EARNERS",
    "EXPIRIES",
    "FINDINGS",
    "KEPT",
    "ODD_KINDS",
    "RULE_KINDS",
    "TRANSACTION_KINDS",
    "Account",
    "Allocation",
    "AwardHalt",
    "Claim",
    "EarningRule",
    "Entry",
    "FundLimit",
    "Lot",
    "OddReview",
    "OddRule",
    "Transaction",
]
