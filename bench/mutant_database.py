"""For pytest under mutmut (`-p bench.mutant_database`): take a prepared database that no other child uses, as it is."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO, Any

import pytest
from django.test import utils

VAR = Path(__file__).resolve().parent.parent / "var" / "test"
_held: list[IO[str]] = []


def pytest_configure(config: Any) -> None:
    """Before pytest-django makes a database, which would migrate it for each mutant."""
    utils.setup_databases = _take


def pytest_unconfigure(config: Any) -> None:
    """Give it back: mutmut runs pytest in its own process too, and forks from there."""
    from django.db import connection

    connection.close()
    while _held:
        _held.pop().close()


def _take(*args: Any, **kwargs: Any) -> list[Any]:
    from django.db import connection

    connection.close()
    for number in range(int(os.environ["MUTANT_DATABASES"])):
        file = (VAR / f"mutant-{number}.lock").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            continue
        _held.append(file)
        connection.settings_dict["NAME"] = f"test_governance_m{number}"
        return []
    # With a status of its own: an error of the test would count as a killed mutant.
    pytest.exit("more children than databases", returncode=77)
