"""Careers of the small territory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from governance.calendars.defaults import ensure_default_calendar
from members.careers.services import careers
from members.careers.services.careers import Entry
from members.models import Appraisal, AppraisalRound, Career
from tests.fixtures import Cast, District
from tests.members.conftest import household as household
from tests.members.conftest import identity_number
from tests.members.conftest import person as person

REASON = "工作认真负责，群众评价好。"


@pytest.fixture
def calendar(db: None) -> None:
    """Working days by the statutory calendar."""
    ensure_default_calendar()


@pytest.fixture
def career(
    cast: Cast, district: District, now: datetime, person: Callable[..., Any], calendar: None
) -> Callable[..., Career]:
    """`career(post="grid")`: somebody who serves in the first community since 2022, appraised twice as 合格."""

    def make(post: str = "grid", *, name: str = "王建国", unit: Any = None, order: int = 1, **facts: Any) -> Career:
        number = identity_number(facts.pop("born", "19900101"), order)
        person(name, identity=number, phone=facts.pop("phone", ""))
        results = facts.pop("appraised", ("good", "good"))
        entry = {
            "name": name, "identity": number, "unit_id": (unit or _unit_of(post, district)).pk, "post": post,
            "entered_on": date(2022, 3, 1), "recruited": "open", "degree": "bachelor", "grounds": "2022 年公开招聘",
        } | facts  # fmt: skip
        made = careers.enter(entry=Entry(**entry), by=cast.dc, now=now)
        for year, result in zip((2025, 2024), results, strict=False):
            appraise(made, year, result, now)
        return made

    return make


def _unit_of(post: str, district: District) -> Any:
    return district.grid_1 if post == "grid" else district.community_1


def appraise(career: Career, year: int, result: str, now: datetime) -> None:
    """A decided result of a year, as a round would leave it."""
    found, _ = AppraisalRound.objects.get_or_create(
        street_id=career.street_id, year=year,
        defaults={"district_id": career.district_id, "state": "decided", "opened_at": now, "decided_at": now},
    )  # fmt: skip
    Appraisal.objects.create(
        round=found, career=career, result=result, district_id=career.district_id, street_id=career.street_id,
        community_id=career.community_id,
    )  # fmt: skip
