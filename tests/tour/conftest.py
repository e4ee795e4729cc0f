"""A whole platform for the tour: web, worker and beat on one database, with the demo district in it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from openpyxl import Workbook
from PIL import Image
from pytest_django.live_server_helper import LiveServer

from tests.browsing import browser as browser
from tests.deadlines.processes import database_url

ROOT = Path(__file__).resolve().parents[2]
HEADER = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间"]


@pytest.fixture
def celery(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """A real worker for both queues, and a real beat."""
    environment = os.environ | {"DATABASE_URL": database_url(), "REDIS_URL": settings.REDIS_URL}
    environment |= {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    quiet = ["--loglevel", "WARNING"]
    worker = ["worker", "-Q", "default,long", "-c", "2", "--without-gossip", "--without-mingle", *quiet]
    beat = ["beat", "-s", str(tmp_path / "schedule"), "--pidfile=", *quiet]
    running = []
    for name, arguments in (("worker", worker), ("beat", beat)):
        with (tmp_path / f"{name}.log").open("wb") as log:
            command = [sys.executable, "-m", "celery", "-A", "governance", *arguments]
            running.append(
                subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
            )
    yield
    for process in running:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def platform(celery: None, settings: object) -> Iterator[str]:
    """The address of a platform with the demo district and a few appeals."""
    settings.DEMO = True  # type: ignore[attr-defined]
    call_command("seed_demo", appeals=60, households=4, verbosity=0)
    server = LiveServer("127.0.0.1:0")
    yield server.url
    server.stop()


@pytest.fixture
def spreadsheet(tmp_path: Path) -> Path:
    """A hotline's export of invented orders: fourteen good ones, and two that cannot be taken."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER)
    places = ["幸福里", "银杏苑", "湖畔新居", "学府花园", "丽水华城", "阳光家园", "景园小区"]
    for n in range(14):
        place = f"{places[n % 7]}{n + 1}号楼"
        words = f"{place}的路灯坏了一个多星期，晚上老人孩子出门看不清路，希望尽快安排维修。"
        sheet.append(
            [f"TOUR-{n:03d}", f"市民{n + 1}", f"{place}路灯不亮", f"2026/11/20 {9 + n % 8}:30:00", words, None, None]
        )
    sheet.append(["TOUR-098", "市民", "", "2026/11/20 9:00:00", "", None, None])
    sheet.append(["TOUR-099", "市民", "时间写错了", "二〇二六年", "时间这一格写得不对，应当被指出来。", None, None])
    path = tmp_path / "热线工单.xlsx"
    book.save(path)
    return path


@pytest.fixture
def photo() -> bytes:
    """A picture as a phone would take it."""
    stream = BytesIO()
    Image.effect_noise((1200, 900), 60).convert("RGB").save(stream, "JPEG", quality=80)
    return stream.getvalue()
