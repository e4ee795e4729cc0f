"""The points shop: goods, stock, orders, the counter, settlement: samples for the walk of services."""

from __future__ import annotations

from tests.walk.sampling import Sample

SAMPLES: list[Sample] = []
