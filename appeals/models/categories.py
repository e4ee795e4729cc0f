"""The category tree."""

from django.db import models


class Category(models.Model):
    """A node of the category tree, three levels deep. A null setting is inherited from the nearest ancestor."""

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    name = models.CharField("名称", max_length=40)
    # "城乡建设/安全生产/安全隐患": for display and for matching imported words without walking the tree.
    path = models.CharField("全称", max_length=140, unique=True)
    initials = models.CharField(max_length=64, blank=True)
    level = models.PositiveSmallIntegerField()
    order = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField("启用", default=True)
    lead_kind = models.CharField("默认主办单位类别", max_length=10, blank=True)
    lead_unit = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, verbose_name="默认主办单位")

    class Meta:
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["parent", "name"], name="one_category_name_per_parent")]

    def __str__(self) -> str:
        return self.path
