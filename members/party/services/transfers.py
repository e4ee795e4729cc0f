"""Transfers of memberships 组织关系转接: given, received or refused, withdrawn; out of the district, and into it.

Until it is received a member counts with the giving organisation. Source: 章程, article 8;
党员教育管理工作条例 (no refusal without a reason).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from governance.days import today_of
from governance.errors import IllegalState, InvalidInput, NotFound
from governance.outbox.services import notify
from governance.scope import Actor
from members import registry
from members.models import MembershipTransfer, PartyMembership, PartyOrganisation
from members.models.party import CONFIRMED, IN, IN_TRANSIT, OUT, REFUSED, WITHDRAWN
from members.party import clocks
from members.party.rules import LETTER_DAYS
from members.party.services._common import (
    check_holds,
    check_open,
    check_owner,
    locked_membership,
    locked_organisation,
    owner_of,
    person_of,
    record,
    require,
    told_at,
)
from members.party.services.memberships import Facts, begun, check_not_leaving, ended
from members.party.services.organisations import continued
from members.words import day_of, text_of

_DONE = {CONFIRMED: "已接收", REFUSED: "已退回", WITHDRAWN: "已撤回"}


def hand_over(
    *, membership_id: int, to_organisation_id: int, reason: str, by: Actor, now: datetime
) -> MembershipTransfer:
    """转出: give a member to another organisation of the district, who has to receive within the limit.

    Between organisations that the actor decides about alike it is received at once. Raises NotFound, NotAllowed,
    InvalidInput naming the field, IllegalState for a member who is on the way already.
    """
    require(by)
    reason = text_of(reason, label="转接原因", field="reason", most=200, least=2)
    with transaction.atomic(durable=True):
        giving, receiving = _both_ends(membership_id, to_organisation_id, by)
        membership = locked_membership(membership_id, by)
        if membership.organisation_id != giving.pk:
            raise IllegalState("这名党员刚刚调整了党组织，请刷新后再办理。")
        check_not_leaving(membership)
        transfer = MembershipTransfer.objects.create(
            district_id=giving.district_id, person_id=membership.person_id, from_organisation=giving,
            to_organisation=receiving, membership=membership, reason=reason, asked_by_user=by.user_id,
            asked_by_name=by.user_name, asked_at=now,
        )  # fmt: skip
        record("party.hand_over", transfer, by=by, now=now, reason=reason, after=_ends(transfer))
        if owner_of(receiving) == by.unit_id:
            _take(transfer, membership, by, now)
        else:
            clocks.begin_transfer(transfer, now)
            _tell(transfer, receiving, f"组织关系待接收：{giving.name}转来 1 名党员", now, about="asked")
    return transfer


def _both_ends(membership_id: int, to_organisation_id: int, by: Actor) -> tuple[PartyOrganisation, PartyOrganisation]:
    """The two organisations, locked by primary key; the receiving one may lie anywhere in the district."""
    membership = PartyMembership.objects.visible_to(by).filter(pk=membership_id).first()
    if membership is None:
        raise NotFound("没有找到这名党员，或不在您的管辖范围内。")
    wanted = {membership.organisation_id, to_organisation_id}
    rows = PartyOrganisation.objects.filter(district_id=by.district_id, pk__in=wanted).order_by("pk")
    found = {row.pk: row for row in rows.select_for_update(of=("self",), no_key=True)}
    if to_organisation_id not in found:
        raise NotFound("没有找到转入的党组织，请重新选择。", field="to_organisation")
    giving, receiving = found[membership.organisation_id], found[to_organisation_id]
    if giving == receiving:
        raise InvalidInput("转入的党组织就是现在的党组织，请选择另一个。", field="to_organisation")
    check_open(receiving)
    check_holds(receiving)
    return giving, receiving


def receive(*, transfer_id: int, by: Actor, now: datetime) -> MembershipTransfer:
    """接收: the receiving level confirms; from today the member belongs to its organisation."""
    with transaction.atomic(durable=True):
        transfer = _waiting(transfer_id, by, end="to")
        membership = PartyMembership.objects.select_for_update().get(pk=transfer.membership_id)
        _take(transfer, membership, by, now)
        clocks.end_transfer(transfer, now, met=True)
        _tell(transfer, transfer.from_organisation, _told(transfer), now, about="done")
    return transfer


def _take(transfer: MembershipTransfer, membership: PartyMembership, by: Actor, now: datetime) -> None:
    """The earlier membership ends, the next begins on the same day; rows are locked."""
    if membership.until_on is not None:
        raise IllegalState("这名党员的组织关系已变更，不能接收，请退回。")
    receiving = transfer.to_organisation
    if receiving is None:
        raise AssertionError(f"transfer {transfer.pk} leads nowhere")
    check_open(receiving)
    ended(membership, "transferred", max(today_of(now), membership.from_on), now, words=transfer.reason)
    new = continued(membership, receiving, how="transferred")
    new.save()
    clocks.begin_probation([new], now)
    transfer.new_membership = new
    _decide(transfer, CONFIRMED, "", by, now)
    record("party.receive", transfer, by=by, now=now, before={"state": IN_TRANSIT}, after=_ends(transfer))


def refuse(*, transfer_id: int, words: str, by: Actor, now: datetime) -> MembershipTransfer:
    """退回: the receiving level does not take the member, for a reason; who belongs to the giving one as before."""
    return _drop(transfer_id, REFUSED, "to", words, by, now)


def withdraw(*, transfer_id: int, words: str, by: Actor, now: datetime) -> MembershipTransfer:
    """撤回: the giving level takes back what nobody has received yet."""
    return _drop(transfer_id, WITHDRAWN, "from", words, by, now)


def _drop(transfer_id: int, state: str, end: str, words: str, by: Actor, now: datetime) -> MembershipTransfer:
    require(by)
    words = text_of(words, label="原因", field="words", most=200, least=2)
    with transaction.atomic(durable=True):
        transfer = _waiting(transfer_id, by, end=end)
        _decide(transfer, state, words, by, now)
        clocks.end_transfer(transfer, now, met=state == REFUSED)
        record(
            f"party.{'refuse' if state == REFUSED else 'withdraw'}", transfer, by=by, now=now, reason=words,
            before={"state": IN_TRANSIT}, after=_ends(transfer),
        )  # fmt: skip
        other = transfer.from_organisation if end == "to" else transfer.to_organisation
        _tell(transfer, other, _told(transfer), now, about="done")
    return transfer


def _waiting(transfer_id: int, by: Actor, *, end: str) -> MembershipTransfer:
    """A transfer that waits, locked after its organisations; the actor decides about its `end` ("from", "to")."""
    require(by)
    seen: MembershipTransfer | None = MembershipTransfer.objects.visible_to(by).filter(pk=transfer_id).first()
    if seen is None:
        raise NotFound("没有找到这件组织关系转接，或不在您的管辖范围内。")
    ids = [pk for pk in (seen.from_organisation_id, seen.to_organisation_id) if pk]
    rows = PartyOrganisation.objects.filter(pk__in=ids).order_by("pk")
    found = {row.pk: row for row in rows.select_for_update(of=("self",), no_key=True)}
    one = getattr(seen, f"{end}_organisation_id")
    if one is not None:
        check_owner(found[one], by)
    transfer = lock(transfer_id)
    if transfer.state != IN_TRANSIT:
        raise IllegalState(f"这件转接{_DONE[transfer.state]}，无需再办理。")
    return transfer


def lock(transfer_id: int) -> MembershipTransfer:
    """The transfer, locked."""
    rows = MembershipTransfer.objects.select_for_update(of=("self",))
    rows = rows.select_related("from_organisation", "to_organisation", "person")
    transfer: MembershipTransfer = rows.get(pk=transfer_id)
    return transfer


def _decide(transfer: MembershipTransfer, state: str, words: str, by: Actor, now: datetime) -> None:
    transfer.state, transfer.words = state, words
    transfer.decided_by_user, transfer.decided_by_name, transfer.decided_at = by.user_id, by.user_name, now
    transfer.save(
        update_fields=["state", "words", "decided_by_user", "decided_by_name", "decided_at", "new_membership"]
    )


def gone(person_id: int, words: str, by: Actor, now: datetime) -> None:
    """Withdraw what is on its way of a person who has died or left, in the transaction of that."""
    for pk in MembershipTransfer.objects.filter(person_id=person_id, state=IN_TRANSIT).values_list("pk", flat=True):
        transfer = lock(pk)
        if transfer.state != IN_TRANSIT:
            continue
        _decide(transfer, WITHDRAWN, words, by, now)
        clocks.end_transfer(transfer, now, met=False)
        record("party.withdraw", transfer, by=by, now=now, reason=words, after=_ends(transfer))


def transfer_out(
    *, membership_id: int, place: str, letter_number: str, on: date, reason: str, by: Actor, now: datetime
) -> MembershipTransfer:
    """转出区外: the membership ends here, with the number of the letter of introduction."""
    require(by)
    place = text_of(place, label="接收党组织", field="place", most=100, least=2)
    letter = text_of(letter_number, label="介绍信编号", field="letter_number", most=40, least=2)
    with transaction.atomic(durable=True):
        membership = locked_membership(membership_id, by)
        check_not_leaving(membership)
        reason = text_of(reason, label="转接原因", field="reason", most=200)
        on = day_of(on, today=today_of(now), label="转出日期", field="on")
        ended(membership, "to_outside", on, now, words=place, letter=letter)
        transfer = _one_step(OUT, membership, place, letter, reason, by, now)
        record("party.transfer_out", transfer, by=by, now=now, reason=reason, after=_ends(transfer))
        registry.membership_ended(person=membership.person, by=by, now=now)
    return transfer


def take_from_outside(
    *, organisation_id: int, person_id: int, facts: Facts, place: str, letter_number: str, letter_on: date, by: Actor,
    now: datetime,
) -> MembershipTransfer:  # fmt: skip
    """区外转入: somebody of the scope, by a letter of introduction that is at most ninety days old."""
    require(by)
    place = text_of(place, label="原党组织", field="place", most=100, least=2)
    letter = text_of(letter_number, label="介绍信编号", field="letter_number", most=40, least=2)
    with transaction.atomic(durable=True):
        person = person_of(person_id, by)
        organisation = locked_organisation(organisation_id, by, needs_members=True)
        letter_on = day_of(letter_on, today=today_of(now), label="介绍信日期", field="letter_on")
        if (today_of(now) - letter_on).days > LETTER_DAYS:
            raise InvalidInput(f"介绍信已超过 {LETTER_DAYS} 天有效期，请原党组织重新开具。", field="letter_on")
        membership = begun(person, organisation, facts, today_of(now), now)
        membership.began_how, membership.letter_number, membership.words = "from_outside", letter, place
        membership.save()
        clocks.begin_probation([membership], now)
        transfer = _one_step(IN, membership, place, letter, "", by, now)
        record("party.take_in", transfer, by=by, now=now, after=_ends(transfer))
    return transfer


def _one_step(
    direction: str, membership: PartyMembership, place: str, letter: str, reason: str, by: Actor, now: datetime
) -> MembershipTransfer:
    organisation = membership.organisation
    ends = {"from_organisation": organisation} if direction == OUT else {"to_organisation": organisation}
    return MembershipTransfer.objects.create(
        direction=direction, district_id=organisation.district_id, person_id=membership.person_id, place=place,
        membership=membership if direction == OUT else None, letter_number=letter, reason=reason, state=CONFIRMED,
        new_membership=membership if direction == IN else None, asked_by_user=by.user_id, asked_by_name=by.user_name,
        asked_at=now, decided_by_user=by.user_id, decided_by_name=by.user_name, decided_at=now, **ends,
    )  # fmt: skip


def _ends(transfer: MembershipTransfer) -> dict[str, object]:
    return {
        "state": transfer.state, "letter_number": transfer.letter_number,
        "from_organisation": transfer.from_organisation.name if transfer.from_organisation else transfer.place,
        "to_organisation": transfer.to_organisation.name if transfer.to_organisation else transfer.place,
    }  # fmt: skip


def _told(transfer: MembershipTransfer) -> str:
    return f"组织关系{_DONE[transfer.state]}：{_names([transfer])}"


def _names(transfers: Iterable[MembershipTransfer]) -> str:
    return "；".join(
        f"{one.from_organisation.name if one.from_organisation else one.place} 转 "
        f"{one.to_organisation.name if one.to_organisation else one.place}"
        for one in transfers
    )


def _tell(
    transfer: MembershipTransfer, organisation: PartyOrganisation | None, title: str, now: datetime, *, about: str
) -> None:
    """A message to the level that decides about the organisation; no name of a person stands in it."""
    if organisation is None:
        return
    notify(
        user_ids=sorted(told_at(organisation, now)), key=f"party_transfer:{transfer.pk}:{about}", title=title[:120],
        body=transfer.words or transfer.reason, subject_type=clocks.OF_TRANSFER, subject_id=transfer.pk, now=now,
    )  # fmt: skip
