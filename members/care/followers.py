"""Care of a unit that closes or moves goes along: the turns run on, whoever cannot visit there any more is let go."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from accounts.models import Posting
from accounts.selectors import staff_of
from governance.days import today_of
from governance.outbox.services import notify
from members.care.services._common import VISITORS
from members.care.words import SUBJECT
from members.following import Follower, Step, hold_clocks
from members.models import CareEvent, CareRecord, CareTurn


def _follow(step: Step, ids: Sequence[int]) -> None:
    if not ids:
        return
    records = CareRecord.objects.filter(pk__in=ids)
    hold_clocks(SUBJECT, records, Coalesce(F("grid_id"), F("community_id")))
    postings = Posting.objects.in_force(today_of(step.now)).filter(user_id=OuterRef("visitor_id"), role__in=VISITORS)
    here = postings.filter(Q(unit_id=OuterRef("community_id")) | Q(unit_id=OuterRef("grid_id")))
    lost = list(records.exclude(visitor=None).exclude(Exists(here)).values_list("pk", flat=True))
    CareRecord.objects.filter(pk__in=lost).update(visitor=None, changed_at=step.now, revision=F("revision") + 1)
    _note(step, ids, set(lost))
    if lost:
        _tell(step, lost)


def _note(step: Step, ids: Sequence[int], lost: set[int]) -> None:
    how = "撤并到" if step.successor else "调整到"
    words = f"{step.unit.name}{how}{step.to}，走访时限不变。"[:450]
    CareEvent.objects.bulk_create(
        CareEvent(
            record_id=pk, kind="moved", at=step.now, by_user=step.by.user_id, by_name=step.by.user_name,
            unit_name=step.by.unit_name, words=words + ("原走访人不在此任职，请重新指定。" if pk in lost else ""),
        )
        for pk in ids
    )  # fmt: skip


def _tell(step: Step, lost: Sequence[int]) -> None:
    """One message to each community that has to name visitors."""
    communities = CareRecord.objects.filter(pk__in=lost).order_by().values_list("community_id", flat=True).distinct()
    for community_id in communities:
        notify(
            user_ids=staff_of(community_id, step.now), level="soon", subject_type=SUBJECT, subject_id=lost[0],
            key=f"care:unit:{step.unit.pk}:{community_id}:{step.now:%Y%m%d%H%M%S}",
            title=f"{step.unit.name}调整后，{len(lost)} 名重点关爱对象需要重新指定走访人",
            body="走访时限照原来的计算。", now=step.now,
        )  # fmt: skip


FOLLOWERS = (
    Follower(
        key="care", label="重点关爱对象", counter="人", rows=lambda today: CareRecord.objects.open(), after=_follow
    ),
    Follower(
        key="care_turn", label="待走访", counter="次", is_counted=False,
        rows=lambda today: CareTurn.objects.filter(state="open"),
    ),
)  # fmt: skip
