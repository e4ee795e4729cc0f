"""manage.py reseal: after a new privacy key, seal everything under it."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from governance.privacy import registry, resealing
from governance.privacy.sealing import newest_key

_SHOWN = 20
_DESCRIPTION = """\
更换个人信息密钥后，把已加密的手机号、身份证号等改用新密钥加密。

步骤：
  1. 生成新密钥，加到 PRIVACY_KEYS 的最前面，旧密钥保留在后，例如
       PRIVACY_KEYS=k2:<新密钥>,k1:<旧密钥>
     新密钥为 32 个随机字节的 base64，可用： openssl rand -base64 32
  2. 重启 web 和 worker，执行本命令。执行期间平台照常使用；中断后可以重新执行。
  3. 本命令以 0 退出后，备份新密钥，再从 PRIVACY_KEYS 中删去旧密钥。

退出码：0 全部改用新密钥；1 有内容未能改用（逐条列出），旧密钥不能删；2 用法有误。
"""


class Command(BaseCommand):
    """See `_DESCRIPTION`."""

    help = "更换密钥后，用新密钥重新加密个人信息"

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """With the description as it is laid out."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.description = _DESCRIPTION
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command's own options."""
        parser.add_argument("--dry-run", action="store_true", help="只统计还有多少条需要改用新密钥，不做更改")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        """Seal anew, tell, and leave with the status that a script can trust."""
        left = {column: resealing.outdated(column).count() for column in registry.columns()}
        for column, count in left.items():
            self.stdout.write(f"{column}：{count} 条需要改用密钥 {newest_key()}")
        unknown = [f"{name}：未登记，不能自动改用新密钥" for name in registry.unknown_columns()]
        problems = unknown if dry_run else unknown + self._reseal(left)
        if problems:
            lines = [*problems[:_SHOWN], *([f"… 另有 {len(problems) - _SHOWN} 条"] if len(problems) > _SHOWN else [])]
            raise CommandError("以下内容未能改用新密钥，请不要删除旧密钥：\n  " + "\n  ".join(lines), returncode=1)
        self.stdout.write(self.style.SUCCESS("统计完成。" if dry_run else "全部改用新密钥。备份后可以删去旧密钥。"))

    def _reseal(self, left: dict[registry.Column, int]) -> list[str]:
        broken: list[str] = []
        with tqdm(total=sum(left.values()), desc="重新加密", unit="条", disable=None) as bar:
            for column in left:
                broken += resealing.reseal(column, on_rows=bar.update).broken
        return broken
