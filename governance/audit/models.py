"""The append-only record of every change, and of every look at personal data."""

from typing import Any

from django.db import models
from django.utils import timezone

from governance.audit import actions
from governance.audit.querysets import EntryQuerySet


class Seal(models.Model):
    """A digest over a batch of entries, chained to the one before, so that a later change shows.

    Only ever appended to, by the database's own rule.
    """

    made_at = models.DateTimeField()
    count = models.PositiveIntegerField()
    first_entry = models.BigIntegerField()
    last_entry = models.BigIntegerField()
    # One 24-byte leaf an entry (its id and half of its SHA-256), so that a check can name the entry that was changed.
    leaves = models.BinaryField()
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, unique=True)


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

    objects = EntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "at", "id"]),
            models.Index(fields=["user_name", "at", "id"]),
            models.Index(fields=["subject_label", "at", "id"]),
            models.Index(fields=["at", "id"]),
            models.Index(fields=["action", "at", "id"]),
            # What the platform does by itself has no address.
            models.Index(fields=["ip", "at", "id"], condition=~models.Q(ip=""), name="audit_entry_by_ip"),
            models.Index(fields=["at", "id"], condition=models.Q(is_look=True), name="audit_entry_looks"),
            # The entries of a seal, and those that have none yet.
            models.Index(fields=["seal_id", "id"]),
        ]

    def __str__(self) -> str:
        when = timezone.localtime(self.at)
        return f"{when:%Y-%m-%d %H:%M} {self.user_name} {self.action_label} {self.subject_label}".rstrip()

    @property
    def action_label(self) -> str:
        """The action in Chinese."""
        return actions.label_of(self.action)

    @property
    def subject_type_label(self) -> str:
        """The type of subject in Chinese."""
        return actions.subject_label(self.subject_type)

    @property
    def changes(self) -> list[tuple[str, Any, Any]]:
        """What differs: the field in Chinese, its value before and after, in a stable order."""
        keys = sorted(self.before.keys() | self.after.keys())
        return [(actions.field_label(key), self.before.get(key), self.after.get(key)) for key in keys]
