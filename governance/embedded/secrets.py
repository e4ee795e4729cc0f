"""Secrets from the environment; an installation under `var/` makes its own once and keeps them."""

from __future__ import annotations

import base64
import os
import secrets
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
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        # O_EXCL: of two processes that start together only one may make the secret.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(handle, "w") as file:
        file.write(value := _MAKERS[name]())
    return value
