"""Installations of their own for these tests: real servers, on data that goes away."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from governance.embedded import addresses, processes, servers

BASE = Path(__file__).resolve().parent.parent.parent
OURS = (
    "DATABASE_URL",
    "REDIS_URL",
    "REDIS_URL_OF",
    "VAR_DIR",
    "PORT",
    "HOST",
    "DEMO",
    "DJANGO_SETTINGS_MODULE",
    "PYTEST_XDIST_WORKER",
)


@pytest.fixture(autouse=True)
def _embedded(monkeypatch):
    """As on a machine where nothing is configured, whatever servers the suite itself uses."""
    for name in OURS:
        monkeypatch.delenv(name, raising=False)


def remove(folder):
    """End every process of the installation in `folder` and remove its data."""
    processes.end(processes.marked(addresses.digest(folder)))
    servers.remove(folder)
    shutil.rmtree(addresses.socket_dir(folder), ignore_errors=True)


@pytest.fixture
def var(tmp_path):
    """The folder of an installation; its processes and data are gone after the test."""
    folder = tmp_path / "var"
    yield folder
    remove(folder)


@pytest.fixture(scope="module")
def _installed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("installed") / "var"
    with pytest.MonkeyPatch.context() as environment:
        for name in OURS:
            environment.delenv(name, raising=False)
        try:
            servers.start(folder)
            subprocess.run(
                [sys.executable, "-m", "governance.embedded.prepare"],
                cwd=BASE,
                env=os.environ | {"VAR_DIR": str(folder)},
                check=True,
            )
            servers.stop(folder)
            yield folder
        finally:
            remove(folder)


@pytest.fixture
def installed(_installed):
    """An installation whose first start lies behind it, with nothing running."""
    yield _installed
    processes.end(processes.marked(addresses.digest(_installed)))
    servers.stop(_installed)


@pytest.fixture
def command():
    """Run `python -m governance.embedded ACTION` for the installation in `var`, as a person would."""

    def call(var, *arguments, **environment):
        return subprocess.Popen(
            [sys.executable, "-m", "governance.embedded", *arguments],
            cwd=BASE,
            env=os.environ | {"VAR_DIR": str(var)} | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    return call
