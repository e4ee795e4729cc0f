"""Points earned, spent, given back and lost, each once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from governance.errors import IllegalState, InvalidInput
from points.ledger import accounts, selectors, services
from points.models import Account, AwardHalt, Entry, Lot, Transaction
from tests.points.ledger.conftest import LATER, SOON, balance, lots_of

pytestmark = pytest.mark.django_db


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
    with pytest.raises(IllegalState, match="第一街道1社区的积分发放已暂停：对账不平") as refused:
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


@pytest.mark.parametrize("name", ["district", "street_1", "community_1"])
def test_a_halt_above_stops_what_lies_below(name, budget, holder, earned, district, now):
    funds = budget()
    halted = getattr(district, name)
    AwardHalt.objects.create(unit=halted, since=now, why="对账不平")
    with pytest.raises(IllegalState, match=f"{halted.name}的积分发放已暂停"):
        earned(funds, holder, 1, LATER)
    AwardHalt.objects.update(lifted_at=now)
    assert earned(funds, holder, 1, LATER).is_new


def test_a_halt_beside_stops_nothing_here(budget, holder, earned, district, now):
    funds = budget()
    for unit in (district.street_2, district.community_2):
        AwardHalt.objects.create(unit=unit, since=now, why="对账不平")
    assert earned(funds, holder, 1, LATER).is_new


def test_a_halt_of_who_pays_stops_the_awards_of_others(budget, holder, cause, district, now):
    """The street's budget, for the business of a community."""
    funds = budget(100, district.community_2)
    AwardHalt.objects.create(unit=district.community_2, since=now, why="对账不平")
    with pytest.raises(IllegalState, match="第一街道2社区的积分发放已暂停"):
        services.award(budget=funds, holder=holder, points=1, expires_on=LATER, cause=cause("award:1"))


def test_a_budget_is_good_on_its_first_and_last_day(budget, holder, cause, now):
    funds = budget()
    for number, days in enumerate((-326, 38)):
        at = now + timedelta(days=days)
        row = services.award(budget=funds, holder=holder, points=1, expires_on=LATER, cause=cause(str(number), at=at))
        assert row.on in (funds.from_on, funds.until_on)
    for days in (-327, 39):
        with pytest.raises(IllegalState, match="2026-01-01 至 2026-12-31"):
            services.award(
                budget=funds,
                holder=holder,
                points=1,
                expires_on=LATER,
                cause=cause("no", at=now + timedelta(days=days)),
            )


def test_points_that_expire_today_are_awarded_and_spent_today(budget, holder, shop, earned, cause, now):
    funds, today = budget(), date(2026, 11, 23)
    earned(funds, holder, 5, today)
    with pytest.raises(InvalidInput, match="不能早于今天") as refused:
        earned(funds, holder, 5, today - timedelta(days=1))
    assert refused.value.field == "expires_on"
    assert selectors.usable(holder, today) == 5
    assert selectors.usable(holder, today + timedelta(days=1)) == 0
    assert services.expire(holder=holder, cause=cause("expire:1")) is None
    spent = services.spend(holder=holder, shop=shop, points=5, cause=cause("order:1"))
    services.cancel(transaction=spent, cause=cause("cancel:1"))
    assert lots_of(holder) == [(5, today)]


def test_what_expires_soon(budget, holder, earned):
    funds, today = budget(), date(2026, 11, 23)
    assert selectors.expiring(holder, today) == (0, None)
    earned(funds, holder, 5, today)
    earned(funds, holder, 7, today + timedelta(days=30))
    earned(funds, holder, 9, today + timedelta(days=31))
    assert selectors.expiring(holder, today) == (12, today)
    assert selectors.expiring(holder, today + timedelta(days=1)) == (16, today + timedelta(days=30))
    assert selectors.expiring(holder, today, days=0) == (5, today)


def test_history_is_the_newest_first_and_of_this_account_alone(budget, holder, shop, earned, cause):
    earned(budget(), holder, 5, LATER)
    services.spend(holder=holder, shop=shop, points=2, cause=cause("order:1"))
    assert [(entry.transaction.kind, entry.amount) for entry in selectors.history(holder)] == [
        ("spend", -2), ("award", 5),
    ]  # fmt: skip
    assert (selectors.total(holder), selectors.total(shop)) == (3, 2)


def test_budgets_move_and_are_given_back_and_what_they_have_not_is_refused(budget, cause, district, now):
    ours, theirs = budget(100), budget(50, district.community_2)
    issue = accounts.of_issue(district.district.pk, now)
    services.move(source=ours, target=theirs, points=30, cause=cause("move:1"))
    services.give_back(budget=theirs, issue=issue, points=20, cause=cause("back:1"))
    assert (balance(ours), balance(theirs), selectors.total(issue)) == (70, 60, -130)
    with pytest.raises(IllegalState, match="单位预算不足：需要 71 分，现有 70 分") as refused:
        services.move(source=ours, target=theirs, points=71, cause=cause("move:2"))
    assert (refused.value.field, refused.value.code) == ("points", "not_enough")
    with pytest.raises(IllegalState, match="单位预算不足：需要 61 分，现有 60 分"):
        services.give_back(budget=theirs, issue=issue, points=61, cause=cause("back:2"))
    with pytest.raises(InvalidInput, match="同一个账户") as same:
        services.move(source=ours, target=ours, points=1, cause=cause("move:3"))
    assert same.value.field == "target"
    services.move(source=ours, target=theirs, points=70, cause=cause("move:4"))
    assert (balance(ours), balance(theirs)) == (0, 130)


def test_a_reserve_is_set_aside_released_and_covers(budget, make_site, cause, now):
    funds, site = budget(100), make_site()
    shop, reserve = accounts.of_shop(site, now), accounts.of_reserve(site, now)
    services.set_aside(budget=funds, reserve=reserve, points=40, cause=cause("aside:1"))
    services.cover(reserve=reserve, shop=shop, points=15, cause=cause("cover:1"))
    services.release(reserve=reserve, budget=funds, points=10, cause=cause("release:1"))
    assert (balance(funds), balance(reserve), selectors.total(shop)) == (70, 15, 15)
    with pytest.raises(IllegalState, match="离线备付不足：需要 16 分，现有 15 分"):
        services.cover(reserve=reserve, shop=shop, points=16, cause=cause("cover:2"))
    with pytest.raises(IllegalState, match="离线备付不足"):
        services.release(reserve=reserve, budget=funds, points=16, cause=cause("release:2"))
    with pytest.raises(IllegalState, match="单位预算不足"):
        services.set_aside(budget=funds, reserve=reserve, points=71, cause=cause("aside:2"))


def test_movements_between_budgets_are_reversed_while_the_points_are_there(
    budget, holder, earned, cause, district, now
):
    ours, theirs = budget(100), budget(0, district.community_2)
    issue = accounts.of_issue(district.district.pk, now)
    moved = services.move(source=ours, target=theirs, points=30, cause=cause("move:1"))
    services.reverse(transaction=moved, cause=cause("reverse:1"))
    assert (balance(ours), balance(theirs)) == (100, 0)
    back = services.give_back(budget=ours, issue=issue, points=20, cause=cause("back:1"))
    services.reverse(transaction=back, cause=cause("reverse:2"))
    assert (balance(ours), selectors.total(issue)) == (100, -100)
    funded = Transaction.objects.get(kind="fund")
    earned(ours, holder, 1, LATER)
    with pytest.raises(IllegalState, match="单位预算不足：需要 100 分，现有 99 分"):
        services.reverse(transaction=funded, cause=cause("reverse:3"))
    again = services.move(source=ours, target=theirs, points=30, cause=cause("move:2"))
    services.move(source=theirs, target=ours, points=1, cause=cause("move:3"))
    with pytest.raises(IllegalState, match="单位预算不足：需要 30 分，现有 29 分"):
        services.reverse(transaction=again, cause=cause("reverse:4"))
    services.move(source=ours, target=theirs, points=1, cause=cause("move:4"))
    assert services.reverse(transaction=again, cause=cause("reverse:4")).undoes_id == again.pk
    assert balance(theirs) == 0


def test_what_is_undone_is_no_undoing(budget, holder, shop, earned, cause):
    award = earned(budget(), holder, 30, LATER)
    spent = services.spend(holder=holder, shop=shop, points=10, cause=cause("order:1"))
    with pytest.raises(IllegalState, match="只有兑换可以取消"):
        services.cancel(transaction=award, cause=cause("no:1"))
    with pytest.raises(IllegalState, match="这类交易不能冲正"):
        services.reverse(transaction=spent, cause=cause("no:2"))
    undone = services.cancel(transaction=spent, cause=cause("cancel:1"))
    again = services.cancel(transaction=spent, cause=cause("cancel:1"))
    assert (again.pk, again.is_new, undone.undoes_id, undone.points) == (undone.pk, False, spent.pk, 10)
    for service in (services.cancel, services.reverse):
        with pytest.raises(IllegalState):
            service(transaction=undone, cause=cause("no:3"))
    with pytest.raises(IllegalState, match="已经记过积分") as refused:
        services.cancel(transaction=spent, cause=cause("cancel:2"))
    assert refused.value.code == "already_recorded"


def test_each_service_repeats_harmlessly_and_refuses_its_key_for_something_else(
    budget, holder, shop, person, make_site, earned, cause, district, now
):
    funds, other_funds = budget(100), budget(100, district.community_2)
    other = accounts.of_person(person(name="刘敏"), now)
    issue = accounts.of_issue(district.district.pk, now)
    other_shop = accounts.of_shop(make_site(name="二号店"), now)
    earned(funds, holder, 50, LATER)
    first, other_row = earned(funds, holder, 5, LATER), earned(funds, holder, 6, LATER)
    spent = services.spend(holder=holder, shop=shop, points=3, cause=cause("s1"))
    other_spent = services.spend(holder=holder, shop=shop, points=4, cause=cause("s2"))
    given = {"budget": funds, "holder": holder, "points": 9, "expires_on": LATER}
    calls = [
        (services.fund, {"issue": issue, "budget": funds, "points": 9}, {"points": 8}),
        (services.move, {"source": funds, "target": other_funds, "points": 9}, {"points": 8}),
        (services.give_back, {"budget": funds, "issue": issue, "points": 9}, {"budget": other_funds}),
        (services.award, given, {"expires_on": SOON}),
        (services.award, given, {"holder": other}),
        (services.award, given, {"budget": other_funds}),
        (services.spend, {"holder": holder, "shop": shop, "points": 9}, {"points": 8}),
        (services.spend, {"holder": holder, "shop": shop, "points": 9}, {"shop": other_shop}),
        (services.spend, {"holder": holder, "shop": shop, "points": 1}, {"holder": other}),
        (services.cancel, {"transaction": spent}, {"transaction": other_spent}),
        (services.reverse, {"transaction": first}, {"transaction": other_row}),
    ]  # fmt: skip
    for number, (service, values, otherwise) in enumerate(calls):
        done = service(**values, cause=cause(f"key:{number}"))
        before = list(Entry.objects.order_by("pk").values())
        again = service(**values, cause=cause(f"key:{number}"))
        assert (again, again.is_new, done.is_new) == (done, False, True)
        for asked in (values | otherwise, values):
            source = ("", 0) if asked != values else ("earning.claim", 7)
            with pytest.raises(IllegalState, match="内容不同") as refused:
                service(**asked, cause=cause(f"key:{number}", source=source))
            assert refused.value.code == "key_reused"
        assert list(Entry.objects.order_by("pk").values()) == before
    with pytest.raises(IllegalState, match="内容不同"):
        services.give_back(budget=funds, issue=issue, points=9, cause=cause("key:0"))


def test_a_refusal_leaves_its_key_free(budget, holder, earned):
    funds = budget(10)
    with pytest.raises(IllegalState):
        earned(funds, holder, 11, LATER, key="award:1")
    assert earned(funds, holder, 10, LATER, key="award:1").is_new


@pytest.mark.parametrize("key", ["", "x" * 91])
def test_a_key_that_is_none(key, budget, holder, earned, cause):
    funds = budget()
    with pytest.raises(InvalidInput, match="请求编号应是 1 至 90 个字符") as refused:
        services.award(budget=funds, holder=holder, points=1, expires_on=LATER, cause=cause(key))
    assert refused.value.field == "key"
    assert earned(funds, holder, 1, LATER, key="x" * 90).is_new


def test_the_transaction_says_whose_business_it_was(budget, holder, earned, cause, cast, district, now):
    row = services.award(
        budget=budget(), holder=holder, points=1, expires_on=LATER,
        cause=cause("a", unit=district.grid_1, source=("hours", 3), words="清雪"),
    )  # fmt: skip
    row = Transaction.objects.get(pk=row.pk)
    assert (row.unit, row.grid, row.community, row.street, row.district) == (
        district.grid_1, district.grid_1, district.community_1, district.street_1, district.district,
    )  # fmt: skip
    assert (row.source_type, row.source_id, row.words, row.by_user, row.by_name) == (
        "hours", 3, "清雪", cast.cs.user_id, cast.cs.user_name,
    )  # fmt: skip
    assert (row.on, row.at, row.points) == (date(2026, 11, 23), now, 1)
    above = services.award(
        budget=accounts.budget_on(district.community_1.pk, row.on), holder=holder, points=1, expires_on=LATER,
        cause=cause("b", unit=district.street_1),
    )  # fmt: skip
    assert (above.unit_id, above.grid_id, above.community_id) == (district.street_1.pk, None, None)
    funds = budget(1)
    with pytest.raises(ValueError, match="no street"):
        services.award(
            budget=funds, holder=holder, points=1, expires_on=LATER, cause=cause("c", unit=district.district)
        )


def test_points_go_only_where_their_kind_takes_them(budget, holder, shop, person, cause, district, now):
    funds, issue = budget(), accounts.of_issue(district.district.pk, now)
    wrong = [
        lambda why: services.fund(issue=funds, budget=issue, points=1, cause=why),
        lambda why: services.award(budget=issue, holder=holder, points=1, expires_on=LATER, cause=why),
        lambda why: services.award(budget=funds, holder=shop, points=1, expires_on=LATER, cause=why),
        lambda why: services.spend(holder=funds, shop=shop, points=1, cause=why),
        lambda why: services.spend(holder=holder, shop=funds, points=1, cause=why),
        lambda why: services.merge(keep=holder, drop=holder, cause=why),
        lambda why: services.expire(holder=funds, cause=why),
    ]
    for call in wrong:
        with pytest.raises(ValueError, match="does not go from"):
            call(cause("no"))
    holder.district_id = district.street_1.pk
    with pytest.raises(ValueError, match="two districts"):
        services.award(budget=funds, holder=holder, points=1, expires_on=LATER, cause=cause("no"))


def test_most_at_once(budget, holder, earned, cause, district, now):
    funds, issue = budget(), accounts.of_issue(district.district.pk, now)
    services.fund(issue=issue, budget=funds, points=1_000_000_000, cause=cause("f"))
    assert earned(funds, holder, 1_000_000, LATER).points == 1_000_000
    with pytest.raises(InvalidInput, match="1 至 1,000,000,000 之间") as refused:
        services.fund(issue=issue, budget=funds, points=1_000_000_001, cause=cause("g"))
    assert refused.value.field == "points"


def test_expiry_takes_what_is_over_and_nothing_else_once_a_key(budget, holder, shop, earned, cause, now):
    funds = budget()
    earned(funds, holder, 20, SOON)
    earned(funds, holder, 30, LATER)
    services.spend(holder=holder, shop=shop, points=5, cause=cause("order:1"))
    late = now + timedelta(days=9)
    gone = services.expire(holder=holder, cause=cause("expire:1", at=late))
    assert (gone.kind, gone.points, gone.is_new) == ("expire", 15, True)
    again = services.expire(holder=holder, cause=cause("expire:1", at=late))
    assert (again.pk, again.is_new) == (gone.pk, False)
    assert lots_of(holder) == [(30, LATER)]
    assert selectors.total(Account.objects.get(kind="expired")) == 15
    with pytest.raises(IllegalState, match="内容不同"):
        services.expire(holder=holder, cause=cause("order:1", at=late))
