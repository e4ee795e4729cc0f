"""What is open to see of points, a member's own pages, and rounds 创先争优: samples for the walk of services."""

from __future__ import annotations

from datetime import date
from typing import Any

from governance.errors import InvalidInput
from points.models import Notice, NoticeObjection
from points.rounds.notices import services as notices
from points.rounds.statements import services as statements
from points.rounds.statements.periods import Period
from tests.walk.residents import _household, _person
from tests.walk.sampling import MADE, TODAY, WALKED, Refused, Row, Sample, World

_PERIOD = Period(MADE.date(), TODAY)
_LOOK = "a look changes nothing, in whatever state somebody is"

STATEMENTS = [
    Sample(
        statements.look_at_person,
        lambda world, person, by: statements.look_at_person(person_id=person.pk, period=_PERIOD, by=by, now=WALKED),
        changes="",
        then=lambda world, person, result: result.pk == person.pk,
        rows=lambda world, person, result: [("points.statement_read", "members.person", person.pk)],
        make=_person,
        harmless=_LOOK,
    ),
    Sample(
        statements.look_at_household,
        lambda world, one, by: statements.look_at_household(household_id=one.pk, period=_PERIOD, by=by, now=WALKED),
        changes="",
        then=lambda world, one, result: result.pk == one.pk,
        rows=lambda world, one, result: [("points.statement_read", "members.household", one.pk)],
        make=_household,
        harmless=_LOOK,
    ),
]


# Notices ------------------------------------------------------------------------------------------------------------

OCTOBER, SECRETARY = date(2026, 10, 1), "CS@community_1"


def _draft_of(world: World, by: Any, month: date = OCTOBER) -> Notice:
    return notices.draft_notice(community_id=world.id_of("community_1"), month=month, by=by, now=WALKED)


def _draft(world: World, by: Any = None) -> Notice:
    unit = world.id_of("community_1")
    return notices.draft_notice(community_id=unit, month=OCTOBER, by=world.actor(SECRETARY), now=MADE)


def _published(world: World, by: Any = None) -> Notice:
    return notices.publish_notice(notice_id=_draft(world).pk, by=world.actor(SECRETARY), now=MADE)


def _object(world: World, notice: Notice, by: Any, on: date = TODAY) -> NoticeObjection:
    return notices.receive_objection(
        notice_id=notice.pk, from_words="3号楼居民", words="少记了一次服务", on=on, by=by, now=WALKED
    )


def _objection(world: World, by: Any = None) -> NoticeObjection:
    return _object(world, _published(world), world.actor(SECRETARY))


def _answer(world: World, objection: NoticeObjection, by: Any) -> NoticeObjection:
    return notices.answer_objection(objection_id=objection.pk, answer="已核实，下月补记", by=by, now=WALKED)


def _noted(world: World, by: Any = None) -> Any:
    person = _person(world)
    notices.leave_unnamed(person_id=person.pk, words="本人提出", by=world.actor(SECRETARY), now=MADE)
    return person


def _row(action: str, subject: str = "points.notice") -> Any:
    def rows(world: World, thing: Any, result: Any) -> list[Row]:
        about = thing if subject == "members.person" else (result if thing is None else thing)
        return [(action, subject, about.pk)]

    return rows


def _publish_it(world: World, notice: Notice) -> None:
    notices.publish_notice(notice_id=notice.pk, by=world.actor(SECRETARY), now=MADE)


_PUBLISHED = Refused("published", "已公示", spoil=_publish_it)
NOTICES = [
    Sample(
        notices.draft_notice,
        lambda world, thing, by: _draft_of(world, by),
        changes="points_notice",
        then=lambda world, thing, result: (result.state, result.edition, result.people) == ("draft", 1, 0),
        rows=_row("points.notice_draft"),
        refused=(
            Refused("a draft is open", "已有待公示", spoil=lambda world, thing: _draft(world)),
            Refused("a correction without a reason", "更正原因", InvalidInput,
                    spoil=lambda world, thing: _published(world)),
            Refused("a month that is not over", "已经结束的月份", InvalidInput,
                    call=lambda world, thing, by: _draft_of(world, by, TODAY)),
        ),
    ),
    Sample(
        notices.refresh_notice,
        lambda world, notice, by: notices.refresh_notice(notice_id=notice.pk, by=by, now=WALKED),
        changes="",
        then=lambda world, notice, result: result.state == "draft",
        rows=_row("points.notice_refresh"),
        make=_draft,
        refused=(_PUBLISHED,),
    ),
    Sample(
        notices.discard_notice,
        lambda world, notice, by: notices.discard_notice(notice_id=notice.pk, by=by, now=WALKED),
        changes="points_notice",
        then=lambda world, notice, result: not Notice.objects.filter(pk=notice.pk).exists(),
        rows=_row("points.notice_discard"),
        make=_draft,
        refused=(_PUBLISHED,),
    ),
    Sample(
        notices.publish_notice,
        lambda world, notice, by: notices.publish_notice(notice_id=notice.pk, by=by, now=WALKED),
        changes="points_notice",
        then=lambda world, notice, result: (result.state, result.published_at) == ("published", WALKED),
        rows=_row("points.notice_publish"),
        make=_draft,
        refused=(
            _PUBLISHED,
            Refused("the ledger says something else", "先更新草稿",
                    spoil=lambda world, notice: Notice.objects.filter(pk=notice.pk).update(given=9)),
        ),
    ),
    Sample(
        notices.receive_objection,
        _object,
        changes="points_noticeobjection",
        then=lambda world, notice, result: result.notice_id == notice.pk,
        rows=_row("points.notice_object"),
        make=_published,
        refused=(
            Refused("before it was published", "收到日期", InvalidInput,
                    call=lambda world, notice, by: _object(world, notice, by, OCTOBER)),
        ),
    ),
    Sample(
        notices.answer_objection,
        _answer,
        changes="points_noticeobjection",
        then=lambda world, objection, result: result.answered_at == WALKED,
        rows=lambda world, objection, result: [("points.notice_answer", "points.notice", objection.notice_id)],
        make=_objection,
        refused=(
            Refused("answered", "答复", spoil=lambda world, one: _answer(world, one, world.actor(SECRETARY))),
        ),
    ),
    Sample(
        notices.leave_unnamed,
        lambda world, person, by: notices.leave_unnamed(person_id=person.pk, words="本人提出", by=by, now=WALKED),
        changes="points_unnamed",
        then=lambda world, person, result: result.person_id == person.pk,
        rows=_row("points.unnamed", "members.person"),
        make=_person,
        refused=(
            Refused("noted already", "无需重复", spoil=lambda world, person: notices.leave_unnamed(
                person_id=person.pk, words="本人提出", by=world.actor(SECRETARY), now=MADE)),
        ),
    ),
    Sample(
        notices.name_again,
        lambda world, person, by: notices.name_again(person_id=person.pk, by=by, now=WALKED),
        changes="points_unnamed",
        then=lambda world, person, result: result is None,
        rows=_row("points.named_again", "members.person"),
        make=_noted,
        refused=(
            Refused("nothing is noted", "无需取消", spoil=lambda world, person: notices.name_again(
                person_id=person.pk, by=world.actor(SECRETARY), now=MADE)),
        ),
    ),
]  # fmt: skip
SAMPLES: list[Sample] = [*STATEMENTS, *NOTICES]
