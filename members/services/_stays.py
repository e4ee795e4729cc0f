"""Beginning and ending a person's stay in a household, and what the household shows of it. Rows are locked before."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Max

from governance.errors import IllegalState, InvalidInput
from governance.scope import Actor, place_of
from members.models import Household, Person, Stay
from members.models.households import RELATIONS
from members.services._common import locked_household
from members.words import choice_of, day_of

if TYPE_CHECKING:
    from members.services.persons import Joining


def joined(joining: Joining, by: Actor) -> Household:
    """The household to be joined, locked."""
    return locked_household(joining.household_id, by)


def begin(person: Person, household: Household, relation: str, on: date, today: date) -> Stay:
    """The person lives there from now on. Raises InvalidInput: a second head, a day to come or before the last end."""
    relation = choice_of(relation, RELATIONS, label="与户主的关系", field="relation")
    on = day_of(on, today=today, label="入户日期", field="on")
    heads = Stay.objects.filter(household=household, until_on=None, relation="head")
    if relation == "head" and heads.exists():
        raise InvalidInput("这一户已有户主，请选择与户主的关系。", field="relation")
    last = Stay.objects.filter(person=person).aggregate(last=Max("until_on"))["last"]
    if last is not None and on < last:
        raise InvalidInput(f"入户日期不能早于上一次离户（{last:%Y-%m-%d}）。", field="on")
    stay = Stay.objects.create(person=person, household=household, relation=relation, from_on=on)
    refresh(household)
    return stay


def current(person: Person) -> Stay | None:
    """Where the person lives now."""
    return Stay.objects.select_related("household").filter(person=person, until_on=None).first()


def end(person: Person, how: str, on: date, words: str, new_head_id: int | None = None) -> Household | None:
    """End the person's stay; the household, if there was one. Who was head names the next, while others stay."""
    stay = current(person)
    if stay is None:
        return None
    if on < stay.from_on:
        raise InvalidInput(f"日期不能早于入户日期（{stay.from_on:%Y-%m-%d}）。", field="on")
    stay.until_on, stay.ended_how, stay.words = on, how, words
    stay.save(update_fields=["until_on", "ended_how", "words"])
    if stay.relation == "head":
        succeed(stay.household, new_head_id)
    refresh(stay.household)
    return stay.household


def succeed(household: Household, new_head_id: int | None) -> None:
    """Make another of the household its head; nobody is asked for where nobody is left."""
    others = Stay.objects.filter(household=household, until_on=None)
    if not others.exists():
        return
    if new_head_id is None:
        raise InvalidInput("户主离户后，请在其余成员中指定新的户主。", field="new_head")
    if not others.filter(person_id=new_head_id).update(relation="head"):
        raise InvalidInput("新的户主须是这一户的成员。", field="new_head")


def refresh(household: Household) -> None:
    """Bring what the household shows of its members in line with their stays."""
    stays = Stay.objects.filter(household=household, until_on=None)
    head = stays.filter(relation="head").values_list("person__name", flat=True).first()
    household.head_name, household.size = head or "", stays.count()
    household.revision += 1
    household.save(update_fields=["head_name", "size", "revision"])


def rename(person: Person) -> None:
    """A head's new name stands with the household."""
    stay = current(person)
    if stay is not None and stay.relation == "head" and stay.household.head_name != person.name:
        refresh(Household.objects.select_for_update().get(pk=stay.household_id))


def take_over(keep: Person, drop: Person, today: date) -> None:
    """The stays of a record that is merged become the kept one's; of two homes the kept one's is the present.

    Who had no home until then lives where the other did.
    """
    theirs, own = current(drop), current(keep)
    lived_in = [stay.household_id for stay in (theirs, own) if stay is not None]
    list(Household.objects.select_for_update().filter(pk__in=lived_in).order_by("pk").values_list("pk"))
    if theirs is not None and own is None:
        for name, value in place_of(theirs.household).items():
            setattr(keep, name, value)
    if theirs is not None and own is not None:
        household = Household.objects.get(pk=theirs.household_id)
        theirs.until_on, theirs.ended_how = max(today, theirs.from_on), "merged"
        theirs.save(update_fields=["until_on", "ended_how"])
        if theirs.relation == "head" and theirs.household_id != own.household_id and household.size > 1:
            raise IllegalState("要并入的档案是另一户的户主，请先为那一户指定新的户主。")
        if theirs.relation == "head" and theirs.household_id == own.household_id:
            Stay.objects.filter(pk=own.pk).update(relation="head")
        refresh(household)
    Stay.objects.filter(person=drop).update(person=keep)
