"""What all tests need before they are collected.

Tests that commit end with a flush, and history tables refuse to be truncated: the flush alone may pass by them.
"""

from django.db import connections
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings

# How busy the machine is must not decide a test.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

_flush = TransactionTestCase._fixture_teardown


def _flush_history_too(self):
    for alias in self._databases_names(include_mirrors=False):
        with connections[alias].cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
    try:
        _flush(self)
    finally:
        for alias in self._databases_names(include_mirrors=False):
            with connections[alias].cursor() as cursor:
                cursor.execute("SET session_replication_role = origin")


TransactionTestCase._fixture_teardown = _flush_history_too
