"""Earning points: the rules as data, what was earned or asked for, how much a street may give, what looked odd."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from members.models.placed import Placed
from points.earning.querysets import ClaimQuerySet, FundLimitQuerySet, RuleQuerySet
from points.earning.workflow import CLAIM_STATES

# What a rule rewards; the source of its claims.
RULE_KINDS = [
    ("hours", "服务时长"), ("snapshot", "随手拍采纳"), ("duty", "岗位履职（每月）"),
    ("activity", "参加活动（每场一次）"), ("manual", "人工申报"),
]  # fmt: skip
EXPIRIES = [("months", "若干个月后的月底"), ("next_year", "次年年底")]
EARNERS = [("person", "本人"), ("household", "所在户")]
CARDS = [("", "正常"), ("yellow", "将到期"), ("red", "已超期")]
# What the review looks for.
ODD_KINDS = [
    ("hand", "一人一天经手多笔"), ("minute", "同一分钟多笔"), ("household", "同一户多笔"),
    ("pair", "申报、审批总是同两人"), ("under", "紧贴复核线以下"),
]  # fmt: skip
FINDINGS = [("fine", "核查无问题"), ("fixed", "已纠正"), ("handed_on", "移交街道、纪检了解")]


class _DateRange(Func):
    function = "DATERANGE"
    output_field = DateRangeField()


class EarningRule(models.Model):
    """What earns how many points, from a day to a day. A change is a new row of the same code: history stays true."""

    district = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    code = models.SlugField("代码", max_length=32)
    name = models.CharField("名称", max_length=40)
    kind = models.CharField("来源", max_length=8, choices=RULE_KINDS)
    # Of a duty the designation's code; of an activity its kind, or empty for every one.
    match = models.CharField("适用", max_length=32, blank=True)
    points = models.PositiveIntegerField("积分")
    # How much of the quantity earns the points: 60 minutes, 1 piece.
    per = models.PositiveIntegerField("每", default=1)
    counter = models.CharField("计量单位", max_length=8, default="次")
    earner = models.CharField("记入", max_length=9, choices=EARNERS, default="person")
    day_most = models.PositiveIntegerField("每日上限", null=True, blank=True)
    month_most = models.PositiveIntegerField("每月上限", null=True, blank=True)
    year_most = models.PositiveIntegerField("每年上限", null=True, blank=True)
    once_per_activity = models.BooleanField("每场活动只计一次", default=False)
    second_from = models.PositiveIntegerField("复核线", null=True, blank=True)
    expiry = models.CharField("有效期", max_length=9, choices=EXPIRIES, default="next_year")
    expiry_months = models.PositiveSmallIntegerField("有效月数", null=True, blank=True)
    words = models.CharField("说明", max_length=200, blank=True)
    from_on = models.DateField("起用日期")
    until_on = models.DateField("止用日期", null=True, blank=True)
    made_by_name = models.CharField("修改人", max_length=32)
    made_at = models.DateTimeField()

    objects = RuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(points__gt=0, per__gt=0), name="earning_rule_gives_something"),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="earning_rule_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(expiry="months", expiry_months__gt=0) | Q(expiry="next_year", expiry_months=None),
                name="earning_rule_says_how_long",
            ),
            ExclusionConstraint(
                name="one_version_of_an_earning_rule_at_a_time",
                expressions=[
                    ("district", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    (
                        _DateRange("from_on", "until_on", RangeBoundary(inclusive_lower=True, inclusive_upper=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
        indexes = [models.Index(fields=["district", "kind", "match", "from_on"], name="earning_rule_of_kind")]

    def __str__(self) -> str:
        return self.name


class Claim(Placed):
    """Something that may earn points: one row for each event, or what somebody proposed by hand.

    Written in the transaction of the event. What it is worth is found later, once, under the lock of this row. Its
    place is whose budget pays. `person` is who did it; `household` is who earns, where the rule says so.
    """

    source_type = models.CharField(max_length=48)
    source_id = models.BigIntegerField()
    kind = models.CharField("来源", max_length=8, choices=RULE_KINDS)
    person = models.ForeignKey("members.Person", models.PROTECT, null=True, related_name="+", verbose_name="居民")
    household = models.ForeignKey("members.Household", models.PROTECT, null=True, related_name="+", verbose_name="住户")
    title = models.CharField("事由", max_length=100)
    on = models.DateField("发生日期")
    quantity = models.PositiveIntegerField("数量", default=1)
    match = models.CharField(max_length=32, blank=True)
    # The activity that it belongs to.
    about = models.BigIntegerField(default=0)
    corrects = models.OneToOneField("self", models.PROTECT, null=True, related_name="corrected_by")
    # The event no longer stands: an award has to be taken back.
    is_revoked = models.BooleanField(default=False)
    state = models.CharField("状态", max_length=9, choices=CLAIM_STATES, default="waiting")
    why = models.CharField("原因", max_length=200, blank=True)
    rule = models.ForeignKey(EarningRule, models.PROTECT, null=True, related_name="+", verbose_name="规则")
    points = models.PositiveIntegerField("积分", default=0)
    transaction = models.OneToOneField("points.Transaction", models.PROTECT, null=True, related_name="claim")
    undone = models.OneToOneField("points.Transaction", models.PROTECT, null=True, related_name="undone_claim")
    at = models.DateTimeField("时间")
    decided_at = models.DateTimeField(null=True)
    # The last day on which the nightly task tried it again.
    tried_on = models.DateField(null=True)

    # By hand.
    words = models.CharField("申报说明", max_length=500, blank=True)
    proposed_by_user = models.BigIntegerField(null=True)
    proposed_by_name = models.CharField("申报人", max_length=32, blank=True)
    approved_by_user = models.BigIntegerField(null=True)
    approved_by_name = models.CharField("审批人", max_length=32, blank=True)
    approved_at = models.DateTimeField(null=True)
    second_by_user = models.BigIntegerField(null=True)
    second_by_name = models.CharField("复核人", max_length=32, blank=True)
    second_at = models.DateTimeField(null=True)
    reversed_by_name = models.CharField("冲正人", max_length=32, blank=True)
    reversed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField("审批时限", null=True)
    card = models.CharField(max_length=6, choices=CARDS, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_type", "source_id", "kind"], name="one_claim_an_event"),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(household__isnull=False), name="a_claim_is_somebodys"
            ),
            models.CheckConstraint(
                condition=~Q(state="awarded") | Q(transaction__isnull=False, undone=None, rule__isnull=False),
                name="an_awarded_claim_has_its_transaction",
            ),
            models.CheckConstraint(
                condition=Q(approved_by_user=None)
                | Q(proposed_by_user=None)
                | ~Q(approved_by_user=F("proposed_by_user")),
                name="nobody_approves_their_own_claim",
            ),
            models.CheckConstraint(
                condition=Q(second_by_user=None)
                | (Q(proposed_by_user=None) | ~Q(second_by_user=F("proposed_by_user")))
                & (Q(approved_by_user=None) | ~Q(second_by_user=F("approved_by_user"))),
                name="a_second_person_is_another",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["street", "state", "-id"], name="claim_street"),
            models.Index(fields=["community", "state", "-id"], name="claim_community"),
            models.Index(fields=["grid", "state", "-id"], name="claim_grid"),
            models.Index(fields=["person", "on"], name="claim_person"),
            models.Index(fields=["household", "on"], name="claim_household"),
            models.Index(
                fields=["state", "id"], condition=Q(state__in=("waiting", "short", "owed")), name="claim_to_settle"
            ),
            models.Index(
                fields=["community", "decided_at"], condition=Q(state="awarded"), name="claim_decided",
                include=["points"],
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title


class FundLimit(models.Model):
    """How many points a street may give its communities for a period: set by the district, which issues them."""

    street = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name="街道")
    district = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    from_on = models.DateField("起")
    until_on = models.DateField("止")
    points = models.PositiveIntegerField("核定积分")
    set_by_name = models.CharField("核定人", max_length=32)
    set_at = models.DateTimeField()

    objects = FundLimitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="fund_limit_ends_after_it_began"),
            ExclusionConstraint(
                name="one_fund_limit_of_a_street_at_a_time",
                expressions=[
                    ("street", RangeOperators.EQUAL),
                    (
                        _DateRange("from_on", "until_on", RangeBoundary(inclusive_lower=True, inclusive_upper=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.street.name} {self.from_on}"


class OddRule(models.Model):
    """From how many on something looks odd; data that the district changes."""

    district = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    kind = models.CharField("类型", max_length=9, choices=ODD_KINDS)
    least = models.PositiveIntegerField("从几笔起")
    # Of `under`: how many points below the threshold; of `pair`: the share of a proposer's in percent.
    margin = models.PositiveIntegerField("幅度", default=0)
    is_active = models.BooleanField("在用", default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["district", "kind"], name="one_odd_rule_of_a_kind")]

    def __str__(self) -> str:
        return self.get_kind_display()


class OddReview(models.Model):
    """That somebody looked at what is odd, and found what. `count` is how many rows stood behind it then."""

    community = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9, choices=ODD_KINDS)
    key = models.CharField(max_length=80)
    count = models.PositiveIntegerField()
    finding = models.CharField("结论", max_length=9, choices=FINDINGS)
    words = models.CharField("说明", max_length=500)
    by_user = models.BigIntegerField()
    by_name = models.CharField("核查人", max_length=32)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["community", "kind", "key", "-id"], name="odd_review_of")]

    def __str__(self) -> str:
        return self.get_finding_display()
