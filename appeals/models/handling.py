"""What happens to an appeal: hand-overs, the history, returns, visits."""

from django.db import models
from django.db.models import Q

from appeals.models.appeal import Appeal


class Assignment(models.Model):
    """A hand-over to one unit, as lead 主办 or assisting 协办, with its own acceptance and end."""

    LEAD, ASSISTING = "lead", "assisting"
    ENDS = [
        ("resolved", "已办结"),
        ("sent_back", "已退单"),
        ("recalled", "已撤回"),
        ("passed_down", "已转下级"),
        ("transferred", "已转办"),
        ("merged", "已并案"),
        ("rejected", "不予受理"),
    ]

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="assignments")
    unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="assignments")
    part = models.CharField("主协办", max_length=9, choices=[(LEAD, "主办"), (ASSISTING, "协办")])
    given_by_unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    given_by_user = models.BigIntegerField()
    given_at = models.DateTimeField()
    words = models.CharField("交办意见", max_length=1000, blank=True)
    send_back_until = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by_user = models.BigIntegerField(default=0)
    accepted_by_name = models.CharField(max_length=32, blank=True)
    contacted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by_user = models.BigIntegerField(default=0)
    ended_how = models.CharField(max_length=11, choices=ENDS, blank=True)
    result = models.TextField(max_length=10_000, blank=True)
    # Whether the appeal's own columns do not name the unit, as its place or (beside the line) as its lead. Kept by
    # the database (see the migrations), so that "what else is or was with us" is a look at a small index.
    is_outside = models.BooleanField(default=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appeal"], condition=Q(part="lead", ended_at=None), name="one_lead_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["appeal", "unit"], condition=Q(ended_at=None), name="one_open_part_per_unit"
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "appeal"]),
            models.Index(fields=["appeal", "id"]),
            models.Index(fields=["unit", "appeal"], condition=Q(is_outside=True), name="assignment_outside"),
        ]


class AppealEntry(models.Model):
    """A step in an appeal's history. The database accepts inserts alone."""

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=24)
    at = models.DateTimeField()
    device_at = models.DateTimeField(null=True)
    user_id = models.BigIntegerField()
    user_name = models.CharField(max_length=32)
    posting_id = models.BigIntegerField()
    role = models.CharField(max_length=2, blank=True)
    unit_id = models.BigIntegerField()
    unit_name = models.CharField(max_length=64)
    from_state = models.CharField(max_length=11, blank=True)
    to_state = models.CharField(max_length=11, blank=True)
    words = models.TextField(max_length=10_000, blank=True)
    data = models.JSONField(default=dict)
    # The main clock when it happened: {"kind", "due_at", "left_seconds"}.
    clock = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["appeal", "-id"]), models.Index(fields=["kind", "at"])]


class SendBack(models.Model):
    """A return 退单: asked by the unit, decided by the dispatcher; a wrong one stays on record."""

    REASONS = [
        ("not_my_duty", "不属本单位职责"),
        ("wrong_place", "地点不在辖区"),
        ("missing_facts", "要素不全无法办理"),
    ]

    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="send_back")
    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="send_backs")
    reason = models.CharField("退单理由", max_length=16, choices=REASONS)
    words = models.CharField("说明", max_length=1000)
    asked_by_user = models.BigIntegerField()
    asked_at = models.DateTimeField()
    upheld = models.BooleanField(null=True)
    decided_by_user = models.BigIntegerField(default=0)
    decided_at = models.DateTimeField(null=True)
    decision_words = models.CharField("裁定意见", max_length=1000, blank=True)

    class Meta:
        indexes = [models.Index(fields=["asked_at", "id"], name="send_back_asked")]


class Visit(models.Model):
    """One attempt at a follow-up visit 回访. Solved and satisfied are two questions.

    `counts`: an attempt that reached nobody counts towards closing once a working half-day. `explained`: not solved,
    but for a reason that the complainant was told (the law allows no more). `by_unit` is null for the complainant's
    own word on the web.
    """

    WEB = "web"
    METHODS = [("phone", "电话"), ("door", "上门")]
    ALL_METHODS = [*METHODS, (WEB, "网上自评")]
    SATISFACTION = [("satisfied", "满意"), ("basically", "基本满意"), ("unsatisfied", "不满意")]

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="visits")
    round = models.PositiveSmallIntegerField()
    method = models.CharField("方式", max_length=5, choices=ALL_METHODS)
    reached = models.BooleanField("是否联系上")
    solved = models.BooleanField("是否解决", null=True)
    satisfaction = models.CharField("满意度", max_length=12, choices=SATISFACTION, blank=True)
    explained = models.BooleanField("已解释说明", default=False)
    counts = models.BooleanField(default=True)
    words = models.CharField("回访记录", max_length=2000, blank=True)
    by_user = models.BigIntegerField()
    by_name = models.CharField(max_length=32)
    by_unit = models.ForeignKey("grids.Unit", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reached=False) | (Q(solved__isnull=False) & ~Q(satisfaction="")),
                name="a_reached_visit_has_both_answers",
            ),
            models.UniqueConstraint(
                fields=["appeal", "round"], condition=Q(method="web"), name="one_word_of_the_complainant_a_round"
            ),
        ]
        indexes = [models.Index(fields=["appeal", "id"])]
