"""The people as a file that can be filled in and imported again; numbers masked unless they were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from governance.privacy import open_sealed
from governance.scope import Actor
from governance.sheets.lists import ListExporter
from governance.ui.lists import Tab
from members import identity
from members.filters import HouseholdFilterSet, PersonFilterSet
from members.models import Household, Person, Stay
from members.services.households import where
from members.sheets.columns import COLUMNS

PERSON_TABS = (
    Tab("here", "在册", Q(state="here")),
    Tab("left", "已迁出", Q(state="left")),
    Tab("dead", "已故", Q(state="dead")),
)


class PeopleExporter(ListExporter):
    """One row a person, in the columns of the import, with the state."""

    filterset_class = PersonFilterSet
    tabs = PERSON_TABS
    header = (*(column.label for column in COLUMNS), "状态")
    wordless = {"person": "按号码查找"}
    noun = "人"

    def in_scope(self, actor: Actor) -> QuerySet[Person]:
        """Household by household within a grid."""
        now_in = Stay.objects.filter(until_on=None).select_related("household__home__building")
        rows: QuerySet[Person] = Person.objects.visible_to(actor).select_related("community", "grid").defer("search")
        return rows.prefetch_related(Prefetch("stays", now_in, to_attr="now_in")).order_by(
            "community_id", "grid_id", "pk"
        )

    def row(self, thing: Any, *, with_numbers: bool) -> Sequence[object]:
        """As the import reads it."""
        stay = next(iter(thing.now_in), None)
        unit = thing.grid or thing.community
        return [
            thing.name, identity_of(thing, with_numbers=with_numbers), phone_of(thing, with_numbers=with_numbers),
            thing.get_gender_display(),
            thing.born_on.isoformat() if thing.born_on else "", stay.get_relation_display() if stay else "",
            thing.get_residence_display(), *_home(stay), f"{unit.code} {unit.name}",
            stay.household.get_kind_display() if stay else "", stay.from_on.isoformat() if stay else "",
            thing.employer, thing.notes, thing.get_state_display(),
        ]  # fmt: skip


def identity_of(person: Person, *, with_numbers: bool) -> str:
    """The identity number for a file, masked unless it was asked for in full."""
    if not with_numbers:
        return person.identity_masked
    return open_sealed(person.identity_sealed, context=identity.identity_context(person))


def phone_of(person: Person, *, with_numbers: bool) -> str:
    """The phone number for a file, masked unless it was asked for in full."""
    if not with_numbers:
        return person.phone_masked
    return open_sealed(person.phone_sealed, context=identity.phone_context(person))


def _home(stay: Stay | None) -> tuple[str, str, str, str]:
    if stay is None:
        return "", "", "", ""
    home = stay.household.home
    return (home.building.name, home.entrance, home.room, "") if home else ("", "", "", stay.household.address)


class HouseholdExporter(ListExporter):
    """One row a household; nothing of it is a number."""

    filterset_class = HouseholdFilterSet
    header = ("户主", "住址", "人数", "类型", "社区", "网格")
    has_numbers = False
    noun = "户"

    def in_scope(self, actor: Actor) -> QuerySet[Household]:
        """Open ones."""
        rows: QuerySet[Household] = Household.objects.visible_to(actor).open()
        return rows.select_related("community", "grid", "home__building").order_by("community_id", "grid_id", "pk")

    def row(self, thing: Any, *, with_numbers: bool) -> Sequence[object]:
        """As the list shows it."""
        grid = thing.grid.name if thing.grid else ""
        return [thing.head_name, where(thing), thing.size, thing.get_kind_display(), thing.community.name, grid]
