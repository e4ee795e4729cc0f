"""双报到: members whose own organisation is elsewhere report to one where they live, and what they do there."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from governance.days import today_of
from governance.errors import IllegalState, InvalidInput, NotFound
from governance.scope import Actor
from members.models import DoubleRegistration, PartyMembership, PartyOrganisation, Person, ServiceDone
from members.party.services._common import locked_organisation, person_of, record, require
from members.words import day_of, text_of

_MOST_HOURS = 24


def report(
    *, organisation_id: int, person_id: int, own_organisation: str, employer: str, on: date, by: Actor, now: datetime
) -> DoubleRegistration:
    """报到: somebody of the scope reports to an organisation of one's own.

    Raises InvalidInput naming the field, IllegalState for who reports already or belongs to the same community.
    """
    require(by)
    with transaction.atomic(durable=True):
        person = person_of(person_id, by)
        organisation = locked_organisation(organisation_id, by)
        return write_reported(
            person, organisation, own_organisation=own_organisation, employer=employer, on=on, by=by, now=now
        )


def write_reported(
    person: Person, organisation: PartyOrganisation, *, own_organisation: str, employer: str, on: date, by: Actor,
    now: datetime,
) -> DoubleRegistration:  # fmt: skip
    """`report` in the caller's transaction; person and organisation are locked."""
    present = DoubleRegistration.objects.filter(person=person, until_on=None).select_related("organisation").first()
    if present is not None:
        raise IllegalState(f"{person.name}已在“{present.organisation.name}”报到。", field="person")
    own = PartyMembership.objects.current().filter(person=person).first()
    if own is not None and own.community_id is not None and own.community_id == organisation.community_id:
        raise IllegalState(f"{person.name}的组织关系就在本社区，不需要报到。", field="person")
    registration = DoubleRegistration.objects.create(
        person=person, organisation=organisation,
        own_organisation=text_of(
            own_organisation, label="组织关系所在党组织", field="own_organisation", most=100, least=2
        ),
        employer=text_of(employer, label="工作单位", field="employer", most=100),
        from_on=day_of(on, today=today_of(now), label="报到日期", field="on"),
    )  # fmt: skip
    record(
        "party.report", registration, by=by, now=now, label=person.name,
        after={"organisation": organisation.name, "own_organisation": registration.own_organisation},
    )  # fmt: skip
    return registration


def end_report(*, registration_id: int, on: date, words: str, by: Actor, now: datetime) -> DoubleRegistration:
    """结束报到, for a reason."""
    with transaction.atomic(durable=True):
        registration = _open(registration_id, by)
        on = day_of(on, today=today_of(now), label="结束日期", field="on")
        if on < registration.from_on:
            raise InvalidInput(f"结束日期不能早于报到日期（{registration.from_on:%Y-%m-%d}）。", field="on")
        registration.until_on = on
        registration.ended_how = text_of(words, label="结束原因", field="words", most=100, least=2)
        registration.save(update_fields=["until_on", "ended_how"])
        record(
            "party.report_end", registration, by=by, now=now, label=registration.person.name,
            reason=registration.ended_how, after={"until_on": on},
        )  # fmt: skip
    return registration


def add_service(
    *, registration_id: int, on: date, hours: Decimal, words: str, by: Actor, now: datetime
) -> DoubleRegistration:
    """登记服务: what somebody who reported has done."""
    with transaction.atomic(durable=True):
        registration = _open(registration_id, by)
        on = day_of(on, today=today_of(now), label="服务日期", field="on")
        if on < registration.from_on:
            raise InvalidInput(f"服务日期不能早于报到日期（{registration.from_on:%Y-%m-%d}）。", field="on")
        if not 0 < hours <= _MOST_HOURS:
            raise InvalidInput(f"时长应在 0 至 {_MOST_HOURS} 小时之间。", field="hours")
        words = text_of(words, label="服务内容", field="words", most=200, least=2)
        ServiceDone.objects.create(registration=registration, on=on, hours=hours, words=words)
        registration.services += 1
        registration.last_service_on = max(on, registration.last_service_on or on)
        registration.save(update_fields=["services", "last_service_on"])
        record(
            "party.service", registration, by=by, now=now, label=registration.person.name,
            after={"on": on, "hours": str(hours), "words": words},
        )  # fmt: skip
    return registration


def _open(registration_id: int, by: Actor) -> DoubleRegistration:
    """A registration in force at an organisation of one's own, locked after it."""
    require(by)
    seen = DoubleRegistration.objects.visible_to(by).filter(pk=registration_id).first()
    if seen is None:
        raise NotFound("没有找到这条报到记录，或不在您的管辖范围内。")
    locked_organisation(seen.organisation_id, by)
    rows = DoubleRegistration.objects.select_for_update(of=("self",)).select_related("person").defer("person__search")
    registration: DoubleRegistration = rows.get(pk=registration_id)
    if registration.until_on is not None:
        raise IllegalState("这条报到已结束。")
    return registration
