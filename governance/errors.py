"""What a service refuses, told so that the person can act on it. Views and the API turn these into answers."""

from __future__ import annotations


class DomainError(Exception):
    """Refused by a rule. `message` is Chinese and says what to do; `field` names the input at fault, if one is."""

    status = 409
    code = "refused"

    def __init__(self, message: str, *, field: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.code = code or self.code


class InvalidInput(DomainError):
    """The input itself is wrong."""

    status = 400
    code = "invalid"


class NotAllowed(DomainError):
    """The actor sees the thing but may not do this to it (HTTP 403)."""

    status = 403
    code = "forbidden"


class IllegalState(DomainError):
    """The thing is not in a state that allows this, often because somebody else was quicker (HTTP 409)."""

    code = "illegal_state"


class NotFound(DomainError):
    """No such thing within the actor's scope (HTTP 404): what is outside is not told from what does not exist."""

    status = 404
    code = "not_found"
