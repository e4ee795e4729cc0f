"""创先争优: rounds in which people are nominated, voted for or scored by a jury, made public, and honoured."""

import uuid

from django.db import models
from django.db.models import Q

from points.rounds.querysets import NominationQuerySet, RoundObjectionQuerySet, RoundQuerySet

# The cap of the criterion "points" among all: points say who was diligent, and are not what somebody is honoured for.
POINTS_CAP = 40
ROUND_KINDS = [
    ("pioneer", "先锋小哥"), ("volunteer", "优秀志愿者"), ("household", "党员示范户"), ("neighbour", "最美居民"),
]  # fmt: skip
NOMINEES = [
    ("couriers", "新就业群体（快递员、外卖骑手等）"), ("volunteers", "志愿者"), ("party_households", "党员中心户"),
    ("residents", "居民"),
]  # fmt: skip
WAYS = [("voting", "居民和工作人员投票"), ("jury", "评委打分")]
TIES = [("more", "末位并列的一并入选"), ("fewer", "末位并列的均不入选，名额空缺")]
ROUND_STATES = [
    ("draft", "待发布"), ("nominating", "提名中"), ("reviewing", "审核中"), ("voting", "投票中"),
    ("jury", "评委打分中"), ("public_notice", "公示中"),
    ("noticed", "公示期满，待公布"), ("announced", "已公布"), ("cancelled", "已取消"),
]  # fmt: skip
NOMINATION_STATES = [
    ("nominated", "待审核"), ("approved", "候选人"), ("refused", "未通过审核"), ("withdrawn", "已撤回"),
    ("chosen", "拟当选"), ("passed_over", "未当选"), ("suspended", "异议核查中"), ("disqualified", "取消资格"),
    ("honoured", "当选"),
]  # fmt: skip


class Round(models.Model):
    """One round of a district, a street or a community. The place columns are the unit's; none below its own level."""

    unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name="主办单位")
    district = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    street = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    community = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField("名称", max_length=80)
    kind = models.CharField("荣誉", max_length=12, choices=ROUND_KINDS)
    nominees = models.CharField("评选对象", max_length=16, choices=NOMINEES)
    way = models.CharField("产生方式", max_length=6, choices=WAYS)
    tie = models.CharField("并列时", max_length=5, choices=TIES)
    seats = models.PositiveSmallIntegerField("名额")
    from_on = models.DateField("事迹期间自")
    until_on = models.DateField("事迹期间至")
    nominate_days = models.PositiveSmallIntegerField("提名期（工作日）")
    decide_days = models.PositiveSmallIntegerField("投票、打分期（工作日）")
    notice_days = models.PositiveSmallIntegerField("公示期（工作日）")
    words = models.CharField("评选说明", max_length=500, blank=True)
    # What it makes of who is honoured, besides the honour itself.
    designation_kind = models.ForeignKey(
        "members.DesignationKind", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="授予称号"
    )
    state = models.CharField("状态", max_length=13, choices=ROUND_STATES, default="draft")
    ended_why = models.CharField("取消原因", max_length=200, blank=True)
    made_by_user = models.BigIntegerField()
    made_by_name = models.CharField("拟定人", max_length=32)
    made_at = models.DateTimeField("拟定时间")
    changed_at = models.DateTimeField()
    announced_on = models.DateField("公布日期", null=True)
    # How many voted, once the voting is over.
    voters = models.PositiveIntegerField("投票人数", default=0)
    # What a list shows of the clocks: the one that runs, until when, and the card it has drawn.
    clock_kind = models.CharField(max_length=32, blank=True)
    due_at = models.DateTimeField("时限", null=True)
    card = models.CharField(max_length=6, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = RoundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(seats__gte=1), name="a_round_has_seats"),
            models.CheckConstraint(condition=Q(until_on__gte=models.F("from_on")), name="a_round_has_a_period"),
        ]
        indexes = [
            models.Index(fields=["district", "due_at", "id"], name="points_round_due"),
            models.Index(fields=["district", "-id"], name="points_round_new"),
        ]

    def __str__(self) -> str:
        return self.title


class RoundCriterion(models.Model):
    """What is looked at, and how much of a hundred it weighs. At most one is the points that were earned."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="criteria")
    name = models.CharField("评选标准", max_length=60)
    weight = models.PositiveSmallIntegerField("权重（%）")
    # How many points earned in the period are a full mark; 0 for what the jury scores.
    full_points = models.PositiveIntegerField("满分所需积分", default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round"], condition=Q(full_points__gt=0), name="points_are_one_criterion_only"
            ),
            models.CheckConstraint(
                condition=Q(full_points=0) | Q(weight__lte=POINTS_CAP), name="points_weigh_at_most_their_cap"
            ),
            models.CheckConstraint(condition=Q(weight__gte=1, weight__lte=100), name="a_criterion_weighs_something"),
        ]

    def __str__(self) -> str:
        return self.name


class RoundNomination(models.Model):
    """Somebody who was nominated, by whom, for what. The place is the person's when they were nominated."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="nominations")
    person = models.ForeignKey("members.Person", models.PROTECT, related_name="+", verbose_name="人选")
    district = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    street = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    community = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name="社区")
    grid = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    words = models.CharField("事迹", max_length=1000)
    state = models.CharField("状态", max_length=12, choices=NOMINATION_STATES, default="nominated")
    is_own = models.BooleanField("自荐", default=False)
    by_user = models.BigIntegerField()
    by_name = models.CharField("提名人", max_length=32)
    by_unit = models.CharField("提名单位", max_length=64)
    at = models.DateTimeField("提名时间")
    reviewed_by_name = models.CharField("审核人", max_length=32, blank=True)
    reviewed_at = models.DateTimeField("审核时间", null=True)
    review_words = models.CharField("审核意见", max_length=200, blank=True)
    votes = models.PositiveIntegerField("得票", null=True)
    score = models.DecimalField("得分", max_digits=5, decimal_places=2, null=True)
    designation = models.ForeignKey("members.Designation", models.PROTECT, null=True, related_name="+")

    objects = NominationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round", "person"], condition=~Q(state="withdrawn"), name="a_person_is_nominated_once_a_round"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="nomination_person"),
            models.Index(fields=["district", "state", "round"], name="nomination_honoured"),
        ]

    def __str__(self) -> str:
        return self.person.name


class RoundVote(models.Model):
    """One vote. Who gave it stands here as a keyed hash, without a time and under a key at random: the row, beside the
    record that somebody voted, does not tell for whom.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, models.PROTECT, related_name="votes")
    nomination = models.ForeignKey(RoundNomination, models.PROTECT, related_name="+")
    voter = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "voter"], name="one_vote_of_a_voter")]

    def __str__(self) -> str:
        return "一票"


class RoundJuror(models.Model):
    """A posting whose holder scores."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="jurors")
    posting = models.ForeignKey("accounts.Posting", models.PROTECT, related_name="+")
    name = models.CharField("评委", max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "posting"], name="a_juror_once_a_round")]

    def __str__(self) -> str:
        return self.name


class RoundScore(models.Model):
    """What a juror gives a candidate for a criterion, of a hundred."""

    nomination = models.ForeignKey(RoundNomination, models.PROTECT, related_name="scores")
    criterion = models.ForeignKey(RoundCriterion, models.PROTECT, related_name="+")
    juror = models.ForeignKey(RoundJuror, models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField("分数")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["nomination", "criterion", "juror"], name="one_score_of_a_juror"),
            models.CheckConstraint(condition=Q(score__lte=100), name="a_score_of_a_hundred"),
        ]

    def __str__(self) -> str:
        return f"{self.score} 分"


class RoundObjection(models.Model):
    """What was said against a candidate while the result was public, and what came of it."""

    nomination = models.ForeignKey(RoundNomination, models.PROTECT, related_name="objections")
    from_words = models.CharField("反映人", max_length=64)
    words = models.CharField("反映内容", max_length=500)
    received_at = models.DateTimeField("收到时间")
    received_by_name = models.CharField("登记人", max_length=32)
    is_upheld = models.BooleanField("是否成立", null=True)
    answer = models.CharField("核查结论", max_length=500, blank=True)
    settled_at = models.DateTimeField("核查时间", null=True)
    settled_by_name = models.CharField("核查人", max_length=32, blank=True)

    objects = RoundObjectionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"对{self.nomination}的异议"
