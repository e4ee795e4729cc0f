"""What the handlers of most subjects share: their subjects are rows of one model, locked by primary key."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from django.db.models import Model


class SubjectRows:
    """The lock of a `Handler`; a subclass names its model and says what happens at a step and when a limit moves."""

    model: ClassVar[type[Model]]

    def lock(self, subject_ids: Collection[int], *, skip_locked: bool) -> list[int]:
        """Lock the rows by primary key; the ids that are now held, those of rows that another holds left out if asked.

        The row alone, not what it names: whoever changes a person or a unit need not wait for a sweep.
        """
        rows = self.model._default_manager.select_for_update(of=("self",), skip_locked=skip_locked)
        return list(rows.filter(pk__in=subject_ids).order_by("pk").values_list("pk", flat=True))
