"""manage.py verify_audit: is the audit record still what was written?"""

from __future__ import annotations

import re
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone
from tqdm import tqdm

from governance.audit.models import Seal
from governance.audit.sealing import Report, verify

_SHOWN = 50
_DESCRIPTION = """\
核对审计记录是否被改动、删除或事后插入。

每分钟，新的审计记录会被封存：一批记录生成一个摘要，摘要首尾相接成链。本命令重新计算每个摘要，
并与数据库中的记录逐条比对。全部相符时，会显示“链首摘要”。请把它抄写或保存到本机之外；
下次核对时用 --expect-head 给出，就能发现末尾的封存连同记录一起被删除的情况。

例：
  manage.py verify_audit
  manage.py verify_audit --expect-head 4f0c…（64 位十六进制）

退出码：0 全部相符；1 发现问题（逐条列出位置）；2 用法有误或无法连接数据库。
"""


def _digest(text: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text.strip()):
        raise ArgumentTypeError("应为 64 位十六进制摘要")
    return text.strip().lower()


class Command(BaseCommand):
    """See `_DESCRIPTION`."""

    help = "核对审计记录是否被改动"

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """With the description as it is laid out."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.description = _DESCRIPTION
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command's own options."""
        parser.add_argument("--expect-head", metavar="DIGEST", type=_digest, help="以前记下的链首摘要，应仍在链上")
        parser.add_argument("--no-progress", action="store_true", help="不显示进度条")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, tell, and leave with the status that a script can trust."""
        try:
            report = self._verify(options["expect_head"] or "", options["no_progress"])
        except DatabaseError as error:
            raise CommandError(f"无法读取审计记录：{error}", returncode=2) from error
        for warning in report.warnings:
            self.stderr.write(self.style.WARNING(f"注意：{warning}"))
        self.stdout.write(f"封存 {report.seals} 个，记录 {report.entries} 条，未封存 {report.unsealed} 条。")
        if not report.is_whole:
            raise CommandError(_told(report), returncode=1)
        self.stdout.write(self.style.SUCCESS("全部相符。"))
        if report.head:
            self.stdout.write(f"链首摘要：{report.head}")

    def _verify(self, expect_head: str, no_progress: bool) -> Report:
        total = sum(Seal.objects.values_list("count", flat=True))
        with tqdm(total=total, desc="核对", unit="条", disable=True if no_progress else None) as bar:
            return verify(now=timezone.now(), expect_head=expect_head, on_seal=bar.update)


def _told(report: Report) -> str:
    lines = [f"发现 {len(report.faults)} 处问题："]
    lines += [f"  - {fault.text}（封存 {fault.seal_id or '—'}）" for fault in report.faults[:_SHOWN]]
    if len(report.faults) > _SHOWN:
        lines.append(f"  … 另有 {len(report.faults) - _SHOWN} 处")
    lines.append("请保护现场：停止写入、备份数据库，并报告审计办公室和系统管理员。")
    return "\n".join(lines)
