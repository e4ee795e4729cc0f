"""The pages of earning: lists within their budgets, forms that keep what was typed, the district sees no persons."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from points.earning.services import budgets, proposals
from points.earning.services.proposals import Asked
from points.models import Account, Claim, EarningRule, OddReview
from tests.appeals.pages.conftest import browse as browse
from tests.points.earning.conftest import settle

pytestmark = pytest.mark.django_db
WORDS = "连续三天帮独居老人买菜送药"


@pytest.fixture
def now() -> Any:
    """Pages read the real clock; in the forenoon of today, so that a few hours later are the same day."""
    return timezone.localtime(timezone.now()).replace(hour=0, minute=5, second=0, microsecond=0)


@pytest.fixture
def proposed(rules, cast, people, now) -> Callable[..., Claim]:
    def make(who: Any = None, by: Any = None, quantity: int = 1) -> Claim:
        who = who or people(1)[0]
        asked = Asked(rule_id=rules["good_deed"].pk, person_id=who.pk, words=WORDS, quantity=quantity)
        return proposals.propose(asked=asked, by=by or cast.cw, now=now)

    return make


@pytest.fixture
def purse(district, cast, now) -> Account:
    """A thousand points for the first community, this year."""
    year = timezone.localdate().year
    limit = budgets.set_limit(
        street_id=district.street_1.pk, from_on=date(year, 1, 1), until_on=date(year, 12, 31), points=5000,
        by=cast.dc, now=now,
    )  # fmt: skip
    budgets.fund(limit_id=limit.pk, community_id=district.community_1.pk, points=1000, key="a", by=cast.ss, now=now)
    return Account.objects.get(kind="budget")


def at(name: str, *args: object) -> str:
    return reverse(f"points:{name}", args=args)


def test_from_looking_for_somebody_to_points_given(browse, cast, people, rules, purse, district) -> None:
    who = people(1)[0]
    worker = browse(cast.cw)
    shown = worker.post(at("propose"), {"q": "李秀兰"}).content.decode()
    assert at("propose_person", who.pk) in shown
    form = {"rule": rules["good_deed"].pk, "quantity": "2", "on": timezone.localdate(), "words": "好"}
    answer = worker.post(at("propose_person", who.pk), form)
    assert (answer.status_code, "申报说明" in answer.content.decode()) == (400, True)
    answer = worker.post(at("propose_person", who.pk), form | {"words": WORDS})
    claim = Claim.objects.get()
    assert answer["Location"] == at("claim", claim.pk)
    assert "本人申报" not in worker.get(at("claim", claim.pk)).content.decode()
    secretary = browse(cast.cs)
    assert "审批通过" in secretary.get(at("claim", claim.pk)).content.decode()
    secretary.post(at("claim_step", claim.pk), {"step": "proposed"})
    shown = secretary.get(at("claim", claim.pk)).content.decode()
    assert "已发放 20 分" in shown
    answer = secretary.post(at("claim_reverse", claim.pk), {"words": "重复申报"})
    assert answer.status_code == 302
    assert "已冲正" in secretary.get(at("claim", claim.pk)).content.decode()


def test_the_list_says_what_waits_and_costs_little(
    browse, cast, proposed, people, purse, django_assert_max_num_queries
) -> None:
    for who in people(8):
        proposed(who)
    client = browse(cast.cs)
    client.get(at("claims"))
    with django_assert_max_num_queries(16):
        shown = client.get(at("claims")).content.decode()
    assert shown.count("好人好事") >= 8
    with django_assert_max_num_queries(20):
        client.get(at("claim", Claim.objects.first().pk))


def test_many_are_approved_with_exceptions(browse, cast, proposed, people, purse) -> None:
    who = people(2)
    mine, other = proposed(who[0], by=cast.gw), proposed(who[1])
    Claim.objects.filter(pk=mine.pk).update(proposed_by_user=cast.cs.user_id)
    client = browse(cast.cs)
    answer = client.post(at("claims"), {"action": "approve", "ids": [mine.pk, other.pk], "confirmed": "1"})
    assert answer.status_code == 200
    assert set(Claim.objects.values_list("pk", "state")) == {(mine.pk, "proposed"), (other.pk, "awarded")}
    assert "不能审批本人申报" in answer.content.decode()


def test_refused_with_a_reason_that_is_kept(browse, cast, proposed) -> None:
    claim = proposed()
    client = browse(cast.cs)
    assert client.post(at("claim_reject", claim.pk), {"words": ""}).status_code == 400
    assert client.post(at("claim_reject", claim.pk), {"words": "没有核实到"}).status_code == 302
    assert "没有核实到" in client.get(at("claim", claim.pk)).content.decode()


def test_outside_the_scope_there_is_nothing(browse, cast, proposed) -> None:
    claim = proposed()
    other = browse(cast.cs_2)
    for name in ("claim", "claim_reject", "claim_reverse"):
        assert other.get(at(name, claim.pk)).status_code == 404
    assert other.post(at("claim_step", claim.pk), {"step": "proposed"}).status_code == 404


def test_the_district_sees_figures_and_no_person(
    browse, cast, proposed, purse, people, django_assert_max_num_queries
) -> None:
    who = people(1)[0]
    proposed(who)
    for by in (cast.dc, cast.dl):
        client = browse(by)
        client.get(at("budgets"))
        with django_assert_max_num_queries(24):
            shown = client.get(at("budgets")).content.decode()
        assert who.name not in shown
        assert "5,000" in shown
        assert client.get(at("claims")).status_code == 403


def test_budgets_by_the_street(browse, cast, purse, district) -> None:
    client = browse(cast.ss)
    key = str(uuid.uuid4())
    limit = client.get(at("budget_fund")).context["form"].fields["limit"].queryset.get()
    form = {"limit": limit.pk, "community": district.community_2.pk, "points": "500", "key": key}
    for _ in range(2):
        assert client.post(at("budget_fund"), form).status_code == 302
    assert Account.objects.get(unit=district.community_2).balance == 500
    answer = client.post(at("budget_fund"), form | {"points": "9999", "key": str(uuid.uuid4())})
    assert (answer.status_code, "还可拨付 3,500 分" in answer.content.decode()) == (409, True)
    form = {"source": purse.pk, "community": district.community_2.pk, "points": "100", "key": str(uuid.uuid4())}
    assert client.post(at("budget_move"), form).status_code == 302
    form = {"source": purse.pk, "points": "900", "key": str(uuid.uuid4())}
    assert client.post(at("budget_give_back"), form).status_code == 302
    shown = client.get(at("budgets")).content.decode()
    assert "已用完" in shown
    assert client.get(at("budget_limit")).status_code == 403


def test_the_district_sets_limits_and_rules(browse, cast, district, rules) -> None:
    client = browse(cast.dc)
    year = timezone.localdate().year
    form = {"street": district.street_2.pk, "period": f"{year}-01-01_{year}-12-31", "points": "800"}
    assert client.post(at("budget_limit"), form).status_code == 302
    assert "800" in client.get(at("budgets")).content.decode()
    rule = rules["good_deed"]
    shown = client.get(at("rule_change", rule.pk)).context["form"]
    said = {name: shown.initial[name] for name in shown.fields if shown.initial.get(name) not in (None, False)}
    assert client.post(at("rule_change", rule.pk), said).status_code == 400, "nothing changed"
    assert client.post(at("rule_change", rule.pk), said | {"points": "12"}).status_code == 302
    assert sorted(EarningRule.objects.filter(code="good_deed").values_list("points", flat=True)) == [10, 12]
    new = {
        "code": "helping", "kind": "manual", "earner": "person", "name": "邻里互助", "points": "3", "per": "1",
        "counter": "次", "expiry": "next_year", "from_on": timezone.localdate(), "match": "",
    }  # fmt: skip
    assert client.post(at("rule_add"), new).status_code == 302
    assert client.post(at("rule_add"), new).status_code == 400
    made = EarningRule.objects.get(code="helping")
    assert client.post(at("rule_end", made.pk), {"last_on": timezone.localdate()}).status_code == 302
    assert browse(cast.cw).get(at("rules")).status_code == 200


def test_what_is_odd_is_looked_at_by_the_street(browse, cast, proposed, people, purse, now) -> None:
    for who in people(8):
        claim = proposed(who)
        proposals.approve(claim_id=claim.pk, by=cast.cs, now=now)
    client = browse(cast.ss)
    shown = client.get(at("odd"))
    assert "同一分钟多笔" in shown.content.decode()
    case = next(one for one in shown.context["waits"] if one.kind == "minute")
    page = f"{at('odd_case')}?{case.query}"
    assert people(8)[0].name in client.get(page).content.decode()
    assert client.post(page, {"finding": "fine", "words": "集中补报，已核对佐证"}).status_code == 302
    assert OddReview.objects.get().count == 8
    assert "核查无问题" in client.get(at("odd")).content.decode()
    answer = browse(cast.cs).post(page, {"finding": "fine", "words": "没有问题没有问题"})
    assert (answer.status_code, "由其他人" in answer.content.decode()) == (403, True)
    assert browse(cast.cs_2).get(page).status_code == 404


def test_addresses_that_name_nothing(browse, cast, rules) -> None:
    client = browse(cast.cs)
    assert client.get(f"{at('odd_case')}?community=x&kind=%00&key=y").status_code in (400, 404)
    assert client.get(f"{at('claims')}?place=abc&kind=zzz").status_code == 200
    assert settle(timezone.now()) == []
