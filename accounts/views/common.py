"""What the views of the accounts share."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from accounts import acting
from accounts.addresses import client_ip
from accounts.models import User
from governance.scope import Actor


def who(request: HttpRequest) -> Actor:
    """Who acts; a person without a posting in force acts as themselves, for their own account alone."""
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    return actor or acting.as_oneself(cast(User, request.user), ip=client_ip(request))
