"""The points shop: goods, stock, orders, the counter, settlement: objects for the walk of rights."""

from __future__ import annotations

from tests.rights.making.base import Base


class OfShop(Base):
    """Makes them where the walk wants them."""
