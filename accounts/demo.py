"""The accounts of a demo installation, offered on its sign-in page; a real installation offers none."""

from __future__ import annotations

from typing import TypedDict

from django.conf import settings

from accounts.models import ROLE_LABELS, Posting
from governance import demo as governance_demo
from governance.scope import Role

# Everyone of the demo district signs in with it. No real installation has these accounts.
PASSWORD = "Wangge@2026"  # noqa: S105

# One account for each role; the demo district's seed makes them under these names.
USERNAMES: dict[Role, str] = {
    Role.DISTRICT_CENTRE: "quzhongxin",
    Role.STREET_LEADER: "jiedaoshuji",
    Role.STREET_STAFF: "jiedaoganbu",
    Role.COMMUNITY_SECRETARY: "shequshuji",
    Role.COMMUNITY_WORKER: "shequganbu",
    Role.GRID_WORKER: "wanggeyuan",
    Role.PART_TIME_GRID_WORKER: "jianzhi",
    Role.DEPARTMENT_STAFF: "bumen",
    Role.DISTRICT_LEADER: "qulingdao",
    Role.ENTERPRISE_LIAISON: "qiye",
    Role.SHOP_CLERK: "chaoshi",
    Role.AUDITOR: "shenji",
    Role.SECURITY_ADMIN: "anquan",
    Role.SYSTEM_ADMIN: "xitong",
}


class DemoAccount(TypedDict):
    """One line of the list."""

    role: str
    label: str
    unit: str
    username: str
    password: str


def accounts() -> list[DemoAccount]:
    """One account for each role with its unit and password; nothing on a real installation."""
    if not settings.DEMO:
        return []
    postings = Posting.objects.filter(user__username__in=USERNAMES.values()).select_related("user", "unit__community")
    by_username = {posting.user.username: posting for posting in postings}
    return [_account(role, by_username[username]) for role, username in USERNAMES.items() if username in by_username]


def _account(role: Role, posting: Posting) -> DemoAccount:
    return DemoAccount(
        role=role.value,
        label=ROLE_LABELS[role],
        unit=posting.place,
        username=posting.user.username,
        password=PASSWORD,
    )


def loading() -> str:
    """What of the demonstration is still being loaded; "" for nothing, and on a real installation."""
    return governance_demo.loading() if settings.DEMO else ""


def credentials(role: str) -> dict[str, str]:
    """What to fill in for one role, or nothing."""
    found = next((a for a in accounts() if a["role"] == role), None)
    return {"username": found["username"], "password": found["password"]} if found else {}
