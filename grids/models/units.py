"""The territory: units of the line and beside it, their changes, and their boundaries."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from governance.scope import UnitKind
from grids.querysets import BoundaryQuerySet, ImportDraftQuerySet, UnitChangeQuerySet, UnitQuerySet

KIND_LABELS = {
    UnitKind.DISTRICT: "区",
    UnitKind.STREET: "街道（镇）",
    UnitKind.COMMUNITY: "社区（村）",
    UnitKind.GRID: "网格",
    UnitKind.DEPARTMENT: "区直部门",
    UnitKind.SQUAD: "执法中队",
    UnitKind.ENTERPRISE: "驻区企业",
}
KIND_ICONS = {
    UnitKind.DISTRICT: "building-bank",
    UnitKind.STREET: "building-community",
    UnitKind.COMMUNITY: "home",
    UnitKind.GRID: "layout-grid",
    UnitKind.DEPARTMENT: "building",
    UnitKind.SQUAD: "shield",
    UnitKind.ENTERPRISE: "building-factory-2",
}


class Unit(models.Model):
    """Any unit that work can lie with. Its place on the line is stored on it, so that scope is an equality.

    `district`, `street`, `community` name the unit itself at its own level and its parents above; they are
    null below it. A grid's own id stands for the fourth level. Closed units stay: history names them.
    """

    code = models.CharField("编码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=64)
    short_name = models.CharField("简称", max_length=32, blank=True)
    kind = models.CharField("类别", max_length=10, choices=[(k.value, v) for k, v in KIND_LABELS.items()])
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    district = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    street = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    community = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    initials = models.CharField("拼音首字母", max_length=64, blank=True)
    order = models.PositiveIntegerField("顺序", default=0)
    address = models.CharField("地址", max_length=200, blank=True)
    phone = models.CharField("值班电话", max_length=32, blank=True)
    opened_on = models.DateField("设立日期")
    closed_on = models.DateField("撤销日期", null=True, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=models.F("opened_on")), name="unit_closes_after_it_opens"
            ),
            models.CheckConstraint(
                condition=Q(kind="district") | Q(parent__isnull=False), name="only_a_district_has_no_parent"
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(closed_on__isnull=False), name="a_merged_unit_is_closed"
            ),
        ]
        indexes = [
            models.Index(fields=["parent", "order", "code"]),
            models.Index(fields=["street", "kind"]),
            models.Index(fields=["community", "kind"]),
            models.Index(Upper("initials"), name="unit_initials"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def icon(self) -> str:
        """The icon of its kind."""
        return KIND_ICONS[UnitKind(self.kind)]

    @property
    def place_within(self) -> dict[str, int | None]:
        """Where what lies in the unit lies, by column; None below its own level."""
        return {
            "district_id": self.district_id, "street_id": self.street_id, "community_id": self.community_id,
            "grid_id": self.pk if self.kind == UnitKind.GRID else None,
        }  # fmt: skip

    @property
    def is_open(self) -> bool:
        """Whether no closing has been applied to it."""
        return self.closed_on is None


class UnitChange(models.Model):
    """An opening, renaming, move, merger or closing: decided now, in force from a date, applied by a task if later.

    An opening that waits has no unit yet. One that is due and cannot be applied says why in `problem`, and is tried
    again with every run until it can be, or is withdrawn.
    """

    KINDS = [("open", "设立"), ("rename", "更名"), ("move", "调整隶属"), ("merge", "合并"), ("close", "撤销")]

    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="changes")
    # Null for the opening of a district alone.
    district = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    kind = models.CharField("类型", max_length=6, choices=KINDS)
    effective_on = models.DateField("生效日期")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField("依据", max_length=500, blank=True)
    decided_by_user = models.BigIntegerField()
    decided_by_name = models.CharField(max_length=64)
    decided_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    problem = models.CharField("未能生效的原因", max_length=500, blank=True)

    objects = UnitChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="open") | Q(unit__isnull=False), name="only_a_waiting_opening_has_no_unit"
            ),
            models.CheckConstraint(
                condition=Q(applied_at=None) | Q(cancelled_at=None), name="a_change_is_applied_or_withdrawn"
            ),
        ]
        indexes = [
            models.Index(
                fields=["effective_on", "id"],
                condition=Q(applied_at=None, cancelled_at=None),
                name="unit_change_to_apply",
            ),
            models.Index(fields=["unit", "-effective_on"]),
        ]


class Boundary(models.Model):
    """A unit's polygon in WGS-84, kept as WKB; an old one stays with its dates, as history happened inside it."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="boundaries")
    geometry = models.BinaryField()
    min_lon = models.FloatField()
    min_lat = models.FloatField()
    max_lon = models.FloatField()
    max_lat = models.FloatField()
    area_m2 = models.FloatField("面积")
    source = models.CharField("来源", max_length=64, blank=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    objects = BoundaryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit"], condition=Q(valid_to=None), name="one_boundary_in_force"),
        ]


class TerritoryRevision(models.Model):
    """One row whose number grows with every change of units or boundaries: how each process knows its tree is stale.

    The token differs even where a restored database counts through the same numbers again. The row is also the lock
    under which the territory is changed, one change at a time.
    """

    number = models.PositiveBigIntegerField(default=1)
    token = models.UUIDField(default=uuid4)


class ImportDraft(models.Model):
    """A file of divisions or boundaries that was read and checked, and waits for somebody to say what to apply."""

    KINDS = [("divisions", "行政区划"), ("boundaries", "网格边界"), ("sites", "阵地")]

    kind = models.CharField(max_length=10, choices=KINDS)
    district = models.ForeignKey(Unit, models.CASCADE, related_name="+")
    file_name = models.CharField("文件名", max_length=200)
    # What was found, as plain JSON: rows with their verdicts, or features with theirs.
    content = models.JSONField(default=dict)
    user_id = models.BigIntegerField()
    user_name = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    outcome = models.JSONField(default=dict)

    objects = ImportDraftQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["district", "kind", "-created_at"])]
