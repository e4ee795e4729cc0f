"""People of the small territory on the special care lists."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from governance.calendars.defaults import ensure_default_calendar
from members.care.kinds import ensure_default_kinds
from members.care.services.listing import Entry, add_record
from members.care.services.visiting import Seen, record_visit
from members.models import CareKind, CareRecord, CareVisit, Person
from tests.fixtures import Cast


@pytest.fixture
def lists(db: None) -> None:
    """The usual lists, and the calendar that clocks ask for."""
    ensure_default_calendar()
    ensure_default_kinds()


@pytest.fixture
def kind(lists: None) -> Callable[[str], CareKind]:
    """`kind("alone")`."""
    return lambda code: CareKind.objects.get(code=code)


@pytest.fixture
def listed(
    lists: None, kind: Callable[[str], CareKind], person: Callable[..., Person], cast: Cast, now: datetime
) -> Callable[..., CareRecord]:
    """`listed(level="A")`: an old person who lives alone, in the first grid, from now on."""

    def make(
        who: Person | None = None, *, code: str = "alone", by: Any = None, at: datetime | None = None, **facts: Any
    ) -> CareRecord:
        entry = Entry(**({"level": "A", "grounds": "独居，子女在外地"} | facts))
        who = who or person()
        return add_record(person_id=who.pk, kind_id=kind(code).pk, entry=entry, by=by or cast.cw, now=at or now)

    return make


@pytest.fixture
def visit(cast: Cast, now: datetime) -> Callable[..., CareVisit]:
    """`visit(record, days=3)`: so many days after now; all well, unless said."""

    def make(
        record: CareRecord, *, days: float | timedelta = 0, found: str = "ok", by: Any = None,
        turn_id: int | None = None, words: str = "一切正常", at: datetime | None = None,
    ) -> CareVisit:  # fmt: skip
        moment = now + (days if isinstance(days, timedelta) else timedelta(days=days))
        seen = Seen(at=at or moment, how="home", found=found, words=words)
        return record_visit(record_id=record.pk, seen=seen, turn_id=turn_id, by=by or cast.gw, now=moment)

    return make
