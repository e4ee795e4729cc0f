"""积分对账单: the arithmetic against the ledger, who may look, and that it is on record."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.audit.models import Entry as Recorded
from governance.errors import IllegalState, InvalidInput
from governance.spreadsheets import read_rows
from points.ledger import accounts, services
from points.ledger.posting import Cause
from points.models import Account, Entry
from points.rounds.statements import selectors
from points.rounds.statements.periods import Period, chosen, named
from points.rounds.statements.selectors import statement_of
from tests.points.rounds.conftest import give_account

pytestmark = pytest.mark.django_db
START = date(2026, 1, 1)


def noon(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, 12))


class TestPeriods:
    def test_what_is_left_open_is_this_month(self) -> None:
        assert chosen(None, None, date(2026, 11, 23)) == Period(date(2026, 11, 1), date(2026, 11, 23))
        assert chosen(None, date(2026, 3, 9), date(2026, 11, 23)) == Period(date(2026, 3, 1), date(2026, 3, 9))

    @pytest.mark.parametrize(
        ("begin", "until", "field"),
        [(date(2026, 5, 2), date(2026, 5, 1), "from"), (None, date(2027, 1, 1), "until"),
         (date(2020, 1, 1), date(2026, 1, 1), "from")],
    )  # fmt: skip
    def test_what_is_none_is_told(self, begin, until, field) -> None:
        with pytest.raises(InvalidInput) as told:
            chosen(begin, until, date(2026, 11, 23))
        assert told.value.field == field

    def test_the_usual_ones_touch_each_other(self) -> None:
        found = dict(named(date(2026, 1, 31)))
        assert found["上月"] == Period(date(2025, 12, 1), date(2025, 12, 31))
        assert found["去年"].until_on + timedelta(days=1) == found["今年"].from_on


class TestArithmetic:
    @pytest.fixture
    def scene(self, person, funds, make_site, district, now) -> tuple[Account, Account, Account]:
        """Whose points, of which budget, for which shop."""
        return accounts.of_person(person(), now), funds(district.community_1), accounts.of_shop(make_site(), now)

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_against_the_ledger(self, data: Any, scene, cast, district) -> None:
        """Whatever happened on whatever days: each period adds up, periods join, and the end is the ledger's."""
        with transaction.atomic():
            account = _history(data, scene, cast, district)
            cut = data.draw(st.integers(0, 120))
            first = statement_of(account, Period(START, START + timedelta(days=cut)))
            second = statement_of(account, Period(START + timedelta(days=cut + 1), START + timedelta(days=500)))
            whole = statement_of(account, Period(START, START + timedelta(days=500)))
            for one in (first, second, whole):
                _adds_up(one, account)
            assert first.closing == second.opening
            assert [*first.rows, *second.rows] == whole.rows
            assert whole.closing == Account.objects.get(pk=account.pk).balance
            transaction.set_rollback(True)


def _history(data, scene, cast, district) -> Account:
    """Awards, exchanges, cancellations, reversals and expiries on days that go on."""
    (account, budget, shop), done, day = scene, [], START
    steps = st.tuples(
        st.sampled_from(["award", "spend", "cancel", "reverse", "expire"]), st.integers(1, 60), st.integers(0, 9)
    )
    for number, (what, points, days) in enumerate(data.draw(st.lists(steps, max_size=20))):
        day += timedelta(days=days)
        cause = Cause(key=f"step:{number}", unit=district.community_1, by=cast.cs, now=noon(day))
        if what == "award":
            expires = day + timedelta(days=points)
            row = services.award(budget=budget, holder=account, points=points, expires_on=expires, cause=cause)
        else:
            row = _tried(what, account, shop, points, done, cause)
        if row is not None:
            done.append(row)
    return account


def _tried(what, account, shop, points, done, cause):
    try:
        if what == "spend":
            return services.spend(holder=account, shop=shop, points=points, cause=cause)
        if what == "expire":
            return services.expire(holder=account, cause=cause)
        wanted = [row for row in done if row.kind == ("spend" if what == "cancel" else "award")]
        if not wanted:
            return None
        call = services.cancel if what == "cancel" else services.reverse
        return call(transaction=wanted[points % len(wanted)], cause=cause)
    except IllegalState:
        return None


def _adds_up(statement: Any, account: Account) -> None:
    """Against the slow way: the ledger's entries, day by day."""
    entries = Entry.objects.filter(account=account)
    before = entries.filter(transaction__on__lt=statement.period.from_on).aggregate(n=Sum("amount"))["n"] or 0
    until = entries.filter(transaction__on__lte=statement.period.until_on).aggregate(n=Sum("amount"))["n"] or 0
    assert (statement.opening, statement.closing) == (before, until)
    assert statement.came - statement.went == sum(row.line.amount for row in statement.rows)
    balance = before
    for row in statement.rows:
        balance += row.line.amount
        assert row.balance == balance >= 0


class TestPages:
    @pytest.fixture
    def now(self):
        """Pages read the real clock."""
        return timezone.now() - timedelta(minutes=1)

    def test_ones_own(self, person, give, use, browse, cast) -> None:
        who = person()
        give_account(cast.gw, who)
        give(who, 40, words="楼道清洁")
        use(who, 15)
        page = browse(cast.gw).get(reverse("points:my_statement"))
        text = page.content.decode()
        assert page.status_code == 200
        assert "no-store" in page["Cache-Control"]
        assert "增加 40 分，减少 15 分" in text
        assert "<b>25 分</b>" in text
        assert not Recorded.objects.filter(action="points.statement_read").exists()

    def test_as_a_spreadsheet_no_cell_is_a_formula(self, person, give, browse, cast) -> None:
        who = person()
        give_account(cast.gw, who)
        give(who, 40, words="=1+1")
        answer = browse(cast.gw).get(reverse("points:my_statement_sheet"))
        rows = [row for _, row in read_rows(BytesIO(b"".join(answer.streaming_content)), "x.xlsx")]
        assert "导出" in str(rows[0][0])
        assert rows[1] == ["日期", "事项", "说明", "单位", "增加", "减少", "结余"]
        assert rows[3][2] == "=1+1"
        assert rows[-1][-1] == 40

    def test_staff_look_and_it_is_on_record(self, person, give, browse, cast) -> None:
        who = person()
        give(who, 40)
        for name in ("points:statement", "points:statement_sheet"):
            assert browse(cast.sl).get(reverse(name, args=[who.pk])).status_code == 200
        looks = Recorded.objects.filter(action="points.statement_read", is_look=True)
        assert {(row.user_id, row.subject_id) for row in looks} == {(cast.sl.user_id, who.pk)}
        assert looks.count() == 2

    def test_outside_the_scope_and_without_the_right(self, person, household, browse, cast) -> None:
        who, home = person(), household()
        for name, pk in (("points:statement", who.pk), ("points:household_statement", home.pk)):
            url = reverse(name, args=[pk])
            assert browse(cast.cw).get(url).status_code == 200
            assert browse(cast.cw_2).get(url).status_code == 404
            for by in (cast.dc, cast.dl, cast.ds, cast.au):
                assert browse(by).get(url).status_code == 403
        assert Recorded.objects.filter(action="points.statement_read").count() == 2

    def test_bad_periods_are_told_and_kept(self, person, browse, cast) -> None:
        give_account(cast.gw, person())
        client = browse(cast.gw)
        for query, words in (
            ("from=2026-05-09&until=2026-05-01", "不能晚于截止"), ("until=2099-01-01", "不能晚于今天"),
            ("from=昨天", "有效"), ("from=1990-01-01", "最多查"),
        ):  # fmt: skip
            answer = client.get(f"{reverse('points:my_statement')}?{query}")
            assert (answer.status_code, words in answer.content.decode()) == (400, True), query
            assert client.get(f"{reverse('points:my_statement_sheet')}?{query}").status_code == 400

    def test_too_many_movements_are_asked_to_be_fewer(self, person, give, browse, cast, monkeypatch) -> None:
        monkeypatch.setattr(selectors, "MOST", 2)
        who = person()
        for _ in range(3):
            give(who, 1)
        answer = browse(cast.cw).get(reverse("points:statement", args=[who.pk]))
        assert (answer.status_code, "请缩短期间" in answer.content.decode()) == (400, True)

    def test_without_a_record_one_is_told(self, browse, cast) -> None:
        assert browse(cast.ds).get(reverse("points:my_statement")).status_code == 404

    def test_a_budget_of_statements(self, person, give, browse, cast, django_assert_max_num_queries) -> None:
        who = person()
        for _ in range(40):
            give(who, 2)
        client, url = browse(cast.cw), reverse("points:statement", args=[who.pk])
        client.get(url)
        with django_assert_max_num_queries(15):
            client.get(url)
