"""The suite's settings: the platform's own, with all that it writes under `var/test`, never among the user's data."""

import os
from pathlib import Path

VAR = Path(__file__).resolve().parent.parent / "var" / "test"
# Before the settings read them, and in the environment, so that the workers that a test starts have them too.
os.environ["VAR_DIR"] = str(VAR)
os.environ.setdefault("LOG_LEVEL", "WARNING")

from governance.embedded import addresses  # noqa: E402
from governance.settings import *  # noqa: E402, F403

# The same algorithm at a fraction of its cost: hundreds of tests sign in.
PASSWORD_HASHERS = ["accounts.passwords.LightHasher"]

if _process := os.environ.get("PYTEST_XDIST_WORKER"):
    # Each of pytest's processes has a queue of its own, as it has a database of its own.
    REDIS_URL = addresses.redis_number(REDIS_URL, int(_process.removeprefix("gw")) + 1)  # noqa: F405
    CELERY_BROKER_URL = addresses.broker(REDIS_URL)
    CACHES["default"]["LOCATION"] = REDIS_URL  # noqa: F405

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405  whitenoise warns of a missing one
