"""The append-only record of every change, and of every look at personal data."""

from django.db import models
from django.utils import timezone


class Seal(models.Model):
    """A digest over a batch of entries, chained to the one before, so that a later change shows."""

    made_at = models.DateTimeField(default=timezone.now)
    count = models.PositiveIntegerField()
    first_entry = models.BigIntegerField()
    last_entry = models.BigIntegerField()
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)


class Entry(models.Model):
    """One change, or one look. No foreign keys: history never blocks a deletion, and outlives its subject.

    The database refuses every update but the first setting of `seal_id`, and every deletion.
    """

    at = models.DateTimeField()
    user_id = models.BigIntegerField()
    user_name = models.CharField(max_length=64)
    posting_id = models.BigIntegerField()
    role = models.CharField(max_length=2, blank=True)
    unit_id = models.BigIntegerField()
    unit_name = models.CharField(max_length=128)
    ip = models.CharField(max_length=45, blank=True)
    action = models.CharField("操作", max_length=64)
    # Whether the person was shown personal data: what an auditor asks for first.
    is_look = models.BooleanField("查看个人信息", default=False)
    subject_type = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    subject_label = models.CharField(max_length=200, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True)
    seal_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"]),
            models.Index(fields=["user_id", "id"]),
            models.Index(fields=["at", "id"]),
            models.Index(fields=["action", "id"]),
            models.Index(fields=["id"], condition=models.Q(is_look=True), name="audit_entry_looks"),
            models.Index(fields=["id"], condition=models.Q(seal_id=None), name="audit_entry_unsealed"),
        ]
