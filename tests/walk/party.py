"""Party organisations, memberships, posts and terms; transfers between two communities of a street."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from governance.deadlines.services import sweep
from governance.errors import InvalidInput, NotFound
from governance.scope import Actor
from members.models import (
    DoubleRegistration,
    MembershipTransfer,
    PartyMembership,
    PartyOrganisation,
    PartyPost,
    Person,
    Term,
    TermExtension,
)
from members.party.services import doubles, memberships, organisations, terms, transfers
from members.party.services.terms import Elected
from members.services import persons
from members.services.persons import Facts
from tests.walk.sampling import LATER, MADE, TODAY, WALKED, Refused, Sample, World

SECRETARY, OTHER, STREET, CENTRE = "CS@community_1", "CS@community_2", "SS@street_1", "DC@district"
FOUNDED = date(2015, 6, 1)
_ORGANISATION, _MEMBER, _TRANSFER = "members.partyorganisation", "members.partymembership", "members.membershiptransfer"


@dataclass
class Tree:
    """Two communities of the first street; `one` is a member of the first grid's branch."""

    community: PartyOrganisation
    branch: PartyOrganisation
    featured: PartyOrganisation
    branch_2: PartyOrganisation
    one: PartyMembership


def _found(world: World, name: str, kind: str, parent: Any, unit: str, by: str, theme: str = "") -> PartyOrganisation:
    founding = organisations.Founding(
        name=name, kind=kind, parent_id=parent and parent.pk, unit_id=world.id_of(unit), founded_on=FOUNDED, theme=theme
    )
    return organisations.found(founding=founding, by=world.actor(by), now=MADE)


def _person(world: World, name: str = "王建国") -> Person:
    return persons.add_person(
        facts=Facts(name=name), unit_id=world.id_of("grid_1"), by=world.actor("CW@community_1"), now=MADE
    )


def _member(world: World, branch: PartyOrganisation, name: str = "王建国", **facts: Any) -> PartyMembership:
    told = memberships.Facts(**({"joined_party_on": date(1995, 7, 1)} | facts))
    return memberships.admit(
        organisation_id=branch.pk, person_id=_person(world, name).pk, facts=told, from_on=date(2020, 1, 1),
        by=world.actor(SECRETARY), now=MADE,
    )  # fmt: skip


def _tree(world: World, by: Any = None) -> Tree:
    street = _found(world, "大工委", "street_committee", None, "street_1", CENTRE)
    community = _found(world, "大党委", "community_committee", street, "community_1", STREET)
    other = _found(world, "大党委", "community_committee", street, "community_2", STREET)
    branch = _found(world, "网格党支部", "grid_branch", community, "grid_1", SECRETARY)
    return Tree(
        community=community, branch=branch, one=_member(world, branch),
        featured=_found(world, "银发党支部", "featured_branch", community, "community_1", SECRETARY, "银发先锋"),
        branch_2=_found(world, "网格党支部", "grid_branch", other, "grid_4", OTHER),
    )  # fmt: skip


def _empty(world: World, by: Any = None) -> tuple[Tree, Person]:
    """And somebody who is no member."""
    return _tree(world), _person(world, "刘敏")


def _new(world: World, by: Any = None) -> PartyMembership:
    """A probationary member whose year is over, of which who decides was reminded."""
    made = _member(world, _tree(world).branch, "赵雪", kind="probationary", joined_party_on=date(2025, 11, 1))
    sweep(MADE)
    return made


def _given(world: World, by: Any = None) -> MembershipTransfer:
    tree = _tree(world)
    return transfers.hand_over(
        membership_id=tree.one.pk,
        to_organisation_id=tree.branch_2.pk,
        reason="已迁居",
        by=world.actor(SECRETARY),
        now=MADE,
    )


def _elect(world: World, tree: Tree, by: Actor, **changes: Any) -> Term:
    results = [Elected(post="secretary", person_id=tree.one.person_id)]
    given = {"organisation_id": tree.branch.pk, "elected_on": date(2024, 6, 1), "results": results} | changes
    return terms.record_election(**given, by=by, now=WALKED)


def _elected(world: World, by: Any = None) -> Tree:
    tree = _tree(world)
    terms.record_election(
        organisation_id=tree.branch.pk, elected_on=date(2024, 6, 1), by=world.actor(SECRETARY), now=MADE,
        results=[Elected(post="secretary", person_id=tree.one.person_id)],
    )  # fmt: skip
    return tree


def _asked(world: World, by: Any = None) -> TermExtension:
    return _ask(world, _elected(world), world.actor(SECRETARY))


def _ask(world: World, tree: Tree, by: Actor, until: date = date(2029, 12, 1)) -> TermExtension:
    return terms.ask_extension(
        organisation_id=tree.branch.pk, until=until, grounds="社区统一换届安排", by=by, now=WALKED
    )


def _reported(world: World, by: Any = None) -> DoubleRegistration:
    tree, person = _empty(world)
    return _report(world, (tree, person), world.actor(SECRETARY))


def _report(world: World, pair: Any, by: Actor, on: date = TODAY) -> DoubleRegistration:
    return doubles.report(
        organisation_id=pair[0].community.pk, person_id=pair[1].pk, own_organisation="区税务局机关党支部",
        employer="区税务局", on=on, by=by, now=WALKED,
    )  # fmt: skip


def _over(world: World, thing: Any) -> None:
    PartyMembership.objects.update(until_on=TODAY, ended_how="withdrawn")


def _decided(world: World, thing: Any) -> None:
    MembershipTransfer.objects.update(state="confirmed")


def _closed(world: World, thing: Any) -> None:
    PartyOrganisation.objects.update(dissolved_on=TODAY)


_ENDED = Refused("is over", "已结束", spoil=_over)
_DECIDED = Refused("decided already", "已接收", spoil=_decided)
_GONE = Refused("dissolved", "已撤销", spoil=_closed)


def _found_group(world: World, tree: Tree, by: Actor, kind: str = "group") -> PartyOrganisation:
    founding = organisations.Founding(
        name="第一党小组", kind=kind, parent_id=tree.branch.pk, unit_id=None, founded_on=FOUNDED
    )
    return organisations.found(founding=founding, by=by, now=WALKED)


def _change(world: World, tree: Tree, by: Actor, name: str = "网格第一党支部") -> PartyOrganisation:
    facts = organisations.Facts(name=name, founded_on=FOUNDED, term_years=5)
    return organisations.change(organisation_id=tree.branch.pk, facts=facts, by=by, now=WALKED)


def _move(world: World, tree: Tree, by: Actor, unit: str = "grid_2") -> PartyOrganisation:
    return organisations.move(
        organisation_id=tree.branch.pk, parent_id=tree.community.pk, unit_id=world.id_of(unit), by=by, now=WALKED
    )


def _dissolve(world: World, tree: Tree, by: Actor, **changes: Any) -> PartyOrganisation:
    given = {"organisation_id": tree.branch.pk, "members_to_id": tree.featured.pk, "on": TODAY, "words": "网格调整"}
    return organisations.dissolve(**given | changes, by=by, now=WALKED)


def _merge(world: World, tree: Tree, by: Actor, on: date = TODAY) -> PartyOrganisation:
    return organisations.merge(
        organisation_id=tree.branch.pk, into_id=tree.featured.pk, on=on, words="网格调整", by=by, now=WALKED
    )


def _admit(world: World, pair: Any, by: Actor, **facts: Any) -> PartyMembership:
    return memberships.admit(
        organisation_id=pair[0].branch.pk, person_id=pair[1].pk, facts=memberships.Facts(**facts), by=by, now=WALKED
    )


def _correct(world: World, tree: Tree, by: Actor, employer: str = "第一采油厂") -> PartyMembership:
    facts = memberships.Facts(joined_party_on=date(1995, 7, 1), employer=employer)
    return memberships.change_member(membership_id=tree.one.pk, facts=facts, by=by, now=WALKED)


def _make_full(world: World, one: PartyMembership, by: Actor, on: date = TODAY) -> PartyMembership:
    return memberships.make_full(membership_id=one.pk, on=on, by=by, now=WALKED)


def _prolong(world: World, one: PartyMembership, by: Actor, months: int = 6) -> PartyMembership:
    return memberships.prolong(membership_id=one.pk, months=months, words="需继续考察", by=by, now=WALKED)


def _end(world: World, tree: Tree, by: Actor, on: date = TODAY) -> PartyMembership:
    return memberships.end_member(
        membership_id=tree.one.pk, how="withdrawn", on=on, words="本人申请", by=by, now=WALKED
    )


def _hand_over(world: World, tree: Tree, by: Actor, to: int | None = None) -> MembershipTransfer:
    target = tree.branch_2.pk if to is None else to
    return transfers.hand_over(membership_id=tree.one.pk, to_organisation_id=target, reason="已迁居", by=by, now=WALKED)


def _out(world: World, tree: Tree, by: Actor, on: date = TODAY) -> MembershipTransfer:
    return transfers.transfer_out(
        membership_id=tree.one.pk, place="哈尔滨市某区委", letter_number="2026-031", on=on, reason="", by=by, now=WALKED
    )


def _take_in(world: World, pair: Any, by: Actor, letter_on: date = TODAY) -> MembershipTransfer:
    return transfers.take_from_outside(
        organisation_id=pair[0].branch.pk, person_id=pair[1].pk, facts=memberships.Facts(), place="某市委",
        letter_number="2026-9", letter_on=letter_on, by=by, now=WALKED,
    )  # fmt: skip


def _appoint(world: World, tree: Tree, by: Actor, **changes: Any) -> PartyPost:
    told = Elected(**({"post": "secretary", "person_id": tree.one.person_id} | changes))
    return terms.appoint(organisation_id=tree.branch.pk, elected=told, on=TODAY, by=by, now=WALKED)


def _end_post(world: World, tree: Tree, by: Actor) -> PartyPost:
    post = PartyPost.objects.get(organisation=tree.branch)
    return terms.end_post(post_id=post.pk, how="resigned", on=TODAY, by=by, now=WALKED)


def _decide(world: World, asked: TermExtension, by: Actor, grant: bool = True) -> TermExtension:
    return terms.decide_extension(extension_id=asked.pk, grant=grant, words="", by=by, now=WALKED)


def _serve(world: World, report: DoubleRegistration, by: Actor, hours: str = "2") -> DoubleRegistration:
    return doubles.add_service(
        registration_id=report.pk, on=TODAY, hours=Decimal(hours), words="参加清雪", by=by, now=WALKED
    )


def _row(action: str, subject: str, of: Any) -> Any:
    """One audit row about what `of(thing, result)` names."""
    return lambda world, thing, result: [(action, subject, of(thing, result).pk)]


def _result(thing: Any, result: Any) -> Any:
    return result


def _branch(thing: Any, result: Any) -> Any:
    return thing.branch


SAMPLES = [
    Sample(
        organisations.found, _found_group, make=_tree, changes="members_partyorganisation",
        then=lambda world, tree, made: made.parent_id == tree.branch.pk,
        rows=_row("party.found", _ORGANISATION, _result),
        refused=(
            _GONE,
            Refused("stands nowhere below a branch", "上级应是", InvalidInput,
                    call=lambda w, t, by: _found_group(w, t, by, kind="featured_branch")),
        ),
    ),
    Sample(
        organisations.change, _change, make=_tree, changes="members_partyorganisation",
        then=lambda world, tree, made: made.name == "网格第一党支部",
        rows=_row("party.change", _ORGANISATION, _branch),
        refused=(
            _GONE,
            Refused("no name", "名称", InvalidInput, call=lambda w, t, by: _change(w, t, by, name=" ")),
        ),
    ),
    Sample(
        organisations.move, _move, make=_tree, changes="members_partyorganisation members_partymembership",
        then=lambda world, tree, made: made.grid_id == world.id_of("grid_2"),
        rows=_row("party.move", _ORGANISATION, _branch),
        refused=(
            _GONE,
            Refused("it is there already", "没有变化", InvalidInput,
                    call=lambda w, t, by: _move(w, t, by, unit="grid_1")),
        ),
    ),
    Sample(
        organisations.dissolve, _dissolve, make=_tree, changes="members_partyorganisation members_partymembership",
        then=lambda world, tree, made: made.dissolved_on == TODAY,
        rows=_row("party.dissolve", _ORGANISATION, _branch),
        refused=(
            _GONE,
            Refused("has members", "还有 1 名党员", call=lambda w, t, by: _dissolve(w, t, by, members_to_id=None)),
        ),
    ),
    Sample(
        organisations.merge, _merge, make=_tree, changes="members_partyorganisation members_partymembership",
        then=lambda world, tree, kept: kept == tree.featured and kept.memberships.count() == 1,
        rows=_row("party.merge", _ORGANISATION, _branch),
        refused=(
            _GONE,
            Refused("a day to come", "不晚于今天", InvalidInput, call=lambda w, t, by: _merge(w, t, by, on=LATER)),
        ),
    ),
    Sample(
        memberships.admit, _admit, make=_empty, changes="members_partymembership",
        then=lambda world, pair, made: made.person_id == pair[1].pk,
        rows=_row("party.admit", _MEMBER, _result),
        refused=(
            _GONE,
            Refused("no day of admission", "入党", InvalidInput,
                    call=lambda w, pair, by: _admit(w, pair, by, kind="probationary")),
            Refused("a member already", "组织关系在",
                    call=lambda w, pair, by: _admit(w, (pair[0], pair[0].one.person), by)),
        ),
    ),
    Sample(
        memberships.change_member, _correct, make=_tree, changes="members_partymembership",
        then=lambda world, tree, made: made.employer == "第一采油厂",
        rows=_row("party.member_change", _MEMBER, _result),
        refused=(
            _ENDED,
            Refused("nothing changed", "没有改动", InvalidInput, call=lambda w, t, by: _correct(w, t, by, employer="")),
        ),
    ),
    Sample(
        memberships.make_full, _make_full, make=_new, changes="members_partymembership deadlines_clock",
        then=lambda world, one, made: made.kind == "full",
        rows=_row("party.full", _MEMBER, _result),
        refused=(
            _ENDED,
            Refused("too early", "不能提前", InvalidInput,
                    call=lambda w, one, by: _make_full(w, one, by, on=date(2026, 10, 1))),
        ),
    ),
    Sample(
        memberships.prolong, _prolong, make=_new, changes="members_partymembership deadlines_clock",
        then=lambda world, one, made: made.probation_ends_on == date(2027, 5, 1),
        rows=_row("party.prolong", _MEMBER, _result),
        refused=(
            _ENDED,
            Refused("too short", "不少于半年", InvalidInput, call=lambda w, one, by: _prolong(w, one, by, months=1)),
        ),
    ),
    Sample(
        memberships.end_member, _end, make=_tree, changes="members_partymembership",
        then=lambda world, tree, made: made.ended_how == "withdrawn",
        rows=_row("party.member_end", _MEMBER, _result),
        refused=(
            _ENDED,
            Refused("a day to come", "不晚于今天", InvalidInput, call=lambda w, t, by: _end(w, t, by, on=LATER)),
        ),
    ),
    Sample(
        transfers.hand_over, _hand_over, make=_tree,
        changes="members_membershiptransfer deadlines_clock outbox_inboxitem",
        then=lambda world, tree, made: made.state == "in_transit",
        rows=_row("party.hand_over", _TRANSFER, _result),
        refused=(
            _ENDED,
            Refused("no such organisation", "没有找到转入", NotFound, call=lambda w, t, by: _hand_over(w, t, by, to=0)),
        ),
    ),
    Sample(
        transfers.receive, lambda world, thing, by: transfers.receive(transfer_id=thing.pk, by=by, now=WALKED),
        make=_given,
        changes="members_membershiptransfer members_partymembership deadlines_clock outbox_inboxitem",
        then=lambda world, thing, made: made.new_membership.organisation_id == thing.to_organisation_id,
        rows=_row("party.receive", _TRANSFER, _result),
        refused=(_DECIDED,),
    ),
    Sample(
        transfers.refuse,
        lambda world, thing, by: transfers.refuse(transfer_id=thing.pk, words="不在本网格居住", by=by, now=WALKED),
        make=_given, changes="members_membershiptransfer deadlines_clock outbox_inboxitem",
        then=lambda world, thing, made: made.state == "refused",
        rows=_row("party.refuse", _TRANSFER, _result),
        refused=(_DECIDED,),
    ),
    Sample(
        transfers.withdraw,
        lambda world, thing, by: transfers.withdraw(transfer_id=thing.pk, words="转错党组织", by=by, now=WALKED),
        make=_given, changes="members_membershiptransfer deadlines_clock outbox_inboxitem",
        then=lambda world, thing, made: made.state == "withdrawn",
        rows=_row("party.withdraw", _TRANSFER, _result),
        refused=(_DECIDED,),
    ),
    Sample(
        transfers.transfer_out, _out, make=_tree, changes="members_membershiptransfer members_partymembership",
        then=lambda world, tree, made: made.place == "哈尔滨市某区委",
        rows=_row("party.transfer_out", _TRANSFER, _result),
        refused=(
            _ENDED,
            Refused("a day to come", "不晚于今天", InvalidInput, call=lambda w, t, by: _out(w, t, by, on=LATER)),
        ),
    ),
    Sample(
        transfers.take_from_outside, _take_in, make=_empty,
        changes="members_membershiptransfer members_partymembership",
        then=lambda world, pair, made: made.new_membership.person_id == pair[1].pk,
        rows=_row("party.take_in", _TRANSFER, _result),
        refused=(
            _GONE,
            Refused("an old letter", "90 天", InvalidInput,
                    call=lambda w, pair, by: _take_in(w, pair, by, letter_on=date(2026, 8, 1))),
        ),
    ),
    Sample(
        terms.record_election, _elect, make=_tree, changes="members_term members_partypost deadlines_clock",
        then=lambda world, tree, term: term.ends_on == date(2029, 6, 1),
        rows=_row("party.election", _ORGANISATION, _branch),
        refused=(
            _GONE,
            Refused("no secretary", "一名书记", InvalidInput, call=lambda w, t, by: _elect(w, t, by, results=[])),
        ),
    ),
    Sample(
        terms.appoint, _appoint, make=_tree, changes="members_partypost",
        then=lambda world, tree, post: post.person_id == tree.one.person_id,
        rows=_row("party.appoint", _ORGANISATION, _branch),
        refused=(
            _GONE,
            Refused("nobody of the branch", "从本组织的党员中选择", InvalidInput,
                    call=lambda w, t, by: _appoint(w, t, by, person_id=1)),
        ),
    ),
    Sample(
        terms.end_post, _end_post, make=_elected, changes="members_partypost",
        then=lambda world, tree, post: post.ended_how == "resigned",
        rows=_row("party.post_end", _ORGANISATION, _branch),
        refused=(
            Refused("is over", "已结束", spoil=lambda w, t: PartyPost.objects.update(until_on=TODAY)),
        ),
    ),
    Sample(
        terms.ask_extension, _ask, make=_elected, changes="members_termextension outbox_inboxitem",
        then=lambda world, tree, asked: asked.state == "asked",
        rows=_row("party.extension_ask", _ORGANISATION, _branch),
        refused=(
            Refused("asked already", "只能一次", spoil=lambda w, t: _ask(w, t, w.actor(SECRETARY))),
            Refused("too long", "不超过一年", InvalidInput,
                    call=lambda w, t, by: _ask(w, t, by, until=date(2031, 1, 1))),
        ),
    ),
    Sample(
        terms.decide_extension, _decide, make=_asked,
        changes="members_termextension members_term deadlines_clock outbox_inboxitem",
        then=lambda world, asked, made: Term.objects.get(pk=asked.term_id).due_on == date(2029, 12, 1),
        rows=lambda world, asked, made: [("party.extension_decide", _ORGANISATION, asked.organisation_id)],
        refused=(
            Refused("decided", "无需再审批", spoil=lambda w, t: TermExtension.objects.update(state="denied")),
            Refused("denied without a word", "批复意见", InvalidInput,
                    call=lambda w, t, by: _decide(w, t, by, grant=False)),
        ),
    ),
    Sample(
        doubles.report, _report, make=_empty, changes="members_doubleregistration",
        then=lambda world, pair, made: made.person_id == pair[1].pk,
        rows=_row("party.report", "members.doubleregistration", _result),
        refused=(
            _GONE,
            Refused("a day to come", "不晚于今天", InvalidInput,
                    call=lambda w, pair, by: _report(w, pair, by, on=LATER)),
        ),
    ),
    Sample(
        doubles.end_report,
        lambda world, thing, by: doubles.end_report(
            registration_id=thing.pk, on=TODAY, words="调离本市", by=by, now=WALKED
        ),
        make=_reported, changes="members_doubleregistration",
        then=lambda world, thing, made: made.until_on == TODAY,
        rows=_row("party.report_end", "members.doubleregistration", _result),
        refused=(
            Refused("is over", "已结束", spoil=lambda w, t: DoubleRegistration.objects.update(until_on=TODAY)),
        ),
    ),
    Sample(
        doubles.add_service, _serve, make=_reported, changes="members_doubleregistration members_servicedone",
        then=lambda world, thing, made: made.services == 1,
        rows=_row("party.service", "members.doubleregistration", _result),
        refused=(
            Refused("is over", "已结束", spoil=lambda w, t: DoubleRegistration.objects.update(until_on=TODAY)),
            Refused("no time at all", "小时", InvalidInput, call=lambda w, t, by: _serve(w, t, by, hours="0")),
        ),
    ),
]  # fmt: skip
