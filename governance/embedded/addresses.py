"""Where the database and the broker are: from their URLs, or the embedded ones under `var/`."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


def socket_dir(var: Path) -> Path:
    """The folder of the embedded servers' sockets; short, as a socket's path may have 107 bytes at most."""
    return Path(f"/tmp/governance-{_short_hash(str(var.resolve()))}")


def _short_hash(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()[:12]


def database(url: str, var: Path) -> dict[str, Any]:
    """Django's DATABASES entry for a `postgresql://` URL; an empty one names the embedded server."""
    common: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
    if not url:
        return common | {"NAME": "governance", "USER": "postgres", "HOST": str(socket_dir(var)), "PORT": "5432"}
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("DATABASE_URL must begin with postgresql://")
    query = dict(parse_qsl(parts.query))
    return common | {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": query,
    }


def redis(url: str, var: Path) -> str:
    """The Redis URL; an empty one names the embedded server's socket."""
    return url or f"unix://{socket_dir(var)}/valkey.sock"
