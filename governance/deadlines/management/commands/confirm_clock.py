"""manage.py confirm_clock: the time is right, the engine may go on."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from governance.deadlines import guard
from governance.deadlines.models import SweepMark
from governance.scope import PLATFORM

_DESCRIPTION = """\
查看时限引擎是否因系统时间异常而暂停；确认时间无误后让它继续运行。

系统时间突然快了 30 天以上、倒退 10 分钟以上，或与数据库相差 5 分钟以上时，引擎暂停，
以免误亮牌、误升级。校准服务器时间后会自动恢复，不需要本命令；只有时间确实无误
（例如停机一个月以上后重新启动）才用 --yes 确认。

例：
  manage.py confirm_clock          只查看
  manage.py confirm_clock --yes    确认服务器时间无误

退出码：0 引擎正常，或已确认；1 引擎暂停中（没有给出 --yes）；2 用法有误。
"""


class Command(BaseCommand):
    """See `_DESCRIPTION`."""

    help = "确认系统时间无误，让时限引擎继续运行"

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """With the description as it is laid out."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.description = _DESCRIPTION
        return parser

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Looks only, unless told."""
        parser.add_argument("--yes", action="store_true", help="确认服务器时间无误")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how it stands, and confirm."""
        now = timezone.now()
        mark = SweepMark.objects.first()
        self.stdout.write(f"服务器时间 {timezone.localtime(now):%Y-%m-%d %H:%M:%S}")
        self.stdout.write(f"数据库时间 {timezone.localtime(guard.database_now()):%Y-%m-%d %H:%M:%S}")
        self.stdout.write(
            f"上次运行   {timezone.localtime(mark.seen_at):%Y-%m-%d %H:%M:%S}" if mark else "引擎尚未运行"
        )
        if mark is None or not mark.is_held:
            self.stdout.write("时限引擎正常，无需确认。")
            return
        if not options["yes"]:
            self.stderr.write(f"时限引擎已暂停：{mark.reason}。时间无误的，请加 --yes 确认。")
            raise SystemExit(1)
        guard.confirm(by=PLATFORM, now=now)
        self.stdout.write("已确认，时限引擎继续运行。")
