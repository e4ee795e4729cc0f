"""Something happens in the district whose API is tried."""

from collections.abc import Iterator

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from tests.appeals.api.conftest import token_of
from tests.appeals.conftest import dispatched, registered, rules

__all__ = ["dispatched", "registered", "rules", "token_of"]


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Requests go through the WSGI application in the test's own transaction, which their end must not close."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
