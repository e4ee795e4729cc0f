"""The books of points: objects for the walk of rights."""

from __future__ import annotations

from grids.models import Unit
from points.models import AwardHalt
from tests.rights.making.base import Base


class OfLedger(Base):
    """Makes them where the walk wants them."""

    def points_halt(self, unit: Unit) -> AwardHalt:
        """Of the unit's awards."""
        return AwardHalt.objects.create(unit=unit, since=self.now, why="对账不平")
