"""All samples, by what pytest calls them."""

from __future__ import annotations

from tests.walk import accounts, grids, kernel, own, staff
from tests.walk.sampling import Sample

SAMPLES: dict[str, Sample] = {
    sample.id: sample for sample in [*grids.SAMPLES, *accounts.SAMPLES, *staff.SAMPLES, *kernel.SAMPLES, *own.SAMPLES]
}
