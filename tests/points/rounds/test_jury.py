"""A jury's round: marks by criterion, points as one of them, who stands too near."""

from __future__ import annotations

from decimal import Decimal

import pytest

from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from points.models import Round, RoundNomination
from points.rounds.selection.services import ballots
from tests.points.rounds.conftest import give_account
from tests.points.rounds.test_selection import JURY
from tests.points.rounds.test_selection import approved as approved
from tests.points.rounds.test_selection import calendar as calendar
from tests.points.rounds.test_selection import drafted as drafted
from tests.points.rounds.test_selection import named as named
from tests.points.rounds.test_selection import second as second
from tests.points.rounds.test_selection import step as step

pytestmark = pytest.mark.django_db


class TestJury:
    @pytest.fixture
    def jury(self, drafted, step, approved, person, cast, second) -> tuple[Round, list[RoundNomination]]:
        ids = [cast.cs.posting_id, cast.gw.posting_id, second.posting_id]
        found = drafted(way="jury", criteria=JURY, juror_ids=ids)
        step(found, "open")
        rows = []
        for name in ("王建国", "李秀兰"):
            person(name)
            rows.append(approved(found, name))
        step(found, "close")
        return step(found, "decide"), rows

    def test_scores_and_points_by_weight(self, jury, step, give, cast, second, now) -> None:
        found, (first, other) = jury
        give(first.person, 50)
        criterion = found.criteria.get(full_points=0)
        marks = {cast.cs: (90, 80), cast.gw: (80, 80), second: (91, 80)}
        for by, (one, two) in marks.items():
            ballots.score(nomination_id=first.pk, marks={criterion.pk: one}, by=by, now=now)
            ballots.score(nomination_id=other.pk, marks={criterion.pk: two}, by=by, now=now)
        step(found, "count")
        first.refresh_from_db()
        other.refresh_from_db()
        assert (first.score, other.score) == (Decimal("72.20"), Decimal("48.00"))
        assert (first.state, other.state) == ("chosen", "passed_over")

    def test_half_of_the_jury_at_least(self, jury, step, cast, now) -> None:
        found, (first, _other) = jury
        criterion = found.criteria.get(full_points=0)
        ballots.score(nomination_id=first.pk, marks={criterion.pk: 90}, by=cast.cs, now=now)
        with pytest.raises(IllegalState, match="未满半数"):
            step(found, "count")

    def test_who_may_not(self, jury, cast, household, person, now) -> None:
        found, (first, _) = jury
        criterion = found.criteria.get(full_points=0)
        with pytest.raises(NotFound):
            ballots.score(nomination_id=first.pk, marks={criterion.pk: 90}, by=cast.cw, now=now)
        home = first.person.stays.get(until_on=None).household
        give_account(cast.gw, person("赵雪", into=home, relation="spouse"))
        with pytest.raises(NotAllowed, match="回避"):
            ballots.score(nomination_id=first.pk, marks={criterion.pk: 90}, by=cast.gw, now=now)
        for mark in (-1, 101, None):
            with pytest.raises(InvalidInput):
                ballots.score(
                    nomination_id=first.pk, marks={} if mark is None else {criterion.pk: mark}, by=cast.cs, now=now
                )
