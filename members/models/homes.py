"""Where people live: building – entrance – room."""

from django.db import models
from django.db.models import Q

from members.models.placed import Placed
from members.querysets import PlacedQuerySet

ENTRANCE_MOST, ROOM_MOST = 16, 16


class Building(Placed):
    """A building, or in a village a row of houses. `entrances`: how many 单元 it has, 0 where it has none."""

    name = models.CharField("楼栋", max_length=64)
    address = models.CharField("地址", max_length=200, blank=True)
    lon = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)
    entrances = models.PositiveSmallIntegerField("单元数", default=0)
    floors = models.PositiveSmallIntegerField("层数", default=0)
    removed_on = models.DateField("拆除日期", null=True, blank=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "name"], condition=Q(removed_on=None), name="one_building_of_a_name_in_a_community"
            ),
            models.CheckConstraint(
                condition=Q(lon=None, lat=None) | Q(lon__isnull=False, lat__isnull=False),
                name="a_building_has_both_coordinates",
            ),
        ]
        indexes = [models.Index(fields=["grid", "name"], name="building_grid")]

    def __str__(self) -> str:
        return self.name


class Home(models.Model):
    """A room of a building: 2单元 301. The building's place is its place."""

    building = models.ForeignKey(Building, models.PROTECT, related_name="homes", verbose_name="楼栋")
    entrance = models.CharField("单元", max_length=ENTRANCE_MOST, blank=True)
    room = models.CharField("房号", max_length=ROOM_MOST)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["building", "entrance", "room"], name="one_home_of_a_number")]

    def __str__(self) -> str:
        return f"{self.building.name}{self.entrance}{self.room}"
