"""The suite's settings: the platform's own, with all that it writes under `var/test`, never among the user's data."""

import os
from pathlib import Path

from governance.embedded import addresses

VAR = Path(__file__).resolve().parent.parent / "var" / "test"
# Before the settings read them, and in the environment, so that the workers that a test starts have them too.
os.environ["VAR_DIR"] = str(VAR)
os.environ.setdefault("LOG_LEVEL", "WARNING")


def _queue_of_its_own(process: str) -> None:
    """Give each of pytest's processes its own Redis database, and the programs that it starts the same one."""
    if os.environ.get("REDIS_URL_OF") == process:
        return
    shared = addresses.redis(os.environ.get("REDIS_URL", ""), VAR)
    os.environ["REDIS_URL"] = addresses.redis_number(shared, int(process.removeprefix("gw")) + 1)
    os.environ["REDIS_URL_OF"] = process


if _process := os.environ.get("PYTEST_XDIST_WORKER"):
    _queue_of_its_own(_process)

from governance.settings import *  # noqa: E402, F403

# The same algorithm at a fraction of its cost: hundreds of tests sign in.
PASSWORD_HASHERS = ["accounts.passwords.LightHasher"]

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405  whitenoise warns of a missing one
