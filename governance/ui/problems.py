"""How refusals leave the platform."""

from __future__ import annotations

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler


def api_exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an exception from an API view."""
    return exception_handler(exc, context)
