"""Load the demo district: territory and staff, appeals of eighteen months, the people; whole or a part at a time."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from accounts.models import User
from appeals.demo.parts import RECENT, SUBJECTS, Wanted
from appeals.demo.present import DAYS
from appeals.demo.telling import Bars, Lines
from governance import demo
from grids.demo import DISTRICT_CODE
from grids.models import Unit

DEFAULT = 6000
# In each grid; some 80,000 with 200,000 people in all.
HOUSEHOLDS = 103
# With a part's place in their order: the advisory lock of the process that loads it.
_LOCK = 230604


class Command(BaseCommand):
    """See `help`."""

    help = (
        "载入演示区（13 个街道镇、102 个社区村、775 个网格及人员、诉求）。"
        "诉求和人员全部为虚构，同一天同样的 --appeals 得到同样的数据。"
        "可重复执行：已载入的不再重复；中途被打断的，再次执行会接着载入。退出状态：0 成功，1 库中已有真实数据。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--part", choices=["all", *demo.PARTS], default="all",
            help="只载入一部分：territory 区划和工作人员（最先），appeals 诉求，people 居民和党建等；后两者可同时载入",
        )  # fmt: skip
        parser.add_argument("--lines", action="store_true", help="不画进度条，每 10 秒写一行，网页登录页上也显示")
        parser.add_argument(
            "--households", type=int, default=HOUSEHOLDS, help=f"每个网格的住户数，默认 {HOUSEHOLDS}（全区约 20 万人）"
        )
        parser.add_argument(
            "--appeals", type=int, default=DEFAULT, help=f"诉求件数，默认 {DEFAULT}，其中近 {DAYS} 天约 {RECENT} 件"
        )

    def handle(self, *args: Any, part: str, lines: bool, appeals: int, households: int, **options: Any) -> None:
        if appeals < 0 or households < 0:
            raise CommandError("--appeals 和 --households 不能为负数。")
        wanted = Wanted(appeals, households, timezone.now())
        teller = Lines(self.stdout) if lines else Bars()
        for one in demo.PARTS if part == "all" else (part,):
            self._load(one, wanted, teller)

    def _load(self, part: str, wanted: Wanted, teller: Bars | Lines) -> None:
        with _alone(part):
            if demo.is_loaded(part):
                self.stdout.write(f"{_LABELS[part]}已载入，无需重复。")
                return
            district = Unit.objects.filter(code=DISTRICT_CODE).first()
            _refuse_misplaced(part, district)
            subjects = SUBJECTS[part](wanted)
            for place, subject in enumerate(subjects, start=1):
                with teller.of(subject, place, len(subjects)) as progress:
                    subject.fill(progress)
            district = district or Unit.objects.get(code=DISTRICT_CODE)
            sizes = {"appeals": wanted.appeals, "households": wanted.households}
            demo.mark_loaded(part, district_id=district.pk, sizes=sizes, now=wanted.now)
            teller.end()
        whole = all(map(demo.is_loaded, demo.PARTS))
        self.stdout.write(self.style.SUCCESS("演示数据已全部载入。" if whole else f"{_LABELS[part]}载入完成。"))


_LABELS = {demo.TERRITORY: "演示区划", demo.APPEALS: "演示诉求", demo.PEOPLE: "演示居民"}


def _refuse_misplaced(part: str, district: Unit | None) -> None:
    """Raise CommandError in a database that is somebody's own, or before the territory is there."""
    if district is None and User.objects.exists():
        raise CommandError("库中已有真实单位和账号，不能载入演示数据。请另建一个数据库。")
    if part != demo.TERRITORY and not demo.is_loaded(demo.TERRITORY):
        raise CommandError("演示区划还没有载入。请先运行 seed_demo --part territory")


@contextmanager
def _alone(part: str) -> Iterator[None]:
    """Hold the part until the end; the database lets go of it when this process dies, however that happens."""
    key = [_LOCK, demo.PARTS.index(part)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        if not cursor.fetchone()[0]:
            raise CommandError(f"{_LABELS[part]}正由另一个进程载入，请等它完成。")
        # Thousands of small commits that need not be waited for: after a crash of the database their order still holds,
        # so what follows a lost one is lost with it, the mark last, and the next run goes on from there.
        cursor.execute("SET synchronous_commit TO off")
        try:
            yield
        finally:
            cursor.execute("RESET synchronous_commit")
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)
