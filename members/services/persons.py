"""Persons: put on record, corrected, looked at in full, brought together when they are one."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from governance import privacy
from governance.audit import services as audit
from governance.days import today_of
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.scope import Actor, place_of
from members import identity, registry
from members.models import GENDERS, RESIDENCES, Person
from members.services import _stays
from members.services._common import locked_person, locked_persons, place_in, record, require
from members.words import choice_of, day_of, name_of, text_of

REVEAL = "person.reveal"
_TEXTS = {"employer": ("工作单位", 100), "notes": ("备注", 500)}
_KEPT = ("name", "gender", "born_on", "identity_masked", "phone_masked", "residence", "employer", "notes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a person; None leaves one alone in a correction."""

    name: str | None = None
    gender: str | None = None
    born_on: date | None = None
    identity: str | None = None
    phone: str | None = None
    residence: str | None = None
    employer: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """Into which household, as what, since when. `on` None: today."""

    household_id: int
    relation: str = "other"
    on: date | None = None


def add_person(
    *, facts: Facts, unit_id: int | None = None, joining: Joining | None = None, by: Actor, now: datetime
) -> Person:
    """Put a person on record, in a household or, while that is not known, in a community or grid.

    Raises InvalidInput naming the field; IllegalState where the identity number is on record already, with where.
    """
    require(by)
    with transaction.atomic(durable=True):
        return write_new(facts=facts, unit_id=unit_id, joining=joining, by=by, now=now)


def write_new(*, facts: Facts, unit_id: int | None = None, joining: Joining | None, by: Actor, now: datetime) -> Person:
    """`add_person` within the caller's transaction and after its check of the right."""
    person = Person(seal_key=uuid.uuid4(), made_at=now, changed_at=now)
    if facts.name is None:
        raise InvalidInput("请填写姓名。", field="name")
    _set(person, facts, now)
    household = _stays.joined(joining, by) if joining else None
    if household is None and unit_id is None:
        raise InvalidInput("请选择所在的住户，或社区、网格。", field="unit")
    place = place_of(household) if household else place_in(unit_id or 0, by)
    for name, value in place.items():
        setattr(person, name, value)
    _insert(person)
    if household and joining:
        _stays.begin(person, household, joining.relation, joining.on or today_of(now), today_of(now))
    record("person.add", person, by=by, now=now, after=kept(person))
    return person


def change_person(*, person_id: int, facts: Facts, by: Actor, now: datetime, revision: int | None = None) -> Person:
    """Correct what is known of a person who is here. Raises InvalidInput naming the field, IllegalState."""
    require(by)
    with transaction.atomic(durable=True):
        return write_change(person_id=person_id, facts=facts, by=by, now=now, revision=revision)


def write_change(*, person_id: int, facts: Facts, by: Actor, now: datetime, revision: int | None = None) -> Person:
    """`change_person` within the caller's transaction and after its check of the right."""
    person = locked_person(person_id, by, revision)
    before, numbers = kept(person), (person.identity_index, person.phone_index)
    _set(person, facts, now)
    after = kept(person)
    if before == after and numbers == (person.identity_index, person.phone_index):
        raise InvalidInput("没有改动任何内容，无需保存。")
    person.changed_at, person.revision = now, person.revision + 1
    _save(person)
    _stays.rename(person)
    record("person.change", person, by=by, now=now, before=before, after=after)
    return person


def _set(person: Person, facts: Facts, now: datetime) -> None:
    if facts.name is not None:
        identity.set_name(person, name_of(facts.name))
    if facts.gender is not None:
        person.gender = choice_of(facts.gender, [("", ""), *GENDERS], label="性别", field="gender")
    if facts.born_on is not None:
        person.born_on = day_of(facts.born_on, today=today_of(now), label="出生日期", field="born_on")
    if facts.residence is not None:
        person.residence = choice_of(facts.residence, RESIDENCES, label="居住情况", field="residence")
    for name, (label, most) in _TEXTS.items():
        if (text := getattr(facts, name)) is not None:
            setattr(person, name, text_of(text, label=label, field=name, most=most))
    if facts.identity is not None:
        identity.set_identity(person, facts.identity)
    else:
        identity.agree_with_number(person)
    if facts.phone is not None:
        identity.set_phone(person, facts.phone)


def _insert(person: Person) -> None:
    _refuse_known(person)
    _save(person)


def _save(person: Person) -> None:
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError:
        # Somebody else was quicker with the same number.
        _refuse_known(person)
        raise


def _refuse_known(person: Person) -> None:
    """A number is one person in the district. Says in which community, and nothing else of a person elsewhere."""
    if not person.identity_index:
        return
    others = Person.objects.filter(
        district_id=person.district_id, identity_index=person.identity_index, merged_into=None
    )
    known = others.exclude(pk=person.pk).select_related("community").first()
    if known is not None:
        hint = "请在原档案上修改" if known.community_id == person.community_id else "如已迁来，请办理“凭证件迁入”"
        raise IllegalState(f"该身份证号已登记在{known.community.name}，{hint}。", field="identity")


def kept(person: Person) -> dict[str, Any]:
    """What the audit record keeps of a person: the numbers masked."""
    return {name: getattr(person, name) for name in _KEPT}


def reveal(*, person_id: int, field: str, reason: str, by: Actor, now: datetime) -> str:
    """The full phone or identity number, for a reason that goes on record.

    Raises NotAllowed without the right (rights.md: a street's leader sees them masked), NotFound outside the scope.
    """
    require_reveal(by)
    words = text_of(reason, label="查看事由", field="reason", most=200, least=2)
    fields = {"phone": ("联系电话", identity.phone_context), "identity": ("身份证号", identity.identity_context)}
    if field not in fields:
        raise InvalidInput("请选择要查看的号码。", field="field")
    person = Person.objects.visible_to(by).filter(pk=person_id).first()
    if person is None:
        raise NotFound("没有找到这个人，或不在您的管辖范围内。")
    label, context = fields[field]
    sealed = getattr(person, f"{field}_sealed")
    if not sealed:
        raise IllegalState(f"没有登记{label}。")
    number = privacy.open_sealed(sealed, context=context(person))
    with transaction.atomic(durable=True):
        audit.record(
            action="privacy.read", subject_type=person._meta.label_lower, subject_id=person.pk,
            subject_label=person.name, after={"field": label}, reason=words, by=by, now=now,
        )  # fmt: skip
    return number


def require_reveal(by: Actor) -> None:
    """Raise NotAllowed for who sees numbers masked alone."""
    try:
        require(by, REVEAL)
    except NotAllowed as refused:
        raise NotAllowed("您的岗位只能查看脱敏后的号码。") from refused


# What may be taken from the record that is merged although the kept one says otherwise.
TAKEABLE = ("name", "gender", "born_on", "identity", "phone", "residence", "employer", "notes")
_NUMBERS = {
    "identity": (identity.set_identity, identity.identity_context),
    "phone": (identity.set_phone, identity.phone_context),
}


def merge_persons(
    *, keep_id: int, drop_id: int, words: str, take: Collection[str] = (), by: Actor, now: datetime
) -> Person:
    """Bring two records of one person together: the kept one takes over what only the other knows, and its stays.

    `take` names what is taken from the other although the kept one says otherwise (of TAKEABLE). Nothing is lost: the
    other stays on record as merged. Raises InvalidInput where both have an identity number, and not the same one.
    """
    require(by)
    words = text_of(words, label="合并理由", field="words", most=500, least=2)
    if keep_id == drop_id:
        raise InvalidInput("请选择两份不同的档案。", field="drop")
    with transaction.atomic(durable=True):
        both = locked_persons([keep_id, drop_id], by)
        keep, drop = both[keep_id], both[drop_id]
        _check_one(keep, drop)
        before, place = kept(keep), place_of(keep)
        _stays.take_over(keep, drop, today_of(now))
        # The number leaves the other first: it is unique among those who are not merged.
        drop.state, drop.merged_into, drop.changed_at = "merged", keep, now
        drop.left_on, drop.revision = today_of(now), drop.revision + 1
        drop.save(update_fields=["state", "merged_into", "changed_at", "left_on", "revision"])
        Person.objects.filter(merged_into=drop).update(merged_into=keep)
        _take_over(keep, drop, take)
        registry.person_merged(keep=keep, drop=drop, by=by, now=now)
        keep.changed_at, keep.revision = now, keep.revision + 1
        keep.save()
        _stays.rename(keep)
        record("person.merge", keep, by=by, now=now, before=before, after=kept(keep), reason=words)
        record("person.merged", drop, by=by, now=now, after={"merged_into": keep.pk}, reason=words)
        registry.person_moved(person=keep, before=place, by=by, now=now)
    return keep


def _check_one(keep: Person, drop: Person) -> None:
    for person in (keep, drop):
        if person.state != "here":
            raise IllegalState(f"{person.name}{person.get_state_display()}，不能合并。")
    if keep.identity_index and drop.identity_index and keep.identity_index != drop.identity_index:
        raise InvalidInput("两份档案的身份证号不同，不是同一个人。", field="drop")


def _take_over(keep: Person, drop: Person, take: Collection[str]) -> None:
    """What the kept record does not know, or was told to take. Plain facts first: the numbers have the last word."""
    for name in ("gender", "born_on", "employer", "residence"):
        if not getattr(keep, name) or name in take:
            setattr(keep, name, getattr(drop, name) or getattr(keep, name))
    keep.notes = _both_notes(keep.notes, drop.notes, taken="notes" in take)
    if "name" in take:
        identity.set_name(keep, drop.name)
    for field, (put, context) in _NUMBERS.items():
        sealed = getattr(drop, f"{field}_sealed")
        if sealed and (not getattr(keep, f"{field}_sealed") or field in take):
            # Sealed anew, as each is bound to its row.
            put(keep, privacy.open_sealed(sealed, context=context(drop)))
    identity.agree_with_number(keep)


def _both_notes(own: str, theirs: str, *, taken: bool) -> str:
    """Both, while they fit: what somebody once wrote down of a person is not dropped unasked."""
    if not own or not theirs or own == theirs:
        return own or theirs
    both = f"{own}；{theirs}"
    return theirs if taken else both if len(both) <= _TEXTS["notes"][1] else own
