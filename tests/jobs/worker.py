"""The Celery application of the workers that the tests start: the platform's own, with the tests' kinds of job."""

import django

django.setup()

from governance.celery import app  # noqa: E402
from tests.jobs import kinds  # noqa: E402

__all__ = ["app", "kinds"]
