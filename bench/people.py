"""How long it takes to find a person among 200,000: by name, initials, phone, identity number; and a household.

Each as a street, a community and a grid ask, beside its own SQL.

    .venv/bin/python -m bench.people [--households 103] [--runs 200]

`--households` in each of the demo's 775 grids. DATABASE_URL names the server; it makes and drops a database of its own.
Each question is asked of other people each time, and its first twenty rows are fetched.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
os.environ.setdefault("LOG_LEVEL", "WARNING")

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.acting import actor_of
from accounts.demo import USERNAMES
from accounts.models import User
from appeals.demo.texts import SURNAMES
from governance import privacy
from governance.scope import Actor, Role
from members import demo, identity
from members.filters import HouseholdFilterSet
from members.models import Household, Person

LIMIT_MS = 50.0
SHOWN = 20


def questions(people: list[Person]) -> dict[str, list[str]]:
    """What is typed, by a name for the table."""
    return {
        "name": [person.name for person in people],
        "part of a name": [person.name[1:] for person in people],
        "surname": [person.name[0] for person in people],
        "initials": [person.initials for person in people],
        "first initials": [person.initials[:2] for person in people],
        "one letter": [person.initials[:1] for person in people],
        "commonest surname": [Counter(person.name[0] for person in people).most_common(1)[0][0]] * len(people),
        "phone": [
            privacy.open_sealed(person.phone_sealed, context=identity.phone_context(person)) for person in people
        ],
        "identity number": [
            privacy.open_sealed(person.identity_sealed, context=identity.identity_context(person)) for person in people
        ],
        "nobody": ["鸿雁兮"] * len(people),
    }


def household_questions(households: list[Household]) -> dict[str, list[str]]:
    """What is typed to find a household."""
    return {
        "household by head": [one.head_name for one in households],
        "by head's surname": [one.head_name[:1] for one in households],
        "by building": [str(one.home.building.name) if one.home else one.address for one in households],
        "by room": [one.home.room if one.home else one.address for one in households],
        "no household": ["鸿雁兮"] * len(households),
    }


def ask_household(text: str, by: Actor) -> list[Household]:
    """The first page of what is found."""
    every = Household.objects.visible_to(by).open()
    found = HouseholdFilterSet.base_filters["q"]
    narrowed = HouseholdFilterSet({}, queryset=every).find(every, found.field_name or "q", text)
    return list(narrowed.select_related("home__building", "grid").order_by("-pk")[:SHOWN])


def ask(text: str, by: Actor) -> list[Person]:
    """The first page of what is found."""
    found = Person.objects.visible_to(by).here().search(text).defer("search").order_by("-pk")
    return list(found.select_related("grid")[:SHOWN])


def timed(run: Callable[[], object]) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    run()
    return (time.perf_counter() - begun) * 1000


def alone(question: Callable[[], object]) -> float:
    """The same statements sent by hand; milliseconds."""
    with CaptureQueriesContext(connection) as queries:
        question()

    def send() -> None:
        with connection.cursor() as cursor:
            for query in queries:
                cursor.execute(query["sql"])
                cursor.fetchall()

    return timed(send)


def measure(runs: int) -> float:
    """Print the tables; the slowest 99th percentile."""
    worst, rng = 0.0, random.Random(7)
    for role in (Role.STREET_STAFF, Role.COMMUNITY_WORKER, Role.GRID_WORKER):
        by = actor_of(User.objects.get(username=USERNAMES[role]), now=timezone.now())
        persons = list(
            Person.objects.visible_to(by).exclude(phone_sealed="").order_by("pk").values_list("pk", flat=True)
        )
        homes = list(Household.objects.visible_to(by).open().order_by("pk").values_list("pk", flat=True))
        some = list(Person.objects.filter(pk__in=rng.sample(persons, min(runs, len(persons)))))
        few = list(
            Household.objects.filter(pk__in=rng.sample(homes, min(runs, len(homes)))).select_related("home__building")
        )
        print(f"\n{role.name.lower()} ({len(persons):,} with a phone, {len(homes):,} households)")
        print(f"{'':<20}{'median':>8}{'99 %':>8}{'slowest':>9}{'its SQL':>9}")
        worst = max(worst, _table(questions(some), ask, by), _table(household_questions(few), ask_household, by))
    return worst


def _table(asked: dict[str, list[str]], how: Callable[[str, Actor], object], by: Actor) -> float:
    worst = 0.0
    for name, texts in asked.items():
        how(texts[0], by)
        times = sorted(timed(partial(how, text, by)) for text in texts)
        nearly = times[int(len(times) * 0.99)]
        sql = statistics.median(alone(partial(how, text, by)) for text in texts[:20])
        print(f"{name:<20}{statistics.median(times):8.1f}{nearly:8.1f}{times[-1]:9.1f}{sql:9.1f}", flush=True)
        worst = max(worst, nearly)
    return worst


def main() -> int:
    """The table; 1 when one of a hundred takes 50 ms or longer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--households", type=int, default=103)
    parser.add_argument("--runs", type=int, default=200)
    options = parser.parse_args()
    old = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"{old}_bench_people"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        call_command("seed_demo", appeals=20, households=0, verbosity=0)
        seconds = timed(
            lambda: demo.fill(households_per_grid=options.households, surnames=SURNAMES, now=timezone.now())
        )
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        count = Person.objects.count()
        print(f"{count:,} people filled in {seconds / 1000:.0f} s; {options.runs} runs each; milliseconds")
        return int(measure(options.runs) >= LIMIT_MS)
    finally:
        connection.creation.destroy_test_db(old, verbosity=0)


if __name__ == "__main__":
    sys.exit(main())
