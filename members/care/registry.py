"""What higher rooms add to the lists: ways to get help for somebody who needs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from governance.scope import Actor
from members.models import CareRecord


@dataclass(frozen=True, slots=True)
class HelpLink:
    """A way on from a visit that found somebody in need: what it is called, and its page."""

    label: str
    url: str


HelpSource = Callable[[Actor, CareRecord], HelpLink | None]
_sources: list[HelpSource] = []


def register_help(source: HelpSource) -> None:
    """Add a way to get help: `source(actor, record)` gives it, or None where the actor has not the right (`ready()`).

    The address must not carry anything about the person but the place.
    """
    if source not in _sources:
        _sources.append(source)


def help_links(actor: Actor, record: CareRecord) -> list[HelpLink]:
    """All ways that are open to the actor."""
    return [link for source in _sources if (link := source(actor, record)) is not None]
