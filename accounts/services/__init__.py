"""All writes of the accounts. The security office changes others, never itself; a person changes only their own."""

from accounts.services.passwords import change_password, reset_password
from accounts.services.postings import NewPosting, end_posting, grant, move, unit_closed
from accounts.services.sessions import end_all_sessions, end_session
from accounts.services.tokens import issue_token, revoke_token
from accounts.services.users import add_user, change_user, disable, enable, unlock

__all__ = [
    "NewPosting",
    "add_user",
    "change_password",
    "change_user",
    "disable",
    "enable",
    "end_all_sessions",
    "end_posting",
    "end_session",
    "grant",
    "issue_token",
    "move",
    "reset_password",
    "revoke_token",
    "unit_closed",
    "unlock",
]
