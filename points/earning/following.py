"""What follows when the community of a claim or of a budget closes or comes under another street.

Claims that nobody has decided for good go along, with their limits, and wait for who decides there. Points in a budget
stay its own, for the books say whose they were: the street is told, sees them, and moves them on in one step.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Case, F, QuerySet, Sum, When
from django.utils import timezone

from accounts.selectors import with_role
from governance.outbox.services import notify
from governance.scope import Actor, Role
from grids.models import Unit
from members.following import Follower, Step, hold_clocks
from members.models import Person
from points.earning import clocks
from points.earning.services import proposals
from points.earning.settling import note
from points.earning.workflow import OPEN
from points.models import Account, Claim

BUDGET = "points.account"


def _open(today: date) -> QuerySet[Claim]:
    """What was not given yet, and what is still to be taken back."""
    return Claim.objects.filter(state__in=(*OPEN, "owed"))


def _hold(step: Step, ids: Sequence[int]) -> None:
    """They wait for the secretary or the street of the new place; where no secretary may decide, for the street."""
    rows = Claim.objects.filter(pk__in=ids)
    for claim in rows.filter(state="proposed").select_related("person", "household").order_by("pk"):
        if not proposals.secretaries(claim, step.now):
            claim.state = "second"
            clocks.start(claim, step.now)
            claim.save(update_fields=["state", "due_at", "card"])
            note("point.to_street", claim, step.by, step.now, before={"state": "proposed"}, after={"state": "second"})
    hold_clocks(clocks.SUBJECT, rows, Case(When(state="second", then=F("street_id")), default=F("community_id")))
    _tell(step, rows)


def _tell(step: Step, rows: QuerySet[Claim]) -> None:
    """One message to each place where something waits for a decision now."""
    asked = (("proposed", "community_id", Role.COMMUNITY_SECRETARY), ("second", "street_id", Role.STREET_STAFF))
    for state, column, role in asked:
        keys = rows.filter(state=state).order_by("pk")
        for unit_id in set(keys.order_by().values_list(column, flat=True)):
            mine = list(keys.filter(**{column: unit_id}).values_list("pk", flat=True))
            notify(
                user_ids=with_role(role, unit_id, step.now), key=f"claims:{step.unit.pk}:{state}:{unit_id}:{mine[0]}",
                title=f"{step.unit.name}调整后，{len(mine)} 笔积分申报由您这里办理", body="审批时限照原来的计算。",
                subject_type=clocks.SUBJECT, subject_id=mine[0], now=step.now,
            )  # fmt: skip


FOLLOWER = Follower(
    key="points_claim", label="未发放的积分", counter="笔", url="points:claims", rows=_open, after=_hold
)


def unit_closed(*, unit_id: int, successor_id: int | None, by: Actor, now: datetime) -> None:
    """Tell the street what a closed community has left, once."""
    today = timezone.localdate(now)
    budgets = Account.objects.filter(kind="budget", unit=unit_id, balance__gt=0, until_on__gte=today)
    first = budgets.order_by("from_on").first()
    if first is None:
        return
    unit = Unit.objects.get(pk=unit_id)
    points = budgets.aggregate(points=Sum("balance"))["points"]
    notify(
        user_ids=with_role(Role.STREET_STAFF, unit.street_id or 0, now), key=f"budget:closed:{unit.pk}", level="soon",
        title=f"{unit.name}已撤并，积分预算还余 {points:,} 分",
        body="请在积分预算中划给承接社区，或交回街道额度；不处理的不能再发放。", subject_type=BUDGET,
        subject_id=first.pk, now=now,
    )  # fmt: skip


def on_merged(*, keep: Person, drop: Person, by: Actor, now: datetime) -> None:
    """What was earned by the one is the other's: caps count both."""
    rows = Claim.objects.select_for_update(no_key=True).filter(person=drop).order_by("pk")
    list(rows.values_list("pk", flat=True))
    # One duty of a month, held by both records, is one.
    twice = Claim.objects.filter(person=keep, kind="duty").values("source_type")
    both = Claim.objects.filter(person=drop, kind="duty", state__in=OPEN, source_type__in=twice)
    both.update(state="refused", why="档案合并：本月已计。", decided_at=now)
    Claim.objects.filter(person=drop).update(person=keep)
