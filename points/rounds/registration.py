"""What this subject gives to the registries of the rooms below it, at start-up."""

from __future__ import annotations

from governance.audit import actions
from governance.ui import nav
from governance.ui.nav import NavItem
from members import registry
from members.designations import mine as couriers
from members.volunteers import registry as volunteers
from points.rounds.mine import sections
from points.rounds.statements import services as statements

_PAGES = (
    NavItem(
        "我的积分", "points:mine", "coin", "", "工作台", 61, owns=("points:my_statement",),
    ),
)  # fmt: skip


def register_all() -> None:
    """Called once, at start-up."""
    nav.register(*_PAGES)
    actions.register_action(statements.LOOK, "查看积分对账单", is_look=True)
    registry.register_section(sections.of_person, order=45)
    registry.register_household_section(sections.of_household, order=45)
    couriers.register_points(sections.of_courier)
    volunteers.register_own(sections.own)
