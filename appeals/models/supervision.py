"""Supervision orders 督办单: who was ordered to answer for an appeal, by whom, and what they answered."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from appeals.models.appeal import Appeal
from appeals.querysets import TERRITORIAL
from governance.scope import Actor, Role, UnitKind


class SupervisionCounter(models.Model):
    """The last number of a supervision order on a day, locked by the transaction that takes the next."""

    day = models.DateField(primary_key=True)
    last = models.PositiveIntegerField(default=0)


class SupervisionQuerySet(models.QuerySet["SupervisionOrder"]):
    """Supervision orders, narrowed to what an actor may see."""

    def visible_to(self, actor: Actor) -> SupervisionQuerySet:
        """Those of the district or the street for who oversees it; else those to the actor's unit, or below it."""
        if actor.role in TERRITORIAL and actor.unit_kind == UnitKind.DISTRICT:
            return self.filter(district_id=actor.unit_id)
        if actor.role in TERRITORIAL and actor.unit_kind == UnitKind.STREET:
            return self.filter(Q(street_id=actor.unit_id) | Q(unit_id=actor.unit_id))
        if actor.role in TERRITORIAL and actor.unit_kind == UnitKind.COMMUNITY:
            return self.filter(unit__community_id=actor.unit_id)
        if actor.role in TERRITORIAL or actor.role == Role.DEPARTMENT_STAFF:
            return self.filter(unit_id=actor.unit_id)
        return self.none()

    def open(self) -> SupervisionQuerySet:
        """Those that wait for an answer or for a word on it."""
        return self.exclude(state=SupervisionOrder.CLOSED)


class SupervisionOrder(models.Model):
    """One order to one unit: to be answered within its own limit, and reviewed by who issued it.

    `round` is the round of handling that it is about (1 + the re-handlings of then). `clock_id` is the clock whose
    ladder made it; 0 for one that a person or a visit made. `follows` says that it is about the handling itself, and
    so goes with the work to another unit; one about a late visit or an assisting part stays where it is.
    `due_at` and `is_late` repeat its clock, so that a list reads one table.
    """

    LEADER, LADDER, VISIT = "leader", "ladder", "visit"
    ORIGINS = [(LEADER, "领导督办"), (LADDER, "超时督办"), (VISIT, "回访不满意督办")]
    OPEN, ANSWERED, CLOSED = "open", "answered", "closed"
    STATES = [(OPEN, "待回复"), (ANSWERED, "待审核"), (CLOSED, "已销号")]
    ENDS = [("accepted", "回复通过"), ("appeal_ended", "工单已并案或不予受理"), ("joined", "并入同一单位的督办单")]

    number = models.CharField("督办单号", max_length=20, unique=True)
    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="supervision_orders")
    round = models.PositiveSmallIntegerField()
    origin = models.CharField("来由", max_length=6, choices=ORIGINS)
    clock_id = models.BigIntegerField(default=0)
    district = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    street = models.ForeignKey("grids.Unit", models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name="被督办单位")
    follows = models.BooleanField(default=True)
    issued_by_unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    issued_by_user = models.BigIntegerField(default=0)
    issued_by_name = models.CharField("签发人", max_length=32)
    issued_at = models.DateTimeField("下达时间")
    words = models.CharField("督办要求", max_length=1000)
    state = models.CharField("状态", max_length=8, choices=STATES, default=OPEN)
    due_at = models.DateTimeField("回复时限", null=True)
    is_late = models.BooleanField(default=False)
    answer = models.TextField("回复", max_length=10_000, blank=True)
    answered_at = models.DateTimeField("回复时间", null=True)
    answered_by_user = models.BigIntegerField(default=0)
    answered_by_name = models.CharField(max_length=32, blank=True)
    returns = models.PositiveSmallIntegerField("退回次数", default=0)
    review_words = models.CharField("审核意见", max_length=1000, blank=True)
    reviewed_by_name = models.CharField(max_length=32, blank=True)
    closed_at = models.DateTimeField("销号时间", null=True)
    closed_how = models.CharField(max_length=12, choices=ENDS, blank=True)

    objects = SupervisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appeal", "unit", "round"],
                condition=Q(state__in=("open", "answered")),
                name="one_open_order_a_unit_and_round",
            ),
            models.UniqueConstraint(fields=["clock_id"], condition=Q(clock_id__gt=0), name="one_order_a_clock"),
            models.CheckConstraint(
                condition=~Q(state="answered") | Q(answered_at__isnull=False), name="an_answered_order_has_its_moment"
            ),
        ]
        indexes = [
            models.Index(fields=["district", "-issued_at", "-id"], name="supervision_district"),
            models.Index(fields=["street", "-issued_at", "-id"], name="supervision_street"),
            models.Index(fields=["unit", "-issued_at", "-id"], name="supervision_unit"),
            models.Index(fields=["appeal", "id"], name="supervision_appeal"),
            models.Index(
                fields=["issued_by_unit", "appeal"], condition=Q(state="answered"), name="supervision_to_review"
            ),
        ]

    def __str__(self) -> str:
        return self.number
