"""Votes and scores, counted by SQL; what they come to is `electing`'s."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Count, Sum

from governance.errors import IllegalState
from points.models import Entry, Round, RoundNomination, RoundScore, RoundVote
from points.rounds.selection.electing import mark_of_points, total


def votes(found: Round) -> dict[int, int]:
    """Candidate → how many votes; those with none are left out, and votes for who stands no more count for nobody."""
    rows = RoundVote.objects.filter(round=found, nomination__state="approved").order_by()
    return dict(rows.values_list("nomination_id").annotate(n=Count("pk")))


def turnout(found: Round) -> int:
    """How many have voted."""
    return RoundVote.objects.filter(round=found).count()


def earned(found: Round, person_ids: Sequence[int]) -> dict[int, int]:
    """Person → points given in the round's period, less what was put right."""
    rows = Entry.objects.filter(
        account__person__in=list(person_ids), transaction__kind__in=("award", "reverse"),
        transaction__on__range=(found.from_on, found.until_on),
    ).order_by()  # fmt: skip
    return dict(rows.values_list("account__person_id").annotate(points=Sum("amount")))


def scores(found: Round, candidates: Sequence[RoundNomination]) -> dict[int, Decimal]:
    """Candidate → score of a hundred. Raises IllegalState while fewer than half of the jury have scored somebody."""
    criteria, jurors = list(found.criteria.order_by("pk")), found.jurors.count()
    weights = {one.pk: one.weight for one in criteria}
    marks = _marks(found)
    gained = earned(found, [row.person_id for row in candidates])
    missing = []
    totals: dict[int, Decimal] = {}
    for row in candidates:
        for one in criteria:
            if one.full_points:
                marks[row.pk][one.pk] = mark_of_points(gained.get(row.person_id, 0), one.full_points)
            elif 2 * marks[row.pk].get(one.pk, (0, 0))[1] < jurors:
                missing.append(row.person.name)
                break
        else:
            totals[row.pk] = total(marks[row.pk], weights)
    if missing:
        raise IllegalState(f"还有人选未满半数评委打分：{'、'.join(missing[:10])}。请评委补齐后再汇总。")
    return totals


def _marks(found: Round) -> dict[int, dict[int, tuple[int, int]]]:
    """Candidate → criterion → (sum, how many)."""
    rows = RoundScore.objects.filter(nomination__round=found).order_by()
    marks: dict[int, dict[int, tuple[int, int]]] = defaultdict(dict)
    for nomination, criterion, points, count in rows.values_list("nomination_id", "criterion_id").annotate(
        points=Sum("score"), count=Count("pk")
    ):
        marks[nomination][criterion] = points, count
    return marks
