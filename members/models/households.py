"""Households 户, and who has lived in each from when to when."""

from django.db import models
from django.db.models import F, Q

from members.models.homes import Home
from members.models.placed import Placed
from members.querysets import HouseholdQuerySet

KINDS = [("owner", "自有住房"), ("tenant", "租住"), ("collective", "集体户")]
# What a person is to the head of the household.
RELATIONS = [
    ("head", "户主"), ("spouse", "配偶"), ("child", "子女"), ("parent", "父母"), ("grandchild", "孙辈"),
    ("grandparent", "祖辈"), ("sibling", "兄弟姐妹"), ("relative", "其他亲属"), ("other", "非亲属"),
]  # fmt: skip
# Why somebody left.
ENDS = [
    ("moved", "迁出"),
    ("moved_within", "区内迁移"),
    ("died", "死亡"),
    ("merged", "档案合并"),
]


class Household(Placed):
    """People who live together in one home. `address` says where, while no home is known."""

    home = models.ForeignKey(
        Home, models.PROTECT, null=True, blank=True, related_name="households", verbose_name="房屋"
    )
    address = models.CharField("住址", max_length=200, blank=True)
    kind = models.CharField("类型", max_length=10, choices=KINDS, default="owner")
    # Kept beside the stays, so that a list reads one table.
    head_name = models.CharField("户主", max_length=32, blank=True)
    size = models.PositiveSmallIntegerField("人数", default=0)
    made_at = models.DateTimeField()
    dissolved_on = models.DateField("注销日期", null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(home__isnull=False) | ~Q(address=""), name="a_household_lives_somewhere"
            ),
        ]
        indexes = [
            models.Index(fields=["street", "-id"], name="household_street"),
            models.Index(fields=["community", "-id"], name="household_community"),
            models.Index(fields=["grid", "-id"], name="household_grid"),
        ]

    def __str__(self) -> str:
        return f"{self.head_name}户" if self.head_name else f"第 {self.pk} 户"


class Stay(models.Model):
    """That a person belonged to a household, as what, from when to when. A person belongs to one at a time."""

    person = models.ForeignKey("members.Person", models.PROTECT, related_name="stays")
    household = models.ForeignKey(Household, models.PROTECT, related_name="stays")
    relation = models.CharField("与户主关系", max_length=12, choices=RELATIONS, default="other")
    from_on = models.DateField("入户日期")
    until_on = models.DateField("离户日期", null=True, blank=True)
    ended_how = models.CharField("离户原因", max_length=12, choices=ENDS, blank=True)
    words = models.CharField("说明", max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(until_on=None), name="a_person_has_one_household"),
            models.UniqueConstraint(
                fields=["household"], condition=Q(until_on=None, relation="head"), name="a_household_has_one_head"
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="a_stay_ends_after_it_began"
            ),
        ]
