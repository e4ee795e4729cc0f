"""`manage.py import_calendar FILE --year Y [--dry-run]`: a year's holidays from a table, or from a notice's words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from governance.calendars import selectors, services
from governance.calendars.announced import Announcement, from_rows, from_text
from governance.calendars.changes import SetAnnounced
from governance.calendars.followers import Effect
from governance.calendars.selectors import FIRST_YEAR, LAST_YEAR
from governance.errors import DomainError
from governance.scope import PLATFORM
from governance.spreadsheets import read_rows


class Command(BaseCommand):
    """Shows what changes and what moves; writes unless told not to, and never when a row was refused."""

    help = "按放假通知导入一年的节假日和调休：.xlsx、.csv（日期、类型、名称），或通知原文 .txt"

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, the year, whether to write, and whether refused rows may be left out."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--year", type=int, required=True)
        parser.add_argument("--dry-run", action="store_true", help="只显示变化，不写入")
        parser.add_argument("--skip-refused", action="store_true", help="有未通过的行时，仍导入其余的")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, show, write."""
        year = options["year"]
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise CommandError(f"年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间。")
        try:
            self._import(_read(options["file"], year), options)
        except DomainError as refused:
            raise CommandError(refused.message) from None

    def _import(self, read: Announcement, options: dict[str, Any]) -> None:
        change = SetAnnounced(read.year, read.days, options["file"].name[:64])
        self._show(read)
        if read.days:
            self._show_effect(services.preview(change=change, now=timezone.now()))
        if options["dry_run"]:
            self.stdout.write("没有写入（--dry-run）。")
            return
        if read.refused and not options["skip_refused"]:
            raise CommandError(f"{len(read.refused)} 行未通过，没有写入。改正后再导入，或加 --skip-refused。")
        moved = services.edit(change=change, by=PLATFORM, now=timezone.now())
        self.stdout.write(f"已导入 {len(read.days)} 天，{moved} 个时限已调整，其余由系统随后调整。")

    def _show(self, read: Announcement) -> None:
        calendar = selectors.current()
        for row in selectors.differences(calendar, read) if calendar else []:
            mark = "*" if row.moves else " "
            self.stdout.write(f"{mark} {row.day.date} {row.weekday}  {row.before} → {row.after}")
        for refused in read.refused:
            self.stderr.write(f"第 {refused.row} 行 {refused.field}：{refused.reason}（{refused.text}）")

    def _show_effect(self, effect: Effect) -> None:
        self.stdout.write(f"{effect.open} 个正在计时的时限中，{effect.later} 个推后，{effect.earlier} 个提前。")


def _read(path: Path, year: int) -> Announcement:
    try:
        if path.suffix.lower() == ".txt":
            return from_text(path.read_text(encoding="utf-8-sig"), year)
        with path.open("rb") as file:
            return from_rows(read_rows(file, path.name), year)
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"读不了这个文件：{error}") from None
