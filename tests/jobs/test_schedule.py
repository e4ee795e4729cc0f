"""What the beat calls is known to a worker."""

from __future__ import annotations

import subprocess
import sys

from django.conf import settings

_ASK = """
from django.conf import settings
from governance.celery import app
app.loader.import_default_modules()
print(*sorted({row["task"] for row in settings.CELERY_BEAT_SCHEDULE.values()} - set(app.tasks)))
"""


def test_a_worker_knows_every_task_of_the_schedule():
    """Asked of a process of its own, as a worker is: here tests have imported what a worker may not find."""
    done = subprocess.run(
        [sys.executable, "-c", _ASK], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
