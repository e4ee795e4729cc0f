"""Lists on their way out."""

from django.db import models
from django.db.models import Q


class ExportRequest(models.Model):
    """A list of appeals that somebody wants to take away as a spreadsheet: what for, and who let it go.

    Up to a limit it goes at once; above it a leader of the unit decides. Source: rights.md, "export".
    """

    purpose = models.CharField("导出用途", max_length=200)
    # The query string of the list, which holds its whole state.
    query = models.CharField(max_length=2000, blank=True)
    count = models.PositiveIntegerField("条数")
    asked_by_user = models.BigIntegerField()
    asked_by_name = models.CharField("申请人", max_length=32)
    asked_by_unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("申请时间")
    approved = models.BooleanField(null=True)
    decided_by_user = models.BigIntegerField(default=0)
    decided_by_name = models.CharField(max_length=32, blank=True)
    decided_at = models.DateTimeField(null=True)
    decision_words = models.CharField("审批意见", max_length=200, blank=True)
    job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["asked_by_user", "-id"], name="exports_of_a_user"),
            models.Index(fields=["id"], condition=Q(approved=None), name="exports_to_decide"),
        ]
