"""Every route of the project, found by walking the URL resolver."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.rights import ROUTES

# A value for each converter that names nothing: who may not use a route must learn so before any object is looked at.
NOTHING = {
    "IntConverter": 9_999_999_999,
    "StringConverter": "nothing",
    "SlugConverter": "nothing",
    "PathConverter": "nothing",
    "UUIDConverter": UUID(int=0),
}


def status_of(answer: Any) -> int:
    """The answer's status; a file that came with it is read to its end, and so closed."""
    if answer.streaming:
        b"".join(answer.streaming_content)
    return int(answer.status_code)


@dataclass(frozen=True)
class Route:
    """A view's name with what its address needs."""

    name: str
    pattern: str
    values: tuple[tuple[str, object], ...]

    def url(self, **values: object) -> str:
        """The address; values that are not given name nothing."""
        return reverse(self.name, kwargs={**dict(self.values), **values})

    @property
    def methods(self) -> list[str]:
        """The methods that its row names; GET and POST where one row serves all."""
        row = ROUTES.get(self.name)
        return sorted(row) if isinstance(row, dict) else ["GET", "POST"]


def routes() -> list[Route]:
    """All of them, by name."""
    found = {route.name: route for route in _walk(get_resolver().url_patterns, "", "")}
    return [found[name] for name in sorted(found)]


def _walk(patterns: list[URLPattern | URLResolver], namespace: str, prefix: str) -> Iterator[Route]:
    for pattern in patterns:
        text = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner, text)
        else:
            yield Route(f"{namespace}{pattern.name or text}", text, _values(pattern))


def _values(pattern: URLPattern) -> tuple[tuple[str, object], ...]:
    converters = pattern.pattern.converters
    if not converters and pattern.pattern.regex.groupindex:
        # A router of the API makes its routes from expressions.
        return tuple((name, 9_999_999_999) for name in pattern.pattern.regex.groupindex if name != "format")
    return tuple((name, NOTHING[type(converter).__name__]) for name, converter in converters.items())
