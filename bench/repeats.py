"""How long it takes to find what an appeal may repeat, among 1,000,000 of three years; beside its own SQL sent alone.

    .venv/bin/python -m bench.repeats [--appeals 1000000] [--runs 200]

DATABASE_URL names the server; it makes and drops a database of its own (`--keep NAME` keeps one and uses it again).
The texts are the demo's (matters and places that come again and again, so most pieces are common), each with a sentence
of its own whose characters are as unequal as those of a language. Half of the people call more than once; one number,
a call centre's, has 5,000 appeals.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import accumulate, islice
from zlib import crc32

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
os.environ.setdefault("LOG_LEVEL", "WARNING")

import django

django.setup()

from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.acting import actor_of
from accounts.demo import USERNAMES
from accounts.models import User
from appeals.demo.story import tell
from appeals.models import Appeal, Category
from appeals.repeats.finding import Asked, Candidate, asked_by, candidates
from governance import privacy, search
from governance.copying import copy_in
from governance.deadlines.services import policy_version_at
from governance.scope import Actor, Role
from grids.models import Unit

YEARS = timedelta(days=3 * 365)
LIMIT_MS = 100.0
BATCH = 20_000
CALL_CENTRE, ITS_APPEALS = "13900000000", 5_000
# Characters by how often they come: the n-th is n times rarer than the first, as in a language.
_CHARACTERS = [chr(code) for code in range(0x4E00, 0x4E00 + 2_500)]
_WEIGHTS = list(accumulate(1 / (place + 1) for place in range(len(_CHARACTERS))))


def rows(count: int, now: datetime) -> Iterator[Appeal]:
    """Closed appeals but for those of the last ten days, evenly over three years, oldest first."""
    grids = list(Unit.objects.filter(kind="grid").order_by("code"))
    parents = Unit.objects.in_bulk({grid.parent_id for grid in grids})
    leaves = list(Category.objects.filter(is_active=True, children=None).order_by("pk").values_list("pk", flat=True))
    version = policy_version_at("ordinary", now)
    user = User.objects.get(username=USERNAMES[Role.DISTRICT_CENTRE])
    people = [f"1380{number:07d}" for number in range(max(1, count // 2))]
    for number in range(count):
        story, rng = tell(number, grids), random.Random(number)
        community = parents[story.grid.parent_id]
        at = now - YEARS * (1 - number / count)
        phone = CALL_CENTRE if number % (count // ITS_APPEALS or 1) == 0 else rng.choice(people)
        is_open = at > now - timedelta(days=10)
        own = "".join(rng.choices(_CHARACTERS, cum_weights=_WEIGHTS, k=40))
        yield Appeal(
            number=f"MH20000101-{number:07}", query_code="000000", channel=story.channel, title=story.title,
            content=f"{story.content}{own}。", state="dispatched" if is_open else "closed", seal_key=uuid.uuid4(),
            category_id=leaves[crc32(story.matter.title.encode()) % len(leaves)],
            phone_index=privacy.blind_index("phone", phone),
            address=story.address, lon=124.7 + rng.random() / 4, lat=46.55 + rng.random() / 5,
            district_id=story.grid.district_id, street_id=community.parent_id, community_id=community.pk,
            grid_id=story.grid.pk, desk_unit_id=community.parent_id, lead_unit_id=community.pk,
            registered_by_user=user.pk, registered_by_unit_id=community.parent_id, registered_by_name=user.name,
            raised_at=at, registered_at=at, changed_at=at, policy_version=version,
            search=search.lexemes(story.title, f"{story.content}{own}。", story.address),
        )  # fmt: skip


def fill(count: int, now: datetime) -> None:
    """Write them; the indexes of the model are built afterwards, which is many times faster."""
    indexes = Appeal._meta.indexes
    with connection.schema_editor() as editor:
        for index in indexes:
            editor.remove_index(Appeal, index)
    made = rows(count, now)
    while some := list(islice(made, BATCH)):
        with transaction.atomic():
            copy_in(Appeal, some)
    with connection.schema_editor() as editor:
        for index in indexes:
            editor.add_index(Appeal, index)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def asks(runs: int, now: datetime) -> dict[str, list[Asked]]:
    """What is asked for, by a name for the table."""
    rng = random.Random(7)
    last = Appeal.objects.order_by("-pk").values_list("pk", flat=True)[0]
    chosen = list(Appeal.objects.filter(pk__in=[last - rng.randrange(80_000) for _ in range(runs)]).order_by("pk"))
    grids = list(Unit.objects.filter(kind="grid").order_by("code"))
    stories = [tell(10_000_000 + number, grids) for number in range(runs)]
    hot = privacy.blind_index("phone", CALL_CENTRE)
    return {
        "registered": [asked_by(one) for one in chosen],
        "form, title alone": [Asked(at=now, title=story.title) for story in stories],
        "form, all": [
            Asked(at=now, title=story.title, content=story.content, grid_id=story.grid.pk,
                  community_id=story.grid.parent_id)
            for story in stories
        ],
        "call centre's number": [Asked(at=now, title=story.title, phone_index=hot) for story in stories],
        "common words": [Asked(at=now, title="小区楼道门口垃圾", content="希望尽快处理") for _ in stories],
        "no such words": [Asked(at=now, title="鸿雁传书兮") for _ in stories],
    }  # fmt: skip


def timed(run: Callable[[], object]) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    run()
    return (time.perf_counter() - begun) * 1000


def answered(asked: Asked, by: Actor) -> tuple[float, int]:
    """How long it took in milliseconds, and how many were found."""
    found: list[Candidate] = []
    took = timed(lambda: found.extend(candidates(asked, by)))
    return took, len(found)


def alone(asked: Asked, by: Actor) -> float:
    """The same statements sent by hand, and their rows fetched; milliseconds."""
    with CaptureQueriesContext(connection) as queries:
        candidates(asked, by)

    def send() -> None:
        with connection.cursor() as cursor:
            for query in queries:
                cursor.execute(query["sql"])
                cursor.fetchall()

    return timed(send)


def measure(runs: int, now: datetime) -> float:
    """Print the table; the slowest 99th percentile."""
    worst = 0.0
    all_asks = asks(runs, now)
    for role in (Role.DISTRICT_CENTRE, Role.STREET_STAFF, Role.COMMUNITY_WORKER):
        by = actor_of(User.objects.get(username=USERNAMES[role]), now=now)
        print(f"\n{role.name.lower():<22}{'median':>8}{'99 %':>8}{'slowest':>9}{'its SQL':>9}{'found':>7}")
        for name, questions in all_asks.items():
            candidates(questions[0], by)
            answers = [answered(one, by) for one in questions]
            times = sorted(took for took, _ in answers)
            nearly = times[int(len(times) * 0.99)]
            sql = statistics.median(alone(one, by) for one in questions[:20])
            some = statistics.mean(found for _, found in answers)
            middle = statistics.median(times)
            print(f"{name:<22}{middle:8.1f}{nearly:8.1f}{times[-1]:9.1f}{sql:9.1f}{some:7.1f}", flush=True)
            worst = max(worst, nearly)
    return worst


def main() -> int:
    """The table; 1 when one of a hundred takes 100 ms or longer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--appeals", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--keep", default="")
    options = parser.parse_args()
    old = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = options.keep or f"{old}_bench_repeats"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=bool(options.keep))
    try:
        now = timezone.now()
        if Appeal.objects.count() < options.appeals:
            call_command("seed_demo", appeals=100, households=1, verbosity=0)
            seconds = timed(lambda: fill(options.appeals, now)) / 1000
            print(f"filled in {seconds:.0f} s")
        print(f"{Appeal.objects.count():,} appeals; {options.runs} runs each; milliseconds")
        return int(measure(options.runs, now) >= LIMIT_MS)
    finally:
        connection.creation.destroy_test_db(old, verbosity=0, keepdb=bool(options.keep))


if __name__ == "__main__":
    sys.exit(main())
