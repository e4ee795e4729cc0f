"""What the services of this subject share: who may, and whose own something is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q

from accounts.models import User
from accounts.rights import may
from governance.errors import NotAllowed
from governance.scope import Actor
from members.accounts import is_oneself
from members.models import Person, Stay
from points.models import Claim

PROPOSE, APPROVE, SECOND, REVERSE = "point.propose", "point.approve", "point.second", "point.reverse"
BUDGET, LIMIT, RULES, REVIEW = "point.budget", "point.limit", "point.rules", "point.review"
_REFUSALS = {
    PROPOSE: "您的岗位不能申报积分，请由社区、网格申报。",
    APPROVE: "积分申报由社区书记审批。",
    SECOND: "积分申报由街道复核。",
    REVERSE: "积分由社区书记或街道冲正。",
    BUDGET: "积分预算由街道拨付。",
    LIMIT: "积分额度由区网格中心核定。",
    RULES: "积分规则由区网格中心修改。",
    REVIEW: "异常核查由社区书记或街道办理。",
}


def require(by: Actor, right: str) -> None:
    """Raise NotAllowed without the right."""
    if not may(by, right):
        raise NotAllowed(_REFUSALS[right])


def beneficiaries(claims: Iterable[Claim]) -> set[int]:
    """Who earns, and all who live with them: keys of persons. Two statements, however many claims."""
    rows = list(claims)
    people = {row.person_id for row in rows if row.person_id}
    homes = {row.household_id for row in rows if row.household_id}
    homes |= set(Stay.objects.filter(person__in=people, until_on=None).values_list("household", flat=True))
    return people | set(Stay.objects.filter(household__in=homes, until_on=None).values_list("person", flat=True))


def refuse_own(by: Actor, claims: Iterable[Claim], what: str) -> None:
    """Raise NotAllowed where any is for who acts, or their own household."""
    user = User.objects.filter(pk=by.user_id).only("name", "phone_index").first()
    if user is None:
        return
    alike = Q(name=user.name)
    if user.phone_index:
        alike |= Q(phone_index=user.phone_index)
    people = Person.objects.filter(alike, pk__in=beneficiaries(claims)).only("name", "phone_index")
    if any(is_oneself(by, person) for person in people):
        raise NotAllowed(f"不能{what}本人或本户的积分，请由其他人办理。")


def is_period(from_on: date, until_on: date) -> bool:
    """Whether the days are a calendar year or a quarter of one."""
    quarter = from_on.day == 1 and from_on.month in (1, 4, 7, 10) and until_on == _quarter_end(from_on)
    return quarter or (from_on.month, from_on.day, until_on) == (1, 1, date(from_on.year, 12, 31))


def _quarter_end(first: date) -> date:
    month = first.month + 2
    return date(first.year, month, 31 if month in (3, 12) else 30)


def kept(thing: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """These columns, for the record."""
    return {name: getattr(thing, name) for name in names}
