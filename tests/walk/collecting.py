"""Finding what there is to walk: the public functions of a room, by reading the room itself."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any


def public_functions(room: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every function that a module of the room defines, with its full name; neither it nor its module is private."""
    package = import_module(room)
    for module in pkgutil.walk_packages(package.__path__, f"{room}."):
        if any(part.startswith("_") or part == "migrations" for part in module.name.split(".")):
            continue
        for name, value in vars(import_module(module.name)).items():
            if inspect.isfunction(value) and value.__module__ == module.name and not name.startswith("_"):
                yield f"{module.name}.{name}", value


def takes(function: Callable[..., Any], *names: str) -> bool:
    """Whether it has all these parameters."""
    given = inspect.signature(function).parameters
    return all(name in given for name in names)


def takes_by_keyword(function: Callable[..., Any], *names: str) -> bool:
    """Whether it has all these parameters, by keyword only."""
    given = inspect.signature(function).parameters
    return takes(function, *names) and all(given[name].kind is given[name].KEYWORD_ONLY for name in names)
