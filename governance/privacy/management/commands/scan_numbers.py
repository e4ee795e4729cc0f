"""manage.py scan_numbers: look for given numbers in dumps, logs and Valkey."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from governance.privacy.scanning import Hit, Scanner, scan_file, scan_valkey

_SHOWN = 20
_DESCRIPTION = """\
在数据库导出文件、日志和 Valkey 里查找给定的身份证号、手机号，核对平台没有留下明文。

号码从标准输入或文件读入，每行一个；结果中的号码作脱敏处理。

  pg_dump -Fp "$DATABASE_URL" > dump.sql
  manage.py scan_numbers --redis dump.sql /var/log/governance/*.log < 号码.txt

原样、带空格或横线、全角、UTF-16、base64、十六进制、压缩的都能找到，连续 10 位以上的一段也能找到。
数据库请导出为纯文本（-Fp）；归档格式先用 pg_restore -f dump.sql 转换。gzip 压缩的文件可以直接给出。

退出码：0 没有找到；1 找到了（逐处列出）；2 用法有误。
"""


class Command(BaseCommand):
    """See `_DESCRIPTION`."""

    help = "在导出文件、日志和 Valkey 里查找明文号码"

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """With the description as it is laid out."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.description = _DESCRIPTION
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where the numbers come from, and where to look."""
        parser.add_argument("files", nargs="*", type=Path, metavar="文件", help="导出文件、日志")
        parser.add_argument("--numbers", type=Path, help="号码文件，每行一个；不给则读标准输入")
        parser.add_argument("--redis", action="store_true", help="同时查找 REDIS_URL 所指 Valkey 的全部数据库")

    def handle(self, *args: Any, files: list[Path], numbers: Path | None, redis: bool, **options: Any) -> None:
        """Look, tell, and leave with the status that a script can trust."""
        if not files and not redis:
            raise CommandError("请给出要查找的文件，或加上 --redis。", returncode=2)
        scanner = _scanner(numbers)
        found = {str(path): _scanned(scanner, path) for path in files}
        if redis:
            found |= {f"Valkey {key}": hits for key, hits in scan_valkey(scanner, settings.REDIS_URL).items()}
        lines = [f"{place}：{hit}" for place, hits in found.items() for hit in sorted(hits)]
        if lines:
            more = [f"… 另有 {len(lines) - _SHOWN} 处"] if len(lines) > _SHOWN else []
            raise CommandError("找到明文号码：\n  " + "\n  ".join([*lines[:_SHOWN], *more]), returncode=1)
        self.stdout.write(self.style.SUCCESS(f"查找了 {len(scanner)} 个号码，没有找到明文。"))


def _scanner(numbers: Path | None) -> Scanner:
    try:
        text = numbers.read_text(encoding="utf-8-sig") if numbers else sys.stdin.read()
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        scanner = Scanner(lines)
    except OSError as error:
        raise CommandError(f"读不到号码文件：{error.strerror}", returncode=2) from error
    except ValueError as error:
        raise CommandError("号码每行一个，至少 10 位数字，请检查号码文件。", returncode=2) from error
    if not len(scanner):
        raise CommandError("没有号码。请从标准输入或 --numbers 给出，每行一个。", returncode=2)
    return scanner


def _scanned(scanner: Scanner, path: Path) -> set[Hit]:
    try:
        return scan_file(scanner, path)
    except OSError as error:
        raise CommandError(f"读不到 {path}：{error.strerror}", returncode=2) from error
    except ValueError as error:
        raise CommandError(f"{path} 是压缩的归档，请先用 pg_restore -f 转为纯文本。", returncode=2) from error
