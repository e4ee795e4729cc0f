"""The first start: the pages wait for territory, staff and appeals; the people go on loading behind them."""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from django.core import management
from django.core.management import CommandError
from redis.exceptions import ConnectionError as NoCache

from governance import demo
from governance.embedded import addresses, background, prepare, processes
from governance.embedded.problem import Problem
from tests.embedded.conftest import BASE


@pytest.fixture
def start(monkeypatch, settings, db):
    """`prepare`'s step with a loader that only notes what it is asked for; `loaded` are the parts that are there."""
    settings.DEMO = True
    seen = SimpleNamespace(steps=[], loaded=set(), refuses=None)

    def call(name, part):
        if seen.refuses:
            raise CommandError(seen.refuses)
        seen.steps.append(part)
        seen.loaded.add(part)

    monkeypatch.setattr(management, "call_command", call)
    monkeypatch.setattr(background, "begin", lambda var: seen.steps.append("background"))
    monkeypatch.setattr(demo, "is_loaded", lambda part: part in seen.loaded)
    return seen


def test_the_people_begin_when_the_staff_are_there_and_are_not_waited_for(start, capsys):
    prepare._fill()
    assert start.steps == [demo.TERRITORY, "background", demo.APPEALS]
    assert "第一次启动" in capsys.readouterr().out


def test_the_next_start_goes_on_with_what_is_missing(start):
    start.loaded = {demo.TERRITORY, demo.APPEALS}
    prepare._fill()
    assert start.steps == ["background"]


def test_nothing_is_started_where_everything_is_there(start):
    start.loaded = set(demo.PARTS)
    prepare._fill()
    assert start.steps == []


def test_nothing_is_loaded_on_a_real_installation(start, settings, capsys):
    settings.DEMO = False
    prepare._fill()
    assert start.steps == []
    assert "setup_district" in capsys.readouterr().out


def test_a_refusal_says_how_to_start_without_the_demo(start):
    start.refuses = "库中已有真实单位和账号"
    with pytest.raises(Problem, match="make run DEMO=0"):
        prepare._fill()
    assert start.steps == []


def test_the_process_is_started_once_and_carries_the_mark_by_which_it_is_ended(monkeypatch, tmp_path):
    started = []
    monkeypatch.setattr(subprocess, "Popen", lambda command, **options: started.append((command, options)))
    background.begin(tmp_path)
    ((command, options),) = started
    assert command == [sys.executable, "-m", "governance.embedded.background"]
    assert options["env"][processes.MARK] == addresses.digest(tmp_path)
    assert "start_new_session" not in options


def test_it_says_what_to_do_when_it_fails(tmp_path):
    environment = os.environ | {
        "VAR_DIR": str(tmp_path), "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0", "DEMO": "1",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "governance.embedded.background"], cwd=BASE, env=environment, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "演示居民没有装完（OperationalError" in done.stderr
    assert "再运行一次 make run" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_cache_nothing_is_said_and_nothing_fails(monkeypatch):
    def gone(*arguments):
        raise NoCache

    for name in ("get", "set", "delete"):
        monkeypatch.setattr(demo.cache, name, gone, raising=False)
    demo.tell_loading("居民")
    demo.tell_loading("")
    assert demo.loading() == ""
