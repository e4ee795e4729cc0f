"""Mutations of the ledger by mutmut, and the share that the tests notice.

    .venv/bin/python -m bench.mutations [--children 2] [name …]

With names it runs these again, without it runs all that have no result yet in `mutants/`. Exits 1 below 95 %.

mutmut waits for any child of its own, so the servers are started here before; and every child has a database of its own
(`bench.mutant_database`), for two that write the same keys would wait for each other.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
VAR = BASE / "mutants" / "var" / "test"
os.environ["VAR_DIR"] = str(VAR)
for name in ("DATABASE_URL", "REDIS_URL"):
    os.environ.pop(name, None)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")

TARGET = 0.95
# What mutmut writes down of a mutant, by the exit status of its tests.
KILLED, SURVIVED, UNREACHED = {1, 3}, {0}, {5, 33}


def prepare(children: int) -> None:
    """A migrated database for each child, and one for mutmut's own runs."""
    import django

    django.setup()
    from django.db import connection

    creation = connection.creation
    creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()
    for number in range(children + 1):
        creation.clone_test_db(f"m{number}", verbosity=0, autoclobber=True)
    connection.close()


def _bare(databases: int) -> dict[str, str]:
    """The environment for mutmut: what was set here is not for the tests, which find their own."""
    kept = {name: value for name, value in os.environ.items() if name not in ("VAR_DIR", "DJANGO_SETTINGS_MODULE")}
    return {**kept, "MUTANT_DATABASES": str(databases)}


def results() -> Counter[str]:
    """How many mutants were killed, survived, were reached by no test, or ended otherwise."""
    found: Counter[str] = Counter()
    for file in sorted((BASE / "mutants").glob("points/**/*.meta")):
        for name, status in json.loads(file.read_text())["exit_code_by_key"].items():
            kind = _kind(status)
            found[kind] += 1
            if kind not in {"killed", "not run"}:
                print(f"{kind}: {name}")
    return found


def _kind(status: int | None) -> str:
    if status is None:
        return "not run"
    named = {"killed": KILLED, "survived": SURVIVED, "reached by no test": UNREACHED}
    return next((kind for kind, ends in named.items() if status in ends), f"timeout or other ({status})")


def main() -> int:
    """Prepare, run, add up."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--children", type=int, default=2, help="how many at once")
    parser.add_argument("names", nargs="*", help="these alone")
    options = parser.parse_args()
    from governance.embedded import servers

    VAR.mkdir(parents=True, exist_ok=True)
    with (VAR / "in-use.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        servers.start(VAR, durable=False)
        try:
            prepare(options.children)
            command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(options.children), *options.names]
            subprocess.run(command, cwd=BASE, check=False, env=_bare(options.children + 1))
        finally:
            servers.stop(VAR)
    found = results()
    tried = sum(found.values()) - found["not run"]
    score = found["killed"] / tried if tried else 0.0
    print(f"{dict(found)}: {score:.1%} killed of {tried}")
    return int(score < TARGET)


if __name__ == "__main__":
    sys.exit(main())
