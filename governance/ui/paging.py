"""Keyset paging: a page starts behind the last row of the one before, so that the thousandth costs what the first does.

A cursor carries the order fields of that row. It grants nothing (the queryset is scoped without it), so it is not
signed, but every value in it is checked: a cursor that is malformed, forged or of another order gives the first page.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured, ValidationError
from django.db.models import BooleanField, F, Field, Func, Model, QuerySet, Value
from django.db.models.lookups import GreaterThan, LessThan
from django.utils import timezone

MAX_CURSOR = 1000
MAX_PLACE = 10**9


@dataclass(frozen=True, slots=True)
class Order:
    """An order that a person may choose. All fields run in one direction; only the first may hold nulls (they come
    last). `pk` is appended, so that the order is total."""

    key: str
    label: str
    fields: tuple[str, ...]

    @property
    def descending(self) -> bool:
        """Whether it runs downwards."""
        return self.fields[0].startswith("-")

    @property
    def names(self) -> tuple[str, ...]:
        """The fields without direction, `pk` last."""
        if len({field.startswith("-") for field in self.fields}) != 1:
            raise ImproperlyConfigured(f"order {self.key}: all fields must run in one direction")
        bare = tuple(field.lstrip("-") for field in self.fields)
        return bare if bare[-1] in {"pk", "id"} else (*bare, "pk")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page starts: the order fields of the row next to it, and how many rows stand before it."""

    values: tuple[Any, ...]
    backwards: bool
    place: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, where they stand (1-based, for display), and the ways on; "" where there is none."""

    rows: list[Any]
    first: int
    last: int
    next: str
    previous: str


def paginate(queryset: QuerySet[Any], order: Order, *, after: str = "", size: int = 50) -> Page:
    """The page that the cursor `after` names, the first one for "" and for anything that is no cursor of this order."""
    fields = _fields(queryset, order)
    cursor = decode(after, order, fields)
    if cursor is None:
        return _page(queryset, order, None, size)
    page = _page(queryset, order, cursor, size)
    # Nothing left behind the cursor, or too little before it to fill a page: start over, with a full page.
    if not page.rows or (cursor.backwards and not page.previous):
        return _page(queryset, order, None, size)
    return page


def _page(queryset: QuerySet[Any], order: Order, cursor: Cursor | None, size: int) -> Page:
    backwards = cursor is not None and cursor.backwards
    rows = _fetch(queryset, order, cursor, size + 1)
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    start = max(0, cursor.place - len(rows)) if cursor and backwards else cursor.place if cursor else 0
    end = start + len(rows)
    has_next, has_previous = (True, more) if backwards else (more, cursor is not None)
    return Page(
        rows=rows,
        first=start + 1 if rows else 0,
        last=end,
        next=encode(Cursor(_values(rows[-1], order), False, end)) if rows and has_next else "",
        previous=encode(Cursor(_values(rows[0], order), True, start)) if rows and has_previous else "",
    )


def _fetch(queryset: QuerySet[Any], order: Order, cursor: Cursor | None, limit: int) -> list[Any]:
    """Up to `limit` rows from the cursor on, walking first the rows that have a value, then those without."""
    backwards = cursor is not None and cursor.backwards
    rows: list[Any] = []
    parts: tuple[bool | None, ...] = (False, True) if _may_be_null(queryset, order) else (None,)
    for part in reversed(parts) if backwards else parts:
        if len(rows) < limit:
            rows += _part(queryset, order, cursor, part)[: limit - len(rows)]
    return rows


def _part(queryset: QuerySet[Any], order: Order, cursor: Cursor | None, nulls: bool | None) -> QuerySet[Any]:
    """One part of the list in order, behind the cursor. `nulls` says which: with a value, without, or both alike."""
    names, values = order.names, cursor.values if cursor else None
    down = order.descending != (cursor is not None and cursor.backwards)
    if nulls is not None:
        queryset = queryset.filter(**{f"{names[0]}__isnull": nulls})
    if nulls is not None and cursor is not None and values is not None and (values[0] is None) is not nulls:
        # The cursor stands in the other part; nulls come last, so this one is wholly ahead of it, or wholly passed.
        if nulls is cursor.backwards:
            return queryset.none()
        values = None
    if nulls:
        names, values = names[1:], values[1:] if values is not None else None
    if values is not None:
        queryset = queryset.filter(_beyond(queryset, names, values, down))
    return queryset.order_by(*(F(name).desc() if down else F(name).asc() for name in names))


def _beyond(queryset: QuerySet[Any], names: Sequence[str], values: Sequence[Any], down: bool) -> Any:
    """`(a, b, id) < (x, y, z)` as one comparison of rows, which an index on a, b, id answers directly."""
    row = BooleanField()
    left = Func(*(F(name) for name in names), function="ROW", output_field=row)
    typed = (Value(value, output_field=_field(queryset, name)) for name, value in zip(names, values, strict=True))
    right = Func(*typed, function="ROW", output_field=row)
    return LessThan(left, right) if down else GreaterThan(left, right)


def _field(queryset: QuerySet[Any], name: str) -> Field[Any, Any]:
    """The field behind a name: of the model, of a related one ("unit__code"), or of an annotation."""
    annotation = queryset.query.annotations.get(name)
    if annotation is not None:
        return annotation.output_field
    model: type[Model] = queryset.model
    *path, last = name.split("__")
    try:
        for step in path:
            model = model._meta.get_field(step).related_model  # type: ignore[assignment]
        field = model._meta.pk if last == "pk" else model._meta.get_field(last)
    except (FieldDoesNotExist, AttributeError) as error:
        raise ImproperlyConfigured(f"{queryset.model.__name__} has no field {name} to order by") from error
    return field  # type: ignore[return-value]


def _fields(queryset: QuerySet[Any], order: Order) -> list[Field[Any, Any]]:
    return [_field(queryset, name) for name in order.names]


def _may_be_null(queryset: QuerySet[Any], order: Order) -> bool:
    name = order.names[0]
    return name in queryset.query.annotations or "__" in name or _field(queryset, name).null


def _values(row: Any, order: Order) -> tuple[Any, ...]:
    def value(name: str) -> Any:
        found = row
        for step in name.split("__"):
            found = getattr(found, step, None)
        return found

    return tuple(value(name) for name in order.names)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | UUID) else value


def encode(cursor: Cursor) -> str:
    """The cursor as it stands in an address."""
    content = [*map(_plain, cursor.values), int(cursor.backwards), cursor.place]
    packed = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode(text: str, order: Order, fields: Sequence[Field[Any, Any]]) -> Cursor | None:
    """The cursor in an address, or None for anything that is not one of this order."""
    if not text or len(text) > MAX_CURSOR:
        return None
    try:
        packed = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        content = json.loads(packed, parse_constant=_refuse)
        if not isinstance(content, list) or len(content) != len(fields) + 2:
            return None
        *raw, backwards, place = content
        values = tuple(_checked(field, value, i == 0) for i, (field, value) in enumerate(zip(fields, raw, strict=True)))
        if backwards not in (0, 1) or type(place) is not int or not 0 <= place <= MAX_PLACE:
            return None
    except (ValueError, TypeError, ArithmeticError, RecursionError, ValidationError, binascii.Error):
        return None
    return Cursor(values, bool(backwards), place)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _checked(field: Field[Any, Any], raw: Any, may_be_null: bool) -> Any:
    """A value from outside as the field's own, or ValueError; what the database would refuse is refused here."""
    if raw is None:
        if not may_be_null:
            raise ValueError("null")
        return None
    if not isinstance(raw, str | int | float) or (isinstance(raw, str) and "\x00" in raw):
        raise ValueError("not a plain value")
    if isinstance(raw, str):
        raw.encode()
    value = field.to_python(raw)
    field.run_validators(value)
    if isinstance(value, dt.datetime):
        if timezone.is_naive(value):
            raise ValueError("no zone")
        # The database knows fewer displacements than Python does.
        return value.astimezone(dt.UTC)
    return value
