"""What the room of points keeps."""

from points.models.ledger import (
    ACCOUNT_KINDS,
    KEPT,
    TRANSACTION_KINDS,
    Account,
    Allocation,
    AwardHalt,
    Entry,
    LedgerCheck,
    LedgerFault,
    Lot,
    Transaction,
)

__all__ = [
    "ACCOUNT_KINDS",
    "KEPT",
    "TRANSACTION_KINDS",
    "Account",
    "Allocation",
    "AwardHalt",
    "Entry",
    "LedgerCheck",
    "LedgerFault",
    "Lot",
    "Transaction",
]
