"""Attachments: what was uploaded, re-encoded or checked, and which subject it belongs to."""

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse


class Attachment(models.Model):
    """One file. It belongs to a subject, or for a day to the uploader's draft that will become one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_type = models.CharField(max_length=64, blank=True)
    subject_id = models.BigIntegerField(null=True)
    # Which entry of the subject's timeline it came with; 0 for the subject itself.
    entry_id = models.BigIntegerField(default=0)
    kind = models.CharField(max_length=8, choices=[("photo", "照片"), ("document", "文件")])
    name = models.CharField("文件名", max_length=200)
    mime = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField("大小")
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    file = models.FileField(upload_to="attachments/%Y/%m/")
    thumbnail = models.FileField(upload_to="thumbnails/%Y/%m/", blank=True)
    uploaded_by = models.BigIntegerField()
    uploaded_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id"]),
            models.Index(fields=["uploaded_at"], condition=Q(subject_id=None), name="attachment_of_a_draft"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        """Where it is opened."""
        return reverse("files:open", args=[self.pk])

    @property
    def thumbnail_url(self) -> str:
        """Where its small picture is; empty for a document."""
        return reverse("files:thumbnail", args=[self.pk]) if self.thumbnail else ""
