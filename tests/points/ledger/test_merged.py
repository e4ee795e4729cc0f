"""When two records of a person become one: their points, and what was done before."""

from __future__ import annotations

import pytest

from governance.errors import IllegalState
from members.models import Person
from points.ledger import accounts, services
from points.models import Lot, Transaction
from tests.points.ledger.conftest import LATER, SOON, balance, lots_of

pytestmark = pytest.mark.django_db


def test_a_merge_moves_each_lot_with_its_day_and_repeats_harmlessly(budget, holder, shop, person, earned, cause, now):
    funds = budget()
    other = accounts.of_person(person(name="王建国"), now)
    assert services.merge(keep=holder, drop=other, cause=cause("merge:0")) is None
    first, second = earned(funds, other, 20, SOON), earned(funds, other, 10, LATER)
    services.spend(holder=other, shop=shop, points=5, cause=cause("order:1"))
    row = services.merge(keep=holder, drop=other, cause=cause("merge:1"))
    again = services.merge(keep=holder, drop=other, cause=cause("merge:1"))
    assert (row.points, row.is_new, again.pk, again.is_new) == (25, True, row.pk, False)
    assert (lots_of(holder), lots_of(other)) == ([(15, SOON), (10, LATER)], [])
    origins = Lot.objects.filter(account=holder).order_by("pk").values_list("stands_for__transaction", flat=True)
    assert list(origins) == [first.pk, second.pk]
    with pytest.raises(IllegalState, match="内容不同"):
        services.merge(keep=other, drop=holder, cause=cause("merge:1"))


def test_after_a_merge_the_old_record_leads_to_the_kept_account_and_earns_no_more(budget, holder, merged, earned, now):
    drop, merge = merged
    merge()
    assert accounts.of_person(Person.objects.get(pk=drop.person_id), now) == holder
    with pytest.raises(IllegalState, match="已合并到另一份") as refused:
        earned(budget(), drop, 1, LATER)
    assert refused.value.code == "merged"


def test_a_cancellation_after_a_merge_follows_to_the_kept_account(budget, holder, shop, merged, earned, cause):
    drop, merge = merged
    earned(budget(), drop, 20, SOON)
    spent = services.spend(holder=drop, shop=shop, points=15, cause=cause("order:1"))
    merge()
    services.cancel(transaction=spent, cause=cause("cancel:1", source=("shop.order", 1)))
    assert (balance(drop), balance(holder)) == (0, 20)
    assert lots_of(holder) == [(5, SOON), (15, SOON)]
    assert Transaction.objects.get(key="cancel:1:merged").kind == "merge"
    assert services.cancel(transaction=spent, cause=cause("cancel:1", source=("shop.order", 1))).is_new is False
    assert balance(holder) == 20


def test_an_award_is_reversed_after_a_merge_from_where_its_points_went(budget, holder, merged, earned, cause):
    drop, merge = merged
    funds = budget()
    earned(funds, holder, 8, SOON)
    wrong = earned(funds, drop, 20, LATER)
    merge()
    services.reverse(transaction=wrong, cause=cause("reverse:1", source=("earning.claim", 1)))
    assert (balance(drop), lots_of(holder), balance(funds)) == (0, [(8, SOON)], 992)


def test_an_award_is_not_reversed_after_a_merge_when_its_points_are_gone(budget, holder, shop, merged, earned, cause):
    drop, merge = merged
    funds = budget()
    earned(funds, holder, 8, SOON)
    wrong = earned(funds, drop, 20, LATER)
    merge()
    services.spend(holder=holder, shop=shop, points=9, cause=cause("order:1"))
    with pytest.raises(IllegalState, match="可用积分不足：需要 20 分，现有 19 分"):
        services.reverse(transaction=wrong, cause=cause("reverse:1"))
    assert (balance(holder), balance(drop)) == (19, 0)
