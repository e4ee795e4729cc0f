"""What is open to see of points, a member's own pages, and rounds 创先争优: samples for the walk of services."""

from __future__ import annotations

from datetime import date
from typing import Any

from governance.errors import InvalidInput
from points.models import (
    Notice,
    NoticeObjection,
    Round,
    RoundCriterion,
    RoundJuror,
    RoundNomination,
    RoundObjection,
    RoundVote,
)
from points.rounds.notices import services as notices
from points.rounds.selection.services import ballots, nominations, objections, rounds
from points.rounds.selection.services.rounds import RoundFacts
from points.rounds.statements import services as statements
from points.rounds.statements.periods import Period
from tests.walk.residents import _household, _person
from tests.walk.sampling import MADE, TODAY, WALKED, Refused, Row, Sample, World
from tests.walk.volunteers import _account

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


# Rounds 创先争优: here all of the first street's ---------------------------------------------------------------------

STREET, WORKER, DEEDS = "SS@street_1", "CW@community_1", "连续三个月配送途中上报道路隐患十七处，均已整改。"


def _said(**changes: Any) -> RoundFacts:
    told: dict[str, Any] = {
        "title": "第四季度先锋小哥评选", "kind": "pioneer", "nominees": "residents", "way": "voting", "seats": 2,
        "from_on": date(2026, 9, 1), "until_on": date(2026, 11, 30),
    }  # fmt: skip
    return RoundFacts(**(told | changes))


def _round(world: World, by: Any = None, **changes: Any) -> Round:
    return rounds.draft_round(facts=_said(**changes), by=world.actor(STREET), now=MADE)


def _open(world: World, by: Any = None, **changes: Any) -> Round:
    return rounds.take_step(
        round_id=_round(world, **changes).pk, step="open", by=world.actor(STREET), now=MADE
    )  # fmt: skip


def _open_and_somebody(world: World, by: Any = None) -> Round:
    _person(world)
    return _open(world)


def _nominate(world: World, found: Round, by: Any) -> RoundNomination:
    return nominations.nominate(round_id=found.pk, name="王建国", words=DEEDS, by=by, now=WALKED)


def _nominated(world: World, by: Any = None, **changes: Any) -> RoundNomination:
    _person(world)
    found = _open(world, **changes)
    return nominations.nominate(round_id=found.pk, name="王建国", words=DEEDS, by=world.actor(WORKER), now=MADE)


def _review(world: World, row: RoundNomination, by: Any, accept: bool = True) -> RoundNomination:
    return nominations.review_nomination(nomination_id=row.pk, accept=accept, words="", by=by, now=WALKED)


def _deciding(world: World, by: Any = None, **changes: Any) -> RoundNomination:
    row = _nominated(world, **changes)
    nominations.review_nomination(nomination_id=row.pk, accept=True, words="", by=world.actor(STREET), now=MADE)
    for step in ("close", "decide"):
        rounds.take_step(round_id=row.round_id, step=step, by=world.actor(STREET), now=MADE)
    return row


def _public(world: World, by: Any = None) -> RoundNomination:
    row = _deciding(world)
    RoundNomination.objects.filter(pk=row.pk).update(state="chosen")
    Round.objects.filter(pk=row.round_id).update(state="public_notice")
    return row


def _against(world: World, row: RoundNomination, by: Any) -> RoundObjection:
    return objections.object_to(nomination_id=row.pk, from_words="居民", words="事迹有出入", by=by, now=WALKED)


def _objected(world: World, by: Any = None) -> RoundObjection:
    return _against(world, _public(world), world.actor(WORKER))


def _settle(world: World, one: RoundObjection, by: Any) -> RoundObjection:
    return objections.settle_objection(
        objection_id=one.pk, is_upheld=False, answer="核查无出入", by=by, now=WALKED
    )  # fmt: skip


def _cancel(world: World, found: Round) -> None:
    rounds.take_step(round_id=found.pk, step="cancel", words="报名不足", by=world.actor(STREET), now=MADE)


def _cancel_its(world: World, row: RoundNomination) -> None:
    Round.objects.filter(pk=row.round_id).update(state="cancelled")


def _jury(world: World, by: Any) -> RoundNomination:
    """Whoever will call is of the jury, wherever they work."""
    row = _deciding(world)
    Round.objects.filter(pk=row.round_id).update(state="jury", way="jury")
    RoundNomination.objects.filter(pk=row.pk).update(by_user=0)
    RoundCriterion.objects.create(round_id=row.round_id, name="服务群众", weight=100)
    RoundJuror.objects.create(round_id=row.round_id, posting_id=by.posting_id, name=by.user_name)
    return row


def _score(world: World, row: RoundNomination, by: Any, mark: int = 90) -> Any:
    criterion = RoundCriterion.objects.get(round=row.round_id)
    return ballots.score(nomination_id=row.pk, marks={criterion.pk: mark}, by=by, now=WALKED)


def _resident(world: World, by: Any) -> Any:
    """The resident of the account that will call, and a round of the district."""
    person = _person(world)
    _account(world, by, person)
    found = _open(world)
    unit = {"street": None, "community": None, "district_id": by.district_id or found.district_id}
    Round.objects.filter(pk=found.pk).update(**unit)
    return found


def _own(world: World, by: Any) -> RoundNomination:
    row = _nominated(world)
    RoundNomination.objects.filter(pk=row.pk).update(by_user=by.user_id)
    return row


def _about(action: str, subject: str = "points.roundnomination") -> Any:
    def rows(world: World, thing: Any, result: Any) -> list[Row]:
        return [(action, subject, (result or thing).pk)]

    return rows


_CANCELLED = Refused("called off", "已取消", spoil=_cancel)
_ITS_CANCELLED = Refused("called off", "已取消", spoil=_cancel_its)
ROUNDS = [
    Sample(
        rounds.draft_round,
        lambda world, thing, by: rounds.draft_round(facts=_said(), by=by, now=WALKED),
        changes="points_round",
        then=lambda world, thing, result: result.state == "draft",
        rows=_about("round.draft", "points.round"),
        refused=(
            Refused("no seats", "名额", InvalidInput,
                    call=lambda world, thing, by: rounds.draft_round(facts=_said(seats=0), by=by, now=WALKED)),
        ),
    ),
    Sample(
        rounds.change_round,
        lambda world, found, by: rounds.change_round(round_id=found.pk, facts=_said(seats=5), by=by, now=WALKED),
        changes="points_round",
        then=lambda world, found, result: result.seats == 5,
        rows=_about("round.change", "points.round"),
        make=_round,
        refused=(_CANCELLED,),
    ),
    Sample(
        rounds.take_step,
        lambda world, found, by: rounds.take_step(round_id=found.pk, step="open", by=by, now=WALKED),
        changes="points_round deadlines_clock outbox_inboxitem",
        then=lambda world, found, result: result.state == "nominating",
        rows=_about("round.open", "points.round"),
        make=_round,
        refused=(_CANCELLED,),
    ),
    Sample(
        nominations.nominate,
        _nominate,
        changes="points_roundnomination",
        then=lambda world, found, result: result.state == "nominated",
        rows=_about("round.nominate"),
        make=_open_and_somebody,
        refused=(
            _CANCELLED,
            Refused("nominated already", "已被提名",
                    spoil=lambda world, found: _nominate(world, found, world.actor(WORKER))),
        ),
    ),
    Sample(
        nominations.review_nomination,
        _review,
        changes="points_roundnomination outbox_inboxitem",
        then=lambda world, row, result: result.state == "approved",
        rows=_about("round.review"),
        make=_nominated,
        refused=(
            _ITS_CANCELLED,
            Refused("no reason", "审核意见", InvalidInput,
                    call=lambda world, row, by: _review(world, row, by, accept=False)),
        ),
    ),
    Sample(
        ballots.vote,
        lambda world, row, by: ballots.vote(round_id=row.round_id, nomination_id=row.pk, by=by, now=WALKED),
        changes="points_roundvote",
        then=lambda world, row, result: RoundVote.objects.filter(round=row.round_id, nomination=row).count() == 1,
        rows=lambda world, row, result: [("round.vote", "points.round", row.round_id)],
        make=_deciding,
        refused=(_ITS_CANCELLED,),
    ),
    Sample(
        objections.object_to,
        _against,
        changes="points_roundobjection points_roundnomination",
        then=lambda world, row, result: RoundNomination.objects.get(pk=row.pk).state == "suspended",
        rows=lambda world, row, result: [("round.object", "points.roundnomination", row.pk)],
        make=_public,
        refused=(_ITS_CANCELLED,),
    ),
    Sample(
        objections.settle_objection,
        _settle,
        changes="points_roundobjection points_roundnomination",
        then=lambda world, one, result: RoundNomination.objects.get(pk=one.nomination_id).state == "chosen",
        rows=lambda world, one, result: [("round.settle", "points.roundnomination", one.nomination_id)],
        make=_objected,
        refused=(Refused("settled", "核查", spoil=lambda world, one: _settle(world, one, world.actor(STREET))),),
    ),
]  # fmt: skip
# Of whoever has an account.
ROUNDS_OWNED = [
    Sample(
        nominations.nominate_oneself,
        lambda world, found, by: nominations.nominate_oneself(round_id=found.pk, words=DEEDS, by=by, now=WALKED),
        changes="points_roundnomination",
        then=lambda world, found, result: result.is_own,
        rows=_about("round.nominate"),
        make=_resident,
        refused=(
            Refused("called off", "已取消", spoil=lambda w, found: Round.objects.update(state="cancelled")),
        ),
    ),
    Sample(
        nominations.withdraw_nomination,
        lambda world, row, by: nominations.withdraw_nomination(nomination_id=row.pk, by=by, now=WALKED),
        changes="points_roundnomination",
        then=lambda world, row, result: result.state == "withdrawn",
        rows=_about("round.withdraw"),
        make=_own,
        refused=(_ITS_CANCELLED,),
    ),
    Sample(
        ballots.score,
        _score,
        changes="points_roundscore",
        then=lambda world, row, result: [one.score for one in result] == [90],
        rows=lambda world, row, result: [("round.score", "points.roundnomination", row.pk)],
        make=_jury,
        refused=(
            _ITS_CANCELLED,
            Refused("no such mark", "0 至 100", InvalidInput,
                    call=lambda world, row, by: _score(world, row, by, mark=101)),
        ),
    ),
]  # fmt: skip
SAMPLES: list[Sample] = [*STATEMENTS, *NOTICES, *ROUNDS, *ROUNDS_OWNED]
