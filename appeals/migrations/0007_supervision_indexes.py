"""Indexes on tables in use: built without holding up who writes."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("appeals", "0006_supervision")]
    operations = [
        AddIndexConcurrently(
            model_name="appeal",
            index=models.Index(
                condition=models.Q(("ladder__gte", 3)),
                fields=["district", "-registered_at", "-id"],
                name="appeal_leaders",
            ),
        ),
        AddIndexConcurrently(
            model_name="sendback",
            index=models.Index(fields=["asked_at", "id"], name="send_back_asked"),
        ),
    ]
