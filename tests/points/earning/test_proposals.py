"""Points by hand: proposed, approved by others, above a threshold by two; refused; reversed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction

from accounts.acting import actor_from
from governance.audit.models import Entry as AuditEntry
from governance.deadlines import sweeping
from governance.errors import DomainError, IllegalState, InvalidInput, NotAllowed, NotFound
from governance.outbox.models import InboxItem
from governance.scope import Role
from members.models import Stay
from points.earning.services import proposals
from points.earning.services.proposals import Asked
from points.ledger import accounts, services
from points.models import Claim, Transaction
from tests.fixtures import make_posting
from tests.members.volunteers.conftest import give_account
from tests.points.earning.conftest import balance, settle

pytestmark = pytest.mark.django_db
WORDS = "连续三天帮独居老人买菜送药"


@pytest.fixture
def propose(rules, cast, people, now) -> Callable[..., Claim]:
    """`propose(by=cast.cw, quantity=2)`: good deeds of a resident of the first grid."""

    def make(by: Any = None, code: str = "good_deed", who: Any = None, **changes: Any) -> Claim:
        said = {"rule_id": rules[code].pk, "words": WORDS, "quantity": 1} | changes
        if "household_id" not in said:
            said["person_id"] = (who or people(1)[0]).pk
        return proposals.propose(asked=Asked(**said), by=by or cast.cw, now=now)

    return make


def test_proposed_by_one_and_approved_by_the_secretary(propose, budget, cast, now) -> None:
    budget(100)
    claim = propose(quantity=2)
    assert (claim.state, claim.points, claim.proposed_by_name) == ("proposed", 20, cast.cw.user_name)
    assert claim.due_at is not None
    assert InboxItem.objects.filter(user_id=cast.cs.user_id, title__startswith="积分申报待审批").exists()
    done = proposals.approve(claim_id=claim.pk, by=cast.cs, now=now)
    assert (done.state, done.due_at) == ("awarded", None)
    assert balance(done.person, now) == 20
    assert Transaction.objects.get(kind="award").by_name == cast.cs.user_name
    assert InboxItem.objects.filter(user_id=cast.cw.user_id, title="积分申报已通过：好人好事").exists()
    actions = list(
        AuditEntry.objects.filter(subject_type="points.claim").order_by("pk").values_list("action", flat=True)
    )
    assert actions == ["point.propose", "point.award", "point.approve"]


def test_above_the_threshold_the_street_agrees_too(propose, budget, cast, now) -> None:
    budget(100)
    claim = propose(quantity=5)
    waits = proposals.approve(claim_id=claim.pk, by=cast.cs, now=now)
    assert (waits.state, waits.points) == ("second", 50)
    assert waits.due_at is not None
    assert balance(claim.person, now) == 0
    assert InboxItem.objects.filter(user_id=cast.ss.user_id, title__startswith="积分申报待复核").exists()
    with pytest.raises(NotFound):
        proposals.second(claim_id=claim.pk, by=cast.ss_2, now=now)
    done = proposals.second(claim_id=claim.pk, by=cast.ss, now=now)
    assert (done.state, balance(claim.person, now)) == ("awarded", 50)


def test_what_the_secretary_proposes_the_street_decides(propose, budget, cast, now) -> None:
    budget(100)
    claim = propose(by=cast.cs)
    assert claim.state == "second"
    with pytest.raises(IllegalState):
        proposals.approve(claim_id=claim.pk, by=cast.cs, now=now)
    assert proposals.second(claim_id=claim.pk, by=cast.ss, now=now).state == "awarded"


def test_a_second_secretary_may_decide_for_the_first(propose, budget, cast, district, now) -> None:
    budget(100)
    other = actor_from(make_posting(Role.COMMUNITY_SECRETARY, district.community_1, username="cs-b"), now=now)
    claim = propose(by=cast.cs)
    assert claim.state == "proposed"
    with pytest.raises(NotAllowed):
        proposals.approve(claim_id=claim.pk, by=cast.cs, now=now)
    assert proposals.approve(claim_id=claim.pk, by=other, now=now).state == "awarded"


def test_nobody_proposes_or_approves_for_themselves_or_their_household(
    propose, budget, cast, people, person, now
) -> None:
    budget(100)
    who = people(1)[0]
    mate = person("周小宝", into=_home(who), relation="child")
    give_account(cast.cw, who)
    for one in (who, mate):
        with pytest.raises(NotAllowed, match="本人或本户"):
            propose(who=one)
    claim = propose(by=cast.gw, who=mate)
    assert claim.state == "proposed"
    give_account(cast.cs, who)
    with pytest.raises(NotAllowed, match="本人或本户"):
        proposals.approve(claim_id=claim.pk, by=cast.cs, now=now)
    again = propose(by=cast.gw, who=who)
    assert again.state == "second", "the only secretary may not decide it"
    assert balance(who, now) == 0


def _home(who: Any) -> Any:
    return Stay.objects.get(person=who, until_on=None).household


def test_for_a_household(propose, budget, cast, household, now) -> None:
    budget(100)
    home = household(address="幸福里9号楼1单元101")
    claim = propose(code="clean_home", household_id=home.pk)
    done = proposals.approve(claim_id=claim.pk, by=cast.cs, now=now)
    account = accounts.of_household(home, now)
    account.refresh_from_db()
    assert (done.state, account.balance) == ("awarded", 20)
    with pytest.raises(InvalidInput, match="选择居民"):
        propose(household_id=home.pk)


def test_a_cap_refuses_and_says_which(propose, budget, cast, now, people) -> None:
    budget(100)
    who = people(1)[0]
    first, second, third = (propose(code="civil_advice", who=who) for _ in range(3))
    states = [proposals.approve(claim_id=one.pk, by=cast.cs, now=now).state for one in (first, second, third)]
    assert states == ["awarded", "awarded", "refused"]
    third.refresh_from_db()
    assert "每日 20 分" in third.why
    assert balance(who, now) == 20


def test_without_budget_it_stays_and_is_given_later(propose, budget, cast, now) -> None:
    claim = propose()
    assert proposals.approve(claim_id=claim.pk, by=cast.cs, now=now).state == "short"
    budget(100)
    settle(now)
    assert balance(claim.person, now) == 10


def test_refused_with_a_reason(propose, cast, now) -> None:
    claim = propose()
    with pytest.raises(InvalidInput):
        proposals.reject(claim_id=claim.pk, words="", by=cast.cs, now=now)
    done = proposals.reject(claim_id=claim.pk, words="没有核实到", by=cast.cs, now=now)
    assert (done.state, done.why, done.due_at) == ("refused", "没有核实到", None)
    with pytest.raises(IllegalState):
        proposals.approve(claim_id=claim.pk, by=cast.cs, now=now)
    assert InboxItem.objects.get(user_id=cast.cw.user_id, title__startswith="积分申报未通过").body == "没有核实到"


def test_reversed_by_the_secretary_or_the_street(propose, budget, cast, now, cause, make_site) -> None:
    account = budget(100)
    claim = propose(quantity=2)
    proposals.approve(claim_id=claim.pk, by=cast.cs, now=now)
    done = proposals.reverse(claim_id=claim.pk, words="重复申报", by=cast.ss, now=now)
    assert (done.state, done.why, balance(claim.person, now)) == ("reversed", "重复申报", 0)
    account.refresh_from_db()
    assert account.balance == 100
    with pytest.raises(IllegalState):
        proposals.reverse(claim_id=claim.pk, words="再来一次", by=cast.ss, now=now)


def test_reversed_when_spent_it_is_owed(propose, budget, cast, now, cause, make_site) -> None:
    budget(100)
    claim = propose(quantity=2)
    proposals.approve(claim_id=claim.pk, by=cast.cs, now=now)
    with transaction.atomic():
        holder, shop = accounts.of_person(claim.person, now), accounts.of_shop(make_site(), now)
        services.spend(holder=holder, shop=shop, points=20, cause=cause("spent"))
    done = proposals.reverse(claim_id=claim.pk, words="不属实", by=cast.cs, now=now)
    assert (done.state, done.why) == ("owed", "不属实")
    assert settle(now + timedelta(days=1))[0].state == "owed"


def test_who_may_and_where(propose, budget, cast, rules, people, person, district, now) -> None:
    for by in (cast.pg, cast.ss, cast.sl, cast.dc, cast.ds):
        with pytest.raises(NotAllowed):
            propose(by=by)
    with pytest.raises(NotFound):
        propose(by=cast.cw_2)
    with pytest.raises(NotFound):
        propose(by=cast.gw_2)
    claim = propose(by=cast.gw)
    for by, error in ((cast.cw, NotAllowed), (cast.cs_2, NotFound), (cast.dc, NotAllowed)):
        with pytest.raises(error):
            proposals.approve(claim_id=claim.pk, by=by, now=now)
    with pytest.raises(NotFound):
        proposals.reverse(claim_id=claim.pk, words="不属实", by=cast.cs_2, now=now)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"words": "好"}, "words"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": 5000}, "quantity"),
        ({"rule_id": 0}, "rule"),
    ],
)
def test_bad_input_names_its_field(propose, changes, field) -> None:
    with pytest.raises(InvalidInput) as refused:
        propose(**changes)
    assert refused.value.field == field


def test_an_automatic_rule_is_not_proposed_by_hand(propose, rules) -> None:
    with pytest.raises(InvalidInput):
        propose(rule_id=rules["service_hours"].pk)


def test_a_day_to_come_and_one_long_past(propose, now) -> None:
    for days in (1, -61):
        with pytest.raises(InvalidInput, match="发生日期"):
            propose(on=now.date() + timedelta(days=days))


def test_what_waits_too_long_is_marked_and_told(propose, cast, now) -> None:
    claim = propose()
    late = claim.due_at + timedelta(minutes=1)
    sweeping.sweep(late, tick=lambda: late, stop=lambda: False)
    claim.refresh_from_db()
    assert claim.card == "red"
    proposals.approve(claim_id=claim.pk, by=cast.cs, now=late)
    claim.refresh_from_db()
    assert (claim.card, claim.due_at) == ("", None)


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_one_is_told(propose, budget, cast, now) -> None:
    budget(100)
    claim = propose()
    start, said = threading.Barrier(2), []

    def work(call: Callable[..., Claim], **more: Any) -> None:
        try:
            start.wait(20)
            call(claim_id=claim.pk, by=cast.cs, now=now, **more)
            said.append("done")
        except DomainError as refused:
            said.append(type(refused).__name__)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=work, args=(proposals.approve,)),
        threading.Thread(target=work, args=(proposals.reject,), kwargs={"words": "不属实"}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(said) == ["IllegalState", "done"]


class TestWithdrawing:
    def test_by_who_proposed_it_while_nobody_has_decided(self, propose, cast, now) -> None:
        claim = propose()
        with pytest.raises(NotAllowed, match="由申报人撤回"):
            proposals.withdraw(claim_id=claim.pk, by=cast.gw, now=now)
        with pytest.raises(NotAllowed):
            proposals.withdraw(claim_id=claim.pk, by=cast.ss, now=now)
        done = proposals.withdraw(claim_id=claim.pk, by=cast.cw, now=now)
        assert (done.state, done.due_at) == ("withdrawn", None)
        assert AuditEntry.objects.filter(action="point.withdraw", subject_id=claim.pk).count() == 1
        assert InboxItem.objects.filter(user_id=cast.cs.user_id, title__startswith="积分申报已撤回").exists()
        late = now + timedelta(days=30)
        sweeping.sweep(late, tick=lambda: late, stop=lambda: False)
        claim.refresh_from_db()
        assert claim.card == "", "no limit runs any more"
        with pytest.raises(IllegalState, match="已撤回"):
            proposals.withdraw(claim_id=claim.pk, by=cast.cw, now=now)
        with pytest.raises(IllegalState):
            proposals.approve(claim_id=claim.pk, by=cast.cs, now=now)

    def test_not_after_the_first_of_two_has_agreed(self, propose, cast, budget, now) -> None:
        budget(100)
        claim = propose(quantity=5)
        proposals.approve(claim_id=claim.pk, by=cast.cs, now=now)
        with pytest.raises(IllegalState, match="已由社区书记审批"):
            proposals.withdraw(claim_id=claim.pk, by=cast.cw, now=now)

    def test_the_secretarys_own_that_waits_for_the_street(self, propose, cast, now) -> None:
        claim = propose(by=cast.cs)
        assert proposals.withdraw(claim_id=claim.pk, by=cast.cs, now=now).state == "withdrawn"

    def test_elsewhere_it_is_not_there(self, propose, cast, district, now) -> None:
        claim = propose()
        other = actor_from(make_posting(Role.COMMUNITY_WORKER, district.community_3, username="cw-c"), now=now)
        with pytest.raises(NotFound):
            proposals.withdraw(claim_id=claim.pk, by=other, now=now)

    def test_the_same_may_be_proposed_again(self, propose, cast, people, budget, now) -> None:
        budget(100)
        who = people(1)[0]
        proposals.withdraw(claim_id=propose(who=who).pk, by=cast.cw, now=now)
        again = propose(who=who)
        assert proposals.approve(claim_id=again.pk, by=cast.cs, now=now).state == "awarded"

    @pytest.mark.django_db(transaction=True)
    def test_either_approved_or_withdrawn(self, propose, cast, budget, now) -> None:
        budget(100)
        claim = propose()
        start, said = threading.Barrier(2), []

        def work(call: Callable[..., Claim], by: Any) -> None:
            try:
                start.wait(20)
                call(claim_id=claim.pk, by=by, now=now)
                said.append("done")
            except DomainError as refused:
                said.append(type(refused).__name__)
            finally:
                connections.close_all()

        calls = ((proposals.approve, cast.cs), (proposals.withdraw, cast.cw))
        threads = [threading.Thread(target=work, args=call) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(said) == ["IllegalState", "done"]
        claim.refresh_from_db()
        assert (claim.state == "awarded") == (balance(claim.person, now) == 10)
