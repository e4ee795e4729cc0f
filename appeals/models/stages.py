"""Stages of a handling that the law takes step by step (责令停工, 行政处罚, 强制拆除), each with a limit of its own."""

from django.db import models

from appeals.models.appeal import Appeal


class StageRecord(models.Model):
    """A stage that the lead unit finished, or that was not needed. A stage without a record is still open."""

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="stage_records")
    kind = models.CharField(max_length=32)
    name = models.CharField("环节", max_length=40)
    is_needed = models.BooleanField("已完成", default=True)
    is_late = models.BooleanField("超期", default=False)
    words = models.CharField("说明", max_length=2000)
    by_user = models.BigIntegerField()
    by_name = models.CharField(max_length=32)
    by_unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["appeal", "kind"], name="one_record_a_stage")]
