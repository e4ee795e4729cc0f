"""The suite's servers: those named by DATABASE_URL and REDIS_URL, else embedded ones of its own under `var/test`."""

import fcntl

import pytest

from governance.embedded import servers
from governance.embedded.problem import Problem
from tests import template
from tests.fixtures import cast, district, now
from tests.settings import VAR

__all__ = ["cast", "district", "now"]

_in_use = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers once, in the process that the others are started by."""
    if hasattr(config, "workerinput"):
        return
    VAR.mkdir(parents=True, exist_ok=True)
    file = (VAR / "in-use.lock").open("w")
    fcntl.flock(file, fcntl.LOCK_SH)
    config.stash[_in_use] = file
    try:
        servers.start(VAR, durable=False)
    except Problem as problem:
        raise pytest.UsageError(str(problem)) from problem


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers when no other run of the suite uses them."""
    file = config.stash.get(_in_use, None)
    if file is None:
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        servers.stop(VAR)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Each process's database is a copy of the one that was migrated."""
    from django.db import connection

    tests = connection.settings_dict.setdefault("TEST", {})
    tests["TEMPLATE"] = template.ensure(connection.settings_dict, VAR / "template.lock")
