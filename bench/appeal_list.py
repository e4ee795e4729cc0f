"""How long the appeal list takes at the server: the first page and every filter, beside its own SQL sent by hand.

    DATABASE_URL=… python manage.py seed_demo --appeals 200000
    DATABASE_URL=… python bench/appeal_list.py [--runs 15]

Each address is asked once to warm up, then `--runs` times through Django's own client (middleware, view and template
included, no network); beside it the statement that fetches the rows, sent alone.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.demo import USERNAMES
from accounts.models import User
from appeals.models import Appeal, Category
from governance.scope import Role
from grids.models import Unit

LIMIT_MS = 50.0


def addresses() -> dict[str, str]:
    """What is asked, by a name for the table."""
    street = Unit.objects.get(code="230604014")
    community = Unit.objects.get(code="230604014013")
    category = Category.objects.get(path="城乡建设/城市建设和市政管理")
    department = Unit.objects.filter(kind="department").order_by("code").first()
    some = Appeal.objects.order_by("-registered_at")[40]
    return {
        "first page": "",
        "tab in progress": "tab=in_progress",
        "tab closed": "tab=closed",
        "tab overdue": "tab=late",
        "frequent word": "q=小区",
        "rare word": "q=煤气味",
        "two words": "q=电梯 老人",
        "no such word": "q=鸿雁传书",
        "number": f"q={some.number}",
        "category": f"category={category.pk}",
        "street": f"place={street.pk}",
        "community": f"place={community.pk}",
        "channel": "channel=leader",
        "urgency": "urgency=2",
        "lead unit": f"unit={department.pk if department else 0}",
        "handler": f"handler={some.handler_name}",
        "a month": "registered_after=2026-03-01&registered_before=2026-03-31",
        "mine": "mine=logged",
        "word in a street": f"q=垃圾&place={street.pk}",
    }


def fetch(client: Client, url: str) -> None:
    """Ask for the page; what is not a page stops the bench."""
    answer = client.get(url, follow=True)
    if answer.status_code != 200:
        raise SystemExit(f"{url}: {answer.status_code}")


def measured(run: Callable[[], Any], runs: int) -> tuple[float, float]:
    """Median and slowest of `runs`, in milliseconds, after one to warm up."""
    run()
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        run()
        times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times), max(times)


def slowest_statement(client: Client, url: str) -> tuple[str, float]:
    """The page's statement on appeals that fetches rows, and how long it takes alone (median of 5, ms)."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(url)
    rows = [
        q["sql"] for q in queries if "appeals_appeal" in q["sql"] and "LIMIT" in q["sql"] and "count(*)" not in q["sql"]
    ]
    if not rows:
        return "", 0.0

    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(rows[0])
            cursor.fetchall()

    return rows[0], measured(run, 5)[0]


def main() -> int:
    """Print the table; 1 when a median is over the limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    arguments = parser.parse_args()
    settings.ALLOWED_HOSTS = ["testserver"]
    print(f"{Appeal.objects.count():,} appeals; {arguments.runs} runs each; milliseconds")
    over = 0
    for role in (Role.DISTRICT_CENTRE, Role.STREET_STAFF, Role.COMMUNITY_WORKER, Role.DEPARTMENT_STAFF):
        client = Client()
        client.force_login(
            User.objects.get(username=USERNAMES[role]), backend="django.contrib.auth.backends.ModelBackend"
        )
        print(f"\n{role.name.lower():<20} {'median':>8} {'slowest':>8} {'its SQL':>8} {'queries':>8}")
        for name, query in addresses().items():
            url = f"/appeals/?{query}"
            median, slowest = measured(partial(fetch, client, url), arguments.runs)
            with CaptureQueriesContext(connection) as queries:
                client.get(url, follow=True)
            _, alone = slowest_statement(client, url)
            over += median > LIMIT_MS
            flag = "  over" if median > LIMIT_MS else ""
            print(f"{name:<20} {median:8.1f} {slowest:8.1f} {alone:8.1f} {len(queries):8}{flag}")
    return int(over > 0)


if __name__ == "__main__":
    sys.exit(main())
