"""What a form begins with: the unit that an appeal of this category and place usually goes to."""

from __future__ import annotations

from collections.abc import Iterator

from appeals.models import Appeal, Category
from appeals.targets import assisting_targets, targets
from governance.scope import Actor


def lead_unit(appeal: Appeal, by: Actor, *, allow_self: bool = True) -> int | None:
    """The unit to suggest as lead, of those that the actor may hand work to; None when nothing speaks for one.

    The category's own unit first, then the unit of its kind on the appeal's line, then the next one down the line.
    """
    wanted = list(dict.fromkeys(unit for unit in _candidates(appeal) if unit is not None and unit != by.unit_id))
    units = targets(by) if allow_self else assisting_targets(by)
    open_to_us = set(units.filter(pk__in=wanted).values_list("pk", flat=True))
    return next((unit for unit in wanted if unit in open_to_us), None)


def _candidates(appeal: Appeal) -> Iterator[int | None]:
    category = appeal.category
    line = {"street": appeal.street_id, "community": appeal.community_id, "grid": appeal.grid_id}
    unit, kind = _settings(category)
    yield unit
    yield line.get(kind)
    if kind != "department":
        yield from line.values()


def _settings(category: Category | None) -> tuple[int | None, str]:
    """The lead unit and lead kind of the nearest category that names one."""
    unit: int | None = None
    kind = ""
    while category is not None and unit is None and not kind:
        unit, kind = category.lead_unit_id, category.lead_kind
        category = category.parent
    return unit, kind
