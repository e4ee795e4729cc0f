"""Clocks: a limit on a subject of any app, as a row that a sweep finds when its moment has come."""

from django.db import models
from django.db.models import Q, Value


class Policy(models.Model):
    """A named set of limits for one type of subject; the limits themselves are in its versions."""

    code = models.SlugField(unique=True)
    name = models.CharField("名称", max_length=64)
    subject_type = models.CharField(max_length=64)


class PolicyVersion(models.Model):
    """The limits of a policy from a date on. Never changed once a clock has started under it.

    `terms` maps a clock kind to its term; `governance.deadlines.terms` has the shape and checks it.
    """

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    effective_from = models.DateTimeField("生效时间")
    terms = models.JSONField()
    note = models.CharField("说明", max_length=200, blank=True)
    made_by_user = models.BigIntegerField(default=0)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "number"], name="one_policy_version_number")]


class Clock(models.Model):
    """One running limit. `next_fire_at` is the earliest step still to come: what the sweep looks for."""

    RUNNING, PAUSED, MET, MISSED, CANCELLED = "running", "paused", "met", "missed", "cancelled"
    OPEN = (RUNNING, PAUSED)

    subject_type = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    kind = models.CharField("类型", max_length=32)
    # What the clock is about inside its subject (a hand-over, an extension); 0 when there is only one.
    detail_id = models.BigIntegerField(default=0)
    unit_id = models.BigIntegerField("责任单位", default=0)
    calendar_code = models.SlugField(default="district")
    policy_version = models.ForeignKey(PolicyVersion, models.PROTECT, null=True)
    term = models.JSONField()
    state = models.CharField(max_length=9, default=RUNNING)
    started_at = models.DateTimeField()
    # What due_at is computed from: this moment, through these legs (the term and its extensions, or what a pause
    # left), by the calendar at this revision. A clock behind its calendar is moved before anything else happens to it.
    counted_from = models.DateTimeField()
    legs = models.JSONField(default=list)
    # What changed its course since its start, in order: [{"what": "pause" | "resume" | "extend", "at", …}]. With it the
    # clock can be counted anew under another term (reterming.py).
    events = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    calendar_revision = models.BigIntegerField(default=0)
    due_at = models.DateTimeField("到期")
    # Once the limit has passed the clock goes on (the ladder), but can only end late.
    overdue_since = models.DateTimeField(null=True)
    steps = models.JSONField(default=list)
    next_step = models.PositiveSmallIntegerField(default=0)
    next_fire_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    # What was left when it was paused: working seconds for a term in working time, else natural ones.
    remaining_seconds = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    # A step that could not be carried out: how often in a row, why, and when it is tried again.
    failures = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)
    retry_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "kind", "detail_id"],
                condition=Q(state__in=("running", "paused")),
                name="one_open_clock_per_kind",
            ),
            models.CheckConstraint(
                condition=~Q(state="paused") | Q(remaining_seconds__isnull=False), name="paused_clock_keeps_the_rest"
            ),
            models.CheckConstraint(
                condition=Q(state="running") | Q(next_fire_at=None), name="only_a_running_clock_fires"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_fire_at", "id"], condition=Q(next_fire_at__isnull=False), name="clock_fires_next"
            ),
            models.Index(fields=["subject_type", "subject_id", "kind"]),
            models.Index(
                fields=["calendar_code", "calendar_revision", "id"],
                condition=Q(state__in=("running", "paused")),
                name="clock_open_by_calendar",
            ),
            models.Index(fields=["id"], condition=Q(failures__gt=0), name="clock_in_trouble"),
        ]


class Firing(models.Model):
    """A step that happened: once, with the moment when it was due and the moment when it was recorded."""

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="firings")
    step = models.PositiveSmallIntegerField()
    action = models.CharField(max_length=32)
    due_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clock", "step"], name="a_step_fires_once")]


class SweepMark(models.Model):
    """The latest moment that a sweep saw (one row), and whether the engine is held since the time cannot be right."""

    seen_at = models.DateTimeField()
    # What the clock said when it was found wrong.
    held_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    @property
    def is_held(self) -> bool:
        """Whether nothing is carried out."""
        return self.held_at is not None
