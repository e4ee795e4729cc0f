"""The suite's own settings."""

import os
import subprocess
import sys

import pytest

from tests.embedded.conftest import BASE

ASK = """
import tests.settings as s
print(s.REDIS_URL, s.CELERY_BROKER_URL, s.CACHES["default"]["LOCATION"])
"""


def ask(**environment):
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=BASE, env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


@pytest.mark.parametrize("given", ["redis://queue.example/3", ""])
def test_each_of_pytests_processes_has_a_queue_of_its_own_and_its_programs_share_it(given):
    alone = ask(REDIS_URL=given)
    first, second = (ask(REDIS_URL=given, PYTEST_XDIST_WORKER=name) for name in ("gw0", "gw1"))
    assert len({alone[0], first[0], second[0]}) == 3
    assert first[0] == first[2]
    # A worker that a test starts inherits the process's environment.
    assert ask(REDIS_URL=first[0], REDIS_URL_OF="gw0", PYTEST_XDIST_WORKER="gw0") == first
