"""All samples, by what pytest calls them."""

from __future__ import annotations

from tests.walk import accounts, grids, kernel, own, residents, sites, staff, volunteers
from tests.walk.sampling import Sample

_ROOMS = (grids, sites, accounts, staff, residents, volunteers, kernel, own)
SAMPLES: dict[str, Sample] = {sample.id: sample for room in _ROOMS for sample in room.SAMPLES}
