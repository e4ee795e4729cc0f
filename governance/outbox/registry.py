"""Where a message's subject is shown; filled by the apps in their `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable

_urls: dict[str, Callable[[int], str]] = {}


def register_subject(subject_type: str, *, url: Callable[[int], str]) -> None:
    """Say where a type of subject is shown: `url(subject_id)`."""
    _urls[subject_type] = url


def url_of(subject_type: str, subject_id: int) -> str:
    """The address of the subject's page; empty for a type that nobody registered."""
    find = _urls.get(subject_type)
    return find(subject_id) if find and subject_id else ""
