"""Starting and stopping the embedded servers that an installation needs: those it has no URL for."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from governance.embedded import addresses, places
from governance.embedded.postgres import Postgres
from governance.embedded.valkey import Valkey


def needed(var: Path, *, durable: bool = True) -> list[Postgres | Valkey]:
    """The servers that must be started here, in the order of starting; none when both have a URL."""
    wanted = [
        kind for kind, variable in ((Postgres, "DATABASE_URL"), (Valkey, "REDIS_URL")) if not os.environ.get(variable)
    ]
    if not wanted:
        return []
    place = places.find(var)
    return [kind(place, durable=durable) for kind in wanted]


def start(var: Path, *, durable: bool = True) -> list[Postgres | Valkey]:
    """Start what is needed and return it. Raises Problem with what to do, and leaves nothing half started."""
    with _turn(var):
        started: list[Postgres | Valkey] = []
        try:
            for server in needed(var, durable=durable):
                started.append(server)
                server.start()
        except BaseException:
            for server in reversed(started):
                server.stop()
            raise
        return started


def stop(var: Path) -> None:
    """Stop what runs, the broker before the database."""
    if not (var / "servers").exists():
        return
    with _turn(var):
        for server in reversed(needed(var)):
            server.stop()
        with suppress(OSError):  # it is not empty while somebody else's server uses it
            addresses.socket_dir(var).rmdir()


def remove(var: Path) -> None:
    """Stop what runs and remove its data; files and keys under `var` stay."""
    stop(var)
    with _turn(var):
        link = var / "servers"
        if link.exists():
            shutil.rmtree(link.resolve())
        if link.is_symlink():
            link.unlink()


@contextmanager
def _turn(var: Path) -> Iterator[None]:
    """One process at a time starts or stops the servers of `var`; the system frees the turn of one that dies."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "servers.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
