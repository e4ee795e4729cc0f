"""Designations, couriers, party-member households."""

from __future__ import annotations

from datetime import date
from typing import Any

from governance.errors import InvalidInput
from governance.scope import Actor, UnitKind
from members.designations import couriers, services
from members.designations.couriers import CourierFacts
from members.designations.kinds import ensure_default_kinds
from members.designations.services import Naming
from members.models import (
    Courier,
    Designation,
    DesignationKind,
    Household,
    LookedAfter,
    PartyHousehold,
    PartyHouseholdReport,
    PartyHouseholdVisit,
    PartyMembership,
    PartyOrganisation,
    Person,
)
from members.party_households.services import naming, rounds, ties
from members.party_households.services.naming import PartyHouseholdFacts
from tests.fixtures import OPENED
from tests.walk.residents import SINCE, WORKER, _gone, _person
from tests.walk.sampling import LATER, MADE, TODAY, WALKED, Refused, Row, Sample, World

# Designations -------------------------------------------------------------------------------------------------------


def _naming(world: World, by: Actor, **changes: Any) -> Naming:
    """In the caller's own unit, where it names; else in the first grid."""
    unit = by.unit_id if by.unit_kind in (UnitKind.STREET, UnitKind.COMMUNITY) else world.id_of("grid_1")
    kind = DesignationKind.objects.get(code="resident_backbone")
    return Naming(**({"kind_id": kind.pk, "unit_id": unit, "grounds": "居民推荐", "from_on": SINCE} | changes))


def _nameable(world: World, by: Any = None) -> Person:
    ensure_default_kinds()
    return _person(world)


def _name(world: World, person: Person, by: Actor, **changes: Any) -> Designation:
    return services.name_person(person_id=person.pk, naming=_naming(world, by, **changes), by=by, now=WALKED)


def _named(world: World, by: Actor) -> Designation:
    """By who will call, in their own unit."""
    return _name(world, _nameable(world), by)


def _named_and_moved(world: World, by: Actor) -> Designation:
    made = _named(world, by)
    Designation.objects.update(moved_on=TODAY)
    return made


def _change(world: World, made: Designation, by: Actor, grounds: str = "党委会议纪要") -> Designation:
    return services.change_designation(
        designation_id=made.pk, until_on=LATER, grounds=grounds, by=by, now=WALKED
    )  # fmt: skip


def _end(world: World, made: Designation, by: Actor, on: date = TODAY) -> Designation:
    return services.end_designation(designation_id=made.pk, on=on, words="换届", by=by, now=WALKED)


def _has_ended(world: World, thing: Any) -> None:
    Designation.objects.update(until_on=TODAY, ended_how="withdrawn")


def _row(action: str) -> Any:
    return lambda world, thing, result: [(action, "members.designation", result.pk)]


_ENDED = Refused("has ended", "已经结束", spoil=_has_ended)

# Couriers -----------------------------------------------------------------------------------------------------------


def _work(world: World, **changes: Any) -> CourierFacts:
    facts = {"unit_id": world.id_of("community_1"), "trade": "courier", "company": "顺丰"}
    return CourierFacts(**(facts | changes))


def _courier(world: World, by: Any = None) -> Courier:
    person = _nameable(world)
    return couriers.add_courier(facts=_work(world), person_id=person.pk, by=world.actor(WORKER), now=MADE)


def _add_courier(world: World, person: Person, by: Actor, **changes: Any) -> Courier:
    return couriers.add_courier(facts=_work(world, **changes), person_id=person.pk, by=by, now=WALKED)


def _link(world: World, courier: Courier, by: Actor, username: str = "pg-grid_1") -> Courier:
    return couriers.link_account(courier_id=courier.pk, username=username, by=by, now=WALKED)


def _left_it(world: World, thing: Any) -> None:
    Courier.objects.update(until_on=TODAY)


_RIDES_NO_MORE = Refused("rides no more", "已经退出", spoil=_left_it)


def _of_courier(action: str) -> Any:
    return lambda world, thing, result: [(action, "members.courier", result.pk)]


# Party households ---------------------------------------------------------------------------------------------------


def _party_person(world: World, by: Any = None) -> Person:
    person = _person(world)
    line = {name: world.unit(unit) for name, unit in _LINE.items()}
    branch = PartyOrganisation.objects.create(
        name="支部", kind="branch", unit=world.unit("community_1"), founded_on=OPENED, **line
    )
    PartyMembership.objects.create(person=person, organisation=branch, from_on=OPENED, **line)
    return person


_LINE = {"district": "district", "street": "street_1", "community": "community_1"}


def _open(world: World, person: Person, by: Actor, **facts: Any) -> PartyHousehold:
    return naming.open_party_household(
        person_id=person.pk, facts=PartyHouseholdFacts(**facts), on=SINCE, by=by, now=WALKED
    )


def _hub(world: World, by: Any = None) -> PartyHousehold:
    return _open(world, _party_person(world), world.actor(WORKER))


def _with_home(world: World, by: Any = None) -> tuple[PartyHousehold, Household]:
    """One, and a home that nobody looks after."""
    hub = _hub(world)
    return hub, _person(world, name="刘敏").stays.get().household


def _tied(world: World, by: Any = None) -> tuple[PartyHousehold, Household]:
    hub, home = _with_home(world)
    return ties.look_after(party_household_id=hub.pk, household_ids=[home.pk], by=world.actor(WORKER), now=MADE), home


def _two_hubs(world: World, by: Any = None) -> tuple[PartyHousehold, Household, PartyHousehold]:
    hub, home = _tied(world)
    PartyOrganisation.objects.update(dissolved_on=TODAY)
    return hub, home, _hub(world)


def _moved(world: World, by: Any = None) -> PartyHousehold:
    hub = _hub(world)
    PartyHousehold.objects.update(doubt="moved", doubt_on=TODAY)
    return hub


def _over(world: World, thing: Any) -> None:
    PartyHousehold.objects.update(until_on=TODAY, ended_how="withdrawn")


_OVER = Refused("has ended", "已经终止", spoil=_over)


def _of_hub(action: str, times: int = 1) -> Any:
    def rows(world: World, thing: Any, result: Any) -> list[Row]:
        hubs = [thing[0], thing[2]] if times == 2 else [thing[0] if isinstance(thing, tuple) else result]
        return [(action, "members.partyhousehold", hub.pk) for hub in sorted(hubs, key=lambda hub: hub.pk)]

    return rows


def _visit(world: World, pair: Any, by: Actor, on: date = TODAY) -> PartyHouseholdVisit:
    return rounds.record_visit(
        party_household_id=pair[0].pk, on=on, household_ids=[pair[1].pk], words="平安", by=by, now=WALKED
    )


def _report(world: World, pair: Any, by: Actor, words: str = "楼道灯不亮") -> PartyHouseholdReport:
    return rounds.record_report(party_household_id=pair[0].pk, on=TODAY, words=words, by=by, now=WALKED)


def _ask(service: Any, **values: Any) -> Any:
    """A call about the party household of a sample."""

    def call(world: World, thing: Any, by: Actor) -> Any:
        hub = thing[0] if isinstance(thing, tuple) else thing
        given = {name: value(thing) if callable(value) else value for name, value in values.items()}
        return service(party_household_id=hub.pk, by=by, now=WALKED, **given)

    return call


SAMPLES = [
    Sample(
        services.name_person, _name,
        changes="members_designation",
        then=lambda world, person, made: Designation.objects.get().person_id == person.pk,
        rows=_row("designation.name"),
        make=_nameable,
        refused=(
            Refused("has left", "已迁出", spoil=_gone),
            Refused("no grounds", "命名依据", InvalidInput, call=lambda w, p, by: _name(w, p, by, grounds=" ")),
            Refused("has it already", "无需重复", spoil=lambda w, p: _name(w, p, w.actor("SS@street_1")),
                    call=lambda w, p, by: _name(w, p, w.actor("SS@street_1"))),
        ),
    ),
    Sample(
        services.change_designation, _change,
        changes="members_designation",
        then=lambda world, made, result: Designation.objects.get().until_on == LATER,
        rows=_row("designation.change"),
        make=_named,
        refused=(
            _ENDED,
            Refused("no grounds", "命名依据", InvalidInput, call=lambda w, made, by: _change(w, made, by, grounds=" ")),
        ),
    ),
    Sample(
        services.end_designation, _end,
        changes="members_designation",
        then=lambda world, made, result: Designation.objects.get().ended_how == "withdrawn",
        rows=_row("designation.end"),
        make=_named,
        refused=(
            _ENDED,
            Refused("a day to come", "最后一天", InvalidInput, call=lambda w, made, by: _end(w, made, by, on=LATER)),
        ),
    ),
    Sample(
        services.keep_designation,
        lambda world, made, by: services.keep_designation(designation_id=made.pk, by=by, now=WALKED),
        changes="members_designation",
        then=lambda world, made, result: Designation.objects.get().moved_on is None,
        rows=_row("designation.keep"),
        make=_named_and_moved,
        refused=(Refused("nobody asked", "无需确认", spoil=lambda w, made: Designation.objects.update(moved_on=None)),),
    ),
    Sample(
        couriers.add_courier, _add_courier,
        changes="members_courier",
        then=lambda world, person, made: Courier.objects.get().person_id == person.pk,
        rows=_of_courier("courier.add"),
        make=_nameable,
        refused=(
            Refused("has left", "已迁出", spoil=_gone),
            Refused("no such company", "平台", InvalidInput,
                    call=lambda w, p, by: _add_courier(w, p, by, company="无")),
            Refused("one already", "已有", spoil=lambda w, p: _add_courier(w, p, w.actor(WORKER))),
        ),
    ),
    Sample(
        couriers.change_courier,
        lambda world, courier, by: couriers.change_courier(
            courier_id=courier.pk, facts=_work(world, station="景园站"), by=by, now=WALKED
        ),
        changes="members_courier",
        then=lambda world, courier, result: Courier.objects.get().station == "景园站",
        rows=_of_courier("courier.change"),
        make=_courier,
        refused=(_RIDES_NO_MORE,),
    ),
    Sample(
        couriers.link_account, _link,
        changes="members_courier",
        then=lambda world, courier, result: Courier.objects.get().user_id == world.user("PG@grid_1").pk,
        rows=_of_courier("courier.account"),
        make=_courier,
        refused=(
            _RIDES_NO_MORE,
            Refused("no such account", "兼职网格员", InvalidInput, call=lambda w, c, by: _link(w, c, by, "nobody")),
        ),
    ),
    Sample(
        couriers.end_courier,
        lambda world, courier, by: couriers.end_courier(
            courier_id=courier.pk, on=TODAY, words="离职", by=by, now=WALKED
        ),
        changes="members_courier",
        then=lambda world, courier, result: Courier.objects.get().until_on == TODAY,
        rows=_of_courier("courier.end"),
        make=_courier,
        refused=(_RIDES_NO_MORE,),
    ),
    Sample(
        naming.open_party_household, _open,
        changes="members_partyhousehold",
        then=lambda world, person, hub: hub.grid_id == world.id_of("grid_1"),
        rows=_of_hub("party_household.open"),
        make=_party_person,
        refused=(
            Refused("has left", "已迁出", spoil=_gone),
            Refused("no member", "党员身份", spoil=lambda w, p: PartyMembership.objects.update(until_on=TODAY)),
            Refused("has one", "无需重复", spoil=lambda w, p: _open(w, p, w.actor(WORKER))),
        ),
    ),
    Sample(
        naming.change_party_household, _ask(naming.change_party_household, facts=PartyHouseholdFacts(sign_number="1")),
        changes="members_partyhousehold",
        then=lambda world, hub, result: PartyHousehold.objects.get().sign_number == "1",
        rows=_of_hub("party_household.change"),
        make=_hub,
        refused=(_OVER,),
    ),
    Sample(
        naming.confirm_party_household, _ask(naming.confirm_party_household),
        changes="members_partyhousehold",
        then=lambda world, hub, result: PartyHousehold.objects.get().doubt == "",
        rows=_of_hub("party_household.confirm"),
        make=_moved,
        refused=(
            _OVER, Refused("nobody asked", "无需确认", spoil=lambda w, hub: PartyHousehold.objects.update(doubt="")),
        ),
    ),
    Sample(
        naming.end_party_household, _ask(naming.end_party_household, on=TODAY, words="换届"),
        changes="members_partyhousehold members_lookedafter",
        then=lambda world, pair, result: LookedAfter.objects.get().ended_how == "ended",
        rows=_of_hub("party_household.end"),
        make=_tied,
        refused=(_OVER,),
    ),
    Sample(
        ties.look_after, _ask(ties.look_after, household_ids=lambda pair: [pair[1].pk]),
        changes="members_partyhousehold members_lookedafter",
        then=lambda world, pair, hub: hub.homes == 1,
        rows=_of_hub("party_household.look_after"),
        make=_with_home,
        refused=(
            _OVER,
            Refused("its own home", "自己家", InvalidInput,
                    call=_ask(ties.look_after, household_ids=lambda pair: [pair[0].household_id])),
        ),
    ),
    Sample(
        ties.let_go, _ask(ties.let_go, household_ids=lambda pair: [pair[1].pk]),
        changes="members_partyhousehold members_lookedafter",
        then=lambda world, pair, hub: hub.homes == 0,
        rows=_of_hub("party_household.let_go"),
        make=_tied,
        refused=(_OVER, Refused("not one of its homes", "正在联系", InvalidInput,
                                call=_ask(ties.let_go, household_ids=lambda pair: [pair[0].household_id]))),
    ),
    Sample(
        ties.pass_on, _ask(ties.pass_on, household_ids=lambda three: [three[1].pk], to_id=lambda three: three[2].pk),
        changes="members_partyhousehold members_lookedafter",
        then=lambda world, three, to: (to.pk, to.homes) == (three[2].pk, 1),
        rows=_of_hub("party_household.pass_on", 2),
        make=_two_hubs,
        refused=(_OVER,),
    ),
    Sample(
        rounds.record_visit, _visit,
        changes="members_partyhousehold members_partyhouseholdvisit members_partyhouseholdvisit_households",
        then=lambda world, pair, visit: visit.households.get() == pair[1],
        rows=_of_hub("party_household.visit"),
        make=_tied,
        refused=(
            _OVER,
            Refused("a day to come", "今天", InvalidInput, call=lambda w, pair, by: _visit(w, pair, by, on=LATER)),
        ),
    ),
    Sample(
        rounds.record_report, _report,
        changes="members_partyhouseholdreport",
        then=lambda world, pair, report: report.party_household_id == pair[0].pk,
        rows=_of_hub("party_household.report"),
        make=_tied,
        refused=(
            _OVER,
            Refused("no words", "反映内容", InvalidInput, call=lambda w, pair, by: _report(w, pair, by, words=" ")),
        ),
    ),
]  # fmt: skip
