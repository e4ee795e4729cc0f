"""The units that a row of a spreadsheet may name: the words of its drop-down, and how they are read."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from governance.errors import InvalidInput
from governance.scope import Actor
from governance.sheets.cells import Cells
from grids.models import Unit
from grids.selectors import in_order


def units_for(actor: Actor, kinds: Sequence[str]) -> list[Unit]:
    """The open units of the actor's own line of these kinds, in order."""
    return list(in_order(Unit.objects.visible_to(actor).open().filter(kind__in=kinds)))


def unit_words(actor: Actor, kinds: Sequence[str]) -> list[str]:
    """For a drop-down: "230604001001 第1网格"."""
    return [f"{unit.code} {unit.name}" for unit in units_for(actor, kinds)]


class Units:
    """The units that a row may name by code, by name, or as the drop-down says it."""

    def __init__(self, actor: Actor, kinds: Sequence[str]) -> None:
        self.known: dict[str, list[Unit]] = {}
        for unit in units_for(actor, kinds):
            for word in {unit.code, unit.name, unit.short_name, f"{unit.code} {unit.name}"} - {""}:
                self.known.setdefault(_plain(word), []).append(unit)

    def read(self, cells: Cells, key: str = "unit") -> Unit:
        """The unit, or InvalidInput naming its column."""
        text = cells.needed(key)
        found = self.known.get(_plain(text)) or self.known.get(_plain(text.split()[0]), [])
        if len(found) == 1:
            return found[0]
        if found:
            raise InvalidInput(f"有 {len(found)} 个单位叫这个名称，请改填编码。", field=key)
        raise InvalidInput("没有在您的辖区内找到这个单位，请从下拉列表中选择。", field=key)


def _plain(text: str) -> str:
    """By which two ways of typing a name are the same: half-width, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split()).replace("#", "号").upper()
