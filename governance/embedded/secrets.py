"""Secrets from the environment; an installation under `var/` makes its own once and keeps them."""

from __future__ import annotations

import base64
import os
import secrets
import tempfile
from pathlib import Path

_MAKERS = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "PRIVACY_KEYS": lambda: "k1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
    "PRIVACY_INDEX_KEY": lambda: base64.b64encode(secrets.token_bytes(32)).decode(),
}


def from_environment(name: str, var: Path) -> str:
    """The secret `name` from the environment, or from `var/secrets/`, where it is made on first use.

    A loss of the privacy keys makes every sealed phone number unreadable for good:
    back up `var/secrets/` with the database.
    """
    if value := os.environ.get(name):
        return value
    path = var / "secrets" / name.lower()
    if not path.exists():
        _make(path, _MAKERS[name]())
    return path.read_text()


def _make(path: Path, value: str) -> None:
    """Put `value` at `path` whole or not at all; of processes that start together the first one wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, written = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # 0600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(value)
            file.flush()
            os.fsync(file.fileno())
        # A link appears with its content, and fails where one is already: nobody reads half a secret.
        os.link(written, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(written)
