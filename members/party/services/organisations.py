"""Party organisations: founded, described, moved in the tree, merged, dissolved. History stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from governance.days import today_of
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.scope import Actor, UnitKind, place_of
from grids.models import Unit
from grids.names import initials_of
from members.models import DoubleRegistration, MembershipTransfer, PartyMembership, PartyOrganisation, PartyPost, Term
from members.models.party import FEATURED_BRANCH, GROUP, IN_TRANSIT, ORGANISATION_KINDS, PROBATIONARY
from members.party import clocks
from members.party.rules import COMMITTEES, HOLDS_MEMBERS, PARENTS, UNITS, term_years
from members.party.services._common import (
    check_open,
    check_owner,
    locked_organisation,
    locked_organisations,
    owner_of,
    record,
    require,
)
from members.words import choice_of, day_of, text_of

_KEPT = ("name", "kind", "parent_id", "unit_id", "theme", "address", "term_years", "founded_on")
_LABELS = dict(ORGANISATION_KINDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """A new organisation. `unit_id` None: where its parent lies; `term_years` None: what the rules say."""

    name: str
    kind: str
    parent_id: int | None
    unit_id: int | None
    founded_on: date
    theme: str = ""
    address: str = ""
    term_years: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What may be corrected of an organisation where it stands."""

    name: str
    founded_on: date
    theme: str = ""
    address: str = ""
    term_years: int = 3


def found(*, founding: Founding, by: Actor, now: datetime) -> PartyOrganisation:
    """Found an organisation below one that the actor decides about; without one above it, the district centre does.

    Raises InvalidInput naming the field, NotAllowed for another level's, IllegalState where the grid, the community or
    the street has such an organisation already.
    """
    require(by)
    with transaction.atomic(durable=True):
        return write_founded(founding=founding, by=by, now=now)


def write_founded(*, founding: Founding, by: Actor, now: datetime) -> PartyOrganisation:
    """`found` in the caller's transaction."""
    kind = choice_of(founding.kind, ORGANISATION_KINDS, label="党组织类型", field="kind")
    parent = _parent(founding.parent_id, by)
    _check_founder(parent, by)
    unit = _unit(founding.unit_id, parent, by)
    _check_fit(kind, parent, unit)
    organisation = PartyOrganisation(kind=kind, parent=parent, unit=unit, **unit.place_within)
    years = term_years(kind, unit.community_id is not None) if founding.term_years is None else founding.term_years
    _set(organisation, Facts(
        name=founding.name, founded_on=founding.founded_on, theme=founding.theme, address=founding.address,
        term_years=years,
    ), now)  # fmt: skip
    _save(organisation)
    record("party.found", organisation, by=by, now=now, after=_kept(organisation))
    return organisation


def _check_founder(parent: PartyOrganisation | None, by: Actor) -> None:
    if parent is not None:
        check_owner(parent, by)
        check_open(parent)
    elif by.unit_kind != UnitKind.DISTRICT:
        raise NotAllowed("没有上级党组织的，由区设立。")


def change(*, organisation_id: int, facts: Facts, by: Actor, now: datetime) -> PartyOrganisation:
    """Correct what is known of an organisation. Raises InvalidInput naming the field."""
    with transaction.atomic(durable=True):
        organisation = locked_organisation(organisation_id, by)
        if not write_described(organisation, facts, by, now):
            raise InvalidInput("没有改动任何内容，无需保存。")
    return organisation


def write_described(organisation: PartyOrganisation, facts: Facts, by: Actor, now: datetime) -> bool:
    """Correct a locked one in the caller's transaction; whether anything was different. Raises InvalidInput."""
    before = _kept(organisation)
    _set(organisation, facts, now)
    if before == _kept(organisation):
        return False
    organisation.revision += 1
    _save(organisation)
    record("party.change", organisation, by=by, now=now, before=before, after=_kept(organisation))
    return True


def move(*, organisation_id: int, parent_id: int, unit_id: int | None, by: Actor, now: datetime) -> PartyOrganisation:
    """Put an organisation below another one, both decided about by the actor, or where it lies into another unit.

    Its members, and what stands below it, go along. Raises InvalidInput, IllegalState.
    """
    require(by)
    with transaction.atomic(durable=True):
        rows = locked_organisations({organisation_id, parent_id}, by)
        organisation, parent = rows[organisation_id], rows[parent_id]
        check_above(organisation, by)
        check_owner(parent, by)
        check_open(organisation)
        check_open(parent)
        unit = _unit(unit_id or organisation.unit_id, parent, by)
        _check_fit(organisation.kind, parent, unit)
        before = _kept(organisation)
        organisation.parent, organisation.unit = parent, unit
        if before == _kept(organisation):
            raise InvalidInput("上级和所在单位都没有变化。", field="parent")
        _settle(organisation, now)
        record("party.move", organisation, by=by, now=now, before=before, after=_kept(organisation))
    return organisation


def check_above(organisation: PartyOrganisation, by: Actor) -> None:
    """Raise NotAllowed for who does not decide about what stands above it: they found and dissolve it."""
    above = organisation.parent
    check_owner(organisation, by, unit_id=owner_of(above) if above is not None else organisation.district_id)


def _settle(organisation: PartyOrganisation, now: datetime) -> None:
    """Write the new place through: to its members, to groups and branches below, to the clocks of its elections."""
    place = organisation.unit.place_within
    moved_away = organisation.children.filter(dissolved_on=None).exclude(unit_id=organisation.unit_id)
    changed = [name for name in ("street_id", "community_id") if getattr(organisation, name) != place[name]]
    if changed and moved_away.exclude(kind=GROUP).exists():
        raise IllegalState("下级党组织在原来的社区，请先调整下级党组织的隶属。")
    for name, value in place.items():
        setattr(organisation, name, value)
    organisation.revision += 1
    _save(organisation)
    PartyMembership.objects.filter(organisation=organisation, until_on=None).update(**place)
    groups = list(organisation.children.filter(dissolved_on=None, kind=GROUP).values_list("pk", flat=True))
    PartyOrganisation.objects.filter(pk__in=groups).update(unit_id=organisation.unit_id, **place)
    PartyMembership.objects.filter(organisation_id__in=groups, until_on=None).update(**place)
    clocks.give_elections_to([organisation.pk], owner_of(organisation))
    clocks.give_probations_to([organisation.pk, *groups], owner_of(organisation))


def dissolve(
    *, organisation_id: int, on: date, words: str, by: Actor, now: datetime, members_to_id: int | None = None
) -> PartyOrganisation:
    """Dissolve an organisation; who belongs to it goes to another one in the same step, or has gone before.

    Raises IllegalState while organisations stand below it, or transfers are on their way.
    """
    require(by)
    with transaction.atomic(durable=True):
        organisation, heir = _closing(organisation_id, members_to_id, by)
        if organisation.children.filter(dissolved_on=None).exists():
            raise IllegalState("还有下级党组织，请先调整它们的隶属，或办理合并。")
        _close(organisation, heir, on, words, by, now)
        record(
            "party.dissolve", organisation, by=by, now=now, reason=words,
            after={"dissolved_on": on, "members_to": heir.name if heir else ""},
        )  # fmt: skip
    return organisation


def merge(*, organisation_id: int, into_id: int, on: date, words: str, by: Actor, now: datetime) -> PartyOrganisation:
    """Merge an organisation into another: its members and what stands below it go along. Returns the one that stays."""
    require(by)
    if organisation_id == into_id:
        raise InvalidInput("请选择另一个党组织。", field="into")
    with transaction.atomic(durable=True):
        organisation, heir = _closing(organisation_id, into_id, by)
        if heir is None:
            raise NotFound("请选择并入的党组织。", field="into")
        if (organisation.kind in COMMITTEES) != (heir.kind in COMMITTEES):
            raise InvalidInput("党委（总支）和党支部（党小组）不能互相合并。", field="into")
        for child in organisation.children.select_for_update().filter(dissolved_on=None).order_by("pk"):
            _check_fit(child.kind, heir, child.unit)
            child.parent = heir
            child.save(update_fields=["parent"])
        organisation.merged_into = heir
        _close(organisation, heir, on, words, by, now)
        record("party.merge", organisation, by=by, now=now, reason=words, after={"merged_into": heir.name})
    return heir


def _closing(
    organisation_id: int, heir_id: int | None, by: Actor
) -> tuple[PartyOrganisation, PartyOrganisation | None]:
    """What is dissolved and who takes its members, locked; both decided about by the actor, and open."""
    rows = locked_organisations({organisation_id, heir_id or organisation_id}, by)
    organisation = rows[organisation_id]
    heir = rows[heir_id] if heir_id is not None and heir_id != organisation_id else None
    check_above(organisation, by)
    check_open(organisation)
    if heir is not None:
        check_open(heir)
        if owner_of(heir) not in {owner_of(organisation), by.unit_id}:
            raise InvalidInput("党员只能随组织调整到同一社区（街道）的党组织，其他请办理组织关系转接。", field="into")
    open_ones = MembershipTransfer.objects.filter(state=IN_TRANSIT)
    given, received = open_ones.filter(from_organisation=organisation), open_ones.filter(to_organisation=organisation)
    if given.exists() or received.exists():
        raise IllegalState("还有正在转接的组织关系，请先接收、退回或撤回。")
    return organisation, heir


def _close(
    organisation: PartyOrganisation, heir: PartyOrganisation | None, on: date, words: str, by: Actor, now: datetime
) -> None:
    on = day_of(on, today=today_of(now), label="撤销日期", field="on")
    if on < organisation.founded_on:
        raise InvalidInput(f"撤销日期不能早于成立日期（{organisation.founded_on:%Y-%m-%d}）。", field="on")
    text_of(words, label="依据", field="words", most=500, least=2)
    _hand_on(organisation, heir, on, now)
    PartyPost.objects.filter(organisation=organisation, until_on=None, from_on__gt=on).update(
        until_on=today_of(now), ended_how="dissolved"
    )
    PartyPost.objects.filter(organisation=organisation, until_on=None).update(until_on=on, ended_how="dissolved")
    Term.objects.filter(organisation=organisation, ended_on=None).update(ended_on=on)
    clocks.end_election(organisation, now, met=False)
    organisation.dissolved_on = on
    organisation.revision += 1
    organisation.save(update_fields=["dissolved_on", "merged_into", "revision"])


def _hand_on(
    organisation: PartyOrganisation, heir: PartyOrganisation | None, on: date, now: datetime
) -> None:  # fmt: skip
    """Members and those who reported go to the heir; without one there may be none."""
    rows = PartyMembership.objects.select_for_update().filter(organisation=organisation, until_on=None).order_by("pk")
    members = list(rows)
    if members and (heir is None or heir.kind not in HOLDS_MEMBERS):
        raise IllegalState(f"还有 {len(members)} 名党员，请选择接收他们的党支部，或先办理转接。", code="has_members")
    doubles = DoubleRegistration.objects.filter(organisation=organisation, until_on=None)
    if heir is None:
        doubles.update(until_on=on, ended_how="报到党组织撤销")
        return
    doubles.update(organisation=heir)
    for member in members:
        member.until_on, member.ended_how = max(on, member.from_on), "reorganised"
    PartyMembership.objects.bulk_update(members, ["until_on", "ended_how"])
    for member in members:
        if member.kind == PROBATIONARY:
            clocks.end_probation(member, now, met=False)
    went_on = PartyMembership.objects.bulk_create(continued(member, heir, how="reorganised") for member in members)
    clocks.begin_probation(went_on, now)


def continued(member: PartyMembership, organisation: PartyOrganisation, *, how: str) -> PartyMembership:
    """The same member in another organisation, from the day that the earlier membership ended; not saved."""
    return PartyMembership(
        person_id=member.person_id, organisation=organisation, kind=member.kind, category=member.category,
        employer=member.employer, joined_party_on=member.joined_party_on, probation_ends_on=member.probation_ends_on,
        full_on=member.full_on, from_on=member.until_on or member.from_on, began_how=how, **place_of(organisation),
    )  # fmt: skip


def _parent(parent_id: int | None, by: Actor) -> PartyOrganisation | None:
    if parent_id is None:
        return None
    parent: PartyOrganisation | None = (
        PartyOrganisation.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=parent_id).first()
    )
    if parent is None:
        raise NotFound("没有找到上级党组织，或不在您的管辖范围内。", field="parent")
    return parent


def _unit(unit_id: int | None, parent: PartyOrganisation | None, by: Actor) -> Unit:
    wanted = unit_id or (parent.unit_id if parent else 0)
    unit: Unit | None = Unit.objects.open().visible_to(by).filter(pk=wanted).first()
    if unit is None:
        raise NotFound("请选择本辖区内的所在单位。", field="unit")
    return unit


def _check_fit(kind: str, parent: PartyOrganisation | None, unit: Unit) -> None:
    """Raise InvalidInput where it cannot stand there or lie there."""
    if (parent.kind if parent else None) not in PARENTS[kind]:
        names = "、".join(_LABELS[one] for one in PARENTS[kind] if one)
        raise InvalidInput(
            f"{_LABELS[kind]}的上级应是{names}。" if names else f"{_LABELS[kind]}没有上级党组织。", field="parent"
        )
    if UnitKind(unit.kind) not in UNITS[kind]:
        raise InvalidInput(f"{_LABELS[kind]}不能设在{unit.name}，请选择对应层级的单位。", field="unit")
    if parent is None:
        return
    inside = {"street_id": parent.street_id, "community_id": parent.community_id}
    if any(value is not None and getattr(unit, name) != value for name, value in inside.items()):
        raise InvalidInput("所在单位不在上级党组织的范围内。", field="unit")


def _set(organisation: PartyOrganisation, facts: Facts, now: datetime) -> None:
    organisation.name = text_of(facts.name, label="名称", field="name", most=80, least=2)
    organisation.initials = initials_of(organisation.name)[:80]
    organisation.founded_on = day_of(facts.founded_on, today=today_of(now), label="成立日期", field="founded_on")
    organisation.theme = text_of(facts.theme, label="特色主题", field="theme", most=40)
    if organisation.kind == FEATURED_BRANCH and not organisation.theme:
        raise InvalidInput("特色支部请填写特色主题，如“银发先锋”。", field="theme")
    organisation.address = text_of(facts.address, label="活动地点", field="address", most=200)
    if not 0 <= facts.term_years <= 5:
        raise InvalidInput("任期为 3 年或 5 年，党小组填 0。", field="term_years")
    organisation.term_years = facts.term_years


def _save(organisation: PartyOrganisation) -> None:
    try:
        with transaction.atomic():
            organisation.save()
    except IntegrityError as clash:
        raise _already(organisation) from clash


def _already(organisation: PartyOrganisation) -> InvalidInput | IllegalState:
    """Which rule of the database it met."""
    others = PartyOrganisation.objects.open().exclude(pk=organisation.pk)
    if others.filter(unit=organisation.unit, name=organisation.name).exists():
        return InvalidInput("该单位已有同名的党组织。", field="name")
    return IllegalState(f"{organisation.unit.name}已有{organisation.get_kind_display()}或同级的党组织，不能重复设立。")


def _kept(organisation: PartyOrganisation) -> dict[str, Any]:
    return {name: getattr(organisation, name) for name in _KEPT} | {
        "parent_id": organisation.parent_id, "unit_id": organisation.unit_id
    }  # fmt: skip
