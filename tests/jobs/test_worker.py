"""Real workers: one is killed in the middle of a job, and another finishes it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings as project
from django.db import connection
from django.utils import timezone

from governance.jobs import services
from governance.jobs.models import Job
from governance.jobs.tasks import long_run
from tests.jobs import kinds  # noqa: F401

pytestmark = [pytest.mark.celery, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]


def eventually(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait for another process."""
    pause = threading.Event()
    for _ in range(int(seconds * 10)):
        if condition():
            return
        pause.wait(0.1)
    raise AssertionError("it never happened")


def database_url() -> str:
    """The test's own database, for another process."""
    at = connection.settings_dict
    who = f"{at['USER']}:{at['PASSWORD']}@" if at["PASSWORD"] else f"{at['USER']}@"
    if at["HOST"].startswith("/"):
        return f"postgresql://{who}/{at['NAME']}?host={at['HOST']}&port={at['PORT']}"
    return f"postgresql://{who}{at['HOST']}:{at['PORT']}/{at['NAME']}"


@contextmanager
def worker(queue: str, media: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process on a queue of its own."""
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "REDIS_URL": project.REDIS_URL,
        "VAR_DIR": str(media),
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "tests.settings"),
    }
    # The address is already that of this process's own queue.
    environment.pop("PYTEST_XDIST_WORKER", None)
    celery = [sys.executable, "-m", "celery", "-A", "tests.jobs.worker", "worker", "-n", f"{uuid4().hex}@test"]
    process = subprocess.Popen(
        [*celery, "-Q", queue, "-c", "1", "-l", "WARNING"], cwd=ROOT, env=environment, start_new_session=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, 9)
        process.wait()


def test_a_job_whose_worker_is_killed_is_finished_by_another(cast, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    gate, queue = tmp_path / "gate", f"test-{uuid4().hex}"
    job = services.create(
        kind="test.wait_until_free", title="等", params={"gate": str(gate)}, by=cast.dc, now=timezone.now()
    )
    with worker(queue, tmp_path) as first:
        long_run.apply_async(kwargs={"job_id": job.pk}, queue=queue)
        eventually(lambda: Job.objects.get(pk=job.pk).done == 4)
        os.killpg(first.pid, 9)
        first.wait()
    assert Job.objects.get(pk=job.pk).state == Job.RUNNING
    assert services.recover(now=timezone.now()) == 0
    assert services.recover(now=timezone.now() + timedelta(seconds=61)) == 1
    gate.touch()
    with worker(queue, tmp_path):
        long_run.apply_async(kwargs={"job_id": job.pk}, queue=queue)
        eventually(lambda: Job.objects.get(pk=job.pk).state == Job.DONE)
    job.refresh_from_db()
    assert (job.attempts, job.done, job.message) == (2, 10, "到了")


def test_the_message_goes_to_the_queue_of_long_work():
    from governance.celery import app

    assert app.amqp.router.route({}, "governance.jobs.tasks.long_run")["queue"].name == "long"
