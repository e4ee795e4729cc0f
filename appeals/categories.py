"""The category tree that ships with the platform, and its loading."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction

from appeals.models import Category
from grids.names import initials_of

DATA = Path(__file__).parent / "data"


def ensure_default_categories() -> int:
    """Load the default tree where there is none yet; the number of categories made.

    An installation that has edited its tree keeps it: with a single category there, nothing is touched.
    """
    with transaction.atomic():
        if Category.objects.exists():
            return 0
        settings = {row["path"]: row for row in _rows("category_defaults.csv")}
        made: dict[str, Category] = {}
        # A level at a time: three statements instead of hundreds.
        paths = list(enumerate(_paths()))
        for depth in range(3):
            level = {path: _node(order, path, made, settings) for order, path in paths if path.count("/") == depth}
            Category.objects.bulk_create(level.values())
            made |= level
        return len(made)


def _node(order: int, path: str, made: dict[str, Category], settings: dict[str, dict[str, str]]) -> Category:
    """The category of a path whose parent has been made."""
    parent, _, name = path.rpartition("/")
    setting = settings.get(path, {})
    return Category(
        parent=made.get(parent), name=name, path=path, initials=initials_of(name), level=path.count("/") + 1,
        order=order, lead_kind=setting.get("lead_kind", ""),
    )  # fmt: skip


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _paths() -> list[str]:
    """Every node's path, parents before children, in the order of the file."""
    paths: dict[str, None] = {}
    for row in _rows("categories.csv"):
        levels = [row["level1"], row["level2"], row["level3"]]
        for depth in range(1, 4):
            paths["/".join(levels[:depth])] = None
    return list(paths)
