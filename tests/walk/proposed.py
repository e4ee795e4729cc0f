"""The people, further: what grid workers propose, households entered whole, homes, records told apart."""

from __future__ import annotations

from typing import Any

from governance.errors import InvalidInput
from governance.scope import Actor
from members.models import Apart, Building, Home, Household, Person, Proposal
from members.services import duplicates, homes, households, persons, proposals
from members.services.households import Address, Newcomer
from members.services.persons import Facts, Joining
from tests.walk.residents import SINCE, WORKER, _building, _couple, _household, _lived_in, _person, _two
from tests.walk.sampling import LATER, MADE, TODAY, WALKED, Refused, Sample, World

GRID_WORKER = "GW@grid_1"
REMINDED = "members_proposal outbox_reminder"
TOLD = "members_proposal outbox_inboxitem"


def _people(**facts: Any) -> list[Newcomer]:
    head = Facts(**({"name": "王建国", "phone": "13812344080"} | facts))
    return [Newcomer(facts=head, relation="head"), Newcomer(facts=Facts(name="刘敏"), relation="spouse")]


def _where(world: World, address: str = "幸福里3号") -> Address:
    return Address(unit_id=world.id_of("grid_1"), address=address)


def _enter(world: World, by: Actor, people: list[Newcomer] | None = None) -> Household:
    return households.enter_household(
        address=_where(world), people=_people() if people is None else people, by=by, now=WALKED
    )


def _propose_household(world: World, by: Actor, address: str = "幸福里3号") -> Proposal:
    return proposals.propose_household(address=_where(world, address), people=_people(), by=by, now=WALKED)


def _propose_person(world: World, household: Household, by: Actor, **facts: Any) -> Proposal:
    joining = Joining(household_id=household.pk, relation="child", on=SINCE)
    return proposals.propose_person(facts=Facts(**({"name": "王磊"} | facts)), joining=joining, by=by, now=WALKED)


def _propose_change(world: World, person: Person, by: Actor, notes: str = "独居") -> Proposal:
    return proposals.propose_change(person_id=person.pk, facts=Facts(notes=notes), by=by, now=WALKED)


def _propose_gone(world: World, person: Person, by: Actor, on: Any = TODAY) -> Proposal:
    return proposals.propose_gone(person_id=person.pk, how="moved", on=on, to="哈尔滨市", by=by, now=WALKED)


def _open(world: World, by: Any = None) -> Proposal:
    """A correction that a grid worker proposed."""
    return proposals.propose_change(
        person_id=_person(world).pk, facts=Facts(notes="独居"), by=world.actor(GRID_WORKER), now=MADE
    )


def _own(world: World, by: Actor) -> Proposal:
    """The same, by who will call."""
    return proposals.propose_change(person_id=_person(world).pk, facts=Facts(notes="独居"), by=by, now=MADE)


def _open_household(world: World, by: Any = None) -> Proposal:
    return proposals.propose_household(address=_where(world), people=_people(), by=world.actor(GRID_WORKER), now=MADE)


def _decide(proposal: Proposal, by: Actor, *, accept: bool = True, answer: str = "") -> Proposal:
    return proposals.decide_proposal(proposal_id=proposal.pk, accept=accept, answer=answer, by=by, now=WALKED)


def _proposed_already(world: World, person: Person) -> None:
    _propose_change(world, person, world.actor(GRID_WORKER), notes="残疾")
    _propose_gone(world, person, world.actor(GRID_WORKER))


def _changed_since(world: World, proposal: Proposal) -> None:
    facts = Facts(employer="第一采油厂")
    persons.change_person(person_id=proposal.person_id or 0, facts=facts, by=world.actor(WORKER), now=MADE)


def _answered(world: World, proposal: Proposal) -> None:
    _decide(proposal, world.actor(WORKER), accept=False, answer="情况不实")


def _told_apart(world: World, by: Any = None) -> tuple[Person, Person]:
    pair = _two(world)
    duplicates.tell_apart(one_id=pair[0].pk, other_id=pair[1].pk, by=world.actor(WORKER), now=MADE)
    return pair


def _home(world: World, by: Any = None) -> Home:
    return Home.objects.create(building=_building(world), entrance="1单元", room="101")


def _homes(building: Building, by: Actor, floors: int = 2) -> int:
    return homes.add_homes(building_id=building.pk, entrances=2, floors=floors, per_floor=2, by=by, now=WALKED)


def _swapped(world: World, pair: Any, by: Actor, relation: str = "head") -> Household:
    household = pair[0].stays.get().household_id
    relations = {pair[0].pk: "spouse", pair[1].pk: relation}
    return households.set_relations(household_id=household, relations=relations, by=by, now=WALKED)


_DONE = Refused("answered already", "未采纳", spoil=_answered)

SAMPLES = [
    Sample(
        households.enter_household,
        lambda world, thing, by: _enter(world, by),
        changes="members_person members_stay members_household",
        then=lambda world, thing, household: (household.size, household.head_name) == (2, "王建国"),
        rows=lambda world, thing, household: [
            ("household.add", "members.household", household.pk),
            *(("person.add", "members.person", person.pk) for person in Person.objects.order_by("pk")),
        ],
        refused=(
            Refused("nobody", "至少登记一人", InvalidInput, call=lambda w, t, by: _enter(w, by, [])),
            Refused("a number that cannot be", "手机", InvalidInput,
                    call=lambda w, t, by: _enter(w, by, _people(phone="12"))),
        ),
    ),
    Sample(
        households.set_relations, _swapped,
        changes="members_stay members_household",
        then=lambda world, pair, household: household.head_name == "刘敏",
        rows=lambda world, pair, household: [("household.relations", "members.household", household.pk)],
        make=_couple,
        refused=(
            Refused("no head", "户主", InvalidInput, call=lambda w, pair, by: _swapped(w, pair, by, "spouse")),
        ),
    ),
    Sample(
        homes.add_homes,
        lambda world, building, by: _homes(building, by),
        changes="members_home",
        then=lambda world, building, made: made == building.homes.count() == 8,
        rows=lambda world, building, made: [("building.homes", "members.building", building.pk)],
        make=_building,
        refused=(
            Refused("all are there", "都已登记", spoil=lambda w, building: _homes(building, w.actor(WORKER))),
            Refused("no floors", "层数", InvalidInput, call=lambda w, building, by: _homes(building, by, 0)),
        ),
    ),
    Sample(
        homes.remove_home,
        lambda world, home, by: homes.remove_home(home_id=home.pk, by=by, now=WALKED),
        changes="members_home",
        then=lambda world, home, building: not building.homes.exists(),
        rows=lambda world, home, building: [("building.home_removed", "members.building", building.pk)],
        make=_home,
        refused=(Refused("lived in", "登记过住户", spoil=lambda w, home: _lived_in(w, home.building)),),
    ),
    Sample(
        duplicates.tell_apart,
        lambda world, pair, by: duplicates.tell_apart(one_id=pair[1].pk, other_id=pair[0].pk, by=by, now=WALKED),
        changes="members_apart",
        then=lambda world, pair, made: (made.one_id, made.other_id) == (pair[0].pk, pair[1].pk),
        rows=lambda world, pair, made: [("person.apart", "members.person", person.pk) for person in pair],
        make=_two,
        refused=(
            Refused("told already", "已由", spoil=lambda w, pair: duplicates.tell_apart(
                one_id=pair[0].pk, other_id=pair[1].pk, by=w.actor(WORKER), now=MADE)),
        ),
    ),
    Sample(
        duplicates.take_back_apart,
        lambda world, pair, by: duplicates.take_back_apart(one_id=pair[0].pk, other_id=pair[1].pk, by=by, now=WALKED),
        changes="members_apart",
        then=lambda world, pair, result: not Apart.objects.exists(),
        rows=lambda world, pair, result: [("person.apart_undone", "members.person", person.pk) for person in pair],
        make=_told_apart,
        refused=(Refused("not told apart", "没有标记", spoil=lambda w, pair: Apart.objects.all().delete()),),
    ),
    Sample(
        proposals.propose_household,
        lambda world, thing, by: _propose_household(world, by),
        changes=REMINDED,
        then=lambda world, thing, made: not Household.objects.exists() and "13812344080" not in str(made.content),
        rows=lambda world, thing, made: [("proposal.make", "members.proposal", made.pk)],
        refused=(Refused("no address", "住址", InvalidInput, call=lambda w, t, by: _propose_household(w, by, "")),),
    ),
    Sample(
        proposals.propose_person, _propose_person,
        changes=REMINDED,
        then=lambda world, household, made: not Person.objects.exists(),
        rows=lambda world, household, made: [("proposal.make", "members.proposal", made.pk)],
        make=_household,
        refused=(
            Refused("no name", "姓名", InvalidInput, call=lambda w, h, by: _propose_person(w, h, by, name="")),
        ),
    ),
    Sample(
        proposals.propose_change, _propose_change,
        changes=REMINDED,
        then=lambda world, person, made: Person.objects.get(pk=person.pk).notes == "",
        rows=lambda world, person, made: [("proposal.make", "members.proposal", made.pk)],
        make=_person,
        refused=(
            Refused("one waits", "等待社区核对", spoil=_proposed_already),
            Refused("nothing changed", "没有改动", InvalidInput, call=lambda w, p, by: _propose_change(w, p, by, "")),
        ),
    ),
    Sample(
        proposals.propose_gone, _propose_gone,
        changes=REMINDED,
        then=lambda world, person, made: Person.objects.get(pk=person.pk).state == "here",
        rows=lambda world, person, made: [("proposal.make", "members.proposal", made.pk)],
        make=_person,
        refused=(
            Refused("one waits", "等待社区核对", spoil=_proposed_already),
            Refused("a day to come", "不晚于今天", InvalidInput, call=lambda w, p, by: _propose_gone(w, p, by, LATER)),
        ),
    ),
    Sample(
        proposals.withdraw_proposal,
        lambda world, proposal, by: proposals.withdraw_proposal(proposal_id=proposal.pk, by=by, now=WALKED),
        changes="members_proposal",
        then=lambda world, proposal, made: made.state == "withdrawn",
        rows=lambda world, proposal, made: [("proposal.withdraw", "members.proposal", proposal.pk)],
        make=_own,
        refused=(_DONE,),
    ),
    Sample(
        proposals.decide_proposal,
        lambda world, proposal, by: _decide(proposal, by),
        changes=f"{TOLD} members_person",
        then=lambda world, proposal, made: Person.objects.get(pk=proposal.person_id).notes == "独居",
        rows=lambda world, proposal, made: [
            ("person.change", "members.person", proposal.person_id), ("proposal.take", "members.proposal", proposal.pk),
        ],
        make=_open,
        refused=(_DONE, Refused("changed since", "又有改动", spoil=_changed_since)),
    ),
    Sample(
        proposals.decide_proposal,
        lambda world, proposal, by: _decide(proposal, by, accept=False, answer="情况不实"),
        changes=TOLD,
        then=lambda world, proposal, made: not Household.objects.exists(),
        rows=lambda world, proposal, made: [("proposal.refuse", "members.proposal", proposal.pk)],
        make=_open_household,
        variant="refusing",
        refused=(
            _DONE,
            Refused("no words", "理由", InvalidInput, call=lambda w, p, by: _decide(p, by, accept=False)),
        ),
    ),
]  # fmt: skip
