"""For the order within a stream; made while messages go on being queued."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("outbox", "0005_streams")]

    operations = [
        AddIndexConcurrently(
            "delivery", models.Index(fields=["stream", "sequence"], condition=~Q(stream=""), name="delivery_stream")
        ),
    ]
