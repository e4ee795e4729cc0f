"""The database that each process of the suite copies its own from: migrated once, until a migration changes."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg2
from psycopg2 import sql

ROOT = Path(__file__).resolve().parents[1]
PREFIX = "suite_template_"


def name() -> str:
    """By what it is made of: our migrations, the locked versions of everybody else's, and the settings."""
    digest = hashlib.sha256()
    rooms = [room for room in ROOT.iterdir() if (room / "__init__.py").exists()]
    files = [path for room in rooms for path in room.glob("**/migrations/*.py")]
    more = [ROOT / "requirements.txt", ROOT / "governance/settings.py"]
    for path in filter(Path.exists, [*sorted(files), *more]):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return PREFIX + digest.hexdigest()[:16]


def ensure(database: dict[str, Any], lock: Path) -> str:
    """The template's name. Who comes first makes it, on the server of this entry of DATABASES; the others wait."""
    wanted = name()
    with _turn(lock), _connected(database) as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [PREFIX + "%"])
        there = {row[0] for row in cursor.fetchall()}
        if wanted not in there:
            _make(database, cursor, wanted)
            # Those of migrations that there were once. On a server of others they may be another checkout's.
            for old in there if not os.environ.get("DATABASE_URL") else ():
                cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(old)))
    return wanted


def _make(database: dict[str, Any], cursor: Any, wanted: str) -> None:
    """Under another name until it is whole: one that was cut off is never copied."""
    half = wanted.replace("template", "half")
    cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(half)))
    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(half)))
    environment = os.environ | {"DATABASE_URL": _url(database, half), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=environment, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"the migrations fail:\n{done.stdout}")
    cursor.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(half), sql.Identifier(wanted)))


def _url(database: dict[str, Any], named: str) -> str:
    """The address of another database on the same server."""
    who = f"{quote(database['USER'], safe='')}:{quote(database.get('PASSWORD') or '', safe='')}"
    query = urlencode({"host": database["HOST"], **database.get("OPTIONS", {})})
    return f"postgresql://{who}@:{database['PORT']}/{named}?{query}"


@contextmanager
def _connected(database: dict[str, Any]) -> Iterator[Any]:
    """A cursor at the server's own database, where databases are made."""
    connection = psycopg2.connect(_url(database, "postgres"))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


@contextmanager
def _turn(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
