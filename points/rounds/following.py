"""What follows here when two records of a person become one, or a person leaves or dies."""

from __future__ import annotations

from datetime import date, datetime

from governance.scope import Actor
from members.models import Person
from points.models import RoundNomination, RoundVote, Unnamed


def on_merged(*, keep: Person, drop: Person, by: Actor, now: datetime) -> None:
    """Nominations are those of the kept record; of two in one round the one that came further stays, with the votes of
    both. Whoever asked not to be named is not named, under whichever record they asked."""
    if Unnamed.objects.filter(person=keep).exists():
        Unnamed.objects.filter(person=drop).delete()
    else:
        Unnamed.objects.filter(person=drop).update(person=keep)
    for row in RoundNomination.objects.select_for_update(of=("self",)).filter(person=drop).order_by("pk"):
        same = RoundNomination.objects.filter(person=keep, round=row.round_id).exclude(state="withdrawn").first()
        if same is not None and row.state != "withdrawn":
            loser, winner = (row, same) if _rank(same) >= _rank(row) else (same, row)
            RoundVote.objects.filter(nomination=loser).update(nomination=winner)
            RoundNomination.objects.filter(pk=loser.pk).update(state="withdrawn")
    RoundNomination.objects.filter(person=drop).update(person=keep)


_WAY = ("refused", "nominated", "passed_over", "approved", "chosen", "suspended", "disqualified", "honoured")


def _rank(row: RoundNomination) -> int:
    return _WAY.index(row.state)


def on_gone(*, person: Person, how: str, on: date, by: Actor, now: datetime) -> None:
    """Who left the district or died stands for nothing any more; an honour stays."""
    standing = RoundNomination.objects.standing().filter(person=person)
    ids = list(standing.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    RoundNomination.objects.filter(pk__in=ids).update(
        state="withdrawn", review_words="去世" if how == "died" else "迁离本区"
    )
