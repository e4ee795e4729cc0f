"""Long work that shows its progress and can be left and come back to: imports, exports, rebuilds."""

from django.db import models
from django.db.models import Q

from governance.jobs.querysets import JobQuerySet


class Job(models.Model):
    """One piece of long work, claimed by one worker at a time; `heartbeat_at` tells a dead worker from a slow one."""

    WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
    OPEN = (WAITING, RUNNING)
    STATES = [
        (WAITING, "排队中"),
        (RUNNING, "进行中"),
        (DONE, "已完成"),
        (FAILED, "未完成"),
        (CANCELLED, "已取消"),
    ]

    kind = models.CharField(max_length=64)
    title = models.CharField("名称", max_length=200)
    state = models.CharField("状态", max_length=9, choices=STATES, default=WAITING)
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
    # Grows with every claim: a worker that was taken for dead and is not may write no more.
    attempts = models.PositiveSmallIntegerField(default=0)
    # When a worker was last told of it; a lost message is sent again.
    nudged_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["user_id", "-id"], name="jobs_of_a_user"),
            models.Index(fields=["id"], condition=Q(state__in=("waiting", "running")), name="jobs_open"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether it still waits or runs."""
        return self.state in self.OPEN

    @property
    def percent(self) -> int:
        """How much is done, 0 to 100; 0 while the total is not known."""
        return min(100, self.done * 100 // self.total) if self.total else 0
