"""What grid workers propose: kept without numbers in the clear, decided once, overtaken, lapsed, withdrawn."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connections

from governance.audit.models import Entry
from governance.errors import DomainError, IllegalState, InvalidInput, NotAllowed, NotFound
from governance.outbox.models import InboxItem, Reminder
from members import demo, demo_review
from members.models import Household, Person, Proposal
from members.selectors import likeness
from members.services import households, persons, proposals
from members.services.households import Address, Newcomer
from members.services.persons import Facts, Joining
from tests.members.conftest import identity_number

NUMBER, PHONE = identity_number("19520317", 12), "13812345678"
pytestmark = pytest.mark.django_db


def propose_household(cast: Any, district: Any, now: Any, **facts: Any) -> Proposal:
    people = [
        Newcomer(facts=Facts(name="李秀兰", **({"identity": NUMBER, "phone": PHONE} | facts)), relation="head"),
        Newcomer(facts=Facts(name="王建国", born_on=date(1950, 2, 1), notes="行动不便"), relation="spouse"),
    ]
    where = Address(unit_id=district.grid_1.pk, address="幸福里3号")
    return proposals.propose_household(address=where, people=people, words="入户走访", by=cast.gw, now=now)


def decide(proposal: Proposal, by: Any, now: Any, *, accept: bool = True, **more: Any) -> Proposal:
    return proposals.decide_proposal(proposal_id=proposal.pk, accept=accept, by=by, now=now, **more)


class TestAsked:
    def test_a_household_is_nothing_until_it_is_taken(self, cast, district, now) -> None:
        asked = propose_household(cast, district, now)
        assert not Person.objects.exists()
        assert not Household.objects.exists()
        assert set(Entry.objects.values_list("action", flat=True)) == {"proposal.make"}
        assert cast.cw.user_id in set(Reminder.objects.values_list("user_id", flat=True))
        row = " ".join(str(value) for value in Proposal.objects.filter(pk=asked.pk).values_list()[0])
        assert "990101********" in row
        assert NUMBER not in row
        assert PHONE not in row
        later = now + timedelta(days=2)
        taken = decide(asked, cast.cw, later)
        head = Person.objects.get(name="李秀兰")
        assert (taken.household.head_name, taken.household.size) == ("李秀兰", 2)
        assert persons.reveal(person_id=head.pk, field="identity", reason="核对证件", by=cast.cw, now=later) == NUMBER
        assert head.stays.get().from_on == now.date()
        assert Person.objects.get(name="王建国").notes == "行动不便"
        entry = Entry.objects.filter(action="person.add").first()
        assert entry.user_id == cast.cw.user_id
        told = InboxItem.objects.get(user_id=cast.gw.user_id)
        assert told.title.startswith("已采纳")

    def test_one_more_person_and_one_gone(self, cast, person, now) -> None:
        head = person("王建国", phone=PHONE)
        home = Household.objects.get()
        joining = Joining(household_id=home.pk, relation="spouse")
        asked = proposals.propose_person(facts=Facts(name="刘敏", phone=PHONE), joining=joining, by=cast.pg, now=now)
        made = decide(asked, cast.cs, now).person
        assert (made.name, made.phone_masked) == ("刘敏", "138****5678")
        with pytest.raises(InvalidInput, match="新的户主") as refused:
            proposals.propose_gone(person_id=head.pk, how="died", on=now.date(), by=cast.gw, now=now)
        assert refused.value.field == "new_head"
        gone = proposals.propose_gone(
            person_id=head.pk, how="died", on=now.date(), new_head_id=made.pk, by=cast.gw, now=now
        )
        decide(gone, cast.cw, now)
        head.refresh_from_db()
        home.refresh_from_db()
        assert (head.state, home.head_name, home.size) == ("dead", "刘敏", 1)

    def test_a_correction_keeps_only_what_differs(self, cast, person, now) -> None:
        made = person("王建国", employer="采油厂")
        facts = Facts(name="王建国", employer="采油厂", notes="独居", phone=PHONE)
        asked = proposals.propose_change(person_id=made.pk, facts=facts, by=cast.gw, now=now)
        assert asked.content["facts"] == {"notes": "独居", "phone": "138****5678"}
        assert asked.content["before"] == {"notes": "", "phone": ""}
        decide(asked, cast.cw, now)
        made.refresh_from_db()
        assert (made.notes, made.phone_masked, made.employer) == ("独居", "138****5678", "采油厂")

    @pytest.mark.parametrize(
        ("facts", "field"),
        [({"phone": "12"}, "people-0-phone"), ({"identity": "1"}, "people-0-identity"),
         ({"gender": "x"}, "people-0-gender")],
    )  # fmt: skip
    def test_nothing_is_proposed_that_could_not_be_written(self, cast, district, now, facts, field) -> None:
        with pytest.raises(InvalidInput) as refused:
            propose_household(cast, district, now, **facts)
        assert refused.value.field == field
        assert not Proposal.objects.exists()
        assert not Entry.objects.exists()

    def test_one_open_proposal_of_a_person_and_kind(self, cast, person, now) -> None:
        made = person()
        change = {"person_id": made.pk, "by": cast.gw, "now": now}
        proposals.propose_change(facts=Facts(notes="独居"), **change)
        with pytest.raises(IllegalState, match="等待社区核对"):
            proposals.propose_change(facts=Facts(notes="残疾"), **change)
        proposals.propose_gone(how="moved", on=now.date(), to="哈尔滨", **change)
        assert Proposal.objects.open().count() == 2

    def test_who_may_not_and_elsewhere(self, cast, person, now) -> None:
        made = person()
        ask = {"person_id": made.pk, "facts": Facts(notes="独居"), "now": now}
        for name in ("cs", "cw", "ss", "sl", "dc", "dl", "au"):
            with pytest.raises(NotAllowed):
                proposals.propose_change(by=getattr(cast, name), **ask)
        with pytest.raises(NotFound):
            proposals.propose_change(by=cast.gw_2, **ask)
        asked = proposals.propose_change(by=cast.gw, **ask)
        for name in ("gw", "pg", "ss", "sl", "dc"):
            with pytest.raises(NotAllowed):
                decide(asked, getattr(cast, name), now)
        with pytest.raises(NotFound):
            decide(asked, cast.cw_2, now)
        assert Proposal.objects.get().state == "open"


class TestAnswered:
    def test_refused_with_words(self, cast, district, now) -> None:
        asked = propose_household(cast, district, now)
        with pytest.raises(InvalidInput) as refused:
            decide(asked, cast.cw, now, accept=False)
        assert refused.value.field == "answer"
        decide(asked, cast.cw, now, accept=False, answer="这一户在隔壁社区")
        assert not Household.objects.exists()
        assert InboxItem.objects.get(user_id=cast.gw.user_id).body == "这一户在隔壁社区"
        with pytest.raises(IllegalState, match="未采纳"):
            decide(asked, cast.cs, now)

    def test_withdrawn_by_who_proposed_alone(self, cast, person, now) -> None:
        made = person()
        asked = proposals.propose_change(person_id=made.pk, facts=Facts(notes="独居"), by=cast.gw, now=now)
        with pytest.raises(NotAllowed, match="本人"):
            proposals.withdraw_proposal(proposal_id=asked.pk, by=cast.pg, now=now)
        proposals.withdraw_proposal(proposal_id=asked.pk, by=cast.gw, now=now)
        with pytest.raises(IllegalState, match="已撤回"):
            decide(asked, cast.cw, now)
        proposals.propose_change(person_id=made.pk, facts=Facts(notes="独居"), by=cast.gw, now=now)

    def test_overtaken_has_to_be_looked_at(self, cast, person, now) -> None:
        made = person()
        asked = proposals.propose_change(person_id=made.pk, facts=Facts(notes="独居"), by=cast.gw, now=now)
        persons.change_person(person_id=made.pk, facts=Facts(employer="采油厂"), by=cast.cw, now=now)
        with pytest.raises(IllegalState, match="又有改动"):
            decide(asked, cast.cw, now)
        with pytest.raises(IllegalState, match="又有改动"):
            decide(asked, cast.cw, now, seen=1)
        decide(asked, cast.cw, now, seen=2)
        made.refresh_from_db()
        assert (made.notes, made.employer) == ("独居", "采油厂")

    def test_what_cannot_be_written_any_more_stays_open(self, cast, district, person, now) -> None:
        asked = propose_household(cast, district, now)
        person("李秀兰", identity=NUMBER)
        with pytest.raises(IllegalState, match="已登记在"):
            decide(asked, cast.cw, now)
        assert Proposal.objects.get().state == "open"
        assert Household.objects.count() == 1


class TestFollowing:
    def test_gone_and_moved_away_lapse(self, cast, district, person, household, now) -> None:
        one, other = person("王建国", identity=NUMBER), person("刘敏")
        for made in (one, other):
            proposals.propose_change(person_id=made.pk, facts=Facts(notes="独居"), by=cast.gw, now=now)
        far = household(by=cast.cw_3, unit=district.community_3)
        joining = Joining(household_id=far.pk, relation="head")
        households.take_in(identity=NUMBER, joining=joining, by=cast.cw_3, now=now)
        households.die(person_id=other.pk, on=now.date(), by=cast.cw, now=now)
        assert set(Proposal.objects.values_list("state", flat=True)) == {"lapsed"}
        said = " ".join(InboxItem.objects.filter(user_id=cast.gw.user_id).values_list("body", flat=True))
        assert "已迁往" in said
        assert "已故" in said

    def test_inside_the_community_they_go_along(self, cast, district, person, household, now) -> None:
        made = person()
        asked = proposals.propose_change(person_id=made.pk, facts=Facts(notes="独居"), by=cast.gw, now=now)
        new = household(unit=district.grid_2)
        households.join(person_id=made.pk, joining=Joining(household_id=new.pk), by=cast.cw, now=now)
        asked.refresh_from_db()
        assert (asked.state, asked.grid_id) == ("open", district.grid_2.pk)

    def test_a_merge_takes_them_over(self, cast, person, now) -> None:
        keep, drop = person("王建国"), person("王建国")
        for made in (keep, drop):
            proposals.propose_change(person_id=made.pk, facts=Facts(notes="独居"), by=cast.gw, now=now)
        gone = proposals.propose_gone(person_id=drop.pk, how="moved", on=now.date(), to="哈尔滨", by=cast.gw, now=now)
        persons.merge_persons(keep_id=keep.pk, drop_id=drop.pk, words="同一人", by=cast.cw, now=now)
        assert set(Proposal.objects.values_list("person_id", "kind", "state")) == {
            (keep.pk, "change", "open"), (keep.pk, "change", "lapsed"), (keep.pk, "moved", "open"),
        }  # fmt: skip
        with pytest.raises(IllegalState, match="又有改动"):
            decide(gone, cast.cw, now)


@pytest.mark.django_db(transaction=True)
def test_one_of_two_who_decide_at_once(cast, district, now) -> None:
    asked, start = propose_household(cast, district, now), threading.Barrier(2)

    def take(actor: Any) -> str:
        try:
            start.wait(30)
            decide(asked, actor, now)
            return "done"
        except DomainError as refused:
            return refused.message
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(take, [cast.cs, cast.cw]))
    assert said[0] == "done"
    assert "已采纳" in said[1]
    assert Household.objects.count() == 1


def test_the_demos_proposals_can_be_decided(cast, district, now) -> None:
    """Once filled, once only; whatever is open can be taken."""
    demo.fill(households_per_grid=12, surnames="王李", now=now - timedelta(days=500))
    for _ in range(2):
        demo_review.fill(now=now)
    asked = list(Proposal.objects.order_by("pk"))
    assert asked
    by_phone = [pair for pair in likeness.pairs(cast.cw) if "电话" in pair.reasons[0]]
    assert len(by_phone) == 1
    for proposal in Proposal.objects.visible_to(cast.cw).open():
        assert decide(proposal, cast.cw, now).state == "taken"
