"""What follows here when two records of a person become one, a person leaves or dies, or a unit closes or moves.

Rounds that run go to whoever took the host over, with their limits; who stands in a round follows the place they were
nominated in. Notices of a closed community keep its name, and are looked after by its successor. What has ended stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.selectors import staff_of
from governance.audit import services as audit
from governance.outbox.services import notify
from governance.scope import Actor, UnitKind
from grids.models import Unit
from grids.registry import OpenWork
from members.models import Person
from points.models import Notice, Round, RoundNomination, RoundVote, Unnamed
from points.rounds.selection import clocks
from points.rounds.selection.services._common import record

_ENDED = ("announced", "cancelled")
_PLACE = {UnitKind.STREET: "street_id", UnitKind.COMMUNITY: "community_id", UnitKind.GRID: "grid_id"}


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


def open_work(unit_ids: Sequence[int]) -> list[OpenWork]:
    """Rounds that the units host, who stands in rounds from there, and notices that are drafts or objected to."""
    ids, takers = list(unit_ids), frozenset({UnitKind.STREET, UnitKind.COMMUNITY})
    here = Q(community_id__in=ids) | Q(grid_id__in=ids)
    notices = Notice.objects.filter(Q(state="draft") | Q(objections__answered_at=None, objections__isnull=False))
    url = reverse("points:rounds")
    return [
        OpenWork("未结束的评选", _running().filter(unit_id__in=ids).count(), url, counter="项", takers=takers),
        OpenWork("评选人选", _standing().filter(here).count(), url, counter="名",
                 takers=frozenset({UnitKind.COMMUNITY, UnitKind.GRID})),
        OpenWork("待办的积分公示", notices.filter(community_id__in=ids).distinct().count(), reverse("points:notices"),
                 counter="份", takers=frozenset({UnitKind.COMMUNITY})),
    ]  # fmt: skip


def unit_closed(*, unit_id: int, successor_id: int | None, by: Actor, now: datetime) -> None:
    """The successor hosts the rounds and looks after the notices; who stood there stands in the successor."""
    if successor_id is None:
        return
    old, new = Unit.objects.get(pk=unit_id), Unit.objects.get(pk=successor_id)
    if old.kind not in _PLACE or new.kind not in _PLACE:
        return
    host = new.community if new.kind == UnitKind.GRID else new
    here = Q(**{_PLACE[UnitKind(old.kind)]: old.pk})
    rounds, standing = _held(Q(unit=old), here)
    if host is not None and old.kind != UnitKind.GRID:
        _rehost(rounds, old, host, by, now)
    if new.community_id is not None:
        place = {"street_id": new.street_id, "community_id": new.community_id}
        place["grid_id"] = new.pk if new.kind == UnitKind.GRID else None
        _take_along(standing, place, old, new.name, by, now)
        if old.kind == UnitKind.COMMUNITY:
            kept = {"street_id": new.street_id, "community_id": new.community_id}
            Notice.objects.filter(community=old).exclude(community=new.community_id).update(**kept)


def unit_moved(*, unit: Unit, before: Mapping[str, int | None], by: Actor, now: datetime) -> None:
    """A community that came under another street, or a grid under another community, with its rounds and notices."""
    if unit.kind not in (UnitKind.COMMUNITY, UnitKind.GRID):
        return
    place = {"street_id": unit.street_id}
    if unit.kind == UnitKind.GRID:
        place["community_id"] = unit.community_id
    rounds, standing = _held(Q(unit=unit), Q(**{_PLACE[UnitKind(unit.kind)]: unit.pk}))
    for one in rounds:
        if one.street_id != unit.street_id:
            one.street_id = unit.street_id
            _saved(one, ["street"], by, now, before={}, after={"followed_to": str(unit.parent)})
    _take_along(standing, place, unit, str(unit.parent), by, now)
    if unit.kind == UnitKind.COMMUNITY:
        Notice.objects.filter(community=unit).exclude(street=unit.street_id).update(street_id=unit.street_id)


def _running() -> QuerySet[Round]:
    return Round.objects.exclude(state__in=_ENDED)


def _standing() -> QuerySet[RoundNomination]:
    rows: QuerySet[RoundNomination] = RoundNomination.objects.standing()
    return rows.exclude(round__state__in=_ENDED)


def _held(hosted: Q, here: Q) -> tuple[list[Round], QuerySet[RoundNomination]]:
    """The rounds first, then who stands in them: as every step of a round locks them."""
    standing = _standing().filter(here)
    found = _running().filter(hosted | Q(pk__in=standing.values("round"))).order_by("pk")
    keys = list(found.select_for_update(of=("self",)).values_list("pk", flat=True))
    people = list(standing.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    rounds = list(Round.objects.filter(hosted, pk__in=keys).select_related("unit").order_by("pk"))
    return rounds, RoundNomination.objects.filter(pk__in=people)


def _rehost(rounds: Sequence[Round], old: Unit, host: Unit, by: Actor, now: datetime) -> None:
    for one in rounds:
        one.unit, one.street_id = host, host.street_id
        one.community_id = host.pk if host.kind == UnitKind.COMMUNITY else None
        _saved(
            one, ["unit", "street", "community"], by, now, before={"unit": old.name}, after={"unit": host.name}
        )  # fmt: skip
        notify(
            user_ids=staff_of(host.pk, now), key=f"round:{one.pk}:host:{old.pk}",
            title=f"{old.name}撤并，“{one.title}”由{host.name}接着办理"[:120], body="各项时限不变。",
            subject_type=clocks.SUBJECT, subject_id=one.pk, now=now,
        )  # fmt: skip


def _saved(
    one: Round, columns: Sequence[str], by: Actor, now: datetime, *, before: Mapping[str, str],
    after: Mapping[str, str],
) -> None:  # fmt: skip
    one.changed_at, one.revision = now, one.revision + 1
    one.save(update_fields=[*columns, "changed_at", "revision"])
    clocks.open_clocks(one).update(unit_id=clocks.turn_unit(one))
    record("round.follow_unit", one, by=by, now=now, before=before, after=after)


def _take_along(
    standing: QuerySet[RoundNomination], place: Mapping[str, int | None], unit: Unit, to: str, by: Actor, now: datetime
) -> None:
    differs = Q()
    for name, value in place.items():
        differs |= Q(**{f"{name}__isnull": False}) if value is None else ~Q(**{name: value})
    if count := standing.filter(differs).update(**place):
        audit.record(
            action="round.people_follow_unit", subject_type="unit", subject_id=unit.pk, subject_label=unit.name,
            after={"followed": count, "followed_to": to}, by=by, now=now,
        )  # fmt: skip
