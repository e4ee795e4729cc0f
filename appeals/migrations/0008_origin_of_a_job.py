"""An index on a table in use: built without holding up who writes."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("appeals", "0007_supervision_indexes")]
    operations = [
        AddIndexConcurrently(model_name="importorigin", index=models.Index(fields=["job_id"], name="origin_of_a_job")),
    ]
