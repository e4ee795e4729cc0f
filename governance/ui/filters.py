"""Filters that several lists use."""

from __future__ import annotations

from typing import Any

import django_filters
from django_filters.widgets import DateRangeWidget

from governance.ui.forms import DateInput


class _Range(DateRangeWidget):  # type: ignore[misc]
    """Two date inputs, each with a name of its own for a screen reader."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.widgets = [DateInput({"aria-label": "开始日期"}), DateInput({"aria-label": "结束日期"})]


class DateRangeFilter(django_filters.DateFromToRangeFilter):  # type: ignore[misc]
    """From one day to another, both included, in the installation's zone: `<name>_after`, `<name>_before`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", _Range())
        super().__init__(*args, **kwargs)
