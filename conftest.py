"""What all tests need before they are collected.

Tests that commit end with a database as empty as it began. Django's own flush truncates some two hundred tables, of
which a test wrote to ten, and makes the content types and permissions of all models anew: seconds, where this takes
hundredths of one.
"""

from django.db import connections
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings

# How busy the machine is must not decide a test.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

# They say what is in the code, and no test writes to them.
KEPT = ["django_migrations", "django_content_type", "auth_permission"]
# In the role of a replica: history refuses to be taken away, and what refers to what is of no concern, all of it goes.
# Where a test left much behind, the room is given back, too.
EMPTY = """
DO $$
DECLARE one record;
BEGIN
  FOR one IN
    SELECT c.oid::regclass AS name, pg_relation_size(c.oid) AS size FROM pg_class c
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
      AND c.relname <> ALL (string_to_array('{kept}', ','))
  LOOP
    IF one.size > 1000000 THEN EXECUTE format('TRUNCATE %s CASCADE', one.name);
    ELSIF one.size > 0 THEN EXECUTE format('DELETE FROM %s', one.name);
    END IF;
  END LOOP;
END $$
""".replace("{kept}", ",".join(KEPT))


def _empty(self):
    for alias in self._databases_names(include_mirrors=False):
        with connections[alias].cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            try:
                cursor.execute(EMPTY)
            finally:
                cursor.execute("SET session_replication_role = origin")


TransactionTestCase._fixture_teardown = _empty
