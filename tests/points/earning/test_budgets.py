"""Budgets: within the district's limit, once a form, inside the own street; none left, none given."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
from django.db import connections

from governance.audit.models import Entry as AuditEntry
from governance.errors import DomainError, IllegalState, InvalidInput, NotAllowed, NotFound
from points.earning.services import budgets
from points.models import Account, FundLimit, Transaction

pytestmark = pytest.mark.django_db
YEAR = {"from_on": date(2026, 1, 1), "until_on": date(2026, 12, 31)}


@pytest.fixture
def limit(district, cast, now) -> FundLimit:
    """A thousand points for the first street, this year."""
    return budgets.set_limit(street_id=district.street_1.pk, points=1000, by=cast.dc, now=now, **YEAR)


@pytest.fixture
def fund(limit, district, cast, now):
    """`fund(600)`: to the first community."""

    def make(points: int, key: str = "a", community: Any = None, by: Any = None) -> Transaction:
        community = community or district.community_1
        return budgets.fund(
            limit_id=limit.pk, community_id=community.pk, points=points, key=key, by=by or cast.ss, now=now
        )

    return make


def test_up_to_the_limit_and_no_further(fund, limit, district) -> None:
    fund(600)
    fund(400, "b", district.community_2)
    with pytest.raises(IllegalState, match="还可拨付 0 分"):
        fund(1, "c")
    assert budgets.funded(limit) == 1000
    assert set(Account.objects.filter(kind="budget").values_list("balance", flat=True)) == {600, 400}
    assert AuditEntry.objects.filter(action="point.fund").count() == 2


def test_a_form_sent_twice_gives_once_even_at_the_limit(fund, limit) -> None:
    first = fund(1000)
    again = fund(1000)
    assert (again.pk, again.is_new) == (first.pk, False)
    assert budgets.funded(limit) == 1000
    with pytest.raises(IllegalState, match="内容不同"):
        fund(900)


def test_what_comes_back_may_be_given_again(fund, limit, cast, now, district) -> None:
    fund(1000)
    source = Account.objects.get(kind="budget")
    budgets.give_back(source_id=source.pk, points=300, key="x", by=cast.ss, now=now)
    assert budgets.funded(limit) == 700
    fund(300, "d", district.community_2)
    with pytest.raises(IllegalState, match="预算不足"):
        budgets.give_back(source_id=source.pk, points=701, key="y", by=cast.ss, now=now)


def test_moved_between_communities_of_the_street(fund, limit, cast, now, district) -> None:
    fund(500)
    source = Account.objects.get(kind="budget")
    said = {"source_id": source.pk, "points": 200, "key": "m", "by": cast.ss, "now": now}
    budgets.move(community_id=district.community_2.pk, **said)
    budgets.move(community_id=district.community_2.pk, **said)
    assert Account.objects.get(unit=district.community_2).balance == 200
    assert budgets.funded(limit) == 500
    with pytest.raises(NotFound):
        budgets.move(community_id=district.community_3.pk, **(said | {"key": "n"}))
    with pytest.raises(InvalidInput):
        budgets.move(community_id=district.community_1.pk, **(said | {"key": "o"}))


def test_who_may(fund, limit, cast, now, district) -> None:
    for by in (cast.cs, cast.sl, cast.dc, cast.cw):
        with pytest.raises(NotAllowed):
            fund(1, by=by)
    for by in (cast.ss_2, cast.squad):
        with pytest.raises(NotFound):
            fund(1, by=by)
    for by in (cast.ss, cast.dl, cast.cs):
        with pytest.raises(NotAllowed):
            budgets.set_limit(street_id=district.street_1.pk, points=1, by=by, now=now, **YEAR)
    fund(10)
    source = Account.objects.get(kind="budget")
    with pytest.raises(NotFound):
        budgets.give_back(source_id=source.pk, points=1, key="x", by=cast.ss_2, now=now)


def test_a_limit_is_changed_but_not_below_what_was_given(fund, limit, cast, now, district) -> None:
    fund(600)
    said = {"street_id": district.street_1.pk, "by": cast.dc, "now": now} | YEAR
    assert budgets.set_limit(points=700, **said).pk == limit.pk
    with pytest.raises(InvalidInput, match="600"):
        budgets.set_limit(points=599, **said)
    with pytest.raises(InvalidInput, match="自然年"):
        budgets.set_limit(points=1, **(said | {"until_on": date(2026, 11, 30)}))
    with pytest.raises(InvalidInput, match="重叠"):
        budgets.set_limit(points=1, **(said | {"from_on": date(2026, 10, 1)}))


def test_a_period_that_is_over_gets_nothing(limit, fund) -> None:
    FundLimit.objects.update(from_on=date(2025, 1, 1), until_on=date(2025, 12, 31))
    with pytest.raises(IllegalState, match="已经结束"):
        fund(1)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_the_limit_holds(fund, limit, district) -> None:
    start, said = threading.Barrier(2), []

    def work(number: int) -> None:
        try:
            start.wait(20)
            fund(600, f"k{number}", (district.community_1, district.community_2)[number])
            said.append("done")
        except DomainError as refused:
            said.append(refused.message[:6])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(said) == ["done", "超出区里核定"]
    assert budgets.funded(limit) == 600
