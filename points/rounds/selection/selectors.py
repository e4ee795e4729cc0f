"""Reading rounds: what waits for whom, one's own, candidates, who was honoured."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet

from governance.files.models import Attachment
from governance.scope import Actor
from points.models import Round, RoundNomination, RoundVote
from points.rounds.selection.people import seats_of
from points.rounds.selection.services._common import NOMINATION
from points.rounds.selection.services.ballots import open_to, voter_key

PUBLIC = ("approved", "chosen", "passed_over", "suspended", "honoured")


def with_counts(rows: Any) -> QuerySet[Round]:
    """With `named`: how many are nominated, and `waiting`: how many wait for the street."""
    found: QuerySet[Round] = rows.select_related("unit", "street").annotate(
        named=Count("nominations", filter=~Q(nominations__state="withdrawn")),
        waiting=Count("nominations", filter=Q(nominations__state="nominated")),
    )
    return found


def turn_of(found: Round) -> str:
    """Whose turn it is, in words."""
    if found.state in ("announced", "cancelled", "draft"):
        return ""
    if found.state in ("nominating", "voting", "public_notice"):
        return "期限内"
    if found.state == "reviewing":
        return found.street.name if found.street else "人选所在街道"
    return found.unit.name


def of_member(by: Actor) -> QuerySet[Round]:
    """The rounds that somebody with an account may take part in, those that run first."""
    rows: QuerySet[Round] = Round.objects.filter(open_to(by)).exclude(state__in=("draft", "cancelled"))
    return rows.select_related("unit").order_by("-pk")


def candidates(found: Round) -> QuerySet[RoundNomination]:
    """Those who passed the review, by name: an order that says nothing of anybody."""
    rows = RoundNomination.objects.filter(round=found, state__in=PUBLIC).select_related("person", "community")
    return rows.defer("person__search").order_by("person__initials", "person__name", "pk")


def my_vote(found: Round, by: Actor) -> int | None:
    """For whom the actor voted: shown to them alone."""
    rows = RoundVote.objects.filter(round=found, voter=voter_key(found, by))
    return rows.values_list("nomination_id", flat=True).first()


def honoured(district_id: int | None) -> QuerySet[RoundNomination]:
    """Who was honoured in the district."""
    rows = RoundNomination.objects.filter(district_id=district_id, state="honoured")
    return rows.select_related("person", "community", "round__unit").defer("person__search")


def photos(rows: list[RoundNomination]) -> dict[int, Attachment]:
    """Nomination → its first photo."""
    files = Attachment.objects.filter(subject_type=NOMINATION, subject_id__in=[row.pk for row in rows], kind="photo")
    found: dict[int, Attachment] = {}
    for file in files.order_by("uploaded_at", "pk"):
        found.setdefault(int(file.subject_id or 0), file)
    return found


def may_see_evidence(actor: Actor, nomination_id: int) -> bool:
    """Of a candidate everybody in the district; before the review those in whose scope they are, and who nominated."""
    row = RoundNomination.objects.filter(pk=nomination_id).first()
    if row is None:
        return False
    if row.state in PUBLIC and row.district_id == actor.district_id:
        return True
    is_juror = row.round.jurors.filter(seats_of(actor)).exists()
    return is_juror or row.by_user == actor.user_id or RoundNomination.objects.visible_to(actor).filter(
        pk=nomination_id
    ).exists()  # fmt: skip
