from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations


class Migration(migrations.Migration):
    """Postings of one person, unit and role may not overlap in time: an exclusion constraint, which needs btree_gist."""

    initial = True
    dependencies = []
    operations = [BtreeGistExtension()]
