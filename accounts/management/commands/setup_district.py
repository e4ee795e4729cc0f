"""setup_district: the first units and the first people of a real installation."""

from __future__ import annotations

import getpass
import os
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import ROLE_LABELS
from accounts.services.setup import OFFICES, FirstPerson, SetUp, require_empty, set_up_district
from governance.errors import DomainError, IllegalState
from governance.scope import Role
from grids import divisions
from grids.divisions import Division

NOT_EMPTY, BAD_INPUT = 1, 2

# Option, and the environment variable for the password.
OPTIONS = {
    Role.SECURITY_ADMIN: ("security-admin", "SECURITY_ADMIN_PASSWORD"),
    Role.SYSTEM_ADMIN: ("system-admin", "SYSTEM_ADMIN_PASSWORD"),
    Role.AUDITOR: ("auditor", "AUDITOR_PASSWORD"),
}

HELP = """初始化一个新安装的平台：设立本区、导入区划，建立三员（安全管理员、系统管理员、审计员）的第一个账号。

只能在空的平台上执行一次。没有写在命令行里的内容会逐项询问；在脚本中执行时必须全部写明。

示例：
  manage.py setup_district --district-code 230604 --district-name 让胡路区 \\
      --divisions 区划.csv \\
      --security-admin anquan:张三 --system-admin xitong:李四 --auditor shenji:王五

三员必须是三个不同的人。其他人员由安全管理员登录后在“人员与账号”中新增，或从 Excel 导入。

密码：依次取环境变量 SECURITY_ADMIN_PASSWORD、SYSTEM_ADMIN_PASSWORD、AUDITOR_PASSWORD；没有设置时，
在终端中会询问（直接回车则由系统生成），在脚本中由系统生成。生成的密码只在最后显示一次。首次登录都必须修改。

区划文件（.xlsx 或 .csv）第一行是表头，必需的列：编码、名称；可有的列：级别、上级编码。可以以后再导入。

退出状态：0 完成；1 平台不是空的，没有改动；2 输入有误，没有改动。"""


class Command(BaseCommand):
    """Set-up from the command line."""

    help = HELP

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """A parser that keeps the lines of the help as they are written."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        """All that can be said beforehand."""
        parser.add_argument("--district-code", metavar="编码", help="本区的 6 位行政区划编码，例如 230604")
        parser.add_argument("--district-name", metavar="名称", help="本区名称，例如 让胡路区")
        parser.add_argument("--divisions", metavar="文件", type=Path, help="区划文件（街道、社区、网格），可不填")
        for role, (option, _) in OPTIONS.items():
            parser.add_argument(f"--{option}", metavar="账号:姓名", help=f"第一名{ROLE_LABELS[role]}")
        parser.add_argument("--no-input", action="store_true", help="不询问；缺少的内容按输入有误处理")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, set up, tell; ends with the exit status that the help promises."""
        self.asks = sys.stdin.isatty() and not options["no_input"]
        try:
            require_empty()
            done = set_up_district(
                code=self._given(options["district_code"], "本区编码（6 位）", "--district-code"),
                name=self._given(options["district_name"], "本区名称", "--district-name"),
                people=[self._person(role, options) for role in OFFICES],
                rows=self._rows(options["divisions"]),
                source=options["divisions"].name if options["divisions"] else "setup_district",
                now=timezone.now(),
            )
        except IllegalState as refusal:
            raise CommandError(refusal.message, returncode=NOT_EMPTY) from refusal
        except DomainError as refusal:
            raise CommandError(refusal.message, returncode=BAD_INPUT) from refusal
        self._tell(done)

    def _given(self, value: str | None, question: str, option: str) -> str:
        while not (value or "").strip():
            if not self.asks:
                raise CommandError(f"缺少 {option}（{question}）。", returncode=BAD_INPUT)
            value = input(f"{question}：")
        return str(value).strip()

    def _person(self, role: Role, options: dict[str, Any]) -> FirstPerson:
        option, variable = OPTIONS[role]
        text = self._given(
            options[option.replace("-", "_")], f"第一名{ROLE_LABELS[role]}，账号:姓名", f"--{option}"
        ).replace("：", ":")
        username, _, name = (part.strip() for part in text.partition(":"))
        if not name:
            raise CommandError(f"--{option} 应写成 账号:姓名，例如 anquan:张三。", returncode=BAD_INPUT)
        return FirstPerson(role, username, name, self._password(role, variable))

    def _password(self, role: Role, variable: str) -> str:
        if given := os.environ.get(variable):
            return given
        return getpass.getpass(f"{ROLE_LABELS[role]}的密码（直接回车由系统生成）：") if self.asks else ""

    def _rows(self, file: Path | None) -> list[Division]:
        if file is None:
            return []
        try:
            with file.open("rb") as source:
                return divisions.read(source, file.name)
        except OSError as problem:
            raise CommandError(f"无法打开区划文件：{problem}", returncode=BAD_INPUT) from problem

    def _tell(self, done: SetUp) -> None:
        self.stdout.write(self.style.SUCCESS(f"已设立{done.district.name}，共 {done.units} 个单位。"))
        for line in filter(None, done.said):
            self.stdout.write(line)
        if done.passwords:
            self.stdout.write("初始密码（只显示这一次，请当面交给本人，首次登录必须修改）：")
        for username, password in done.passwords.items():
            self.stdout.write(f"  {username}  {password}")
