"""All samples, by what pytest calls them."""

from __future__ import annotations

from tests.walk import accounts, careers, grids, kernel, own, quotas, residents, sites, staff
from tests.walk.sampling import Sample

_ROOMS = (grids, sites, quotas, accounts, staff, residents, careers, kernel, own)
SAMPLES: dict[str, Sample] = {sample.id: sample for room in _ROOMS for sample in room.SAMPLES}
