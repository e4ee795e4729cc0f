"""What the checks look names up in, loaded once for a whole file: units and categories."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from appeals.models import URGENCIES, Category
from governance.scope import UnitKind
from grids.models import Unit

_BLANKS = re.compile(r"\s+")
_SUFFIXES = re.compile(
    r"(街道办事处|街道办|办事处|街道|社区居民委员会|社区居委会|居民委员会|居委会|村民委员会|村委会|社区|村|镇人民政府|镇政府|镇)$"
)
_URGENCY_WORDS = {
    **{label: key for key, label in URGENCIES},
    "普通": 0, "平件": 0, "常规": 0, "不紧急": 0, "一般件": 0, "0": 0, "低": 0,
    "加急": 1, "较紧急": 1, "急": 1, "急件": 1, "1": 1, "中": 1,
    "特急": 2, "非常紧急": 2, "特提": 2, "紧急件": 2, "2": 2, "高": 2,
}  # fmt: skip


def normal_name(text: str) -> str:
    """A name without blanks and differences of width."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text))


def _stem(name: str) -> str:
    stem = _SUFFIXES.sub("", name)
    return stem if len(stem) >= 2 else name


@dataclass(slots=True)
class UnitIndex:
    """Open units of some kinds, by code, by name, and by name without its suffix."""

    by_code: dict[str, Unit] = field(default_factory=dict)
    by_name: dict[str, list[Unit]] = field(default_factory=lambda: defaultdict(list))
    by_stem: dict[str, list[Unit]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, units: Iterable[Unit]) -> UnitIndex:
        """The index over these units."""
        index = cls()
        for unit in units:
            index.by_code[unit.code] = unit
            for name in {normal_name(unit.name), normal_name(unit.short_name)} - {""}:
                index.by_name[name].append(unit)
                index.by_stem[_stem(name)].append(unit)
        return index

    def find(self, text: str) -> list[Unit]:
        """The units that a code or a name can mean; the exact name goes before the one without its suffix."""
        name = normal_name(text)
        if unit := self.by_code.get(name):
            return [unit]
        found = self.by_name.get(name) or self.by_stem.get(_stem(name)) or []
        return list({unit.pk: unit for unit in found}.values())


class Lookups:
    """Units and categories of the district, and the words for urgency."""

    def __init__(self, district_id: int) -> None:
        units = list(Unit.objects.filter(district_id=district_id, closed_on=None))
        of_kind: dict[str, list[Unit]] = defaultdict(list)
        for unit in units:
            of_kind[unit.kind].append(unit)
        self.district_id = district_id
        self.units = {unit.pk: unit for unit in units}
        self.streets = UnitIndex.of(of_kind[UnitKind.STREET])
        self.communities = UnitIndex.of(of_kind[UnitKind.COMMUNITY])
        handlers = (UnitKind.DEPARTMENT, UnitKind.STREET, UnitKind.COMMUNITY, UnitKind.SQUAD)
        self.handlers = UnitIndex.of(unit for kind in handlers for unit in of_kind[kind])
        self.categories = _categories()

    def category(self, text: str) -> int | None:
        """The category that a path, or the last name of one, can mean; None when none or several can."""
        parts = [normal_name(part) for part in re.split(r"[/／>\-—→|｜\\]+", text) if part.strip()]
        found = self.categories.get("/".join(parts)) or (self.categories.get(parts[-1]) if parts else None)
        return found[0] if found and len(found) == 1 else None

    @staticmethod
    def urgency(text: str) -> int | None:
        """The urgency that a word means, or None."""
        return _URGENCY_WORDS.get(normal_name(text))


def _categories() -> dict[str, list[int]]:
    """Ids by full path and by last name; of one name at several levels the deepest counts, as the exact one."""
    found: dict[str, list[int]] = defaultdict(list)
    deepest: dict[str, int] = {}
    for pk, path, name, level in Category.objects.filter(is_active=True).values_list("pk", "path", "name", "level"):
        full = "/".join(normal_name(part) for part in path.split("/"))
        last = normal_name(name)
        if full != last:
            found[full] = [pk]
        if level > deepest.get(last, 0):
            deepest[last], found[last] = level, [pk]
        elif level == deepest[last]:
            found[last].append(pk)
    return found
