"""Votes, secret and changeable until the end; and a jury's scores."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from governance import privacy
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.scope import Actor
from members.accounts import person_or_none
from points.models import Round, RoundCriterion, RoundJuror, RoundNomination, RoundScore, RoundVote
from points.rounds.selection import clocks
from points.rounds.selection.electing import FULL
from points.rounds.selection.people import home_of, seats_of
from points.rounds.selection.services import _common


def open_to(by: Actor) -> Q:
    """The rounds that somebody may vote in: where they work, and where they live."""
    works = Round.objects.around(district_id=by.district_id, street_id=by.street_id, community_id=by.community_id)
    mine, person = Q(pk__in=works.values("pk")), person_or_none(by)
    return mine if person is None else mine | Q(pk__in=Round.objects.around(**home_of(person)).values("pk"))


def vote(*, round_id: int, nomination_id: int, by: Actor, now: datetime) -> None:
    """Vote for a candidate; the vote of before, if there is one, is for this one now.

    On record is that somebody voted, and nowhere for whom. Raises NotFound, IllegalState once the time is over,
    NotAllowed for oneself and one's household.
    """
    with transaction.atomic(durable=True):
        found = _voted_on(round_id, by)
        row = RoundNomination.objects.filter(round=found, pk=nomination_id).select_related("person").first()
        if row is None or row.state != "approved":
            raise InvalidInput("请选择一名候选人。", field="nomination")
        _common.refuse_near(by, row.person, "投给")
        _check_time(found, now)
        RoundVote.objects.update_or_create(round=found, voter=voter_key(found, by), defaults={"nomination": row})
        _common.record("round.vote", found, by=by, now=now)


def voter_key(found: Round, by: Actor) -> str:
    """One key of a person in a round, whichever of their accounts they use: keyed, so that nobody reads who it is."""
    person = person_or_none(by)
    who = f"person-{person.pk}" if person else f"user-{by.user_id}"
    return privacy.blind_index("vote", f"{found.pk}:{who}")


def _voted_on(round_id: int, by: Actor) -> Round:
    """Held by many at a time: a step of the round waits for votes that are being written, and they for it."""
    ids = list(Round.objects.filter(open_to(by), pk=round_id).values_list("pk", flat=True))
    held = Round.objects.raw("SELECT * FROM points_round WHERE id = ANY(%s) FOR SHARE", [ids])
    found = next(iter(held), None)
    if found is None:
        raise NotFound("没有找到这项评选，或它不面向您。")
    return found


def _check_time(found: Round, now: datetime) -> None:
    """The limit counts, whether the sweep has come by or not."""
    _common.check_state(found, "voting", what="投票")
    due = clocks.open_clocks(found).filter(kind="round_vote").values_list("due_at", flat=True).first()
    if due is not None and due <= now:
        raise IllegalState("投票已经截止。")


def score(
    *, nomination_id: int, marks: Mapping[int, int], by: Actor, now: datetime
) -> list[RoundScore]:  # fmt: skip
    """A juror's marks for a candidate, by criterion, of a hundred; may be given anew until they are added up.

    Raises NotFound for who is no juror of the round, NotAllowed for oneself, one's household, and whom one nominated.
    """
    with transaction.atomic(durable=True):
        row, juror = _scored(nomination_id, by)
        _common.refuse_near(by, row.person, "评分")
        if row.by_user == by.user_id:
            raise NotAllowed("这名人选由您提名，请回避评分。")
        criteria = list(RoundCriterion.objects.filter(round=row.round_id, full_points=0).order_by("pk"))
        for one in criteria:
            if not 0 <= marks.get(one.pk, -1) <= FULL:
                raise InvalidInput(f"“{one.name}”应打 0 至 {FULL} 的整数分。", field=f"mark_{one.pk}")
        rows = [
            RoundScore.objects.update_or_create(
                nomination=row, criterion=one, juror=juror, defaults={"score": marks[one.pk]}
            )[0]
            for one in criteria
        ]
        _common.record("round.score", row, by=by, now=now)
    return rows


def _scored(nomination_id: int, by: Actor) -> tuple[RoundNomination, RoundJuror]:
    seats = RoundJuror.objects.filter(seats_of(by))
    rows = RoundNomination.objects.filter(round__in=seats.values("round"), pk=nomination_id)
    row = rows.select_related("person", "round").first()
    if row is None:
        raise NotFound("没有找到由您评分的这名人选。")
    found = Round.objects.select_for_update(of=("self",)).get(pk=row.round_id)
    _common.check_state(found, "jury", what="评分")
    if row.state != "approved":
        raise IllegalState(f"{row.person.name}{row.get_state_display()}，不能评分。")
    # Of two seats of one person that of the posting they act in.
    mine = sorted(seats.filter(round=found), key=lambda seat: (seat.posting_id != by.posting_id, seat.pk))
    return row, mine[0]
