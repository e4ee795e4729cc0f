"""What a small change of the code would break without being noticed elsewhere."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from governance.errors import IllegalState, InvalidInput
from points.ledger import accounts, selectors, services
from points.models import Account, AwardHalt, Transaction
from tests.points.ledger.conftest import LATER, SOON, balance, lots_of

pytestmark = pytest.mark.django_db


def test_a_unit_without_a_budget_has_none(budget, district):
    ours = budget(0)
    on = date(2026, 6, 1)
    assert accounts.budget_on(district.community_1.pk, on) == ours
    assert accounts.budget_on(district.community_2.pk, on) is None
    assert [accounts.budget_on(district.community_1.pk, day) for day in (ours.from_on, ours.until_on)] == [ours, ours]
    assert accounts.budget_on(district.community_1.pk, date(2025, 12, 31)) is None


def test_a_single_point_counts_as_any_other(budget, holder, shop, merged, earned, cause, now):
    drop, merge = merged
    funds, today = budget(), date(2026, 11, 23)
    wrong = earned(funds, drop, 1, SOON)
    assert (selectors.usable(drop, today), selectors.expiring(drop, today)) == (1, (1, SOON))
    merge()
    assert lots_of(holder) == [(1, SOON)]
    services.reverse(transaction=wrong, cause=cause("reverse:1"))
    assert (balance(holder), balance(drop)) == (0, 0)
    again = earned(funds, holder, 1, SOON)
    services.reverse(transaction=again, cause=cause("reverse:2"))
    earned(funds, holder, 1, LATER)
    services.spend(holder=holder, shop=shop, points=1, cause=cause("order:1"))
    earned(funds, holder, 1, date(2026, 12, 2))
    assert services.expire(holder=holder, cause=cause("expire:1", at=now + timedelta(days=10))).points == 1
    assert balance(holder) == 0


def test_what_follows_a_cancellation_has_a_key_of_its_own_and_no_source(budget, holder, shop, merged, earned, cause):
    drop, merge = merged
    earned(budget(), drop, 20, SOON)
    spent = services.spend(holder=drop, shop=shop, points=15, cause=cause("order:1", source=("shop.order", 1)))
    merge()
    services.cancel(transaction=spent, cause=cause("cancel:1", source=("shop.order", 1)))
    row = Transaction.objects.get(key="cancel:1:merged")
    assert (row.kind, row.source_type, row.source_id, row.points) == ("merge", "", 0, 15)


def test_lots_of_one_day_are_spent_the_older_first(budget, holder, shop, earned, cause):
    funds = budget()
    first, second = earned(funds, holder, 5, LATER), earned(funds, holder, 7, LATER)
    services.spend(holder=holder, shop=shop, points=5, cause=cause("order:1"))
    assert (first.lots.get().left, second.lots.get().left) == (0, 7)


def test_each_owner_has_an_account_of_its_own(person, household, make_site, district, now):
    someone, home, site = person(), household(), make_site()
    made = [
        accounts.of_person(someone, now), accounts.of_household(home, now), accounts.of_shop(site, now),
        accounts.of_reserve(site, now), accounts.of_issue(district.district.pk, now),
        accounts.of_expired(district.district.pk, now),
    ]  # fmt: skip
    assert [(one.kind, one.person, one.household, one.site, one.unit) for one in made] == [
        ("holder", someone, None, None, None), ("holder", None, home, None, None), ("shop", None, None, site, None),
        ("reserve", None, None, site, None), ("issue", None, None, None, district.district),
        ("expired", None, None, None, district.district),
    ]  # fmt: skip
    assert {(one.district_id, one.opened_at, one.balance) for one in made} == {(district.district.pk, now, 0)}
    later = now + timedelta(days=1)
    assert accounts.of_household(home, later).pk == made[1].pk
    assert Account.objects.count() == len(made)


def test_what_is_refused_is_said_in_whole_sentences(budget, holder, shop, merged, earned, cause, district, now):
    """Word by word, with the field and the code by which callers tell."""
    drop, merge = merged
    funds, theirs = budget(10), budget(0, district.community_2)
    award = earned(funds, holder, 5, LATER, key="award:1")
    spent = services.spend(holder=holder, shop=shop, points=1, cause=cause("order:1"))
    services.cancel(transaction=spent, cause=cause("cancel:1"))
    merge()
    day, after = date(2026, 11, 22), now + timedelta(days=60)
    given = {"budget": funds, "holder": holder, "points": 1, "expires_on": LATER}
    refused = [
        (services.cancel, {"transaction": award}, "a", "只有兑换可以取消。", "", "illegal_state"),
        (services.reverse, {"transaction": spent}, "b", "这类交易不能冲正。", "", "illegal_state"),
        (services.cancel, {"transaction": spent}, "c", "这件事已经记过积分，不能重复记。", "", "already_recorded"),
        (services.cancel, {"transaction": spent}, "award:1",
         "这个请求编号已用于另一笔积分，内容不同，已拒绝。请刷新后重新提交。", "", "key_reused"),
        (services.award, given, "", "请求编号应是 1 至 90 个字符。", "key", "invalid"),
        (services.award, given | {"expires_on": day}, "d", "有效期不能早于今天。", "expires_on", "invalid"),
        (services.award, given | {"points": 0}, "e", "积分应是 1 至 1,000,000 之间的整数。", "points", "invalid"),
        (services.award, given | {"points": 6}, "f", "预算不足：需要 6 分，现有 5 分。", "points", "not_enough"),
        (services.award, given | {"holder": drop}, "g",
         "这份档案已合并到另一份，请刷新后发给合并后的档案。", "", "merged"),
        (services.spend, {"holder": holder, "shop": shop, "points": 6}, "h", "可用积分不足：需要 6 分，现有 5 分。",
         "points", "not_enough"),
        (services.move, {"source": funds, "target": funds, "points": 1}, "i", "转出和转入不能是同一个账户。", "target",
         "invalid"),
        (services.move, {"source": theirs, "target": funds, "points": 1}, "j", "单位预算不足：需要 1 分，现有 0 分。",
         "points", "not_enough"),
    ]  # fmt: skip
    for service, values, key, words, field, code in refused:
        with pytest.raises((IllegalState, InvalidInput)) as told:
            service(**values, cause=cause(key))
        assert (told.value.message, told.value.field, told.value.code) == (words, field, code)
    with pytest.raises(IllegalState) as told:
        services.award(**given, cause=cause("k", at=after))
    assert told.value.message == "这笔预算的期间是 2026-01-01 至 2026-12-31，今天不能使用。"
    with pytest.raises(IllegalState) as told:
        accounts.of_budget(district.community_1, from_on=LATER, until_on=LATER, now=now) and accounts.of_budget(
            district.community_1, from_on=date(2026, 12, 31), until_on=date(2027, 1, 1), now=now
        )
    assert told.value.message == ("第一街道1社区已有 2026-01-01 至 2026-12-31 的预算，请用同一期间，或从其次日开始。")
    AwardHalt.objects.create(unit=district.community_1, since=now, why="对账不平")
    with pytest.raises(IllegalState) as told:
        services.award(**given, cause=cause("l"))
    assert (told.value.message, told.value.code) == ("第一街道1社区的积分发放已暂停：对账不平", "halted")


def test_a_merge_in_between_is_told_and_not_guessed(budget, holder, shop, merged, earned, cause, monkeypatch):
    """The record is merged after it was looked at and before its account is locked."""
    drop, merge = merged
    earned(budget(), drop, 20, SOON)
    spent = services.spend(holder=drop, shop=shop, points=15, cause=cause("order:1"))
    merge()
    seen = iter([None])
    careful = services.successor_of
    monkeypatch.setattr(services, "successor_of", lambda account: next(seen, careful(account)))
    with pytest.raises(IllegalState) as told:
        services.cancel(transaction=spent, cause=cause("cancel:1"))
    assert (told.value.message, told.value.code) == ("这份档案刚刚被合并，请重试。", "merged")
