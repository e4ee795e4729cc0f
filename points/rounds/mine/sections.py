"""What other pages say of somebody's points: a person's, a household's, a volunteer's and a courier's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.rights import may
from governance.scope import Actor
from members.accounts import person_or_none
from members.models import Courier, Household, Person
from points.models import Account, Unnamed
from points.rounds.mine import selectors
from points.rounds.mine.telling import line_of

SEE, NAMES, PROPOSE = "points.person", "points.notice_edit", "point.propose"
_SHOWN = 5


def person_rows(actor: Actor, person: Person) -> list[QuerySet[Any]]:
    """The person's account, for those who see points."""
    return [Account.objects.filter(person=person)] if may(actor, SEE) else []


def of_person(request: HttpRequest, person: Person, found: bool) -> SafeString | None:
    """Balance, what expires, the last movements; of who never earned the way to propose points, for who may."""
    if not may(_actor(request), SEE):
        return None
    account = selectors.account_of_person(person.pk) if found else None
    propose = _propose(request, "points:propose_person", person.pk) if person.state == "here" else ""
    context: dict[str, object] = {"propose_url": propose}
    if account is None:
        return _empty(request, propose)
    if may(_actor(request), NAMES):
        context |= {"unnamed": Unnamed.objects.filter(person=person).exists(), "unnamed_url": _unnamed_url(person)}
    return _section(request, account, "points:statement", person.pk, context)


def of_household(request: HttpRequest, household: Household, members: Sequence[Person]) -> SafeString | None:
    """The same of what the household has together."""
    if not may(_actor(request), SEE):
        return None
    account = selectors.account_of_household(household.pk)
    propose = _propose(request, "points:propose_household", household.pk) if members else ""
    if account is None:
        return _empty(request, propose)
    return _section(request, account, "points:household_statement", household.pk, {"propose_url": propose})


def of_courier(request: HttpRequest, courier: Courier | None) -> SafeString | None:
    """On a courier's own page: the balance of whoever is signed in. None for an account that is no resident's."""
    person = courier.person if courier is not None else person_or_none(_actor(request))
    return own(request, person) if person is not None else None


def own(request: HttpRequest, person: Person) -> SafeString:
    """The balance of the resident who is signed in, with the way to all of it."""
    held = selectors.holding(selectors.account_of_person(person.pk), timezone.localdate())
    return SafeString(render_to_string("points/rounds/own.html", {"holding": held}, request))


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _propose(request: HttpRequest, name: str, pk: int) -> str:
    """The way to propose points for them, for who may."""
    return reverse(name, args=[pk]) if may(_actor(request), PROPOSE) else ""


def _empty(request: HttpRequest, propose: str) -> SafeString | None:
    if not propose:
        return None
    return SafeString(render_to_string("points/rounds/section.html", {"propose_url": propose}, request))


def _unnamed_url(person: Person) -> str:
    return reverse("points:unnamed", args=[person.pk]) if person.state == "here" else ""


def _section(
    request: HttpRequest, account: Account, statement: str, pk: int, more: Mapping[str, object] | None = None
) -> SafeString:
    lines = [line_of(entry) for entry in selectors.movements(account).order_by("-pk")[:_SHOWN]]
    context = {
        "holding": selectors.holding(account, timezone.localdate()), "lines": lines,
        "statement_url": reverse(statement, args=[pk]), **(more or {}),
    }  # fmt: skip
    return SafeString(render_to_string("points/rounds/section.html", context, request))
