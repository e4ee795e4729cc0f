"""What grid workers propose about people in their grid, and what the community makes of it.

Source: rights.md, "persons, households: change: CS CW, GW proposes".
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import TypeVar

from django.db import transaction

from accounts.selectors import staff_of
from governance.audit import services as audit
from governance.days import today_of
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.outbox.gathering import remind
from governance.outbox.services import notify
from governance.scope import Actor, place_of
from members import proposing
from members.models import Household, Person, Proposal
from members.services import households, persons
from members.services._common import locked_person, require
from members.services.households import Address, Newcomer
from members.services.persons import Facts, Joining
from members.words import text_of

T = TypeVar("T")
PROPOSE = "person.propose"
SUBJECT = "members.proposal"


class _Undo(Exception):
    """Takes back what was only tried."""


def propose_household(
    *, address: Address, kind: str = "owner", people: Sequence[Newcomer], words: str = "", by: Actor, now: datetime
) -> Proposal:
    """Ask that a household with its people be put on record; refused as `enter_household` would refuse it."""
    _require(by)
    with transaction.atomic(durable=True):
        made: Household = _tried(
            lambda: households.write_entered(address=address, kind=kind, people=people, by=by, now=now)
        )
        proposal = _begun("household", words, by, now)
        proposing.put_address(proposal, address, kind, households.where(made))
        proposing.put_people(proposal, list(people))
        return _made(proposal, f"{made.head_name or people[0].facts.name}户", made, by, now)


def propose_person(*, facts: Facts, joining: Joining, words: str = "", by: Actor, now: datetime) -> Proposal:
    """Ask that a person be put on record in a household of one's own grid."""
    _require(by)
    with transaction.atomic(durable=True):
        made = _tried(lambda: persons.write_new(facts=facts, joining=joining, by=by, now=now))
        proposal = _begun("person", words, by, now)
        proposal.household = Household.objects.get(pk=joining.household_id)
        proposing.put_people(proposal, [Newcomer(facts=facts, relation=joining.relation, on=joining.on)])
        return _made(proposal, made.name, proposal.household, by, now)


def propose_change(*, person_id: int, facts: Facts, words: str = "", by: Actor, now: datetime) -> Proposal:
    """Ask that what is known of a person be corrected; only what differs is kept."""
    _require(by)
    with transaction.atomic(durable=True):
        person = _free(person_id, "change", by)
        differing = proposing.changed(person, facts)
        _tried(lambda: persons.write_change(person_id=person_id, facts=differing, by=by, now=now))
        proposal = _begun("change", words, by, now, person)
        proposing.put_change(proposal, differing)
        return _made(proposal, person.name, person, by, now)


def propose_gone(
    *, person_id: int, how: str, on: date, to: str = "", new_head_id: int | None = None, words: str = "", by: Actor,
    now: datetime,
) -> Proposal:  # fmt: skip
    """Tell that somebody moved away (`how`: "moved") or died ("died")."""
    _require(by)
    if how not in {"moved", "died"}:
        raise InvalidInput("请选择迁出或死亡。", field="how")
    with transaction.atomic(durable=True):
        person = _free(person_id, how, by)
        _tried(
            lambda: households.write_gone(
                person_id=person_id, how=how, on=on, to=to, new_head_id=new_head_id, by=by, now=now
            )
        )
        proposal = _begun(how, words, by, now, person)
        head = Person.objects.filter(pk=new_head_id).first() if new_head_id else None
        proposal.content = {
            "on": on.isoformat(), "to": to.strip(), "new_head_id": new_head_id, "new_head": head.name if head else "",
        }  # fmt: skip
        return _made(proposal, person.name, person, by, now)


def _require(by: Actor) -> None:
    try:
        require(by, PROPOSE)
    except NotAllowed as refused:
        raise NotAllowed("只有网格员需要提出登记建议；社区可以直接登记和修改。") from refused


def _tried(write: Callable[[], T]) -> T:
    """As if it were written already, so that nothing is proposed which could not be; then taken back."""
    made: list[T] = []
    with suppress(_Undo), transaction.atomic():
        made.append(write())
        raise _Undo
    return made[0]


def _free(person_id: int, kind: str, by: Actor) -> Person:
    """The person, locked, with no open proposal of the kind."""
    person = locked_person(person_id, by)
    if Proposal.objects.open().filter(person=person, kind=kind).exists():
        raise IllegalState(f"{person.name}已有一项同样的建议等待社区核对，请等答复后再提，或先撤回。")
    return person


def _begun(kind: str, words: str, by: Actor, now: datetime, person: Person | None = None) -> Proposal:
    words = text_of(words, label="说明", field="words", most=500)
    return Proposal(
        kind=kind, words=words, person=person, revision=person.revision if person else 0, seal_key=uuid.uuid4(),
        proposed_by_user=by.user_id, proposed_by_name=by.user_name, proposed_at=now,
    )  # fmt: skip


def _made(proposal: Proposal, subject: str, place: Household | Person, by: Actor, now: datetime) -> Proposal:
    proposal.subject = subject[:64]
    for name, value in place_of(place).items():
        setattr(proposal, name, value)
    proposal.save(force_insert=True)
    _record("proposal.make", proposal, by, now, proposal.words)
    remind(
        user_ids=set(staff_of(proposal.community_id, now)), key=f"proposal:{proposal.pk}",
        title=f"网格员建议{proposal}", body=f"{by.unit_name}{by.user_name}提出，请核对。", subject_type=SUBJECT,
        subject_id=proposal.pk, due_at=now, now=now,
    )  # fmt: skip
    return proposal


def _record(action: str, proposal: Proposal, by: Actor, now: datetime, reason: str) -> None:
    audit.record(
        action=action, subject_type=SUBJECT, subject_id=proposal.pk, subject_label=str(proposal),
        after={"kind": proposal.get_kind_display()}, reason=reason, by=by, now=now,
    )  # fmt: skip


def decide_proposal(
    *, proposal_id: int, accept: bool, answer: str = "", seen: int | None = None, by: Actor, now: datetime
) -> Proposal:
    """Take a proposal, which writes it as if one had typed it, or refuse it with words; the proposer is told.

    `seen` is the person's revision that the decider has looked at: needed where the record was changed after the
    proposal. Raises what the writing raises: what was right when it was proposed may be so no longer.
    """
    require(by)
    answer = text_of(answer, label="不采纳的理由", field="answer", most=500, least=0 if accept else 2)
    with transaction.atomic(durable=True):
        proposal = _held(proposal_id, by)
        if accept:
            _check_fresh(proposal, seen)
        # Settled before it is written: what follows from a death lapses the proposals that are still open.
        _settle(proposal, "taken" if accept else "refused", answer, by, now)
        if accept:
            _write(proposal, by, now)
            proposal.save(update_fields=["person", "household"])
        _record("proposal.take" if accept else "proposal.refuse", proposal, by, now, answer)
        _tell(proposal, now)
    return proposal


def withdraw_proposal(*, proposal_id: int, by: Actor, now: datetime) -> Proposal:
    """Take back what one proposed oneself and nobody has answered."""
    _require(by)
    with transaction.atomic(durable=True):
        if (seen := _seen(proposal_id, by)).proposed_by_user != by.user_id:
            raise NotAllowed(f"这项建议由{seen.proposed_by_name}提出，只能由本人撤回。")
        proposal = _held(proposal_id, by)
        _settle(proposal, "withdrawn", "", by, now)
        _record("proposal.withdraw", proposal, by, now, "")
    return proposal


def _seen(proposal_id: int, by: Actor) -> Proposal:
    found: Proposal | None = Proposal.objects.visible_to(by).filter(pk=proposal_id).first()
    if found is None:
        raise NotFound("没有找到这项建议，或不在您的管辖范围内。")
    return found


def _held(proposal_id: int, by: Actor) -> Proposal:
    """The open proposal in scope, locked after its person, as everywhere."""
    found = _seen(proposal_id, by)
    person = None
    if found.person_id:
        person = Person.objects.select_for_update(of=("self",)).defer("search").get(pk=found.person_id)
    rows = Proposal.objects.visible_to(by).select_for_update(of=("self",))
    proposal: Proposal | None = rows.filter(pk=proposal_id).first()
    if proposal is None or proposal.state != "open":
        done = proposal or found
        raise IllegalState(f"这项建议{done.get_state_display()}（{done.decided_by_name}），不能再处理。")
    if person is not None:
        proposal.person = person
    return proposal


def _check_fresh(proposal: Proposal, seen: int | None) -> None:
    person = proposal.person
    if person is not None and person.revision not in {proposal.revision, seen}:
        raise IllegalState("提出建议之后，这份档案又有改动。请打开这项建议，核对现在的内容后再采纳。")


def _settle(proposal: Proposal, state: str, answer: str, by: Actor, now: datetime) -> None:
    proposal.state, proposal.answer = state, answer
    proposal.decided_by_name, proposal.decided_at = by.user_name, now
    proposal.save(update_fields=["state", "answer", "decided_by_name", "decided_at"])


def _write(proposal: Proposal, by: Actor, now: datetime) -> None:
    content = proposal.content
    if proposal.kind == "household":
        proposal.household = households.write_entered(
            address=proposing.address_of(proposal), kind=content["kind"], people=_dated(proposal), by=by, now=now
        )
    elif proposal.kind == "person":
        [one] = _dated(proposal)
        joining = Joining(household_id=proposal.household_id or 0, relation=one.relation, on=one.on)
        proposal.person = persons.write_new(facts=one.facts, joining=joining, by=by, now=now)
    elif proposal.kind == "change":
        facts = proposing.change_of(proposal)
        proposal.person = persons.write_change(person_id=proposal.person_id or 0, facts=facts, by=by, now=now)
    else:
        proposal.person = households.write_gone(
            person_id=proposal.person_id or 0, how=proposal.kind, on=date.fromisoformat(content["on"]),
            to=content["to"], new_head_id=content["new_head_id"], by=by, now=now,
        )  # fmt: skip


def _dated(proposal: Proposal) -> list[Newcomer]:
    """Who gave no day moved in when it was proposed, and not when the community got round to it."""
    day = today_of(proposal.proposed_at)
    people = proposing.people_of(proposal)
    return [Newcomer(facts=one.facts, relation=one.relation, on=one.on or day) for one in people]


def _tell(proposal: Proposal, now: datetime) -> None:
    notify(
        user_ids=[proposal.proposed_by_user], key=f"proposal:{proposal.pk}:{proposal.state}", subject_type=SUBJECT,
        subject_id=proposal.pk, title=f"{proposal.get_state_display()}：{proposal}", body=proposal.answer, now=now,
    )  # fmt: skip


def _lapse(proposals: Sequence[Proposal], why: str, by: Actor, now: datetime) -> None:
    for proposal in proposals:
        _settle(proposal, "lapsed", why, by, now)
        _record("proposal.lapse", proposal, by, now, why)
        _tell(proposal, now)


def _open_of(person: Person) -> list[Proposal]:
    return list(Proposal.objects.open().select_for_update(of=("self",)).filter(person=person).order_by("pk"))


def follow_merge(*, keep: Person, drop: Person, by: Actor, now: datetime) -> None:
    """What was proposed of the merged record is about the kept one, and has to be looked at again."""
    taken = {proposal.kind for proposal in _open_of(keep)}
    _lapse([one for one in _open_of(drop) if one.kind in taken], "两份档案已合并，另有同样的建议。", by, now)
    Proposal.objects.filter(person=drop).update(person=keep, revision=0)


def follow_gone(*, person: Person, how: str, on: date, by: Actor, now: datetime) -> None:
    """Nothing more can be written of who left or died."""
    _lapse(_open_of(person), f"{person.name}{person.get_state_display()}，档案不再修改。", by, now)


def follow_move(*, person: Person, before: dict[str, int | None], by: Actor, now: datetime) -> None:
    """In another grid of the community a proposal goes along; into another community it does not."""
    if before.get("community_id") != person.community_id:
        _lapse(_open_of(person), f"{person.name}已迁往{person.community.name}。", by, now)
        return
    Proposal.objects.open().filter(person=person).update(grid=person.grid_id)
