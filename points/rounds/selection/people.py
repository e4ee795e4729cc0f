"""Who may be nominated in a round, and who stands too near to somebody to judge them."""

from __future__ import annotations

from django.db.models import Q

from governance.scope import Actor
from members.accounts import is_oneself, person_or_none
from members.models import Courier, PartyHousehold, Person, Stay, TeamMember
from members.querysets import PersonQuerySet
from points.models import Round


def eligible(found: Round) -> PersonQuerySet:
    """Those who may be nominated: of the round's kind of people, living (a courier: or riding) in its area."""
    people: PersonQuerySet = Person.objects.here().defer("search")
    area = _area(found)
    if found.nominees == "couriers":
        riding = Courier.objects.open().filter(Q(**area) | Q(**{f"person__{key}": pk for key, pk in area.items()}))
        return people.filter(pk__in=riding.values("person"))
    people = people.filter(**area)
    if found.nominees == "volunteers":
        return people.filter(pk__in=TeamMember.objects.filter(until_on=None).values("person"))
    if found.nominees == "party_households":
        return people.filter(pk__in=PartyHousehold.objects.open().values("person"))
    return people


def _area(found: Round) -> dict[str, int]:
    if found.community_id is not None:
        return {"community_id": found.community_id}
    return {"street_id": found.street_id} if found.street_id is not None else {"district_id": found.district_id}


def seats_of(by: Actor, path: str = "") -> Q:
    """The seats in juries of who acts, as a condition on RoundJuror (`path` leads to it).

    Of their posting; and of one of theirs that ended because its unit closed: they go on where they work now.
    """
    ended = Q(
        **{f"{path}posting__user": by.user_id, f"{path}posting__unit__closed_on__isnull": False,
           f"{path}round__district": by.district_id}
    )  # fmt: skip
    return Q(**{f"{path}posting": by.posting_id}) | ended


def home_of(person: Person) -> dict[str, int]:
    """Where somebody lives, as `RoundQuerySet.around` asks."""
    return {
        "district_id": person.district_id, "street_id": person.street_id, "community_id": person.community_id,
    }  # fmt: skip


def is_near(by: Actor, person: Person) -> bool:
    """Whether who acts is this person, or lives in the same household."""
    if is_oneself(by, person):
        return True
    me = person_or_none(by)
    if me is None:
        return False
    homes = Stay.objects.filter(until_on=None)
    return me.pk == person.pk or homes.filter(
        person=me, household__in=homes.filter(person=person).values("household")
    ).exists()  # fmt: skip
