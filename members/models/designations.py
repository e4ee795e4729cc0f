"""Designations 五雁争辉, 十员, 居民骨干: what people are named; and couriers 新就业群体, for whom the ten are."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from members.designations.querysets import CourierQuerySet, DesignationQuerySet
from members.models.placed import Placed

FAMILIES = [("geese", "五雁争辉"), ("ten", "十员"), ("residents", "热心居民")]
# Who is counted: people who are named one by one, or what another subject keeps (a branch, a team).
COUNTED = [("people", "逐人命名"), ("elsewhere", "按组织、队伍统计")]
ENDS = [
    ("withdrawn", "不再担任"), ("died", "去世"), ("left", "迁离本区"), ("merged", "档案合并"),
]  # fmt: skip
TRADES = [("courier", "快递员"), ("rider", "外卖骑手"), ("driver", "网约车、货运司机"), ("other", "其他")]
COMPANIES = [
    (name, name)
    for name in (
        "美团", "饿了么", "京东", "顺丰", "中国邮政", "中通", "圆通", "申通", "韵达", "极兔", "德邦", "达达", "滴滴",
        "货拉拉", "其他",
    )
]  # fmt: skip


class _DateRange(Func):
    function = "DATERANGE"
    output_field = DateRangeField()


class DesignationKind(models.Model):
    """A kind of designation; data that the district may change."""

    code = models.SlugField("代码", max_length=32, unique=True)
    name = models.CharField("名称", max_length=32)
    family = models.CharField("系列", max_length=12, choices=FAMILIES)
    counted = models.CharField("统计方式", max_length=12, choices=COUNTED, default="people")
    for_couriers = models.BooleanField("面向新就业群体", default=False)
    for_members = models.BooleanField("面向党员", default=False)
    duty = models.CharField("职责", max_length=200, blank=True)
    order = models.PositiveSmallIntegerField("次序", default=0)
    is_active = models.BooleanField("在用", default=True)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name


class Designation(models.Model):
    """That a person was named something in a unit, from a day to a last day. Ended early or kept, never deleted.

    The place columns are the unit's, so that scope is an equality; none below the unit's own level.
    """

    person = models.ForeignKey("members.Person", models.PROTECT, related_name="designations", verbose_name="人员")
    kind = models.ForeignKey(DesignationKind, models.PROTECT, related_name="+", verbose_name="称号")
    unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name="所在单位")
    district = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    street = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    community = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    grid = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    from_on = models.DateField("起")
    until_on = models.DateField("止", null=True, blank=True)
    grounds = models.CharField("依据", max_length=200)
    # Empty while it runs, or ran out on its last day.
    ended_how = models.CharField("结束原因", max_length=12, choices=ENDS, blank=True)
    words = models.CharField("说明", max_length=200, blank=True)
    # The person moved away from where the designation lies: somebody says whether it goes on.
    moved_on = models.DateField("迁居日期", null=True, blank=True)
    named_by_user = models.BigIntegerField()
    named_by_name = models.CharField("命名人", max_length=64)
    named_by_unit = models.CharField("命名单位", max_length=64)
    made_at = models.DateTimeField()

    objects = DesignationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="a_designation_ends_after_it_began"
            ),
            ExclusionConstraint(
                name="one_designation_of_a_kind_in_a_unit_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    (
                        _DateRange("from_on", "until_on", RangeBoundary(inclusive_lower=True, inclusive_upper=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=~Q(ended_how="merged"),
            ),
        ]
        indexes = [
            models.Index(fields=["street", "-id"], name="designation_street"),
            models.Index(fields=["community", "-id"], name="designation_community"),
            models.Index(fields=["grid", "-id"], name="designation_grid"),
            models.Index(fields=["district", "kind", "community"], name="designation_figures"),
        ]

    def __str__(self) -> str:
        return f"{self.person.name} {self.kind.name}"


class Courier(Placed):
    """A courier or rider 新就业群体: for whom they ride, from which station, and where. Placed where the station is.

    `user` is the account by which they report on the road.
    """

    person = models.ForeignKey("members.Person", models.PROTECT, related_name="courier_profiles", verbose_name="人员")
    trade = models.CharField("职业", max_length=10, choices=TRADES)
    company = models.CharField("平台、企业", max_length=20, choices=COMPANIES)
    station = models.CharField("站点", max_length=64, blank=True)
    routes = models.CharField("配送路线", max_length=200, blank=True)
    units = models.ManyToManyField("grids.Unit", related_name="+", blank=True, verbose_name="服务社区")
    user = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="平台账号"
    )
    from_on = models.DateField("登记日期")
    until_on = models.DateField("退出日期", null=True, blank=True)
    words = models.CharField("退出说明", max_length=200, blank=True)
    made_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    objects = CourierQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(until_on=None), name="a_person_is_one_courier_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(until_on=None, user__isnull=False), name="an_account_is_one_couriers"
            ),
        ]
        indexes = [
            models.Index(fields=["street", "-id"], name="courier_street"),
            models.Index(fields=["community", "-id"], name="courier_community"),
        ]

    def __str__(self) -> str:
        return self.person.name
