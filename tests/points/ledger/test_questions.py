"""What the ledger answers, with another's points, books and days beside the ones that are asked for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from governance.errors import IllegalState
from points.ledger import accounts, selectors, services
from points.ledger.posting import content_of
from points.models import AwardHalt, LedgerCheck, Transaction
from tests.points.ledger.conftest import LATER, SOON, lots_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture
def neighbour(person, now):
    """Another holder."""
    return accounts.of_person(person(name="李秀兰"), now)


def test_what_another_holds_is_not_mine(budget, holder, neighbour, shop, earned, cause):
    funds = budget()
    earned(funds, neighbour, 50, SOON)
    earned(funds, holder, 7, LATER)
    assert (selectors.usable(holder, TODAY), selectors.usable(neighbour, TODAY)) == (7, 50)
    assert selectors.expiring(holder, TODAY) == (0, None)
    assert selectors.expiring(neighbour, TODAY) == (50, SOON)
    services.spend(holder=holder, shop=shop, points=5, cause=cause("order:1"))
    assert (lots_of(holder), lots_of(neighbour)) == ([(2, LATER)], [(50, SOON)])


def test_what_was_spent_does_not_expire(budget, holder, shop, earned, cause):
    funds = budget()
    earned(funds, holder, 5, SOON)
    earned(funds, holder, 5, SOON + timedelta(days=3), key="second")
    services.spend(holder=holder, shop=shop, points=5, cause=cause("order:1"))
    assert selectors.expiring(holder, TODAY) == (5, SOON + timedelta(days=3))


def test_the_days_of_expiring_are_counted_to_the_last(budget, holder, earned):
    funds = budget()
    earned(funds, holder, 3, TODAY + timedelta(days=30))
    earned(funds, holder, 4, TODAY + timedelta(days=31), key="next day")
    earned(funds, holder, 5, TODAY, key="today")
    assert selectors.expiring(holder, TODAY) == (8, TODAY)
    assert selectors.expiring(holder, TODAY + timedelta(days=1), days=29) == (3, TODAY + timedelta(days=30))


def test_history_is_one_question_the_newest_first(
    budget, holder, neighbour, shop, earned, cause, django_assert_num_queries
):
    funds = budget()
    award = earned(funds, holder, 10, LATER)
    earned(funds, neighbour, 10, LATER)
    spent = services.spend(holder=holder, shop=shop, points=4, cause=cause("order:1"))
    with django_assert_num_queries(1):
        found = [(entry.amount, entry.transaction) for entry in selectors.history(holder)]
    assert found == [(-4, spent), (10, award)]


def test_a_purchase_is_between_this_person_and_this_shop(person, make_site, now, django_assert_num_queries):
    buyer, site = person(), make_site()
    holder, shop = accounts.of_purchase(buyer, site, now)
    assert (holder.kind, holder.person, holder.opened_at) == ("holder", buyer, now)
    assert (shop.kind, shop.site, shop.opened_at) == ("shop", site, now)
    accounts.of_reserve(site, now)
    second = make_site(name="第二家")
    theirs = accounts.of_purchase(person(name="李秀兰"), second, now)
    assert (theirs[0].person.name, theirs[1].site) == ("李秀兰", second)
    with django_assert_num_queries(1):
        assert accounts.of_purchase(buyer, site, now + timedelta(days=1)) == (holder, shop)


def test_who_was_merged_pays_from_the_kept_account(holder, merged, make_site, now):
    drop, merge = merged
    merge()
    drop.person.refresh_from_db()
    assert accounts.of_purchase(drop.person, make_site(), now)[0] == holder


def test_periods_before_and_after_stand_in_nobodys_way(district, now):
    def opened(year, unit=None):
        return accounts.of_budget(
            unit or district.community_1, from_on=date(year, 1, 1), until_on=date(year, 12, 31), now=now
        )

    years = {year: opened(year) for year in (2026, 2024, 2028, 2025, 2027)}
    assert {year: account.from_on.year for year, account in years.items()} == {year: year for year in years}
    assert opened(2026) == years[2026] != opened(2026, district.community_2)
    for first, last in ((date(2025, 12, 31), date(2026, 1, 1)), (date(2020, 1, 1), date(2024, 1, 1))):
        with pytest.raises(IllegalState, match="已有"):
            accounts.of_budget(district.community_1, from_on=first, until_on=last, now=now)


def test_the_last_runs_come_the_newest_first(now):
    def run(at):
        return LedgerCheck.objects.create(at=at, took_ms=1, transactions=0, faults=0)

    first, second, old = run(now), run(now), run(now - timedelta(days=1))
    assert selectors.last_runs() == [second, first, old]
    assert selectors.last_runs(2) == [second, first]
    for day in range(2, 12):
        run(now - timedelta(days=day))
    assert len(selectors.last_runs()) == 10


def test_open_halts_are_mine_those_below_and_those_above(cast, district, now, django_assert_num_queries):
    def halt(unit, hours, **lifted):
        return AwardHalt.objects.create(unit=unit, since=now + timedelta(hours=hours), why="对账不平", **lifted)

    above, street = halt(district.district, 3), halt(district.street_1, 2)
    mine, beside, other = halt(district.community_1, 2), halt(district.community_2, 1), halt(district.street_2, 0)
    AwardHalt.objects.filter(pk=beside.pk).update(lifted_at=now, lifted_by_name="陈书记")
    again = halt(district.community_2, 4)
    with django_assert_num_queries(1):
        seen = [(found, found.unit.name) for found in selectors.open_halts(cast.cs)]
    assert [found for found, _ in seen] == [street, mine, above]
    assert selectors.open_halts(cast.ss) == [street, mine, above, again]
    assert selectors.open_halts(cast.dc) == [other, street, mine, above, again]


def test_a_merge_brings_first_what_expires_first(budget, holder, neighbour, earned, cause):
    funds = budget()
    earned(funds, neighbour, 5, LATER)
    earned(funds, neighbour, 3, SOON)
    services.merge(keep=holder, drop=neighbour, cause=cause("merge:1"))
    assert lots_of(holder) == [(3, SOON), (5, LATER)]


def test_an_award_is_taken_back_from_its_own_lot_down_to_one_point(budget, holder, earned, cause):
    funds = budget()
    wrong = earned(funds, holder, 1, LATER)
    earned(funds, holder, 5, SOON)
    services.reverse(transaction=wrong, cause=cause("reverse:1"))
    assert lots_of(holder) == [(5, SOON)]


def test_a_cancellation_locks_both_accounts_of_a_merged_record(
    budget, holder, shop, merged, earned, cause, monkeypatch
):
    drop, merge = merged
    earned(budget(), drop, 20, SOON)
    spent = services.spend(holder=drop, shop=shop, points=15, cause=cause("order:1"))
    merge()
    locked, really = [], services.lock
    monkeypatch.setattr(services, "lock", lambda ids: locked.append(sorted(ids := list(ids))) or really(ids))
    services.cancel(transaction=spent, cause=cause("cancel:1"))
    assert sorted([drop.pk, holder.pk]) in locked


def test_what_was_asked_is_written_down_in_the_same_words_for_ever(
    budget, holder, neighbour, shop, earned, cause, district, now
):
    """A digest of another release must be that of this one, or a repeat would be refused."""
    ours, theirs = budget(), budget(0, district.community_2)
    moved = services.move(source=ours, target=theirs, points=9, cause=cause("move:1"))
    award = earned(ours, neighbour, 5, SOON)
    spent = services.spend(holder=neighbour, shop=shop, points=1, cause=cause("order:1", source=("shop.order", 1)))
    back = services.cancel(transaction=spent, cause=cause("cancel:1"))
    merged = services.merge(keep=holder, drop=neighbour, cause=cause("merge:1"))
    expired = services.expire(holder=holder, cause=cause("expire:1", at=now + timedelta(days=60)))
    wrong = services.reverse(transaction=moved, cause=cause("reverse:1"))
    asked = {
        moved: {"from": ours.pk, "to": theirs.pk, "points": 9},
        award: {"from": ours.pk, "to": neighbour.pk, "points": 5, "expires_on": SOON},
        spent: {"from": neighbour.pk, "to": shop.pk, "points": 1},
        merged: {"from": neighbour.pk, "to": holder.pk}, expired: {"from": holder.pk}, back: {}, wrong: {},
    }  # fmt: skip
    for row in Transaction.objects.filter(pk__in=[one.pk for one in asked]):
        source = (row.source_type, row.source_id)
        assert row.content == content_of(row.kind, source, asked[row], row.undoes_id)


def test_the_digest_of_what_was_asked_is_this_one():
    asked = {"to": 2, "from": 1, "points": 30, "expires_on": date(2027, 6, 30)}
    digests = content_of("award", ("earning.claim", 12), asked), content_of("cancel", ("", 0), {}, 7)
    assert digests == (
        "bf3da5e213ded06a77409d05925090873d0e9373bc0175d509d35a2204ab3907",
        "14600818335c49e7f59b2563b7f8136467938280fd9480b1c133425ea9c112ba",
    )
