"""What the services of this subject share: who may, the locked row, the record.

Lock order: persons, then organisations, then transfers, then memberships, then clocks, each by primary key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import models

from accounts.rights import may
from accounts.selectors import leaders_of, with_role
from governance.audit import services as audit
from governance.errors import IllegalState, NotAllowed, NotFound
from governance.scope import Actor, Role
from members.models import PartyMembership, PartyOrganisation, Person
from members.party.rules import HOLDS_MEMBERS

__all__ = [
    "EDIT", "check_owner", "locked_membership", "locked_organisation", "locked_organisations", "owner_of",
    "people_of", "record", "require",
]  # fmt: skip

EDIT = "party.edit"
UNKNOWN = "没有找到这个党组织，或不在您的管辖范围内。"


def require(by: Actor) -> None:
    """Raise NotAllowed without the right."""
    if not may(by, EDIT):
        raise NotAllowed("您的岗位不能办理党组织事务，请由社区书记、街道或区办理。")


def owner_of(organisation: PartyOrganisation) -> int:
    """The unit that decides about it: its community, else its street, else the district. Source: rights.md."""
    return organisation.community_id or organisation.street_id or organisation.district_id


def above(organisation: PartyOrganisation) -> int:
    """The unit one level above the one that decides about it."""
    return (
        (organisation.street_id or organisation.district_id) if organisation.community_id else organisation.district_id
    )


def check_owner(organisation: PartyOrganisation, by: Actor, *, unit_id: int | None = None) -> None:
    """Raise NotAllowed for who is not of the level that decides about it."""
    require(by)
    if by.unit_id != (unit_id or owner_of(organisation)):
        level = "社区" if organisation.community_id else "街道" if organisation.street_id else "区"
        who = level if unit_id is None else "上级"
        raise NotAllowed(f"“{organisation.name}”的这项事务由{who}办理。")


def locked_organisations(ids: Iterable[int], by: Actor) -> dict[int, PartyOrganisation]:
    """The organisations, locked by primary key. Raises NotFound when one of them is outside the scope."""
    wanted = set(ids)
    rows = PartyOrganisation.objects.visible_to(by).select_for_update(of=("self",)).filter(pk__in=wanted)
    found = {row.pk: row for row in rows.order_by("pk")}
    if set(found) != wanted:
        raise NotFound(UNKNOWN, field="organisation")
    return found


def locked_organisation(organisation_id: int, by: Actor, *, needs_members: bool = False) -> PartyOrganisation:
    """One that is open and that the actor decides about, locked. Raises NotFound, NotAllowed, IllegalState."""
    require(by)
    organisation = locked_organisations([organisation_id], by)[organisation_id]
    check_owner(organisation, by)
    check_open(organisation)
    if needs_members:
        check_holds(organisation)
    return organisation


def check_open(organisation: PartyOrganisation) -> None:
    """Raise IllegalState for one that was dissolved."""
    if organisation.dissolved_on is not None:
        raise IllegalState(f"“{organisation.name}”已撤销，不能再办理。")


def check_holds(organisation: PartyOrganisation) -> None:
    """Raise IllegalState for a committee, which has no members of its own."""
    if organisation.kind not in HOLDS_MEMBERS:
        raise IllegalState(
            f"{organisation.get_kind_display()}不直接管理党员，请选择下级党支部或党小组。", code="no_members"
        )


def locked_membership(membership_id: int, by: Actor) -> PartyMembership:
    """One in force, of an organisation that the actor decides about, locked. Raises a DomainError else."""
    require(by)
    rows = PartyMembership.objects.visible_to(by).select_for_update(of=("self",)).select_related("organisation")
    membership: PartyMembership | None = rows.filter(pk=membership_id).first()
    if membership is None:
        raise NotFound("没有找到这名党员，或不在您的管辖范围内。")
    check_owner(membership.organisation, by)
    if membership.until_on is not None:
        raise IllegalState("这条组织关系已结束，不能再办理。")
    return membership


def person_of(person_id: int, by: Actor) -> Person:
    """Somebody of the scope who is here, locked. Raises NotFound, IllegalState; the field is `person`."""
    rows = Person.objects.visible_to(by).defer("search").select_for_update(of=("self",))
    person: Person | None = rows.filter(pk=person_id).first()
    if person is None:
        raise NotFound("没有找到这个人，或不在您的管辖范围内。请先登记居民。", field="person")
    if person.state != "here":
        raise IllegalState(f"{person.name}{person.get_state_display()}，不能再办理。")
    return person


def people_of(unit_id: int, kind: str, now: datetime) -> set[int]:
    """Who decides at a unit and who leads it: who is told of what waits."""
    role = {"community": Role.COMMUNITY_SECRETARY, "street": Role.STREET_STAFF}.get(kind, Role.DISTRICT_CENTRE)
    return set(with_role(role, unit_id, now)) | set(leaders_of(unit_id, now) if kind != "district" else ())


def level_of(organisation: PartyOrganisation) -> str:
    """Which level decides about it: community, street, district."""
    return "community" if organisation.community_id else "street" if organisation.street_id else "district"


def told_at(organisation: PartyOrganisation, now: datetime) -> set[int]:
    """Who is told of what waits for an organisation."""
    return people_of(owner_of(organisation), level_of(organisation), now)


def told_above(organisation: PartyOrganisation, now: datetime) -> set[int]:
    """Who is told one level above it."""
    kind = "street" if organisation.community_id and organisation.street_id else "district"
    return people_of(above(organisation), kind, now)


def record(
    action: str, subject: models.Model, *, by: Actor, now: datetime, label: str = "",
    before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None, reason: str = "",
    subject_type: str = "",
) -> None:  # fmt: skip
    """Into the audit record, beside the change."""
    audit.record(
        action=action, subject_type=subject_type or subject._meta.label_lower, subject_id=subject.pk,
        subject_label=label or str(subject), before=before, after=after, reason=reason, by=by, now=now,
    )  # fmt: skip


def day_within(day: date, earliest: date, latest: date) -> bool:
    """Whether a day lies between two others, both of them included."""
    return earliest <= day <= latest
