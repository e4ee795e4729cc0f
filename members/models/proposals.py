"""What grid workers propose about people; and pairs of records that somebody looked at and found to be two people."""

from django.db import models
from django.db.models import F, Q

from members.models.households import Household
from members.models.persons import Person
from members.models.placed import Placed
from members.querysets import ProposalQuerySet

KINDS = [
    ("household", "登记住户"), ("person", "登记居民"), ("change", "修改档案"), ("moved", "迁出"), ("died", "死亡"),
]  # fmt: skip
STATES = [
    ("open", "待核对"), ("taken", "已采纳"), ("refused", "未采纳"), ("withdrawn", "已撤回"), ("lapsed", "已失效"),
]  # fmt: skip


class Proposal(Placed):
    """What a grid worker asks to have written; the community decides.

    `content` is what was proposed (`members.proposing`), numbers masked; the full ones are sealed in `numbers_sealed`.
    """

    kind = models.CharField("类型", max_length=9, choices=KINDS)
    state = models.CharField("状态", max_length=9, choices=STATES, default="open")
    # Null for a new one until it is taken.
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="proposals")
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="proposals")
    # The person's revision that the proposer saw.
    revision = models.PositiveIntegerField(default=0)
    # What it is called in lists and messages: a name.
    subject = models.CharField("对象", max_length=64)
    content = models.JSONField(default=dict)
    seal_key = models.UUIDField(editable=False)
    numbers_sealed = models.TextField(blank=True)
    words = models.CharField("说明", max_length=500, blank=True)
    proposed_by_user = models.BigIntegerField()
    proposed_by_name = models.CharField(max_length=64)
    proposed_at = models.DateTimeField()
    answer = models.CharField("答复", max_length=500, blank=True)
    decided_by_name = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None) | ~Q(state="open") & Q(decided_at__isnull=False),
                name="a_person_proposal_is_open_or_decided",
            ),
            models.UniqueConstraint(
                fields=["person", "kind"], condition=Q(state="open", person__isnull=False),
                name="one_open_proposal_of_a_person_and_kind",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["community", "state", "-id"], name="proposal_community"),
            models.Index(fields=["grid", "state", "-id"], name="proposal_grid"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.subject}"


class Apart(models.Model):
    """Two records that look alike and are two people: who said so, and when. `one` has the lower key."""

    one = models.ForeignKey(Person, models.CASCADE, related_name="+")
    other = models.ForeignKey(Person, models.CASCADE, related_name="+")
    by_user = models.BigIntegerField()
    by_name = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="a_pair_is_told_apart_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="a_pair_has_one_order"),
        ]
