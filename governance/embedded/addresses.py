"""Where the database and the broker are: from their URLs, or the embedded ones under `var/`."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

DATABASE = "governance"
POSTGRES_USER = "postgres"
POSTGRES_PORT = "5432"  # names the socket's file; nothing listens on TCP
VALKEY_SOCKET = "valkey.sock"
# macOS takes 103 bytes, Linux 107; PostgreSQL's is the longest name in the folder.
LONGEST_SOCKET = 103
_POSTGRES_SOCKET = f".s.PGSQL.{POSTGRES_PORT}"


def digest(var: Path) -> str:
    """A short name for the installation whose data is in `var`."""
    return hashlib.sha256(str(var.resolve()).encode()).hexdigest()[:12]


def socket_dir(var: Path) -> Path:
    """The folder of the embedded servers' sockets, the same for every process that looks at `var`.

    Root's is in /run, where only root can put one: its servers run as another account, which
    may not reach `var`. Everybody else's is `var/run`, or, when that is too long for a socket's
    path, a folder in /tmp that the starter makes private and whose owner is checked.
    """
    if os.geteuid() == 0:
        base = Path("/run") if Path("/run").is_dir() else Path("/tmp")  # noqa: S108 owner is checked
        return base / f"governance-{digest(var)}"
    inside = var.resolve() / "run"
    if len(os.fsencode(inside / _POSTGRES_SOCKET)) <= LONGEST_SOCKET:
        return inside
    return Path(f"/tmp/governance-{os.geteuid()}-{digest(var)}")  # noqa: S108 owner is checked


def postgres_socket(var: Path) -> Path:
    """The embedded PostgreSQL's socket."""
    return socket_dir(var) / _POSTGRES_SOCKET


def database(url: str, var: Path) -> dict[str, Any]:
    """Django's DATABASES entry for a `postgresql://` URL; an empty one names the embedded server."""
    common: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
    if not url:
        return common | {
            "NAME": DATABASE,
            "USER": POSTGRES_USER,
            "HOST": str(socket_dir(var)),
            "PORT": POSTGRES_PORT,
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("DATABASE_URL 必须以 postgresql:// 开头，例如 postgresql://用户:口令@主机:5432/库名")
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
    return url or f"unix://{socket_dir(var)}/{VALKEY_SOCKET}"


def broker(redis_url: str) -> str:
    """The same server as Celery writes it: a socket has a scheme of its own there."""
    if not redis_url.startswith("unix://"):
        return redis_url
    return redis_url.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")


def redis_number(redis_url: str, number: int) -> str:
    """The URL with `number` added to its database's number, for processes that must not share one."""
    parts = urlsplit(redis_url)
    if parts.scheme == "unix":
        base = int(dict(parse_qsl(parts.query)).get("db", 0))
        return f"unix://{parts.path}?db={base + number}"
    base = int(parts.path.strip("/") or 0)
    return parts._replace(path=f"/{base + number}").geturl()
