"""Confirmed hours earn points by themselves, once; a correction is the difference."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from governance.audit.models import Entry as AuditEntry
from governance.outbox.models import InboxItem
from members.models import ServiceHours
from members.services.persons import merge_persons
from members.volunteers.services.hours import correct_hours
from points.earning import settling
from points.ledger import accounts, services
from points.models import Account, AwardHalt, Claim, EarningRule, Transaction
from tests.members.volunteers.conftest import give_account
from tests.points.earning.conftest import balance, settle

pytestmark = pytest.mark.django_db


def test_an_hour_earns_by_the_rule_and_once(served, rules, budget, now, cast) -> None:
    account = budget(100)
    row = served()
    claim = Claim.objects.get()
    assert (claim.state, claim.kind, claim.quantity, claim.source_id) == ("waiting", "hours", 120, row.pk)
    assert not Transaction.objects.filter(kind="award").exists(), "the event itself gives nothing"
    settle(now)
    settle(now)
    claim.refresh_from_db()
    assert (claim.state, claim.points, claim.rule) == ("awarded", 20, rules["service_hours"])
    assert balance(row.person, now) == 20
    account.refresh_from_db()
    assert account.balance == 80
    given = Transaction.objects.get(kind="award")
    assert (given.source_type, given.source_id, given.unit_id) == ("earning.claim", claim.pk, claim.community_id)
    assert given.lots.get().expires_on.isoformat() == "2027-12-31"
    entry = AuditEntry.objects.get(action="point.award")
    assert (entry.subject_id, entry.user_name) == (claim.pk, "系统")


def test_who_has_an_account_is_told(served, rules, budget, now, cast, people) -> None:
    budget(100)
    who = people(1)[0]
    give_account(cast.pg, who)
    who.refresh_from_db()
    served(who)
    settle(now)
    assert InboxItem.objects.get(user_id=cast.pg.user_id).title == "您获得 20 积分：楼道清洁"


@pytest.mark.parametrize(("minutes", "left"), [(60, 10), (150, 25), (0, 0)])
def test_a_correction_is_the_difference_once(served, rules, budget, now, cast, minutes, left) -> None:
    budget(100)
    row = served()
    settle(now)
    correct_hours(hours_id=row.pk, minutes=minutes, words="登记有误", by=cast.cw, now=now)
    for _ in range(2):
        old, new = settle(now)
        assert balance(row.person, now) == left
    assert old.state == "reversed"
    assert new.state == ("awarded" if left else "refused")
    assert Transaction.objects.filter(kind="reverse").count() == 1


def test_a_correction_before_anything_was_given(served, rules, budget, now, cast) -> None:
    budget(100)
    row = served()
    correct_hours(hours_id=row.pk, minutes=60, words="登记有误", by=cast.cw, now=now)
    new_first = Claim.objects.latest("pk")
    settling.settle(claim_id=new_first.pk, now=now)
    settle(now)
    assert balance(row.person, now) == 10
    assert [one.state for one in Claim.objects.order_by("pk")] == ["refused", "awarded"]


def test_corrected_twice_the_last_one_stands(served, rules, budget, now, cast) -> None:
    budget(100)
    row = served()
    settle(now)
    second = correct_hours(hours_id=row.pk, minutes=60, words="登记有误", by=cast.cw, now=now)
    correct_hours(hours_id=second.pk, minutes=90, words="仍有误", by=cast.cw, now=now)
    settle(now)
    assert balance(row.person, now) == 15


def _spend(person, points, cause, make_site, district, now) -> None:
    with transaction.atomic():
        shop = accounts.of_shop(make_site(), now)
        services.spend(holder=accounts.of_person(person, now), shop=shop, points=points, cause=cause("spent"))


def test_spent_points_are_owed_until_there_are_as_many(
    served, rules, budget, now, cast, cause, make_site, district
) -> None:
    budget(100)
    row = served()
    settle(now)
    _spend(row.person, 15, cause, make_site, district, now)
    correct_hours(hours_id=row.pk, minutes=0, words="没有参加", by=cast.cw, now=now)
    old, new = settle(now)
    assert (old.state, new.state) == ("awarded", "owed")
    assert "可用积分不足" in new.why
    assert settle(now)[1].tried_on is not None
    tomorrow = now + timedelta(days=1)
    again = served(row.person, starts_at=tomorrow, ends_at=tomorrow + timedelta(hours=2))
    assert again.minutes == 120
    settle(tomorrow + timedelta(days=1))
    settle(tomorrow + timedelta(days=2))
    assert balance(row.person, now) == 5, "20 and 20 earned, 15 spent, 20 taken back"


def test_upward_with_all_spent_gives_the_difference(
    served, rules, budget, now, cast, cause, make_site, district
) -> None:
    budget(100)
    row = served()
    settle(now)
    _spend(row.person, 20, cause, make_site, district, now)
    correct_hours(hours_id=row.pk, minutes=150, words="少记了", by=cast.cw, now=now)
    old, new = settle(now)
    assert (old.state, new.state, balance(row.person, now)) == ("reversed", "awarded", 5)


def test_no_budget_none_given_and_later_by_itself(served, rules, budget, now, cast) -> None:
    row = served()
    claim = settle(now)[0]
    assert (claim.state, claim.points) == ("short", 20)
    assert "没有今天可用的积分预算" in claim.why
    budget(19)
    assert settle(now)[0].state == "short"
    told = InboxItem.objects.filter(user_id=cast.cs.user_id, key__startswith="points:short")
    assert told.count() == 1, "once a day"
    budget(20)
    assert settle(now)[0].state == "awarded"
    assert balance(row.person, now) == 20
    assert Account.objects.get(kind="budget").balance == 19


def test_a_halted_unit_gives_nothing_until_it_is_lifted(served, rules, budget, now, district) -> None:
    budget(100)
    halt = AwardHalt.objects.create(unit=district.community_1, since=now, why="账不平")
    served()
    claim = settle(now)[0]
    assert claim.state == "short"
    assert "暂停" in claim.why
    assert settle(now)[0].state == "short"
    AwardHalt.objects.filter(pk=halt.pk).update(lifted_at=now)
    assert settle(now)[0].state == "awarded"


def test_without_a_rule_nothing_is_earned_and_says_why(served, district, budget, now, calendar) -> None:
    budget(100)
    served()
    claim = settle(now)[0]
    assert (claim.state, claim.why) == ("refused", "没有对应的积分规则。")


def test_the_rule_of_the_day_holds_whatever_it_became_since(served, rules, budget, now) -> None:
    budget(100)
    served()
    today = now.date()
    old = EarningRule.objects.filter(code="service_hours")
    old.update(until_on=today)
    rule = old.get()
    rule.pk, rule.points, rule.from_on, rule.until_on = None, 60, today + timedelta(days=1), None
    rule.save(force_insert=True)
    assert settle(now + timedelta(days=3))[0].points == 20


def test_an_activity_counts_once_beside_its_hours(served, rules, budget, now, cast) -> None:
    budget(100)
    row = served(kind="emergency")
    assert {claim.kind for claim in settle(now)} == {"hours", "activity"}
    assert balance(row.person, now) == 30
    second = correct_hours(hours_id=row.pk, minutes=60, words="登记有误", by=cast.cw, now=now)
    settle(now)
    assert balance(row.person, now) == 20, "10 for the hour, 10 for having come"
    correct_hours(hours_id=second.pk, minutes=0, words="没有参加", by=cast.cw, now=now)
    settle(now)
    assert balance(row.person, now) == 0
    assert ServiceHours.objects.filter(state="confirmed", minutes__gt=0).count() == 0


def test_who_died_earns_nothing_any_more(served, rules, budget, now) -> None:
    budget(100)
    row = served()
    type(row.person).objects.filter(pk=row.person_id).update(state="dead", left_on=now.date())
    claim = settle(now)[0]
    assert (claim.state, claim.why) == ("refused", "李秀兰已故，不再发放。")


def test_a_merged_person_earns_as_the_kept_one(served, rules, budget, now, person, cast) -> None:
    budget(100)
    keep = person("李秀兰")
    row = served()
    merge_persons(keep_id=keep.pk, drop_id=row.person_id, words="同一人", by=cast.cw, now=now)
    settle(now)
    assert Claim.objects.get().person == keep
    assert balance(keep, now) == 20
