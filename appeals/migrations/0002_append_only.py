from django.db import migrations

from governance.appendonly import append_only


class Migration(migrations.Migration):
    """An appeal's history accepts inserts alone."""

    dependencies = [("appeals", "0001_initial")]
    operations = [append_only("appeals_appealentry")]
