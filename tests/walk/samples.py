"""All samples, by what pytest calls them."""

from __future__ import annotations

from tests.walk import (
    accounts,
    care,
    careers,
    earning,
    grids,
    hubs,
    kernel,
    ledger,
    own,
    party,
    proposed,
    quotas,
    residents,
    rounds,
    sheets,
    shop,
    sites,
    staff,
    volunteers,
)
from tests.walk.sampling import Sample

_ROOMS = (
    grids,
    sites,
    accounts,
    staff,
    residents,
    proposed,
    care,
    party,
    hubs,
    volunteers,
    quotas,
    careers,
    earning,
    ledger,
    shop,
    rounds,
    sheets,
    kernel,
    own,
)
SAMPLES: dict[str, Sample] = {sample.id: sample for room in _ROOMS for sample in room.SAMPLES}
