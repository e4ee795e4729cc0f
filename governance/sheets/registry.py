"""Which sheets there are, and what the rooms above tell of their people; filled at start-up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from governance.errors import NotAllowed, NotFound
from governance.scope import Actor
from governance.sheets.declare import Exporter, Importer, Sheet
from governance.ui import nav


@dataclass(frozen=True, slots=True)
class People:
    """What only the accounts know. `deciders(right, unit_ids, now)`: users with the right at one of the units;
    `below(actor)`: the keys of the units at and below the actor's own.
    """

    deciders: Callable[[str, Iterable[int], datetime], Iterable[int]]
    below: Callable[[Actor], Any]


_sheets: dict[str, Sheet] = {}
_people: list[People] = [People(lambda right, unit_ids, now: (), lambda actor: [actor.unit_id])]


def register(sheet: Sheet) -> None:
    """Make a sheet known; called at start-up."""
    _sheets[sheet.key] = sheet


def forget(key: str) -> None:
    """The counterpart, for tests."""
    _sheets.pop(key, None)


def connect(people: People) -> None:
    """Say who decides, and what lies below whom."""
    _people[:] = [people]


def people() -> People:
    """What the accounts told."""
    return _people[0]


def all_sheets() -> list[Sheet]:
    """Every sheet, by title."""
    return sorted(_sheets.values(), key=lambda sheet: sheet.title)


def get(key: str) -> Sheet:
    """The sheet; raises NotFound."""
    if key not in _sheets:
        raise NotFound("没有这种表格。")
    return _sheets[key]


def importer_of(sheet: Sheet, actor: Actor) -> Importer[Any, Any]:
    """How rows come in; raises NotFound where none do, NotAllowed without the right."""
    if sheet.importer is None:
        raise NotFound("没有这种表格。")
    if not may_import(sheet, actor):
        raise NotAllowed(f"您的岗位不能导入{sheet.title}。")
    return sheet.importer


def exporter_of(sheet: Sheet, actor: Actor) -> Exporter:
    """How rows go out; raises NotFound where none do, NotAllowed without the right."""
    if sheet.exporter is None:
        raise NotFound("没有这种表格。")
    if not may_export(sheet, actor):
        raise NotAllowed(f"您的岗位不能导出{sheet.title}。")
    return sheet.exporter


def require_any(may: Callable[[Sheet, Actor], bool], actor: Actor, message: str) -> None:
    """Raise NotAllowed for who may do this with no sheet at all, before anything is looked up."""
    if not any(may(sheet, actor) for sheet in all_sheets()):
        raise NotAllowed(message)


def may_import(sheet: Sheet, actor: Actor) -> bool:
    """Whether the actor's role may import it."""
    return sheet.importer is not None and _may(actor, sheet.import_right)


def may_export(sheet: Sheet, actor: Actor) -> bool:
    """Whether the actor's role may export it, be it on approval."""
    return sheet.exporter is not None and (exports_freely(sheet, actor) or _may(actor, sheet.ask_right))


def exports_freely(sheet: Sheet, actor: Actor) -> bool:
    """Whether the actor's role may export up to the limit without approval."""
    return _may(actor, sheet.export_right)


def may_approve(sheet: Sheet, actor: Actor) -> bool:
    """Whether the actor's role approves exports of it."""
    return _may(actor, sheet.approve_right)


def may_take_numbers(sheet: Sheet, actor: Actor) -> bool:
    """Whether an export of the actor's may hold full numbers."""
    return sheet.exporter is not None and sheet.exporter.has_numbers and _may(actor, sheet.reveal_right)


def _may(actor: Actor, right: str) -> bool:
    return bool(right) and nav.may(actor, right)
