"""Messages that leave in order. Defaults in the database: a process of the version before may still write rows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0004_delivery_indexes")]

    operations = [
        migrations.AddField("delivery", "stream", models.CharField(blank=True, db_default="", max_length=64)),
        migrations.AddField("delivery", "sequence", models.PositiveIntegerField(db_default=0, default=0)),
    ]
