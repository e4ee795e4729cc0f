"""Service sites 阵地: what stands where, how large, since when, and when its door is open."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from governance.files.models import Attachment
from governance.scope import UnitKind
from grids.models.units import Unit
from grids.querysets import ClusterQuerySet, SiteProposalQuerySet, SiteQuerySet
from grids.sites.hours import AS_WEEKLY, CLOSED, HOLIDAY
from grids.sites.standards import least_m2

# Beside the seven weekdays (0 = Monday) the statutory holidays, for a site that has hours of its own on them.
WEEKDAY_LABELS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日", "法定节假日")


class SiteKind(models.Model):
    """A kind of site and its standard: the floor area by the level of the unit that it serves, none where empty.

    A community's is the larger of its fixed area and of the area for each hundred households that live there.
    """

    code = models.SlugField(unique=True)
    name = models.CharField("名称", max_length=32, unique=True)
    order = models.PositiveSmallIntegerField("顺序", default=0)
    district_m2 = models.PositiveIntegerField("区级面积标准", null=True)
    street_m2 = models.PositiveIntegerField("街道级面积标准", null=True)
    community_m2 = models.PositiveIntegerField("社区级面积标准", null=True)
    per_100_households_m2 = models.PositiveIntegerField("每百户面积标准", null=True)
    source = models.CharField("标准依据", max_length=300, blank=True)
    each_community = models.BooleanField("每个社区都应设", default=False)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def has_standard(self) -> bool:
        """Whether it asks for a floor area at any level."""
        return any((self.district_m2, self.street_m2, self.community_m2, self.per_100_households_m2))

    def standard_for(self, kind: str, households: int = 0) -> int | None:
        """The least floor area in m² for a site that serves a unit of this kind; a grid's is its community's."""
        levels = {UnitKind.DISTRICT: self.district_m2, UnitKind.STREET: self.street_m2}
        if (level := UnitKind(kind)) in levels:
            return levels[level]
        return least_m2(self.community_m2, self.per_100_households_m2, households)


class Cluster(models.Model):
    """A cluster of sites shown together: a matrix 矩阵 or a belt 示范带 of 四阵两带."""

    MATRIX, BELT = "matrix", "belt"
    FORMS = [(MATRIX, "矩阵"), (BELT, "示范带")]

    district = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    name = models.CharField("名称", max_length=64)
    form = models.CharField("形式", max_length=6, choices=FORMS)
    order = models.PositiveSmallIntegerField("顺序", default=0)

    objects = ClusterQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["district", "name"], name="one_cluster_of_a_name")]

    def __str__(self) -> str:
        return self.name


class Site(models.Model):
    """A service site. Its place on the line is stored on it; the point is WGS-84, the grid the one that it lies in."""

    PROVINCE, CITY, DISTRICT = "province", "city", "district"
    LEVELS = [(PROVINCE, "省级示范点"), (CITY, "市级示范点"), (DISTRICT, "区级示范点")]
    OWN_HOURS = "own"
    ON_HOLIDAYS = [(AS_WEEKLY, "照常，按每周开放时间"), (CLOSED, "不开放"), (OWN_HOURS, "按节假日开放时间")]

    kind = models.ForeignKey(SiteKind, models.PROTECT, related_name="sites")
    name = models.CharField("名称", max_length=64)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="sites")
    district = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    street = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    community = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    grid = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    address = models.CharField("地址", max_length=200)
    lon = models.FloatField("经度", null=True)
    lat = models.FloatField("纬度", null=True)
    area_m2 = models.PositiveIntegerField("建筑面积（平方米）", null=True)
    level = models.CharField("示范等级", max_length=8, choices=LEVELS, blank=True)
    cluster = models.ForeignKey(Cluster, models.PROTECT, null=True, related_name="sites")
    transferred = models.BooleanField("地企移交", default=False)
    transferred_on = models.DateField("移交日期", null=True)
    former_owner = models.CharField("移交前单位", max_length=64, blank=True)
    on_holidays = models.CharField("法定节假日", max_length=6, choices=ON_HOLIDAYS, default=AS_WEEKLY)
    phone = models.CharField("联系电话", max_length=32, blank=True)
    opened_on = models.DateField("启用日期")
    closed_on = models.DateField("停用日期", null=True)

    objects = SiteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")), name="site_closes_after_it_opens"
            ),
            models.CheckConstraint(
                condition=Q(lon=None, lat=None) | Q(lon__isnull=False, lat__isnull=False), name="site_has_a_whole_point"
            ),
            models.CheckConstraint(
                condition=Q(transferred=True) | Q(transferred_on=None, former_owner=""),
                name="only_a_transfer_has_a_date",
            ),
            models.UniqueConstraint(
                fields=["unit", "name"], condition=Q(closed_on=None), name="one_open_site_of_a_name_in_a_unit"
            ),
        ]
        indexes = [
            models.Index(fields=["district", "kind", "name", "id"], name="site_in_lists"),
            models.Index(fields=["community", "kind"], name="site_of_community"),
            models.Index(fields=["lat", "lon"], condition=Q(closed_on=None), name="site_by_point"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def standard_m2(self) -> int | None:
        """The least floor area that its kind asks for at its unit's level; households count once they were read."""
        return self.kind.standard_for(self.unit.kind, getattr(self, "households", 0))

    @property
    def short_of_m2(self) -> int:
        """How many m² it lacks of its standard; 0 where it meets it, or where either is not known."""
        standard = self.standard_m2
        return max(0, standard - self.area_m2) if standard and self.area_m2 is not None else 0

    @property
    def shortage(self) -> str:
        """ "差 120 ㎡"; empty where nothing lacks."""
        return f"差 {self.short_of_m2:,} ㎡" if self.short_of_m2 else ""


class SitePhoto(models.Model):
    """A picture of a site, written anew without its metadata; who may see the site sees it."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="photos")
    attachment = models.OneToOneField(Attachment, models.CASCADE, related_name="+")
    caption = models.CharField("说明", max_length=60, blank=True)
    added_by_name = models.CharField(max_length=64)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["added_at", "pk"]

    def __str__(self) -> str:
        return self.caption or self.attachment.name


class SiteHours(models.Model):
    """A span in which a site is open on a weekday (or on statutory holidays), in minutes after local midnight."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField("星期")
    start_minute = models.PositiveSmallIntegerField("开始")
    end_minute = models.PositiveSmallIntegerField("结束")

    class Meta:
        ordering = ["weekday", "start_minute"]
        constraints = [
            models.CheckConstraint(
                condition=Q(start_minute__lt=F("end_minute"), end_minute__lte=1440), name="site_hours_are_a_span"
            ),
            models.CheckConstraint(condition=Q(weekday__lte=HOLIDAY), name="site_hours_weekday"),
        ]


class SiteException(models.Model):
    """A date, or dates on end, on which other windows hold than the week's; none at all when it is closed."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="exceptions")
    from_date = models.DateField("开始日期")
    to_date = models.DateField("结束日期")
    # [[start, end], …] in minutes after local midnight; empty: closed.
    windows = models.JSONField(default=list)
    reason = models.CharField("原因", max_length=200)

    class Meta:
        ordering = ["from_date", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(from_date__lte=F("to_date")), name="site_exception_is_a_span")
        ]


class SiteProposal(models.Model):
    """What a street asks to have written of a site: a new one, a change, or its closing; the district decides."""

    ADD, CHANGE, CLOSE = "add", "change", "close"
    KINDS = [(ADD, "新增阵地"), (CHANGE, "修改阵地"), (CLOSE, "停用阵地")]

    kind = models.CharField("类型", max_length=6, choices=KINDS)
    # Null for a new one until it is taken.
    site = models.ForeignKey(Site, models.CASCADE, null=True, related_name="proposals")
    district = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    street = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    content = models.JSONField(default=dict)
    words = models.CharField("说明", max_length=500)
    proposed_by_user = models.BigIntegerField()
    proposed_by_name = models.CharField(max_length=64)
    proposed_at = models.DateTimeField()
    accepted = models.BooleanField(null=True)
    answer = models.CharField("答复", max_length=500, blank=True)
    decided_by_user = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True)

    objects = SiteProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted=None, decided_at=None) | Q(accepted__isnull=False, decided_at__isnull=False),
                name="a_decided_proposal_has_a_date",
            ),
            models.UniqueConstraint(
                fields=["site"], condition=Q(accepted=None, site__isnull=False), name="one_open_proposal_of_a_site"
            ),
        ]
        indexes = [models.Index(fields=["district", "-proposed_at"], name="site_proposal_latest")]
