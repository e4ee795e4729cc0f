"""One invented appeal: who, where, what, when, and how it went. The same number tells the same story each time."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from appeals.demo.texts import ESTATES, GIVEN, LINE, MATTERS, SPOTS, SURNAMES, Matter
from grids.models import Unit

# Where appeals come from in a district of this kind: most by the city's hotline and the grid workers.
CHANNEL_WEIGHTS = {"hotline": 42, "grid": 33, "counter": 8, "phone": 8, "walk": 5, "online": 3, "leader": 1}


@dataclass(frozen=True, slots=True)
class Story:
    """An appeal as the demo tells it. `grid` is where it happened; times are not part of it."""

    number: int
    matter: Matter
    grid: Unit
    title: str
    content: str
    address: str
    channel: str
    complainant: str
    phone: str
    urgency: int
    goes_to_department: bool
    luck: random.Random


def tell(number: int, grids: list[Unit]) -> Story:
    """The story of this number among these grids. Deterministic."""
    rng = random.Random(1_000_003 * number + 7)
    matter = rng.choices(MATTERS, weights=[matter.weight for matter in MATTERS])[0]
    place = rng.choice(ESTATES) + rng.choice(SPOTS).format(n=rng.randint(1, 36))
    channels, weights = zip(*CHANNEL_WEIGHTS.items(), strict=True)
    return Story(
        number=number,
        matter=matter,
        grid=grids[_crowded(rng, len(grids))],
        title=matter.title.format(place=place)[:100],
        content=matter.content.format(place=place),
        address=place,
        channel=rng.choices(channels, weights=weights)[0],
        complainant=rng.choice(SURNAMES) + rng.choice(["先生", "女士", rng.choice(GIVEN)]),
        phone=f"1{rng.choice('3578')}{rng.randrange(10**9):09d}",
        urgency=rng.choices([0, 1, 2], weights=[80, 15, 5])[0],
        goes_to_department=matter.unit != LINE,
        luck=rng,
    )


def _crowded(rng: random.Random, n: int) -> int:
    """An index with some grids far livelier than others, as in life."""
    return min(int(n * rng.random() ** 1.6), n - 1)


def spread(rng: random.Random, start: datetime, end: datetime) -> datetime:
    """A moment between the two, by day and by week as people complain: little at night, less on Sundays."""
    while True:
        moment = start + timedelta(seconds=rng.random() * (end - start).total_seconds())
        # UTC+8: the district's clock.
        hour = (moment.hour + 8) % 24
        if rng.random() < (1.0 if 8 <= hour < 18 else 0.35 if 18 <= hour < 23 else 0.04):
            return moment.replace(microsecond=0)
