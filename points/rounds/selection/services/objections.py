"""Objections while a result is public: taken down, the candidate waits; looked into by the street or the host."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from governance.errors import IllegalState, NotAllowed, NotFound
from governance.scope import Actor
from members.words import text_of
from points.models import Round, RoundNomination, RoundObjection
from points.rounds.selection.services import _common
from points.rounds.selection.workflow import OBJECT, REVIEW


def object_to(*, nomination_id: int, from_words: str, words: str, by: Actor, now: datetime) -> RoundObjection:
    """Take down what is said against a candidate during the notice: until it is settled they are not honoured."""
    _common.require(by, OBJECT)
    with transaction.atomic(durable=True):
        row = _held(nomination_id, by)
        _common.check_state(row.round, "public_notice", "noticed", what="登记异议")
        if row.state not in ("chosen", "suspended"):
            raise IllegalState(f"{row.person.name}{row.get_state_display()}，不在公示人选中。")
        made = RoundObjection.objects.create(
            nomination=row, from_words=text_of(from_words, label="反映人", field="from_words", most=64, least=1),
            words=text_of(words, label="反映内容", field="words", most=500, least=4), received_at=now,
            received_by_name=by.user_name,
        )  # fmt: skip
        row.state = "suspended"
        row.save(update_fields=["state"])
        _common.record("round.object", row, by=by, now=now, after={"state": row.state}, reason=made.words)
    return made


def settle_objection(*, objection_id: int, is_upheld: bool, answer: str, by: Actor, now: datetime) -> RoundObjection:
    """What came of it: upheld, the candidate is out and the seat stays empty; else they stand again."""
    _common.require(by, REVIEW)
    with transaction.atomic(durable=True):
        seen = RoundObjection.objects.visible_to(by).filter(pk=objection_id).values_list("nomination", flat=True)
        for pk in seen[:1]:
            row = _held(pk, by)
            break
        else:
            raise NotFound("没有找到这条异议，或不在您的管辖范围内。")
        _common.refuse_near(by, row.person, "核查")
        found: RoundObjection = RoundObjection.objects.select_for_update().get(pk=objection_id)
        if found.settled_at is not None:
            raise IllegalState(f"这条异议已由{found.settled_by_name}核查。")
        if row.by_user == by.user_id:
            raise NotAllowed("这名人选由您提名，请由街道其他人员核查。")
        found.answer = text_of(answer, label="核查结论", field="answer", most=500, least=4)
        found.is_upheld, found.settled_at, found.settled_by_name = is_upheld, now, by.user_name
        found.save(update_fields=["answer", "is_upheld", "settled_at", "settled_by_name"])
        row.state = _after(row, is_upheld=is_upheld)
        row.save(update_fields=["state"])
        _common.record("round.settle", row, by=by, now=now, after={"state": row.state}, reason=found.answer)
    return found


def _after(row: RoundNomination, *, is_upheld: bool) -> str:
    if is_upheld or row.state == "disqualified":
        return "disqualified"
    return "suspended" if row.objections.filter(settled_at=None).exists() else "chosen"


def _held(nomination_id: int, by: Actor) -> RoundNomination:
    """The round first, then the candidate."""
    seen = RoundNomination.objects.visible_to(by).filter(pk=nomination_id).values_list("round", flat=True)
    for pk in seen[:1]:
        Round.objects.select_for_update(of=("self",)).get(pk=pk)
    return _common.locked_nomination(nomination_id, by)
