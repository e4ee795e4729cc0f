"""Real worker and beat processes for tests and benches, to be killed at will."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection


def database_url():
    """The address of the database that this process uses, the test's one included."""
    entry = connection.settings_dict
    host, port = entry["HOST"], entry["PORT"]
    return f"postgresql://{entry['USER']}:{entry['PASSWORD']}@:{port}/{entry['NAME']}?host={host}"


class Processes:
    """Processes in groups of their own, so that a kill takes the pool's children along."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.running = {}

    def start(self, name, *arguments):
        """Start `celery <arguments>` under a name; a process of that name is gone."""
        environment = os.environ | {"DATABASE_URL": database_url(), "REDIS_URL": settings.REDIS_URL}
        environment |= {"DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"]}
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "tests.deadlines.worker", *arguments],
                cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def worker(self, name):
        """Start a worker with one process in its pool."""
        self.start(name, "worker", "-n", f"{name}@plant", "-c", "1", "-Q", "default", "--loglevel", "WARNING",
                   "--without-gossip", "--without-mingle", "--without-heartbeat")  # fmt: skip

    def beat(self, name="beat"):
        """Start a beat; each has a schedule file of its own, as on another machine."""
        self.start(name, "beat", "-s", str(self.folder / f"{name}.schedule"), "--pidfile=", "--loglevel", "WARNING")

    def kill(self, name):
        """SIGKILL, to the whole group."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def logs(self):
        """What they have written, for the message of a failure."""
        return "\n".join(f"== {log.name}\n{log.read_text()[-3000:]}" for log in sorted(self.folder.glob("*.log")))


@contextmanager
def processes():
    """Processes that are all dead at the end."""
    with tempfile.TemporaryDirectory() as folder:
        group = Processes(folder)
        try:
            yield group
        finally:
            for name in list(group.running):
                group.kill(name)


def until(condition, group, seconds=60):
    """Poll until the condition holds; what is awaited happens in other processes."""
    pause = threading.Event()
    for _ in range(seconds * 20):
        if condition():
            return
        pause.wait(0.05)
    raise AssertionError(f"waited in vain\n{group.logs()}")
