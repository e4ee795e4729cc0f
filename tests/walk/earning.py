"""Earning points: rules, awards, budgets: samples for the walk of services."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from governance import privacy
from governance.errors import InvalidInput, NotAllowed
from grids.models import Unit
from members.models import Person
from points.earning import odd
from points.earning.rules import ensure_default_rules
from points.earning.services import budgets, proposals, reviewing, rule_keeping
from points.earning.services.proposals import Asked
from points.earning.services.rule_keeping import RuleFacts
from points.models import Account, Claim, EarningRule, FundLimit, OddRule
from tests.walk.residents import _person
from tests.walk.sampling import CENTRE, MADE, TODAY, WALKED, Refused, Sample, World

WORKER, SECRETARY, STREET = "CW@community_1", "CS@community_1", "SS@street_1"
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
_GIVEN = "points_claim points_transaction points_entry points_lot points_account deadlines_clock outbox_inboxitem"


def _rules(world: World, by: Any = None) -> EarningRule:
    ensure_default_rules(world.id_of("district"), YEAR[0], MADE)
    return EarningRule.objects.get(code="good_deed")


def _limit(world: World, by: Any = None) -> FundLimit:
    return budgets.set_limit(
        street_id=world.id_of("street_1"), from_on=YEAR[0], until_on=YEAR[1], points=1000, by=world.actor(CENTRE),
        now=MADE,
    )  # fmt: skip


def _purse(world: World, by: Any = None) -> Account:
    limit, community = _limit(world), world.id_of("community_1")
    budgets.fund(limit_id=limit.pk, community_id=community, points=500, key="made", by=world.actor(STREET), now=MADE)
    return Account.objects.get(kind="budget")


def _left_behind(world: World, by: Any = None) -> Account:
    """Of a community that closed, by whatever way."""
    purse = _purse(world)
    Unit.objects.filter(pk=world.id_of("community_1")).update(closed_on=TODAY)
    return purse


def _emptied(world: World, purse: Account) -> None:
    budgets.give_back(source_id=purse.pk, points=500, key="emptied", by=world.actor(STREET), now=MADE)


def _asked(rule: EarningRule, person: Person, **changes: Any) -> Asked:
    return Asked(**({"rule_id": rule.pk, "person_id": person.pk, "words": "帮独居老人买菜送药"} | changes))


def _rule_and_person(world: World, by: Any = None) -> tuple[EarningRule, Person]:
    return _rules(world), _person(world)


def _proposed(world: World, by: Any = None, quantity: int = 1) -> Claim:
    _purse(world)
    asked = _asked(*_rule_and_person(world), quantity=quantity)
    return proposals.propose(asked=asked, by=world.actor(WORKER), now=MADE)


def _second(world: World, by: Any = None) -> Claim:
    claim = _proposed(world, quantity=5)
    return proposals.approve(claim_id=claim.pk, by=world.actor(SECRETARY), now=MADE)


def _awarded(world: World, by: Any = None) -> Claim:
    claim = _proposed(world)
    return proposals.approve(claim_id=claim.pk, by=world.actor(SECRETARY), now=MADE)


def _odd(world: World, by: Any = None) -> odd.Case:
    """Two by one hand at one minute, by people who are gone."""
    _rules(world)
    OddRule.objects.filter(kind="minute").update(least=2)
    _awarded(world)
    person = Person.objects.latest("pk")
    asked = _asked(EarningRule.objects.get(code="good_deed"), person)
    claim = proposals.propose(asked=asked, by=world.actor(WORKER), now=MADE)
    proposals.approve(claim_id=claim.pk, by=world.actor(SECRETARY), now=MADE)
    Claim.objects.update(proposed_by_user=999_998, approved_by_user=999_999)
    found = odd.cases(world.actor(STREET), TODAY, timezone.get_default_timezone_name())
    return next(case for case in found if case.kind == "minute")


def _put(model: Any, **values: Any) -> Any:
    return lambda world, thing: model.objects.update(**values)


def _themselves(world: World, thing: Any) -> None:
    index = privacy.blind_index("phone", "13812344080")
    Person.objects.update(phone_index=index)
    User.objects.update(phone_index=index)


def _row(action: str) -> Any:
    return lambda world, thing, result: [(action, "points.claim", result.pk)]


def _of_budget(action: str) -> Any:
    return lambda world, thing, done: [(action, "points.account", _budget_in(done))]


def _budget_in(done: Any) -> int:
    """The budget that a transaction is told of: where points came to, or where they were given back from."""
    sign = {"amount__lt": 0} if done.kind == "give_back" else {"amount__gt": 0}
    return done.entries.get(account__kind="budget", **sign).account_id


def _fund(world: World, limit: FundLimit, by: Any, points: int = 100) -> Any:
    return budgets.fund(
        limit_id=limit.pk, community_id=world.id_of("community_1"), points=points, key="walk", by=by, now=WALKED
    )


def _set(world: World, by: Any, points: int = 800) -> FundLimit:
    return budgets.set_limit(
        street_id=world.id_of("street_1"), from_on=YEAR[0], until_on=YEAR[1], points=points, by=by, now=WALKED
    )


def _move(world: World, purse: Account, by: Any, points: int = 100) -> Any:
    return budgets.move(
        source_id=purse.pk, community_id=world.id_of("community_2"), points=points, key="walk", by=by, now=WALKED
    )


def _back(world: World, purse: Account, by: Any, points: int = 100) -> Any:
    return budgets.give_back(source_id=purse.pk, points=points, key="walk", by=by, now=WALKED)


_FACTS = RuleFacts(name="邻里互助", points=3)


def _add(world: World, by: Any, code: str = "helping") -> EarningRule:
    return rule_keeping.add_rule(code=code, kind="manual", facts=_FACTS, from_on=TODAY, by=by, now=WALKED)


def _change(world: World, rule: EarningRule, by: Any, days: int = 1) -> EarningRule:
    on = TODAY + timedelta(days=days)
    return rule_keeping.change_rule(rule_id=rule.pk, facts=_FACTS, from_on=on, by=by, now=WALKED)


def _odd_rule(world: World, by: Any = None) -> OddRule:
    _rules(world)
    return OddRule.objects.get(kind="minute")


_OWN = Refused("for oneself", "本人或本户", NotAllowed, spoil=_themselves)
_DECIDED = Refused("decided", "刚刚处理过", spoil=_put(Claim, state="refused"))
_HAS_LESS = "不足"

SAMPLES: list[Sample] = [
    Sample(
        proposals.propose,
        lambda world, pair, by: proposals.propose(asked=_asked(*pair), by=by, now=WALKED),
        changes="points_claim deadlines_clock outbox_inboxitem",
        then=lambda world, pair, claim: claim.points == 10,
        rows=_row("point.propose"),
        make=_rule_and_person,
        refused=(
            _OWN,
            Refused("ended", "当天有效", InvalidInput, spoil=_put(EarningRule, until_on=date(2026, 6, 30))),
        ),
    ),
    Sample(
        proposals.approve,
        lambda world, claim, by: proposals.approve(claim_id=claim.pk, by=by, now=WALKED),
        changes=_GIVEN,
        then=lambda world, claim, result: (result.state, result.approved_by_user is not None) == ("awarded", True),
        rows=lambda world, claim, result: [
            ("point.award", "points.claim", claim.pk),
            ("point.approve", "points.claim", claim.pk),
        ],
        make=_proposed,
        refused=(_OWN, _DECIDED),
    ),
    Sample(
        proposals.second,
        lambda world, claim, by: proposals.second(claim_id=claim.pk, by=by, now=WALKED),
        changes=_GIVEN,
        then=lambda world, claim, result: (result.state, result.points) == ("awarded", 50),
        rows=lambda world, claim, result: [
            ("point.award", "points.claim", claim.pk),
            ("point.second", "points.claim", claim.pk),
        ],
        make=_second,
        refused=(_OWN, _DECIDED),
    ),
    Sample(
        proposals.reject,
        lambda world, claim, by: proposals.reject(claim_id=claim.pk, words="没有核实到", by=by, now=WALKED),
        changes="points_claim deadlines_clock outbox_inboxitem",
        then=lambda world, claim, result: result.state == "refused",
        rows=_row("point.reject"),
        make=_proposed,
        refused=(_OWN, _DECIDED),
    ),
    Sample(
        proposals.withdraw,
        lambda world, claim, by: proposals.withdraw(claim_id=claim.pk, by=by, now=WALKED),
        changes="points_claim deadlines_clock outbox_inboxitem",
        then=lambda world, claim, result: result.state == "withdrawn",
        rows=_row("point.withdraw"),
        make=_proposed,
        refused=(Refused("decided", "不能再撤回", spoil=_put(Claim, state="refused")),),
    ),
    Sample(
        proposals.reverse,
        lambda world, claim, by: proposals.reverse(claim_id=claim.pk, words="重复申报", by=by, now=WALKED),
        changes="points_claim points_transaction points_entry points_lot points_allocation points_account",
        then=lambda world, claim, result: result.state == "reversed",
        rows=_row("point.reverse"),
        make=_awarded,
        refused=(_OWN, _DECIDED),
    ),
    Sample(
        budgets.set_limit,
        lambda world, limit, by: _set(world, by),
        changes="points_fundlimit",
        then=lambda world, limit, result: (result.pk, result.points) == (limit.pk, 800),
        rows=lambda world, limit, result: [("point.limit", "points.fundlimit", result.pk)],
        make=_limit,
        refused=(Refused("less than was given", "已拨付", InvalidInput, spoil=lambda w, limit: _all_given(w, limit)),),
    ),
    Sample(
        budgets.fund,
        _fund,
        changes="points_transaction points_entry points_account",
        then=lambda world, limit, done: done.points == 100,
        rows=_of_budget("point.fund"),
        make=_limit,
        refused=(
            Refused("beyond the limit", "超出", call=lambda w, limit, by: _fund(w, limit, by, 1001)),
            Refused("over", "已经结束", spoil=_put(FundLimit, from_on=date(2025, 1, 1), until_on=date(2025, 12, 31))),
        ),
    ),
    Sample(
        budgets.move,
        _move,
        changes="points_transaction points_entry points_account",
        then=lambda world, purse, done: done.kind == "move",
        rows=_of_budget("point.move"),
        make=_purse,
        refused=(Refused("not as many", _HAS_LESS, call=lambda w, purse, by: _move(w, purse, by, 501)),),
    ),
    Sample(
        budgets.give_back,
        _back,
        changes="points_transaction points_entry points_account",
        then=lambda world, purse, done: done.kind == "give_back",
        rows=_of_budget("point.give_back"),
        make=_purse,
        refused=(Refused("not as many", _HAS_LESS, call=lambda w, purse, by: _back(w, purse, by, 501)),),
    ),
    Sample(
        budgets.hand_on,
        lambda world, purse, by: budgets.hand_on(source_id=purse.pk, to="back", key="walk", by=by, now=WALKED),
        changes="points_transaction points_entry points_account",
        then=lambda world, purse, done: (done.kind, done.points) == ("give_back", 500),
        rows=lambda world, purse, done: [("point.hand_on", "points.account", purse.pk)],
        make=_left_behind,
        refused=(
            Refused("in being", "没有撤并", spoil=_put(Unit, closed_on=None)),
            Refused("nothing left", "没有结余", spoil=_emptied),
            Refused(
                "nobody took it over",
                "没有由本街道的社区承接",
                call=lambda w, purse, by: budgets.hand_on(
                    source_id=purse.pk, to="successor", key="walk", by=by, now=WALKED
                ),
            ),
        ),
    ),
    Sample(
        rule_keeping.add_rule,
        lambda world, rule, by: _add(world, by),
        changes="points_earningrule",
        then=lambda world, rule, made: (made.code, made.points) == ("helping", 3),
        rows=lambda world, rule, made: [("point.rule_add", "points.earningrule", made.pk)],
        make=_rules,
        refused=(
            Refused("its code is taken", "已经用过", InvalidInput, call=lambda w, r, by: _add(w, by, "good_deed")),
        ),
    ),
    Sample(
        rule_keeping.change_rule,
        _change,
        changes="points_earningrule",
        then=lambda world, rule, new: (new.code, new.points) == ("good_deed", 3),
        rows=lambda world, rule, new: [("point.rule_change", "points.earningrule", new.pk)],
        make=_rules,
        refused=(
            Refused("from today", "明天", InvalidInput, call=lambda w, rule, by: _change(w, rule, by, 0)),
            Refused("has ended", "止用", spoil=_put(EarningRule, until_on=TODAY)),
        ),
    ),
    Sample(
        rule_keeping.end_rule,
        lambda world, rule, by: rule_keeping.end_rule(rule_id=rule.pk, last_on=TODAY, by=by, now=WALKED),
        changes="points_earningrule",
        then=lambda world, rule, result: result.until_on == TODAY,
        rows=lambda world, rule, result: [("point.rule_end", "points.earningrule", rule.pk)],
        make=_rules,
        refused=(Refused("has ended", "止用", spoil=_put(EarningRule, until_on=TODAY)),),
    ),
    Sample(
        rule_keeping.change_odd_rule,
        lambda world, rule, by: rule_keeping.change_odd_rule(
            rule_id=rule.pk, least=5, margin=0, is_active=True, by=by, now=WALKED
        ),
        changes="points_oddrule",
        then=lambda world, rule, result: result.least == 5,
        rows=lambda world, rule, result: [("point.odd_rule", "points.oddrule", rule.pk)],
        make=_odd_rule,
        refused=(Refused("nothing changed", "没有改动", InvalidInput, spoil=_put(OddRule, least=5)),),
    ),
    Sample(
        reviewing.review,
        lambda world, case, by: reviewing.review(
            community_id=case.community_id,
            kind=case.kind,
            key=case.key,
            finding="fine",
            words="集中补报，已核对",
            by=by,
            now=WALKED,
        ),
        changes="points_oddreview",
        then=lambda world, case, row: row.count == 2,
        rows=lambda world, case, row: [("point.odd_review", "points.oddreview", row.pk)],
        make=_odd,
        refused=(_OWN,),
    ),
]


def _all_given(world: World, limit: FundLimit) -> None:
    _fund(world, limit, world.actor(STREET), 900)
