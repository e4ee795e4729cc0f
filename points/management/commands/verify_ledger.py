"""Recomputes the books of points, and says what does not add up. Exit status 1 when something does not."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from grids.models import Unit
from points.ledger import verify


class Command(BaseCommand):
    """`manage.py verify_ledger [--unit CODE]`."""

    help = "Recompute balances, lots, budgets, stock; print what does not add up."

    def add_arguments(self, parser: CommandParser) -> None:
        """One unit and what lies below it, where one is named."""
        parser.add_argument("--unit", default="", help="the code of a unit")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line a fault."""
        unit = Unit.objects.filter(code=options["unit"]).first() if options["unit"] else None
        if options["unit"] and unit is None:
            raise CommandError(f"没有编码为 {options['unit']} 的单位。")
        faults = verify.find_faults(unit)
        names = dict(Unit.objects.filter(pk__in={fault.unit_id for fault in faults}).values_list("pk", "name"))
        for fault in faults:
            where = names.get(fault.unit_id, fault.unit_id)
            self.stdout.write(f"{where}｜{fault.check}｜{fault.about}：应为 {fault.expected}，实为 {fault.found}")
        if faults:
            self.stdout.write(f"共 {len(faults)} 处差错。")
            sys.exit(1)
        self.stdout.write(f"账目相符（{len(verify.labels())} 项核对）。")
