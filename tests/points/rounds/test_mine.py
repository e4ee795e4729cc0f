"""我的积分, and what other pages say of points."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import Household
from points.earning.rules import ensure_default_rules, told
from points.ledger import services
from points.ledger.posting import Cause
from points.models import EarningRule
from points.rounds.mine import selectors
from tests.points.rounds.conftest import give_account

pytestmark = pytest.mark.django_db
MINE = "points:mine"


@pytest.fixture
def now():
    """Pages read the real clock."""
    return timezone.now() - timedelta(minutes=1)


def shown(client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_without_a_record_one_is_told_what_to_do(browse, cast):
    assert "没有找到您的居民档案" in shown(browse(cast.ds), reverse(MINE))


def test_who_never_earned_is_told_what_earns(person, browse, cast):
    give_account(cast.gw, person())
    page = shown(browse(cast.gw), reverse(MINE))
    assert "还没有积分" in page
    assert "随手拍上报" in page


def test_the_balance_what_expires_and_the_history(person, give, use, browse, cast, now):
    who = person()
    give_account(cast.gw, who)
    give(who, 50)
    give(who, 30, words="楼道清洁", good_for=timedelta(days=10))
    use(who, 12)
    page = shown(browse(cast.gw), reverse(MINE))
    assert "<b>68</b>今天可用积分" in page
    assert "<b>18</b>30 天内到期" in page
    assert f"最早 {timezone.localdate(now) + timedelta(days=10):%Y-%m-%d}" in page
    assert "楼道清洁" in page
    assert "洗衣液" in page
    assert "-12" in page
    assert "第一街道1社区" in page


def test_what_expired_cannot_be_spent_and_is_not_counted(person, give, now):
    who = person()
    give(who, 40, at=now - timedelta(days=20), good_for=timedelta(days=5))
    give(who, 5)
    account = selectors.account_of_person(who.pk)
    assert selectors.holding(account, timezone.localdate(now)).usable == 5


def test_an_undone_award_says_so(person, give, browse, cast, district, now):
    who = person()
    give_account(cast.gw, who)
    row = give(who, 25)
    cause = Cause(key="undo", unit=district.community_1, by=cast.cs, now=now, words="重复计分")
    services.reverse(transaction=row, cause=cause)
    page = shown(browse(cast.gw), reverse(MINE))
    assert "更正收回：重复计分" in page or ("更正收回" in page and "重复计分" in page)
    assert "<b>0</b>今天可用积分" in page


def test_the_history_is_paged_by_keys(person, give, browse, cast):
    who = person()
    give_account(cast.gw, who)
    for number in range(23):
        give(who, 1, words=f"第{number}次")
    client = browse(cast.gw)
    first = client.get(reverse(MINE))
    assert "第22次" in first.content.decode()
    assert "第2次" not in first.content.decode()
    second = shown(client, reverse(MINE) + re.search(r'href="([^"]*after=[^"]*)"', first.content.decode())[1])
    assert "第2次" in second
    assert "第22次" not in second
    assert shown(client, f"{reverse(MINE)}?after=xxx")


def test_what_the_household_has_is_for_its_members(person, household, give, browse, cast):
    home = household()
    who, other = person(into=home), person("李秀兰")
    give(home, 77, words="家庭积分")
    give_account(cast.gw, who)
    give_account(cast.pg, other, "13900001111")
    assert "家庭积分" in shown(browse(cast.gw), f"{reverse(MINE)}?of=household")
    assert "家庭积分" not in shown(browse(cast.gw), reverse(MINE))
    assert "家庭积分" not in shown(browse(cast.pg), f"{reverse(MINE)}?of=household")


def test_nobody_is_ranked(person, give, browse, cast):
    who, other = person(), person("李秀兰")
    give_account(cast.gw, who)
    give(other, 500)
    give(who, 1)
    page = shown(browse(cast.gw), reverse(MINE))
    assert "李秀兰" not in page
    assert "排名" not in page
    assert "名次" not in page


def test_what_earns_is_told_by_the_rules_in_force(person, browse, cast, district, now):
    ensure_default_rules(district.district.pk, date(2026, 1, 1), now)
    give_account(cast.gw, person())
    page = shown(browse(cast.gw), reverse(MINE))
    for rule in EarningRule.objects.filter(district=district.district):
        assert rule.name in page
        assert told(rule) in page


def test_on_the_persons_page_for_whoever_sees_the_person(person, give, browse, cast):
    who = person()
    url = reverse("members:person", args=[who.pk])
    assert "可用积分" not in shown(browse(cast.cw), url)
    give(who, 31, words="楼道清洁")
    for by in (cast.sl, cast.ss, cast.cs, cast.cw, cast.gw):
        page = shown(browse(by), url)
        assert "可用积分" in page
        assert "楼道清洁" in page
        assert reverse("points:statement", args=[who.pk]) in page


def test_on_the_households_page(household, person, give, browse, cast):
    home: Household = household()
    person(into=home)
    give(home, 31, words="家庭积分")
    page = shown(browse(cast.cw), reverse("members:household", args=[home.pk]))
    assert "家庭积分" in page
    assert reverse("points:household_statement", args=[home.pk]) in page


def test_the_volunteers_and_the_couriers_own_pages(person, give, browse, cast):
    who = person()
    give_account(cast.pg, who)
    give(who, 31)
    for name in ("members:volunteer_mine", "members:mine"):
        page = shown(browse(cast.pg), reverse(name))
        assert "可用积分" in page, name
        assert reverse(MINE) in page, name


def test_few_statements(person, household, give, browse, cast, django_assert_max_num_queries):
    home = household()
    who = person(into=home)
    give_account(cast.gw, who)
    give(home, 3)
    for _ in range(25):
        give(who, 2)
    client = browse(cast.gw)
    client.get(reverse(MINE))
    with django_assert_max_num_queries(14):
        client.get(reverse(MINE))


def test_a_persons_and_a_households_page_lead_to_proposing_for_them(browse, cast, person, give, now) -> None:
    who, other = person("王建国"), person("李秀兰")
    give(other, 10)
    home = Household.objects.get(stays__person=who)
    pages = {
        reverse("members:person", args=[who.pk]): reverse("points:propose_person", args=[who.pk]),
        reverse("members:person", args=[other.pk]): reverse("points:propose_person", args=[other.pk]),
        reverse("members:household", args=[home.pk]): reverse("points:propose_household", args=[home.pk]),
    }
    for page, way in pages.items():
        for by in (cast.cw, cast.cs, cast.gw):
            assert f'href="{way}"' in browse(by).get(page).content.decode(), (page, by)
            assert browse(by).get(way).status_code == 200
        assert way not in browse(cast.ss).get(page).content.decode()
