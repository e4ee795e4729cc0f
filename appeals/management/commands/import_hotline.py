"""`manage.py import_hotline`: the hotline's spreadsheet from the command line."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.acting import actor_from, postings_of
from accounts.models import User
from accounts.rights import may
from appeals.imports import selectors, services, work
from appeals.imports.bar import carry_out
from appeals.imports.fields import BY_KEY
from appeals.imports.mapping import ColumnMapping, Layout, checked
from appeals.models import ImportFile
from governance.errors import DomainError
from governance.scope import Actor

ALL_IN, SOME_REFUSED, UNUSABLE = 0, 1, 2


class Command(BaseCommand):
    """See `help`."""

    # The checks are for developers and deployment; an import starts quicker without them.
    requires_system_checks = ()
    help = (
        "导入 12345 热线工单表（.xlsx 或 .csv）。按原编号判断重复：同一文件再次导入不会新增。"
        "退出码：0 全部导入，1 有行未导入（已写入未导入文件），2 文件或参数不可用。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="热线工单表，.xlsx 或 .csv")
        parser.add_argument("--template", metavar="NAME", help="按已保存的导入模板对应各列；不写则自动识别")
        parser.add_argument("--dry-run", action="store_true", help="只检查并报告，不写入任何诉求")
        parser.add_argument(
            "--as", dest="username", metavar="USERNAME", help="以该账号的区网格中心岗位导入；不写则以系统身份"
        )
        parser.add_argument("--refused", metavar="PATH", help="未导入的行写到哪里，默认为 FILE.refused.xlsx")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, report, and leave with the status that says how it went."""
        now = timezone.now()
        try:
            status = self._import(options, now)
        except DomainError as refused:
            raise CommandError(refused.message, returncode=UNUSABLE) from refused
        except OSError as error:
            raise CommandError(f"读写文件失败：{error}", returncode=UNUSABLE) from error
        if status:
            sys.exit(status)

    def _import(self, options: dict[str, Any], now: datetime) -> int:
        path = Path(options["file"])
        if not path.is_file():
            raise CommandError(f"找不到文件 {path}，请核对路径。", returncode=UNUSABLE)
        by = self._actor(options["username"], now)
        with path.open("rb") as stream:
            file = services.receive(upload=stream, name=path.name, by=by, now=now)
        try:
            self._match(file, options["template"])
            kind = work.CHECK if options["dry_run"] else work.IMPORT
            job = services.start_here(file_id=file.pk, kind=kind, by=by, now=now)
            outcome = carry_out(job, label="检查" if options["dry_run"] else "导入", now=now)
        except BaseException:
            work.forget_file(file)
            raise
        return self._report(file, outcome.message, path, options)

    def _actor(self, username: str | None, now: datetime) -> Actor:
        if not username:
            return work.platform_actor()
        user = User.objects.filter(username__iexact=username).first()
        if user is None:
            raise CommandError(f"没有账号“{username}”。", returncode=UNUSABLE)
        actors = [actor_from(posting, now=now) for posting in postings_of(user.pk, timezone.localdate(now))]
        able = next((actor for actor in actors if may(actor, "appeal.import")), None)
        if able is None:
            raise CommandError(f"账号“{username}”没有在任的区网格中心岗位，不能导入。", returncode=UNUSABLE)
        return able

    def _match(self, file: ImportFile, template: str | None) -> None:
        mapping = services.template_mapping(template) if template else ColumnMapping.from_json(file.mapping)
        settled = checked(mapping, Layout.from_json(file.layout).headers)
        file.mapping = settled.as_json()
        file.save(update_fields=["mapping"])
        for key, header in settled.columns.items():
            self.stdout.write(f"  {header} → {BY_KEY[key].label}")

    def _report(self, file: ImportFile, message: str, path: Path, options: dict[str, Any]) -> int:
        file.refresh_from_db()
        self.stdout.write(self.style.SUCCESS(message))
        refused = selectors.problems_of(file, refused=True)
        for problem in refused[:10]:
            self.stdout.write(f"  {selectors.reason_of(problem)}")
        status = ALL_IN
        if count := refused.count():
            target = Path(options["refused"] or f"{path}.refused.xlsx")
            selectors.write_refused(file, str(target))
            self.stdout.write(self.style.WARNING(f"未导入的 {count} 行已写入 {target}，改好后可再次导入。"))
            status = SOME_REFUSED
        if options["dry_run"]:
            work.forget_file(file)
        return status
