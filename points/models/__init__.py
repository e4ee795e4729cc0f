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
from points.models.shop import (
    CodeTries,
    Goods,
    OfflineSession,
    OfflineUpload,
    Order,
    OrderLine,
    Settlement,
    SettlementLine,
    Shop,
    StockMove,
)

__all__ = [
    "ACCOUNT_KINDS",
    "KEPT",
    "TRANSACTION_KINDS",
    "Account",
    "Allocation",
    "AwardHalt",
    "CodeTries",
    "Entry",
    "Goods",
    "Lot",
    "OfflineSession",
    "OfflineUpload",
    "Order",
    "OrderLine",
    "Settlement",
    "SettlementLine",
    "Shop",
    "StockMove",
    "Transaction",
]
