"""Tables as declarations: what a column shows, and what becomes of it on a phone and in 长辈版."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template import Context
from django.template.loader import get_template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from governance.ui import dates

PhoneRole = Literal["lead", "title", "meta", "inline", "actions", "hidden"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    `cell` is a template path ("appeals/cells/title.html", rendered with `object`, `request` and `actor`), a dotted
    path to a value ("category.name"; empty means `key`), or a function of the row. `phone` says where it goes on a
    card: lead (first line), title, meta (with its label), inline (chips side by side), actions, hidden. `secondary`
    columns leave in 长辈版. `grow` marks the one column that takes the rest of the width and is clipped. `order` names
    the orders that a click on the head chooses: upwards, downwards.
    """

    key: str
    label: str
    cell: str | Callable[[Any], object] = ""
    default: bool = True
    always: bool = False
    phone: PhoneRole = "meta"
    secondary: bool = False
    grow: bool = False
    num: bool = False
    orders: tuple[str, ...] = ()

    @property
    def classes(self) -> str:
        """The classes of its cells."""
        names = [f"p-{self.phone}"]
        names += [name for name in ("secondary", "grow", "num") if getattr(self, name)]
        return " ".join(names)

    def render(self, row: Any, context: Context) -> SafeString:
        """The cell of a row, as HTML."""
        if isinstance(self.cell, str) and self.cell.endswith(".html"):
            with context.push(object=row):
                drawn: SafeString = get_template(self.cell).template.render(context)  # type: ignore[attr-defined]
                # An empty cell must be truly empty: on a card it is left out.
                return mark_safe(drawn.strip())  # noqa: S308  a rendered template
        value = self.cell(row) if callable(self.cell) else lookup(row, self.cell or self.key)
        return conditional_escape(str(shown(value)))


def lookup(row: Any, path: str) -> Any:
    """The value at a dotted path; None as soon as a step has none."""
    value = row
    for step in path.split("."):
        value = getattr(value, step, None)
        if value is None:
            return None
    return value() if callable(value) else value


def shown(value: object) -> object:
    """A value as a cell shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.datetime | dt.date):
        return dates.moment(value)
    return value


@dataclass(frozen=True, slots=True)
class Row:
    """A row ready to be drawn."""

    object: Any
    pk: Any
    tone: str
    label: str
    # All its <td>, drawn here: a template would go through some hundred nodes for each row.
    cells: SafeString


def chosen_columns(columns: Sequence[Column], keys: Sequence[str] | None) -> list[Column]:
    """The columns that a person sees, in their order; unknown names are passed over, fixed ones always come."""
    if not keys:
        return [column for column in columns if column.default or column.always]
    known = {column.key: column for column in columns}
    wanted = [known[key] for key in keys if key in known]
    missing = [column for column in columns if column.always and column.key not in keys]
    return missing + wanted


def build_rows(
    objects: Iterable[Any],
    columns: Sequence[Column],
    request: HttpRequest,
    *,
    tone: Callable[[Any], str],
    label: Callable[[Any], str],
) -> list[Row]:
    """Draws the cells of all rows with one context: running the context processors once a cell would cost more than
    the query."""
    values = {"request": request, "actor": getattr(request, "actor", None), "csrf_token": get_token(request)}
    context = Context(values)
    frames = [(column, *_frame(column)) for column in columns]
    return [
        Row(obj, obj.pk, tone(obj), label(obj), _joined(f"{a}{c.render(obj, context)}{z}" for c, a, z in frames))
        for obj in objects
    ]


def _frame(column: Column) -> tuple[str, str]:
    """What stands before and after each cell of a column."""
    label = format_html(' data-label="{}"', column.label) if column.phone == "meta" else ""
    opening = format_html('<td class="{}"{}>', column.classes, label)
    return (f'{opening}<div class="clip">', "</div></td>") if column.grow else (opening, "</td>")


def _joined(cells: Iterable[str]) -> SafeString:
    return mark_safe("".join(cells))  # noqa: S308  each part is escaped where it is drawn
