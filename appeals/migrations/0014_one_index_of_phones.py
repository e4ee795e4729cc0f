"""The index of phones alone goes: `appeal_phone_newest` begins with the same column."""

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("appeals", "0013_matters")]
    operations = [RemoveIndexConcurrently(model_name="appeal", name="appeal_phone")]
