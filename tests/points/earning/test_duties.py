"""Monthly duties: one claim a holder a month, for designations in force the whole of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from members.designations.kinds import ensure_default_kinds
from members.models import Designation, DesignationKind
from points.earning import claims, tasks
from points.ledger import accounts
from points.models import Claim
from tests.points.earning.conftest import balance, settle

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def named(district, cast, now, rules):
    """`named(person, "mobile_grid_worker", from_on, until_on)`."""
    ensure_default_kinds()

    def make(who, code, from_on, until_on=None, unit=None) -> Designation:
        unit = unit or district.community_1
        return Designation.objects.create(
            person=who, kind=DesignationKind.objects.get(code=code), unit=unit, district=district.district,
            street=district.street_1, community=unit, from_on=from_on, until_on=until_on, grounds="社区推荐",
            named_by_user=cast.cs.user_id, named_by_name="书记", named_by_unit="社区", made_at=now,
        )  # fmt: skip

    return make


def test_one_a_holder_a_month_and_only_for_the_whole_of_it(named, people, now, district, budget) -> None:
    budget(100)
    whole, late, ended, last_day, twice = people(5)
    named(whole, "mobile_grid_worker", date(2026, 1, 1))
    named(late, "mobile_grid_worker", date(2026, 10, 2))
    named(ended, "mobile_grid_worker", date(2026, 1, 1), date(2026, 10, 30))
    named(last_day, "mobile_grid_worker", OCTOBER, date(2026, 10, 31))
    named(twice, "mobile_grid_worker", date(2026, 1, 1))
    named(twice, "mobile_grid_worker", date(2026, 1, 1), unit=district.community_2)
    assert claims.duties(OCTOBER, now) == 3
    assert claims.duties(OCTOBER, now) == 0
    assert set(Claim.objects.values_list("person", flat=True)) == {whole.pk, last_day.pk, twice.pk}
    settle(now)
    assert [balance(one, now) for one in (whole, late, ended, last_day, twice)] == [20, 0, 0, 20, 20]


def test_a_household_earns_where_the_rule_says_so(named, people, now, budget) -> None:
    budget(100)
    who = people(1)[0]
    named(who, "returning", date(2026, 1, 1))
    claims.duties(OCTOBER, now)
    claim = settle(now)[0]
    home = who.stays.get(until_on=None).household if hasattr(who, "stays") else claim.household
    assert (claim.state, claim.household) == ("awarded", home)
    account = accounts.of_household(home, now)
    account.refresh_from_db()
    assert (account.balance, balance(who, now)) == (20, 0)


def test_the_task_makes_those_of_the_month_that_has_ended(named, people, budget, monkeypatch) -> None:
    named(people(1)[0], "mobile_grid_worker", date(2026, 1, 1))
    # 00:30 on the first of November in Beijing; in UTC it is October still.
    monkeypatch.setattr(tasks.timezone, "now", lambda: datetime(2026, 10, 31, 16, 30, tzinfo=UTC))
    tasks.duties()
    assert Claim.objects.get().on == date(2026, 10, 31)
    monkeypatch.setattr(tasks.timezone, "now", lambda: datetime(2026, 10, 31, 15, 30, tzinfo=UTC) + timedelta(0))
    tasks.duties()
    assert set(Claim.objects.values_list("on", flat=True)) == {date(2026, 10, 31), date(2026, 9, 30)}
