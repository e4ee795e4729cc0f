"""All writes to the territory."""

from grids.services.applying import apply_due_changes
from grids.services.deciding import (
    cancel_change,
    close_unit,
    merge_units,
    move_unit,
    open_unit,
    rename_unit,
)
from grids.services.describing import describe_unit
from grids.services.previewing import Preview, preview_change

__all__ = [
    "Preview",
    "apply_due_changes",
    "cancel_change",
    "close_unit",
    "describe_unit",
    "merge_units",
    "move_unit",
    "open_unit",
    "preview_change",
    "rename_unit",
]
