"""What is open to see of points, a member's own pages, and rounds 创先争优: objects for the walk of rights."""

from __future__ import annotations

from tests.rights.making.base import Base


class OfRounds(Base):
    """Makes them where the walk wants them."""
