"""Nothing is left out: every public write service has a sample, or stands in `no_services.py` with why it has none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.walk.collecting import public_functions, takes, takes_by_keyword
from tests.walk.expected import MAY, OWN, WHEREVER
from tests.walk.no_services import NO_SERVICES
from tests.walk.samples import SAMPLES

ROOMS = ("governance", "grids", "accounts", "members", "points")


def _looks_like_a_service(name: str, function: Callable[..., Any]) -> bool:
    """Who acts is told to it; or it stands among the services, and does something at a moment or to somebody."""
    if takes(function, "by"):
        return True
    return "services" in name.split(".") and (takes(function, "now") or takes(function, "user_id"))


def _found() -> set[str]:
    found = {
        name for room in ROOMS for name, function in public_functions(room) if _looks_like_a_service(name, function)
    }
    # Of the appeals, those that their own walk does not see: it goes by keywords.
    beside = {
        name
        for name, function in public_functions("appeals")
        if takes(function, "by", "now") and not takes_by_keyword(function, "by", "now")
    }
    return found | beside | {"appeals.units.hand_over"}


def test_every_service_has_a_sample() -> None:
    """A service that nobody wrote a sample for fails here; so does a sample, or an exception, whose service is gone."""
    sampled = {sample.name for sample in SAMPLES.values()}
    assert _found() - sampled - set(NO_SERVICES) == set()
    assert sampled | set(NO_SERVICES) == _found()
    assert sampled & set(NO_SERVICES) == set()


def test_every_sample_is_somebodys() -> None:
    sampled = {sample.name for sample in SAMPLES.values()}
    assert sampled == set(MAY) | OWN
    assert set(MAY) & OWN == set()
    assert set(WHEREVER) <= set(MAY)


def test_every_sample_is_refused_in_some_state_or_says_why_in_none() -> None:
    assert [name for name, sample in SAMPLES.items() if bool(sample.refused) == bool(sample.harmless)] == []


def test_every_sample_is_recorded_or_says_why_not() -> None:
    """That the rows themselves are there is for `test_rights`."""
    assert {sample.name for sample in SAMPLES.values() if sample.unrecorded} <= OWN
