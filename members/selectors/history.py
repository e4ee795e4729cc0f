"""How a record came to be what it is: registration, moves, merges, what grid workers proposed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from governance.days import start_of
from members.models import Person, Stay
from members.services.households import where

_TAKEN = {"change": "按建议修改档案", "moved": "按建议登记迁出", "died": "按建议登记死亡", "person": "按建议登记"}


@dataclass(frozen=True, slots=True)
class Event:
    """Something of a record's past. `on` is a day, or a moment where that is known."""

    at: datetime
    what: str
    who: str = ""
    words: str = ""
    tone: str = ""
    icon: str = "point"
    proposal_id: int | None = None
    person_id: int | None = None
    household_id: int | None = None
    is_day: bool = True


def of_person(person: Person, stays: list[Stay]) -> list[Event]:
    """Newest first. `stays` with household, home, building, community and grid."""
    events = [Event(person.made_at, "建立档案", icon="user-plus", is_day=False)]
    for stay in stays:
        events += _of_stay(stay)
    for other in Person.objects.filter(merged_into=person).order_by("pk").only("name", "changed_at"):
        events.append(Event(other.changed_at, f"并入重复档案“{other.name}”", icon="git-merge", person_id=other.pk,
                            is_day=False))  # fmt: skip
    for proposal in person.proposals.filter(state="taken").order_by("pk"):
        who = f"{proposal.proposed_by_name}提出，{proposal.decided_by_name}采纳"
        at = proposal.decided_at or proposal.proposed_at
        events.append(Event(at, _TAKEN.get(proposal.kind, "按建议登记"), who=who, words=proposal.words, tone="ok",
                            icon="check", proposal_id=proposal.pk, is_day=False))  # fmt: skip
    # What is known by the day alone comes after what was done that day: one moves in once the record is there.
    return sorted(events, key=lambda event: (timezone.localdate(event.at), event.is_day, event.at), reverse=True)


def _of_stay(stay: Stay) -> list[Event]:
    household = stay.household
    place = " ".join(unit.name for unit in (household.community, household.grid) if unit is not None)
    events = [
        Event(
            start_of(stay.from_on), f"入户：{where(household)}", words=place, icon="login-2", household_id=household.pk
        )
    ]
    if stay.until_on is not None:
        words = f"{stay.get_ended_how_display()}{'：' if stay.words else ''}{stay.words}"
        events.append(
            Event(
                start_of(stay.until_on),
                f"离户：{where(household)}",
                words=words,
                icon="logout",
                household_id=household.pk,
            )
        )
    return events
