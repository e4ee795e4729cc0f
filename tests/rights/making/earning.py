"""Earning points: rules, awards, budgets: objects for the walk of rights."""

from __future__ import annotations

from tests.rights.making.base import Base


class OfEarning(Base):
    """Makes them where the walk wants them."""
