"""Party-member households of the demo: 2,135 in 775 grids, each with the homes around it; gaps left on purpose."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from grids.models import Unit
from members.models import (
    Household,
    LookedAfter,
    PartyHousehold,
    PartyHouseholdReport,
    PartyHouseholdVisit,
    PartyMembership,
    Stay,
)
from members.party_households.limits import DUTIES

# The district's own figures: domain.md.
WANTED, GRIDS = 2135, 775
# How many a grid has, and how many grids of a hundred have so many.
_MANY = (0, 1, 2, 3, 4, 5)
_WEIGHTS = (5, 8, 25, 33, 21, 8)
_NOTES = (
    "家中平安，没有困难。", "老人独居，帮忙联系了上门理发。", "提醒冬季用电用气安全。", "宣传医保缴费时间。",
    "反映楼道堆物，已提醒清理。", "孩子放寒假，提醒冰面安全。", "送去社区活动通知。", "了解供热温度，室温 20 度以上。",
)  # fmt: skip
_REPORTS = (
    "3 单元楼道灯不亮，晚上老人上下楼不方便。", "小区东门积雪结冰，建议撒融雪剂。", "单元门禁坏了，关不上。",
    "一层下水返味，疑似管道堵塞。", "住户家里暖气不热，已多日低于 18 度。", "垃圾桶满溢，建议增加清运。",
    "健身器材松动，存在安全隐患。", "电动车在楼道里充电，劝阻后又出现。",
)  # fmt: skip
_BATCH = 2000


@dataclass
class _Grid:
    """What one grid offers: members with their homes, and homes by building."""

    members: list[tuple[int, int]] = field(default_factory=list)
    homes: list[tuple[int, int]] = field(default_factory=list)


def fill(*, now: datetime, progress: Callable[[int], Any] = lambda n: None) -> None:
    """Add the demo's party households where there is none yet; the same each time. Needs the party's demo before it."""
    if PartyHousehold.objects.exists():
        return
    with transaction.atomic():
        hubs, reach = _hubs(now)
        PartyHousehold.objects.bulk_create(hubs, batch_size=_BATCH)
        ties = _ties(hubs, reach)
        LookedAfter.objects.bulk_create(ties, batch_size=_BATCH)
        _rounds(hubs, reach, now)
    progress(len(hubs))


def _grids() -> dict[int, _Grid]:
    grids: dict[int, _Grid] = defaultdict(_Grid)
    here = Household.objects.open().filter(grid__isnull=False, size__gt=0)
    for pk, grid_id, building_id in here.order_by("home__building_id", "pk").values_list(
        "pk", "grid_id", "home__building_id"
    ):
        grids[grid_id].homes.append((pk, building_id or 0))
    homes = dict(
        Stay.objects.filter(until_on=None, household__grid__isnull=False).values_list("person_id", "household_id")
    )
    members = PartyMembership.objects.current().filter(person__state="here", person__grid__isnull=False)
    for person_id, grid_id in members.order_by("person_id").values_list("person_id", "person__grid_id"):
        if person_id in homes:
            grids[grid_id].members.append((person_id, homes[person_id]))
    return grids


def _wanted(codes: list[str]) -> dict[str, int]:
    """Grid → how many; together as many as the district has, for as many grids as there are."""
    counts = {code: random.Random(f"hubs-{code}").choices(_MANY, _WEIGHTS)[0] for code in codes}
    left = round(WANTED * len(codes) / GRIDS) - sum(counts.values())
    for code in sorted(codes, key=lambda code: random.Random(f"even-{code}").random()):
        if left == 0:
            break
        step = 1 if left > 0 else -1
        # Grids without one stay without: they are the gaps.
        if counts[code] and 1 <= counts[code] + step <= _MANY[-1] + 1:
            counts[code] += step
            left -= step
    return counts


def _hubs(now: datetime) -> tuple[list[PartyHousehold], list[list[int]]]:
    """The party households, and the homes that each looks after."""
    grids, today = _grids(), timezone.localdate(now)
    rows = Unit.objects.open().filter(kind="grid").select_related("district", "street", "community")
    units = list(rows.order_by("code"))
    wanted = _wanted([unit.code for unit in units])
    hubs: list[PartyHousehold] = []
    reach: list[list[int]] = []
    for unit in units:
        rng = random.Random(f"hub-{unit.code}")
        for hub, homes in _of_grid(unit, grids[unit.pk], wanted[unit.code], rng, today, now):
            hubs.append(hub)
            reach.append(homes)
    return hubs, reach


def _of_grid(
    unit: Unit, grid: _Grid, wanted: int, rng: random.Random, today: date, now: datetime
) -> Iterator[tuple[PartyHousehold, list[int]]]:
    """Members of different households; each takes the homes of its own building first. More than half stay nobody's."""
    by_home = {home: person for person, home in reversed(grid.members)}
    own = sorted(rng.sample(sorted(by_home), min(wanted, len(by_home))))
    free = [pair for pair in grid.homes if pair[0] not in set(own)]
    building_of = dict(grid.homes)
    most = int(len(free) * 0.62) // len(own) if own else 0
    for number, home in enumerate(own, start=1):
        count = min(most, rng.choices((rng.randint(10, 20), rng.randint(6, 9), rng.randint(21, 24)), (91, 6, 3))[0])
        near = sorted(free, key=lambda pair: (pair[1] != building_of[home], abs(pair[1] - building_of[home]), pair[0]))
        taken = near[:count]
        free = [pair for pair in free if pair not in set(taken)]
        yield _hub(unit, by_home[home], home, number, len(taken), rng, today, now), [pk for pk, _ in taken]


def _hub(
    unit: Unit, person_id: int, home: int, number: int, homes: int, rng: random.Random, today: date, now: datetime
) -> PartyHousehold:  # fmt: skip
    since = max(date(2024, 5, 1), today - timedelta(days=rng.randint(60, 900)))
    moved = rng.random() < 0.004
    return PartyHousehold(
        person_id=person_id, household_id=home, district=unit.district, street=unit.street, community=unit.community,
        grid=unit, from_on=since, homes=homes, duties=DUTIES, made_at=now,
        sign_number=f"{unit.code[6:]}-{number:02d}" if rng.random() < 0.9 else "",
        doubt="moved" if moved else "", doubt_on=today - timedelta(days=rng.randint(1, 20)) if moved else None,
    )  # fmt: skip


def _ties(hubs: list[PartyHousehold], reach: list[list[int]]) -> Iterator[LookedAfter]:
    for hub, homes in zip(hubs, reach, strict=True):
        for household_id in homes:
            yield LookedAfter(party_household=hub, household_id=household_id, from_on=hub.from_on)


def _rounds(hubs: list[PartyHousehold], reach: list[list[int]], now: datetime) -> None:
    """Rounds of the last four months, most of them fresh, some never; what some reported."""
    visits: list[PartyHouseholdVisit] = []
    seen: list[list[int]] = []
    reports: list[PartyHouseholdReport] = []
    today = timezone.localdate(now)
    for hub, homes in zip(hubs, reach, strict=True):
        rng = random.Random(f"rounds-{hub.person_id}")
        for on in _days(hub, homes, rng, today):
            visits.append(_visit(hub, on, rng, now))
            seen.append(sorted(rng.sample(homes, min(len(homes), rng.randint(3, 8)))))
            hub.last_visit_on = max(on, hub.last_visit_on or on)
        if rng.random() < 0.2:
            reports.append(_report(hub, today - timedelta(days=rng.randint(1, 60)), rng, now))
    PartyHouseholdVisit.objects.bulk_create(visits, batch_size=_BATCH)
    links = PartyHouseholdVisit.households.through
    pairs = ((visit, home) for visit, homes in zip(visits, seen, strict=True) for home in homes)
    links.objects.bulk_create(
        (links(partyhouseholdvisit_id=visit.pk, household_id=home) for visit, home in pairs), batch_size=_BATCH
    )
    PartyHouseholdReport.objects.bulk_create(reports, batch_size=_BATCH)
    PartyHousehold.objects.bulk_update(hubs, ["last_visit_on"], batch_size=_BATCH)


def _days(hub: PartyHousehold, homes: list[int], rng: random.Random, today: date) -> list[date]:
    if not homes or rng.random() < 0.04:
        return []
    last = today - timedelta(
        days=rng.choices((rng.randint(0, 20), rng.randint(21, 60), rng.randint(61, 140)), (7, 2, 1))[0]
    )
    days = [last - timedelta(days=28 * n + rng.randint(0, 6)) for n in range(rng.randint(1, 4))]
    return [day for day in days if day >= hub.from_on]


def _visit(hub: PartyHousehold, on: date, rng: random.Random, now: datetime) -> PartyHouseholdVisit:
    return PartyHouseholdVisit(
        party_household=hub, on=on, words=rng.choice(_NOTES), recorded_by_user=0, recorded_by_name="网格员",
        recorded_at=now,
    )  # fmt: skip


def _report(hub: PartyHousehold, on: date, rng: random.Random, now: datetime) -> PartyHouseholdReport:
    return PartyHouseholdReport(
        party_household=hub, on=max(on, hub.from_on), words=rng.choice(_REPORTS), recorded_by_user=0,
        recorded_by_name="网格员", recorded_at=now,
    )  # fmt: skip
