"""What other subjects of this room, and the rooms above it, add to a person: sections of the page, and what follows
when two records become one or somebody leaves.

Filled at start-up, by `members/<subject>/registration.py` or a higher room's `AppConfig.ready()`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any, Protocol

from django.db.models import BooleanField, Exists, ExpressionWrapper, Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from governance.scope import Actor
from governance.ui.bulk import BulkAction
from members.models import Household, Person

PersonSection = Callable[[HttpRequest, Person, bool], SafeString | None]
PersonRows = Callable[[Actor, Person], Sequence[QuerySet[Any]]]
HouseholdSection = Callable[[HttpRequest, Household, Sequence[Person]], SafeString | None]
# The order of the sections, from what the community owes somebody to what somebody asked of it. A subject may also
# stand between two of these.
CARE, PARTY, DESIGNATIONS, VOLUNTEERS, CAREERS, APPEALS = 10, 20, 30, 40, 50, 80


class OnMerged(Protocol):
    """Called inside the merging transaction, both persons locked: let everything that names `drop` name `keep`.

    Raises a DomainError where two things cannot become one, with what to do first.
    """

    def __call__(self, *, keep: Person, drop: Person, by: Actor, now: datetime) -> None: ...


class OnGone(Protocol):
    """Called inside the transaction in which a person leaves the district or dies (`how`: "moved" or "died")."""

    def __call__(self, *, person: Person, how: str, on: date, by: Actor, now: datetime) -> None: ...


class OnMoved(Protocol):
    """Called inside the transaction in which a person came into another community or grid; `person` has the new place.

    `before` has the place columns as they were.
    """

    def __call__(self, *, person: Person, before: dict[str, int | None], by: Actor, now: datetime) -> None: ...


class OnSettled(Protocol):
    """Called inside the transaction in which a person came into another household, whether the place is another or not.

    Whom they left may be an empty household now.
    """

    def __call__(self, *, person: Person, by: Actor, now: datetime) -> None: ...


class OnMembershipEnded(Protocol):
    """Called inside the transaction in which a person's membership of the party ended, and no other began here."""

    def __call__(self, *, person: Person, by: Actor, now: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class _Section:
    order: int
    make: PersonSection
    rows: PersonRows | None


_sections: list[_Section] = []
_household_sections: list[tuple[int, HouseholdSection]] = []
_person_actions: list[BulkAction] = []
_merged: list[OnMerged] = []
_gone: list[OnGone] = []
_moved: list[OnMoved] = []
_settled: list[OnSettled] = []
_membership_ended: list[OnMembershipEnded] = []


def register_section(section: PersonSection, *, rows: PersonRows | None = None, order: int = 100) -> None:
    """Add a section to a person's page: `section(request, person, found)` gives rendered HTML, or None for nothing.

    It shows what `request.actor` may see and nothing else, in few queries. `rows(actor, person)` are the querysets of
    what it would show, none for who may not see it. One statement looks into all of them for the whole page, and
    `found` says whether any had a row: without one the section asks nothing, and has only what may be added to say.
    Without `rows` a section always looks for itself.
    """
    if all(known.make is not section for known in _sections):
        _sections.append(_Section(order, section, rows))


def register_household_section(section: HouseholdSection, *, order: int = 100) -> None:
    """Add a section to a household's page: `section(request, household, members)`, with those who live there now."""
    if all(known is not section for _, known in _household_sections):
        _household_sections.append((order, section))


def register_person_action(action: BulkAction) -> None:
    """Add something that can be done to many persons, chosen in their list."""
    if all(known.key != action.key for known in _person_actions):
        _person_actions.append(action)


def register_on_merged(hook: OnMerged) -> None:
    """Say what follows when two records of a person become one."""
    if hook not in _merged:
        _merged.append(hook)


def register_on_gone(hook: OnGone) -> None:
    """Say what follows when a person leaves the district or dies."""
    if hook not in _gone:
        _gone.append(hook)


def register_on_moved(hook: OnMoved) -> None:
    """Say what follows when a person comes into another community or grid."""
    if hook not in _moved:
        _moved.append(hook)


def register_on_settled(hook: OnSettled) -> None:
    """Say what follows when a person comes into another household."""
    if hook not in _settled:
        _settled.append(hook)


def register_on_membership_ended(hook: OnMembershipEnded) -> None:
    """Say what follows when somebody belongs to the party's organisations here no more."""
    if hook not in _membership_ended:
        _membership_ended.append(hook)


def sections(request: HttpRequest, person: Person) -> list[SafeString]:
    """The sections of a person's page, in order."""
    ordered = sorted(_sections, key=lambda section: section.order)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = _found(person, [section.rows(actor, person) if section.rows else () for section in ordered])
    made = (
        section.make(request, person, section.rows is None or any_row)
        for section, any_row in zip(ordered, found, strict=True)
    )
    return [html for html in made if html]


def _found(person: Person, rows: Sequence[Sequence[QuerySet[Any]]]) -> list[bool]:
    """Which of the sections have any row, in one statement."""
    looks = {
        f"look_{place}": ExpressionWrapper(reduce(or_, (Q(Exists(one)) for one in some)), BooleanField())
        for place, some in enumerate(rows)
        if some
    }
    answers = Person.objects.filter(pk=person.pk).values(**looks).get() if looks else {}
    return [answers.get(f"look_{place}", False) for place in range(len(rows))]


def household_sections(request: HttpRequest, household: Household, members: Sequence[Person]) -> list[SafeString]:
    """The sections of a household's page, in order."""
    ordered = sorted(_household_sections, key=lambda pair: pair[0])
    made = (section(request, household, members) for _, section in ordered)
    return [html for html in made if html]


def person_actions() -> tuple[BulkAction, ...]:
    """What can be done to many persons."""
    return tuple(_person_actions)


def person_merged(*, keep: Person, drop: Person, by: Actor, now: datetime) -> None:
    """Tell whoever refers to persons."""
    for hook in _merged:
        hook(keep=keep, drop=drop, by=by, now=now)


def person_gone(*, person: Person, how: str, on: date, by: Actor, now: datetime) -> None:
    """Tell whoever refers to persons."""
    for hook in _gone:
        hook(person=person, how=how, on=on, by=by, now=now)


def person_moved(*, person: Person, before: dict[str, int | None], by: Actor, now: datetime) -> None:
    """Tell whoever refers to persons, when the place is another; and in any case that the household is."""
    for settled in _settled:
        settled(person=person, by=by, now=now)
    if any(getattr(person, name) != value for name, value in before.items()):
        for hook in _moved:
            hook(person=person, before=before, by=by, now=now)


def membership_ended(*, person: Person, by: Actor, now: datetime) -> None:
    """Tell whoever counts on somebody's being a member."""
    for hook in _membership_ended:
        hook(person=person, by=by, now=now)
