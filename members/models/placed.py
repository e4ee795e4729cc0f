"""Where something lies, as the columns that its scope is an equality on."""

from django.db import models

from governance.scope import place_of


class OfUnit(models.Model):
    """What belongs to a street, a community or a grid; the columns below its own level are null."""

    unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name="所属单位")
    district = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    street = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    community = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    grid = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True

    @property
    def unit_and_place(self) -> dict[str, int | None]:
        """The unit and where it lies, by column, as whatever comes of this has them."""
        return {"unit_id": self.unit_id, **place_of(self)}


class Placed(models.Model):
    """What lies in one grid or, while nobody knows which, in one community; scope is an equality on these columns."""

    district = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    street = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    community = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name="社区")
    grid = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="网格")

    class Meta:
        abstract = True
