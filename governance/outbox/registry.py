"""Where a message's subject is shown, and who takes a refusal; filled by the apps in their `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

_urls: dict[str, Callable[[int], str]] = {}
_refusals: dict[str, Callable[[Any, dict[str, Any], datetime], None]] = {}


def register_subject(subject_type: str, *, url: Callable[[int], str]) -> None:
    """Say where a type of subject is shown: `url(subject_id)`."""
    _urls[subject_type] = url


def url_of(subject_type: str, subject_id: int) -> str:
    """The address of the subject's page; empty for a type that nobody registered."""
    find = _urls.get(subject_type)
    return find(subject_id) if find and subject_id else ""


def register_refusal(channel: str, take: Callable[[Any, dict[str, Any], datetime], None]) -> None:
    """Say who takes what a channel's receiver finally refuses: `take(delivery, answer, now)`.

    Called in the transaction that ends the delivery, before its row is locked, so that the subject's lock comes first.
    """
    _refusals[channel] = take


def refusal_of(channel: str) -> Callable[[Any, dict[str, Any], datetime], None] | None:
    """Who takes what the channel's receiver refuses, if anybody."""
    return _refusals.get(channel)
