"""Earning points: rules, awards, budgets: samples for the walk of services."""

from __future__ import annotations

from tests.walk.sampling import Sample

SAMPLES: list[Sample] = []
