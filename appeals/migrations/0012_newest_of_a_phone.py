"""The newest appeals of a number, by an index built without holding up who writes."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("appeals", "0011_repeat_marks")]
    operations = [
        AddIndexConcurrently(
            model_name="appeal",
            index=models.Index(
                condition=models.Q(("phone_index", ""), _negated=True),
                fields=["phone_index", "-registered_at", "-id"],
                name="appeal_phone_newest",
            ),
        ),
    ]
