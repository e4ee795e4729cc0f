"""Long work that shows its progress and can be left and come back to: imports, exports, rebuilds."""

from django.db import models
from django.db.models import Q


class Job(models.Model):
    """One piece of long work, claimed by one worker at a time; `heartbeat_at` tells a dead worker from a slow one."""

    WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"

    kind = models.CharField(max_length=64)
    title = models.CharField("名称", max_length=200)
    state = models.CharField(max_length=9, default=WAITING)
    params = models.JSONField(default=dict)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.CharField("说明", max_length=500, blank=True)
    result = models.JSONField(default=dict)
    source = models.FileField(upload_to="jobs/%Y/%m/", blank=True)
    output = models.FileField(upload_to="jobs/%Y/%m/", blank=True)
    output_name = models.CharField(max_length=200, blank=True)
    # Who started it, and as what: the worker acts as this posting.
    user_id = models.BigIntegerField()
    posting_id = models.BigIntegerField()
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["user_id", "-id"], name="jobs_of_a_user"),
            models.Index(fields=["id"], condition=Q(state__in=("waiting", "running")), name="jobs_open"),
        ]
