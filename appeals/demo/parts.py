"""The subjects of the demo district by part: how each is called while it loads, what is counted, and what fills it.

Every fill knows by its own rows what an earlier, killed run has written. The people and the appeals need the territory
and nothing of each other, so two processes may load them at the same time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.seeding import ensure_staff
from appeals.categories import ensure_default_categories
from appeals.demo import repeats, snapshots
from appeals.demo.past import write_past
from appeals.demo.present import DAYS, play
from appeals.demo.texts import GIVEN, SURNAMES
from appeals.rules import ensure_default_rules
from governance import demo
from governance.calendars.defaults import ensure_default_calendar
from governance.deadlines.defaults import ensure_default_policies
from governance.scope import PLATFORM
from grids.demo import build_territory
from grids.models import Unit
from grids.quotas.demo import build_quotas
from grids.sites.demo import build_sites
from members import demo as people
from members import demo_review
from members.care import demo as care
from members.careers import demo as careers
from members.designations import demo as designations
from members.models import Person
from members.party import demo as party
from members.party_households import demo as party_households
from members.volunteers import demo as volunteers
from points.earning import demo as earning
from points.rounds import demo as rounds
from points.shop import demo as shop

RECENT = 260
MONTHS = 18

Progress = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much of the demo, as of when."""

    appeals: int
    households: int
    now: datetime

    @property
    def began(self) -> datetime:
        """When the district began to use the platform."""
        return self.now - timedelta(days=30 * MONTHS)


@dataclass(frozen=True, slots=True)
class Subject:
    """One line of the table. `there` of the `total` were loaded before; a total of 0 is not known beforehand."""

    label: str
    unit: str
    fill: Callable[[Progress], object]
    total: int = 0
    there: int = 0


def _territory(wanted: Wanted) -> tuple[Subject, ...]:
    def fill(progress: Progress) -> None:
        began = wanted.began
        build_territory(now=began, by=PLATFORM)
        build_sites(now=began, by=PLATFORM)
        build_quotas(now=began, by=PLATFORM)
        ensure_default_calendar()
        ensure_default_policies(began - timedelta(days=30))
        ensure_default_categories()
        ensure_default_rules()
        progress(ensure_staff(surnames=SURNAMES, given=GIVEN, now=wanted.now))

    return (Subject("区划、网格、部门、工作人员", "人", fill),)


def _appeals(wanted: Wanted) -> tuple[Subject, ...]:
    now, recent = wanted.now, min(RECENT, wanted.appeals)
    older, end = wanted.appeals - recent, wanted.now - timedelta(days=DAYS)
    return (
        Subject("历史诉求", "件", _with(write_past, count=older, start=wanted.began, end=end, first=recent), older),
        Subject(f"近 {DAYS} 天诉求", "步", _with(play, count=recent, first=0, now=now)),
        Subject("重复诉求", "组", lambda progress: repeats.mark(now)),
    )


def _people(wanted: Wanted) -> tuple[Subject, ...]:
    """Careers right behind the people: their steps are taken at moments that have passed, best before beat sweeps."""
    now = wanted.now
    grids = Unit.objects.open().filter(kind="grid").count()
    residents = _with(people.fill, households_per_grid=wanted.households, surnames=SURNAMES, now=wanted.began)
    expected = round(grids * wanted.households * people.PER_HOUSEHOLD)
    return (
        Subject("居民", "人", residents, expected, Person.objects.count()),
        Subject("社区工作者", "人", _with(careers.fill, now=now)),
        Subject("网格员上报", "条", _with(demo_review.fill, now=now)),
        Subject("党组织、党员", "条", _with(party.fill, now=now)),
        Subject("中心户", "户", _with(party_households.fill, now=now)),
        Subject("称号", "人", _with(designations.fill, now=now)),
        Subject("志愿活动", "场", _with(volunteers.fill, now=now)),
        Subject("重点关爱", "人", _with(care.fill, now=now)),
        Subject("积分", "条", _with(earning.fill, now=now)),
        Subject("随手拍得积分", "件", _with(snapshots.fill, now=now)),
        Subject("积分超市", "单", _with(shop.fill, now=now)),
        Subject("评选和积分公示", "件", _with(rounds.fill, now=now)),
    )


def _with(fill: Callable[..., object], **arguments: object) -> Callable[[Progress], object]:
    return lambda progress: fill(progress=progress, **arguments)


SUBJECTS: dict[str, Callable[[Wanted], tuple[Subject, ...]]] = {
    demo.TERRITORY: _territory, demo.APPEALS: _appeals, demo.PEOPLE: _people,
}  # fmt: skip
