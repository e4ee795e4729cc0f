"""Nothing that a caller may send is an error of ours: every operation of the schema, with generated input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error

from appeals.models import Appeal
from governance.scope import Actor

schema = schemathesis.openapi.from_dict(SchemaGenerator(api_version="v1").get_schema(request=None, public=True))
schema.app = get_wsgi_application()


@pytest.fixture
def token(cast: Any, token_of: Callable[[Actor], str], dispatched: Appeal, registered: Callable[..., Appeal]) -> str:
    """A token of the district centre, which may do most, in a district where something happens."""
    registered()
    return token_of(cast.dc)


@schema.parametrize()
@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
def test_no_operation_fails(case: Any, token: str) -> None:
    """Refusals are fine, failures are not."""
    case.headers = {**(case.headers or {}), "Authorization": f"Token {token}"}
    case.call_and_validate(checks=[not_a_server_error])
