"""Nominations: by staff, by enterprises, of oneself; reviewed by the street; taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.files import services as files
from governance.outbox.services import notify
from governance.scope import Actor, Role
from members.accounts import person_of
from members.models import Person
from members.words import text_of
from points.models import Round, RoundNomination
from points.rounds.selection.people import eligible, home_of
from points.rounds.selection.services import _common
from points.rounds.selection.workflow import NOMINATE, REVIEW

_LEAST = 20


def nominate(
    *, round_id: int, name: str, tail: str = "", words: str, attachment_ids: Sequence[UUID] = (), by: Actor,
    now: datetime,
) -> RoundNomination:  # fmt: skip
    """Nominate somebody of one's own people, by name and, where several are alike, the last digits of the phone number.

    An enterprise names a courier, and always by both. Raises NotFound, InvalidInput naming the field, IllegalState.
    """
    _common.require(by, NOMINATE)
    with transaction.atomic(durable=True):
        found = _common.locked_round(round_id, by, now)
        person = _meant(found, name.strip(), tail.strip(), by)
        _common.check_state(found, "nominating", what="提名")
        return _write(found, person, words, attachment_ids, by, now)


def nominate_oneself(
    *, round_id: int, words: str, attachment_ids: Sequence[UUID] = (), by: Actor, now: datetime
) -> RoundNomination:
    """Nominate oneself, where the round is for people like oneself. Raises NotFound, InvalidInput, IllegalState."""
    me = person_of(by)
    with transaction.atomic(durable=True):
        found: Round | None = (
            Round.objects.around(**home_of(me)).select_for_update(of=("self",)).filter(pk=round_id).first()
        )  # fmt: skip
        if found is None:
            raise NotFound("没有找到这项评选，或它不面向您居住的地方。")
        _common.check_state(found, "nominating", what="自荐")
        if not eligible(found).filter(pk=me.pk).exists():
            raise IllegalState(f"这项评选面向{found.get_nominees_display()}，您的档案不在其中。有疑问请联系社区。")
        return _write(found, me, words, attachment_ids, by, now, is_own=True)


def _meant(found: Round, name: str, tail: str, by: Actor) -> Person:
    people = eligible(found)
    if by.role == Role.ENTERPRISE_LIAISON:
        if found.nominees != "couriers":
            raise NotAllowed("企业只能提名快递员、外卖骑手等新就业群体。")
        if len(tail) != 4:
            raise InvalidInput("请填写手机号后四位。", field="tail")
    else:
        people = people.visible_to(by)
    people = people.filter(name=name)
    if tail:
        people = people.filter(phone_masked__endswith=tail)
    same: list[Person] = list(people.order_by("pk")[:2])
    if not same:
        raise NotFound("没有找到这名评选对象。请核对姓名，并确认其属于评选对象、在您的管辖范围内。", field="name")
    if len(same) > 1:
        raise InvalidInput("同名的不止一人，请填写手机号后四位。", field="tail")
    return same[0]


def _write(
    found: Round, person: Person, words: str, attachment_ids: Sequence[UUID], by: Actor, now: datetime, *,
    is_own: bool = False,
) -> RoundNomination:  # fmt: skip
    deeds = text_of(words, label="事迹", field="words", most=1000, least=_LEAST)
    try:
        with transaction.atomic():
            made = RoundNomination.objects.create(
                round=found, person=person, district_id=person.district_id, street_id=person.street_id,
                community_id=person.community_id, grid_id=person.grid_id, words=deeds, is_own=is_own,
                by_user=by.user_id, by_name=by.user_name, by_unit=by.unit_name, at=now,
            )  # fmt: skip
    except IntegrityError as error:
        raise IllegalState(f"{person.name}在这项评选中已被提名，无需重复。", field="name") from error
    files.attach(ids=list(attachment_ids), subject_type=_common.NOMINATION, subject_id=made.pk, by=by)
    _common.record("round.nominate", made, by=by, now=now, after={"round": found.title, "is_own": is_own})
    return made


def review_nomination(*, nomination_id: int, accept: bool, words: str, by: Actor, now: datetime) -> RoundNomination:
    """The street's review: a candidate, or not. Not of oneself, one's household, nor of whom one nominated."""
    _common.require(by, REVIEW)
    with transaction.atomic(durable=True):
        round_id = RoundNomination.objects.visible_to(by).filter(pk=nomination_id).values_list("round", flat=True)
        for pk in round_id[:1]:
            Round.objects.select_for_update(of=("self",)).get(pk=pk)
        row = _common.locked_nomination(nomination_id, by)
        _common.refuse_near(by, row.person, "审核")
        if row.by_user == by.user_id:
            raise NotAllowed("这名人选由您提名，请由街道其他人员审核。")
        _common.check_state(row.round, "nominating", "reviewing", what="审核")
        if row.state != "nominated":
            raise IllegalState(f"{row.person.name}{row.get_state_display()}，无需再审核。")
        row.review_words = text_of(words, label="审核意见", field="words", most=200, least=0 if accept else 4)
        row.state = "approved" if accept else "refused"
        row.reviewed_by_name, row.reviewed_at = by.user_name, now
        row.save(update_fields=["state", "review_words", "reviewed_by_name", "reviewed_at"])
        _common.record("round.review", row, by=by, now=now, after={"state": row.state}, reason=row.review_words)
        notify(
            user_ids=[row.by_user], key=f"round:review:{row.pk}", now=now,
            title=f"{row.person.name}：{row.get_state_display()}（{row.round.title}）"[:120],
        )  # fmt: skip
    return row


def withdraw_nomination(*, nomination_id: int, by: Actor, now: datetime) -> RoundNomination:
    """Take back what one nominated oneself, before the deciding begins. Raises NotFound for another's."""
    with transaction.atomic(durable=True):
        rows = RoundNomination.objects.filter(by_user=by.user_id).select_for_update(of=("self",))
        row: RoundNomination | None = rows.select_related("person", "round").filter(pk=nomination_id).first()
        if row is None:
            raise NotFound("没有找到由您提名的这名人选。")
        _common.check_state(row.round, "nominating", "reviewing", what="撤回提名")
        if row.state not in ("nominated", "approved"):
            raise IllegalState(f"{row.person.name}{row.get_state_display()}，无需撤回。")
        row.state = "withdrawn"
        row.save(update_fields=["state"])
        _common.record("round.withdraw", row, by=by, now=now, after={"state": row.state})
    return row
