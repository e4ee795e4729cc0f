"""Objects of special care lists."""

from __future__ import annotations

from datetime import date

from grids.models import Unit
from members.care import turns
from members.care.kinds import ensure_default_kinds as ensure_default_kinds_of_care
from members.models import CareKind, CareRecord
from tests.rights.making.base import Base


class OfCare(Base):
    """Makes them when they are first asked for."""

    def care_record(self, unit: Unit) -> CareRecord:
        """Somebody of the unit on a special care list, with a visit that is due."""
        ensure_default_kinds_of_care()
        place = self._lives(unit)
        found = CareRecord.objects.create(
            person=self.get("resident", next(name for name, one in self.units.items() if one == unit)),
            kind=CareKind.objects.get(code="alone"), level="A", words="高血压，每日服药", since=date(2026, 11, 1),
            made_at=self.now, changed_at=self.now, **place,
        )  # fmt: skip
        turns.begin(found, self.now, self.now)
        return found
