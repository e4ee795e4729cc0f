"""What the ledger gives to the registries of the rooms below it, at start-up."""

from __future__ import annotations

from django.urls import reverse

from governance.audit import actions
from governance.outbox import registry as outbox
from governance.ui import nav
from governance.ui.nav import NavItem
from members import registry
from points.ledger.following import on_merged
from points.ledger.halts import SUBJECT


def register_all() -> None:
    """Called once, at start-up."""
    registry.register_on_merged(on_merged)
    actions.register_subject(SUBJECT, "积分发放暂停")
    actions.register_action("points.halt", "暂停积分发放")
    actions.register_action("points.halt_lift", "恢复积分发放")
    outbox.register_subject(SUBJECT, url=lambda pk: reverse("points:ledger_checks"))
    nav.register(
        NavItem(
            "账本核对", "points:ledger_checks", "scale", "ledger.see", "积分", 90, owns=("points:ledger_halt_lift",)
        )
    )
