"""Something happens in the district whose API is tried."""

from tests.appeals.api.conftest import token_of
from tests.appeals.conftest import dispatched, registered, rules

__all__ = ["dispatched", "registered", "rules", "token_of"]
