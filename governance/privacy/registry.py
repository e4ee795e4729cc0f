"""Which columns hold sealed values, and what each is bound to; filled by the apps in their `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model

SUFFIX = "_sealed"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of sealed values. `context(row)` is what a row's value was sealed for."""

    model: type[Model]
    field: str
    context: Callable[[Any], str]

    def __str__(self) -> str:
        return f"{self.model._meta.label}.{self.field}"


_columns: dict[tuple[type[Model], str], Column] = {}


def register_sealed(model: type[Model], field: str, *, context: Callable[[Any], str]) -> None:
    """Make a column known, so that its values can be sealed anew under a new key."""
    _columns[model, field] = Column(model, field, context)


def columns() -> list[Column]:
    """The columns that were made known."""
    return sorted(_columns.values(), key=str)


def unknown_columns() -> list[str]:
    """Columns that are named like sealed ones and were not made known: a new key would leave them behind."""
    return sorted(
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.name.endswith(SUFFIX) and (model, field.name) not in _columns
    )
