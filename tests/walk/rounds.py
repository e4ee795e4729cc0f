"""What is open to see of points, a member's own pages, and rounds 创先争优: samples for the walk of services."""

from __future__ import annotations

from tests.walk.sampling import Sample

SAMPLES: list[Sample] = []
