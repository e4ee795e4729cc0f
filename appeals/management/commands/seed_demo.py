"""Load the demo district: territory, staff, rules, and appeals of eighteen months."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from accounts.models import User
from accounts.seeding import ensure_staff
from appeals.categories import ensure_default_categories
from appeals.demo import repeats
from appeals.demo.past import write_past
from appeals.demo.present import DAYS, play
from appeals.demo.texts import GIVEN, SURNAMES
from appeals.rules import ensure_default_rules
from governance.audit import services as audit
from governance.audit.models import Entry
from governance.calendars.defaults import ensure_default_calendar
from governance.deadlines.defaults import ensure_default_policies
from governance.scope import PLATFORM
from grids.demo import build_territory
from grids.models import Unit
from grids.quotas.demo import build_quotas
from grids.sites.demo import build_sites
from members import demo as people
from members import demo_review
from members.care import demo as care
from members.careers import demo as careers
from members.designations import demo as designations
from members.party import demo as party
from members.party_households import demo as party_households
from members.volunteers import demo as volunteers

RECENT = 260
DEFAULT = 6000
MONTHS = 18
DONE = "demo.seeded"
# In each grid; some 80,000 with 200,000 people in all.
HOUSEHOLDS = 103


class Command(BaseCommand):
    """See `help`."""

    help = (
        "载入演示区（13 个街道镇、102 个社区村、775 个网格及人员、诉求）。"
        "诉求和人员全部为虚构，同一天同样的 --appeals 得到同样的数据。"
        "可重复执行：已载入的不再重复；中途被打断的，再次执行会接着载入。退出状态：0 成功，1 库中已有真实数据。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--households", type=int, default=HOUSEHOLDS, help=f"每个网格的住户数，默认 {HOUSEHOLDS}（全区约 20 万人）"
        )
        parser.add_argument(
            "--appeals", type=int, default=DEFAULT, help=f"诉求件数，默认 {DEFAULT}，其中近 {DAYS} 天约 {RECENT} 件"
        )

    def handle(self, *args: Any, appeals: int, households: int, **options: Any) -> None:
        if appeals < 0 or households < 0:
            raise CommandError("--appeals 和 --households 不能为负数。")
        if Entry.objects.filter(action=DONE).exists():
            self.stdout.write("演示数据已载入，无需重复。")
            return
        if User.objects.exists() and not Unit.objects.filter(code="230604").exists():
            raise CommandError("库中已有真实单位和账号，不能载入演示数据。请另建一个数据库。")
        self._load(appeals, households, timezone.now())
        self.stdout.write(self.style.SUCCESS("演示数据载入完成。"))

    def _load(self, appeals: int, households: int, now: datetime) -> None:
        began = now - timedelta(days=30 * MONTHS)
        self.stdout.write("载入区划、网格、部门……")
        build_territory(now=began, by=PLATFORM)
        build_sites(now=began, by=PLATFORM)
        ensure_default_calendar()
        ensure_default_policies(began - timedelta(days=30))
        ensure_default_categories()
        ensure_default_rules()
        ensure_staff(surnames=SURNAMES, given=GIVEN, now=now)
        with tqdm(desc="居民", unit="人", disable=None) as bar:
            people.fill(households_per_grid=households, surnames=SURNAMES, now=began, progress=bar.update)
        demo_review.fill(now=now)
        with tqdm(desc="党组织、党员", unit="条", disable=None) as bar:
            party.fill(now=now, progress=bar.update)
        with tqdm(desc="中心户、称号", unit="条", disable=None) as bar:
            party_households.fill(now=now, progress=bar.update)
            designations.fill(now=now, progress=bar.update)
        with tqdm(desc="志愿活动", unit="场", disable=None) as bar:
            volunteers.fill(now=now, progress=bar.update)
        build_quotas(now=began, by=PLATFORM)
        with tqdm(desc="社区工作者", unit="人", disable=None) as bar:
            careers.fill(now=now, progress=bar.update)
        recent = min(RECENT, appeals)
        with tqdm(total=appeals - recent, desc="历史诉求", unit="件", disable=None) as bar:
            write_past(
                count=appeals - recent, start=began, end=now - timedelta(days=DAYS), first=recent, progress=bar.update
            )
        with tqdm(desc=f"近 {DAYS} 天", unit="步", disable=None) as bar:
            play(count=recent, first=0, now=now, progress=bar.update)
        repeats.mark(now)
        with tqdm(desc="重点关爱", unit="人", disable=None) as bar:
            care.fill(now=now, progress=bar.update)
        audit.record(
            action=DONE, subject_type="grids.unit", subject_id=Unit.objects.get(code="230604").pk,
            after={"appeals": appeals}, by=PLATFORM, now=now,
        )  # fmt: skip
