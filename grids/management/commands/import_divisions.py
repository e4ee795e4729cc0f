"""import_divisions FILE: compare a file of divisions with the territory and apply what is new, renamed or moved."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from tqdm import tqdm

from governance.errors import InvalidInput
from governance.scope import PLATFORM, UnitKind
from governance.spreadsheets import write_xlsx
from grids import divisions
from grids.divisions import VERDICT_LABELS, Division
from grids.models import Unit
from grids.services.divisions import apply_rows

HELP = """导入行政区划：把文件（.xlsx 或 .csv）与平台中的区、街道、社区、网格逐行比对，执行新增、更名和调整隶属。

文件第一行是表头。必需的列：编码（code）、名称（name）；可有的列：级别（level）、上级编码（parent_code）。
编码为区 6 位、街道 9 位、社区 12 位、网格 15 位；官方补零的 12 位编码也认得。
文件中没有、平台中有的单位只列出，不会撤销；撤销请在“组织网格”页面办理。

先看会发生什么：  manage.py import_divisions 区划.xlsx --dry-run
正式导入：        manage.py import_divisions 区划.xlsx --refused 不能导入.xlsx

退出状态：0 全部可用；1 有不能导入的行；2 文件不能使用，什么也没有导入。"""


class Command(BaseCommand):
    """Import of divisions from the command line."""

    help = HELP

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """A parser that keeps the lines of the help as they are written."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE and what may be said about it."""
        parser.add_argument("file", metavar="FILE", type=Path, help="要导入的 .xlsx 或 .csv 文件")
        parser.add_argument("--dry-run", action="store_true", help="只比对，不改动任何数据")
        parser.add_argument("--refused", metavar="OUT", type=Path, help="把不能导入的行连同原因写到这个 .xlsx 文件")

    def handle(self, *args: Any, file: Path, dry_run: bool, refused: Path | None, **options: Any) -> None:
        """Compare, apply, tell; ends with the exit status that the help promises."""
        now = timezone.localtime()
        try:
            rows = self._compared(file)
        except (OSError, InvalidInput) as problem:
            told = getattr(problem, "message", f"无法打开文件：{problem}")
            raise CommandError(told, returncode=2) from problem
        self._tell(rows)
        if not dry_run:
            self._apply(rows, file.name, now)
        self._give_back([row for row in rows if row.problems], refused)
        if any(row.problems for row in rows):
            sys.exit(1)

    def _compared(self, file: Path) -> list[Division]:
        with file.open("rb") as source:
            rows = divisions.read(source, file.name)
        districts = {row.code for row in rows if row.level == UnitKind.DISTRICT} or {row.code[:6] for row in rows}
        if len(districts) > 1:
            raise InvalidInput("文件里有不止一个区的单位，请按区拆分后分别导入。")
        known = Unit.objects.filter(kind=UnitKind.DISTRICT, code__in=districts).first()
        return divisions.compare(rows, known)

    def _tell(self, rows: list[Division]) -> None:
        self.stdout.write("比对结果：")
        for verdict, count in divisions.tally(rows).items():
            self.stdout.write(f"  {VERDICT_LABELS[verdict]:<8}{count:>6}")

    def _apply(self, rows: list[Division], source: str, now: Any) -> None:
        today: date = now.date()
        total = sum(verdict in {"new", "renamed", "moved"} for row in rows for verdict in row.verdicts)
        bar = tqdm(total=total, unit="项", desc="导入", disable=not sys.stderr.isatty())
        with bar, transaction.atomic(durable=True):
            counts = apply_rows(
                rows, chosen=None, effective_on=today, source=source, by=PLATFORM, now=now, advance=bar.update
            )
        done = "，".join(f"{VERDICT_LABELS[v]} {counts[v]}" for v in ("new", "renamed", "moved"))
        self.stdout.write(self.style.SUCCESS(f"已导入：{done}；不能执行 {counts['refused']}。"))

    def _give_back(self, refused: list[Division], out: Path | None) -> None:
        for row in refused[:20]:
            reasons = "；".join(problem.message for problem in row.problems)
            self.stderr.write(f"第 {row.row} 行 {row.code} {row.name}：{reasons}")
        if len(refused) > 20:
            self.stderr.write(f"……另有 {len(refused) - 20} 行，用 --refused OUT.xlsx 可全部写到文件。")
        if refused and out:
            write_xlsx(out, divisions.REFUSED_HEADER, divisions.refused_rows(refused), title="不能导入的行")
            self.stdout.write(f"不能导入的行已写到 {out}。")
