"""Where something lies, as the columns that its scope is an equality on."""

from django.db import models


class OfUnit(models.Model):
    """What belongs to a street, a community or a grid; the columns below its own level are null."""

    unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name="所属单位")
    district = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    street = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    community = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    grid = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True


class Placed(models.Model):
    """What lies in one grid or, while nobody knows which, in one community; scope is an equality on these columns."""

    district = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    street = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    community = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name="社区")
    grid = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="网格")

    class Meta:
        abstract = True
