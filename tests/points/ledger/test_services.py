"""Points earned, spent, given back and lost, each once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from governance.errors import IllegalState, InvalidInput
from points.ledger import accounts, selectors, services
from points.models import Account, AwardHalt, Lot, Transaction

pytestmark = pytest.mark.django_db
SOON, LATER = date(2026, 12, 1), date(2027, 6, 30)


@pytest.fixture
def holder(person, now):
    return accounts.of_person(person(), now)


@pytest.fixture
def shop(make_site, now):
    return accounts.of_shop(make_site(), now)


def lots_of(account: Account) -> list[tuple[int, date]]:
    return list(Lot.objects.filter(account=account, left__gt=0).order_by("pk").values_list("left", "expires_on"))


def balance(account: Account) -> int:
    return Account.objects.get(pk=account.pk).balance


def test_an_award_takes_from_the_budget_and_gives_a_lot(budget, holder, earned):
    funds = budget(1000)
    row = earned(funds, holder, 30, LATER)
    assert (row.kind, row.points, row.is_new) == ("award", 30, True)
    assert balance(funds) == 970
    assert balance(holder) == 30
    assert lots_of(holder) == [(30, LATER)]


def test_what_expires_first_is_spent_first(budget, holder, shop, earned, cause):
    funds = budget()
    earned(funds, holder, 30, LATER)
    earned(funds, holder, 20, SOON)
    services.spend(holder=holder, shop=shop, points=25, cause=cause("order:1"))
    assert lots_of(holder) == [(25, LATER)]
    assert balance(holder) == 25
    assert selectors.total(shop) == 25


def test_a_cancellation_restores_exactly_what_was_taken(budget, holder, shop, earned, cause):
    funds = budget()
    earned(funds, holder, 30, LATER)
    earned(funds, holder, 20, SOON)
    spent = services.spend(holder=holder, shop=shop, points=25, cause=cause("order:1"))
    services.cancel(transaction=spent, cause=cause("cancel:1"))
    assert lots_of(holder) == [(30, LATER), (20, SOON)]
    assert selectors.total(shop) == 0


def test_a_refund_of_what_expired_meanwhile_lives_thirty_more_days(budget, holder, shop, earned, cause, now):
    funds = budget()
    earned(funds, holder, 30, LATER)
    earned(funds, holder, 20, SOON)
    spent = services.spend(holder=holder, shop=shop, points=25, cause=cause("order:1"))
    late = now + timedelta(days=20)
    services.cancel(transaction=spent, cause=cause("cancel:1", at=late))
    assert lots_of(holder) == [(30, LATER), (20, date(2026, 12, 13) + timedelta(days=30))]
    assert Lot.objects.get(left=20).stands_for.expires_on == SOON


def test_what_expired_is_not_there_to_be_spent_even_before_it_is_taken_out(budget, holder, shop, earned, cause, now):
    funds = budget()
    earned(funds, holder, 20, SOON)
    late = now + timedelta(days=20)
    with pytest.raises(IllegalState, match="可用积分不足：需要 20 分，现有 0 分"):
        services.spend(holder=holder, shop=shop, points=20, cause=cause("order:1", at=late))
    assert not Transaction.objects.filter(kind="spend").exists()
    gone = services.expire(holder=holder, cause=cause("expire:1", at=late))
    assert gone.points == 20
    assert balance(holder) == 0
    assert services.expire(holder=holder, cause=cause("expire:2", at=late)) is None


def test_a_budget_gives_no_more_than_it_has(budget, holder, earned):
    funds = budget(10)
    with pytest.raises(IllegalState, match="预算不足：需要 11 分，现有 10 分"):
        earned(funds, holder, 11, LATER)


def test_a_budget_is_for_its_period_and_not_while_awards_are_halted(budget, holder, cause, district, now):
    funds = budget()
    after = now + timedelta(days=60)
    with pytest.raises(IllegalState, match="今天不能使用"):
        services.award(budget=funds, holder=holder, points=1, expires_on=LATER, cause=cause("award:1", at=after))
    AwardHalt.objects.create(unit=district.community_1, since=now, why="对账不平")
    with pytest.raises(IllegalState, match="已暂停：对账不平") as refused:
        services.award(budget=funds, holder=holder, points=1, expires_on=LATER, cause=cause("award:1"))
    assert refused.value.code == "halted"


def test_the_same_key_is_the_same_transaction_and_refused_for_another(budget, holder, earned):
    funds = budget()
    first = earned(funds, holder, 30, LATER, key="award:1")
    again = earned(funds, holder, 30, LATER, key="award:1")
    assert (again.pk, again.is_new) == (first.pk, False)
    assert balance(holder) == 30
    with pytest.raises(IllegalState, match="内容不同") as refused:
        earned(funds, holder, 31, LATER, key="award:1")
    assert refused.value.code == "key_reused"


def test_one_source_gives_once_whatever_the_key(budget, holder, cause):
    funds = budget()
    services.award(budget=funds, holder=holder, points=5, expires_on=LATER, cause=cause("a", source=("hours", 1)))
    with pytest.raises(IllegalState, match="已经记过积分") as refused:
        services.award(budget=funds, holder=holder, points=5, expires_on=LATER, cause=cause("b", source=("hours", 1)))
    assert refused.value.code == "already_recorded"


def test_a_reversed_award_goes_back_to_the_budget_its_own_lot_first(budget, holder, earned, cause):
    funds = budget()
    wrong = earned(funds, holder, 30, LATER)
    earned(funds, holder, 20, SOON)
    services.reverse(transaction=wrong, cause=cause("reverse:1"))
    assert balance(funds) == 980
    assert lots_of(holder) == [(20, SOON)]
    with pytest.raises(IllegalState, match="已经记过"):
        services.reverse(transaction=wrong, cause=cause("reverse:2"))


def test_a_spent_award_is_reversed_from_other_points_or_not_at_all(budget, holder, shop, earned, cause):
    funds = budget()
    wrong = earned(funds, holder, 30, SOON)
    earned(funds, holder, 20, LATER)
    services.spend(holder=holder, shop=shop, points=15, cause=cause("order:1"))
    services.reverse(transaction=wrong, cause=cause("reverse:1"))
    assert lots_of(holder) == [(5, LATER)]
    other = earned(funds, holder, 10, LATER)
    services.spend(holder=holder, shop=shop, points=12, cause=cause("order:2"))
    with pytest.raises(IllegalState, match="可用积分不足：需要 10 分，现有 3 分"):
        services.reverse(transaction=other, cause=cause("reverse:3"))


def test_two_records_of_a_person_become_one_account(budget, holder, person, earned, cause, now):
    funds = budget()
    other = accounts.of_person(person(name="王建国"), now)
    earned(funds, holder, 30, LATER)
    earned(funds, other, 20, SOON)
    services.merge(keep=holder, drop=other, cause=cause("merge:1"))
    assert lots_of(holder) == [(30, LATER), (20, SOON)]
    assert balance(other) == 0


def test_points_are_whole_and_positive(budget, holder, earned):
    funds = budget()
    for points in (0, -1, 1_000_001):
        with pytest.raises(InvalidInput, match="整数"):
            earned(funds, holder, points, LATER, key=str(points))


def test_budgets_of_a_unit_do_not_overlap(budget, district, now):
    budget(0)
    with pytest.raises(IllegalState, match="已有 2026-01-01 至 2026-12-31 的预算"):
        accounts.of_budget(district.community_1, from_on=date(2026, 12, 1), until_on=date(2027, 1, 31), now=now)
    assert accounts.budget_on(district.community_1.pk, date(2026, 12, 31)) is not None
    assert accounts.budget_on(district.community_1.pk, date(2027, 1, 1)) is None
