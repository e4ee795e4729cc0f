"""The shape of a sample: one service, called validly, what that leaves behind, and what refuses it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from accounts.models import Posting, User
from governance.errors import DomainError, IllegalState, NotFound
from governance.scope import Actor
from grids.models import Unit
from tests.walk.people import Company

# Monday 23 November 2026, 10:00: when everything is made; the services that are walked are called an hour later.
MADE = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
WALKED = MADE + timedelta(hours=1)
TODAY, LATER = date(2026, 11, 23), date(2026, 12, 1)
CENTRE, SECURITY, SYSTEM, AUDITOR = "DC@district", "SE@district", "SY@district", "AU@district"


@dataclass(frozen=True)
class World:
    """The company, by name."""

    company: Company

    def actor(self, person: str) -> Actor:
        """The person as who acts."""
        return self.company.actors[person]

    def unit(self, name: str) -> Unit:
        """The unit as the database has it."""
        return Unit.objects.get(pk=self.company.units[name].pk)

    def id_of(self, name: str) -> int:
        """The unit's key."""
        return self.company.units[name].pk

    def user(self, person: str) -> User:
        """The person's account."""
        return User.objects.get(pk=self.actor(person).user_id)

    def posting(self, person: str) -> Posting:
        """The person's posting."""
        return Posting.objects.get(pk=self.actor(person).posting_id)

    def people_at(self, unit: str) -> list[Actor]:
        """Who works there, as the platform goes through them."""
        here = [actor for person, actor in self.company.actors.items() if person.partition("@")[2] == unit]
        return sorted(here, key=lambda actor: (actor.user_id, actor.posting_id))


Row = tuple[str, str, int]
Make = Callable[[World, Actor], Any]
Call = Callable[[World, Any, Actor], Any]
Spoil = Callable[[World, Any], object]


def nothing(world: World, by: Any) -> None:
    """What a service works on that begins from nothing."""
    return


@dataclass(frozen=True)
class Refused:
    """A state or a value that refuses the service; without an error there is nothing to do in it, and nothing done."""

    why: str
    words: str = ""
    error: type[DomainError] | None = IllegalState
    spoil: Spoil = nothing
    call: Call | None = None


@dataclass(frozen=True)
class Sample:
    """One service. `make` gives its thing, for who will call; `rows` are the audit rows in order, by who called.

    `changes` are the tables that differ afterwards, besides the record's own. `stranger` is what one meets who has the
    right, but not here: in another district, or to another person's thing. `harmless` says why no state refuses it,
    `unrecorded` why there is no audit row.
    """

    service: Callable[..., Any]
    call: Call
    changes: str
    then: Callable[[World, Any, Any], bool]
    rows: Callable[[World, Any, Any], list[Row]] = lambda world, thing, result: []
    make: Make = nothing
    refused: tuple[Refused, ...] = ()
    stranger: type[DomainError] = NotFound
    variant: str = ""
    harmless: str = ""
    unrecorded: str = ""

    @property
    def name(self) -> str:
        """The service's full name."""
        return f"{self.service.__module__}.{self.service.__name__}"

    @property
    def id(self) -> str:
        """What pytest calls it."""
        return f"{self.name}-{self.variant}" if self.variant else self.name


def user_row(action: str, *, thing_is_posting: bool = False) -> Callable[[World, Any, Any], list[Row]]:
    """One row about the user that the sample's thing is."""
    return lambda world, thing, result: [(action, "user", thing.user_id if thing_is_posting else thing.pk)]
