"""What looks odd: each kind by its rule, with the rows behind it; in scope alone, and open again when more comes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from governance.errors import NotAllowed, NotFound
from members.models import Stay
from points.earning import odd
from points.earning.services import proposals, reviewing
from points.earning.services.proposals import Asked
from points.models import Claim, EarningRule, OddRule

pytestmark = pytest.mark.django_db
ZONE = "Asia/Shanghai"


@pytest.fixture
def give(rules, budget, cast, now) -> Any:
    """`give(person, quantity=1, minutes=0)`: proposed by the worker, approved by the secretary so much later."""
    budget(5000)
    EarningRule.objects.filter(code="good_deed").update(month_most=None)

    def make(who: Any, quantity: int = 1, minutes: int = 0, by: Any = None) -> Claim:
        at = now + timedelta(minutes=minutes)
        asked = Asked(rule_id=rules["good_deed"].pk, person_id=who.pk, words="帮独居老人买菜送药", quantity=quantity)
        claim = proposals.propose(asked=asked, by=by or cast.cw, now=at)
        return proposals.approve(claim_id=claim.pk, by=cast.cs, now=at)

    return make


def found(actor: Any, now: Any, kind: str) -> list[odd.Case]:
    return [case for case in odd.cases(actor, timezone.localdate(now), ZONE) if case.kind == kind]


def least(kind: str, number: int, margin: int = 0) -> None:
    OddRule.objects.filter(kind=kind).update(least=number, margin=margin)


def test_many_by_one_hand_in_a_day(give, people, cast, now) -> None:
    least("hand", 3)
    for number, who in enumerate(people(3)):
        assert found(cast.ss, now, "hand") == []
        give(who, minutes=10 * number)
    case = found(cast.ss, now, "hand")[0]
    assert (case.count, case.points, len(odd.rows_of(cast.ss, case))) == (3, 30, 3)
    assert cast.cs.user_name in case.label
    assert found(cast.ss_2, now, "hand") == found(cast.dc, now, "hand") == found(cast.cs_2, now, "hand") == []


def test_at_one_minute_and_not_at_two(give, people, cast, now) -> None:
    least("minute", 2)
    first, second, third = people(3)
    give(first)
    give(second, minutes=1)
    assert found(cast.ss, now, "minute") == []
    give(third, minutes=1)
    assert [case.count for case in found(cast.ss, now, "minute")] == [2]


def test_many_to_one_household(give, person, cast, now) -> None:
    least("household", 3)
    head = person("周桂英")
    home = Stay.objects.get(person=head, until_on=None).household
    child = person("周小宝", into=home, relation="child")
    give(head)
    give(child, minutes=5)
    assert found(cast.ss, now, "household") == []
    give(head, minutes=9)
    case = found(cast.ss, now, "household")[0]
    assert (case.count, case.label) == (3, home.address)


def test_always_the_same_two(give, people, cast, now) -> None:
    least("pair", 3, margin=70)
    who = people(5)
    for number in range(3):
        give(who[number], minutes=number)
    assert [case.count for case in found(cast.ss, now, "pair")] == [3]
    give(who[3], by=cast.gw, minutes=7)
    give(who[4], by=cast.gw, minutes=8)
    assert found(cast.ss, now, "pair") == [], "three of five are 60 %"


def test_just_under_the_threshold(give, people, cast, now) -> None:
    least("under", 2, margin=10)
    first, second, third = people(3)
    give(first, quantity=4)
    give(second, quantity=3, minutes=1)
    assert found(cast.ss, now, "under") == []
    give(third, quantity=4, minutes=2)
    assert [(case.count, case.points) for case in found(cast.ss, now, "under")] == [(2, 80)]


def test_what_was_reversed_or_is_long_past_is_not_odd(give, people, cast, now) -> None:
    least("minute", 2)
    claims = [give(who) for who in people(2)]
    assert len(found(cast.ss, now, "minute")) == 1
    assert found(cast.ss, now + timedelta(days=odd.DAYS + 1), "minute") == []
    proposals.reverse(claim_id=claims[0].pk, words="不属实", by=cast.ss, now=now)
    assert found(cast.ss, now, "minute") == []


def test_looked_at_by_who_is_not_in_it_and_open_again_when_more_comes(give, people, cast, now) -> None:
    least("minute", 2)
    first, second, third = people(3)
    give(first)
    give(second)
    case = found(cast.ss, now, "minute")[0]
    said = {"community_id": case.community_id, "kind": case.kind, "key": case.key, "finding": "fine", "now": now}
    with pytest.raises(NotAllowed, match="本人经手"):
        reviewing.review(words="集中补报，已核对", by=cast.cs, **said)
    with pytest.raises(NotFound):
        reviewing.review(words="集中补报，已核对", by=cast.ss_2, **said)
    reviewing.review(words="集中补报，已核对", by=cast.ss, **said)
    assert found(cast.ss, now, "minute")[0].is_open is False
    give(third)
    again = found(cast.ss, now, "minute")[0]
    assert (again.count, again.is_open) == (3, True)


def test_a_rule_that_is_off_finds_nothing(give, people, cast, now) -> None:
    least("minute", 2)
    OddRule.objects.filter(kind="minute").update(is_active=False)
    for who in people(2):
        give(who)
    assert found(cast.ss, now, "minute") == []
