"""complete_set_up: what rooms that came with an upgrade begin with, for a district that was set up before."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.services.setup import complete_set_up


class Command(BaseCommand):
    """Run by every start after the migrations; harmless to repeat."""

    help = "为升级前已初始化的区补上新增模块的默认内容（如积分规则）。每次启动自动执行，可重复执行；已有的不改动。"

    def handle(self, *args: Any, **options: Any) -> None:
        """Complete, and tell what was done."""
        for words in complete_set_up(timezone.now()):
            self.stdout.write(words)
