"""The Celery application as a test's worker processes run it: with the plant's handler, and a beat that hurries."""

import django

django.setup()

from governance.celery import app  # noqa: E402
from governance.deadlines.registry import register  # noqa: E402
from tests.deadlines.plant import SUBJECT, Plant  # noqa: E402

register(SUBJECT, Plant())
app.conf.beat_schedule = {
    "sweep-clocks": {"task": "governance.deadlines.tasks.sweep", "schedule": 0.5, "options": {"expires": 5}}
}

__all__ = ["app"]
