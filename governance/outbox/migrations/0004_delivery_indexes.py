"""For the list of deliveries; made while messages go on being queued."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("outbox", "0003_deliveries_in_sight")]

    operations = [
        AddIndexConcurrently("delivery", models.Index(fields=["-created_at", "-id"], name="delivery_newest")),
        AddIndexConcurrently("delivery", models.Index(fields=["state", "-created_at", "-id"], name="delivery_state")),
        AddIndexConcurrently(
            "delivery", models.Index(fields=["subject_type", "subject_id", "id"], name="delivery_subject")
        ),
    ]
