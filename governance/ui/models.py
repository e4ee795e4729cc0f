"""What a person keeps of the interface: saved views of lists, chosen columns; and answered idempotency keys."""

from django.db import models


class SavedView(models.Model):
    """A list's filters, tab and order under a name: the query string, which holds the whole state of a list."""

    user_id = models.BigIntegerField()
    page = models.CharField(max_length=64)
    name = models.CharField("名称", max_length=32)
    query = models.CharField(max_length=2000, blank=True)
    is_default = models.BooleanField("默认", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user_id", "page", "name"], name="one_saved_view_per_name"),
            models.UniqueConstraint(
                fields=["user_id", "page"], condition=models.Q(is_default=True), name="one_default_view_per_page"
            ),
        ]


class ColumnChoice(models.Model):
    """The columns that a person chose for a list, in order."""

    user_id = models.BigIntegerField()
    page = models.CharField(max_length=64)
    columns = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "page"], name="one_column_choice_per_page")]


class IdempotencyKey(models.Model):
    """The answer to a write that carried a key: the same key and content get the same answer, other content none."""

    user_id = models.BigIntegerField()
    key = models.CharField(max_length=120)
    route = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "key"], name="one_answer_per_idempotency_key")]
        indexes = [models.Index(fields=["created_at"])]
