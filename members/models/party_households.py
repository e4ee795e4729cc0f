"""Party-member households 党员中心户: the homes that each looks after, its visits, and what it reported."""

from django.db import models
from django.db.models import F, Q

from members.models.placed import Placed
from members.party_households.querysets import PartyHouseholdQuerySet

ENDS = [
    ("withdrawn", "不再担任"), ("moved", "迁出"), ("died", "去世"), ("membership", "党组织关系转出或终止"),
    ("merged", "档案合并"),
]  # fmt: skip
TIE_ENDS = [
    ("let_go", "不再联系"), ("passed_on", "改由其他中心户联系"), ("ended", "中心户终止"),
    ("household_gone", "住户注销或迁走"),
]  # fmt: skip
# Why somebody has to say whether it goes on.
DOUBTS = [("moved", "已迁居"), ("membership", "党组织关系有变动")]


class PartyHousehold(Placed):
    """A party member's household that looks after the households around it, the lowest link of the line.

    Placed in a grid. `homes` and `last_visit_on` are kept beside the ties and visits, so that a list reads one table.
    """

    person = models.ForeignKey("members.Person", models.PROTECT, related_name="party_households", verbose_name="党员")
    household = models.ForeignKey("members.Household", models.PROTECT, related_name="+", verbose_name="住户")
    from_on = models.DateField("设立日期")
    until_on = models.DateField("终止日期", null=True, blank=True)
    ended_how = models.CharField("终止原因", max_length=12, choices=ENDS, blank=True)
    words = models.CharField("终止说明", max_length=200, blank=True)
    sign_number = models.CharField("挂牌编号", max_length=32, blank=True)
    duties = models.CharField("职责", max_length=300, blank=True)
    homes = models.PositiveSmallIntegerField("联系户数", default=0)
    last_visit_on = models.DateField("最近走访", null=True, blank=True)
    doubt = models.CharField("待核", max_length=12, choices=DOUBTS, blank=True)
    doubt_on = models.DateField("待核日期", null=True, blank=True)
    made_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    objects = PartyHouseholdQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(until_on=None), name="a_member_has_one_party_household"
            ),
            models.UniqueConstraint(
                fields=["district", "sign_number"], condition=Q(until_on=None) & ~Q(sign_number=""),
                name="one_party_household_of_a_sign",
            ),
            models.CheckConstraint(condition=Q(grid__isnull=False), name="a_party_household_lies_in_a_grid"),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")),
                name="a_party_household_ends_after_it_began",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["street", "-id"], name="party_household_street"),
            models.Index(fields=["community", "-id"], name="party_household_community"),
            models.Index(fields=["grid", "-id"], name="party_household_grid"),
            models.Index(fields=["street", "last_visit_on", "id"], name="party_household_street_v"),
            models.Index(fields=["community", "last_visit_on", "id"], name="party_household_community_v"),
        ]

    def __str__(self) -> str:
        return f"{self.person.name}党员中心户"


class LookedAfter(models.Model):
    """That a party household looks after a household, from when to when; a household has one at a time."""

    party_household = models.ForeignKey(PartyHousehold, models.PROTECT, related_name="ties")
    household = models.ForeignKey("members.Household", models.PROTECT, related_name="looked_after")
    from_on = models.DateField("起")
    until_on = models.DateField("止", null=True, blank=True)
    ended_how = models.CharField("结束原因", max_length=16, choices=TIE_ENDS, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household"], condition=Q(until_on=None), name="a_household_is_looked_after_by_one"
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="a_tie_ends_after_it_began"
            ),
        ]


class PartyHouseholdVisit(models.Model):
    """A round of a party household: on which day, to which households, what was found."""

    party_household = models.ForeignKey(PartyHousehold, models.PROTECT, related_name="visits")
    on = models.DateField("走访日期")
    households = models.ManyToManyField("members.Household", related_name="+", verbose_name="走访的住户")
    words = models.CharField("走访情况", max_length=500, blank=True)
    recorded_by_user = models.BigIntegerField()
    recorded_by_name = models.CharField("记录人", max_length=64)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["party_household", "-on", "-id"], name="party_household_visits")]


class PartyHouseholdReport(models.Model):
    """What a party household reported; `appeal_number` where it became an appeal."""

    party_household = models.ForeignKey(PartyHousehold, models.PROTECT, related_name="reports")
    on = models.DateField("反映日期")
    words = models.CharField("反映内容", max_length=500)
    appeal_number = models.CharField("工单号", max_length=32, blank=True)
    recorded_by_user = models.BigIntegerField()
    recorded_by_name = models.CharField("记录人", max_length=64)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["party_household", "-on", "-id"], name="party_household_reports")]
