"""The forms of the calendar's pages: from what people write to changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, cast

from django import forms

from governance.calendars.changes import MOST_SEASONS, WEEKDAYS, SeasonHours, windows_text
from governance.calendars.models import SpecialDay
from governance.calendars.selectors import FIRST_YEAR, LAST_YEAR
from governance.calendars.worktime import Spans, Week
from governance.ui.forms import DateInput, Segments

_SPAN = re.compile(r"(\d{1,2})[:：](\d{2})\s*(?:-|－|—|–|~|～|至|到)+\s*(\d{1,2})[:：](\d{2})")
_BETWEEN = re.compile(r"[\s,，、;；]*")


class WindowsField(forms.CharField):
    """The windows of a day as people write them: `08:30-11:30、13:30-17:00`; empty or 休息 for none."""

    def __init__(self, **more: Any) -> None:
        super().__init__(required=False, max_length=120, **more)

    def clean(self, value: Any) -> Any:
        """Spans in minutes after midnight."""
        text = cast(str, super().clean(value)).strip()
        return () if text in {"", "休息"} else _spans(text)


def _spans(text: str) -> Spans:
    if _BETWEEN.sub("", _SPAN.sub("", text)):
        raise forms.ValidationError("请写成“08:30-11:30、13:30-17:00”的样子，休息请留空")
    spans = []
    for hours_from, minutes_from, hours_to, minutes_to in _SPAN.findall(text):
        start, end = int(hours_from) * 60 + int(minutes_from), int(hours_to) * 60 + int(minutes_to)
        if int(minutes_from) > 59 or int(minutes_to) > 59 or not 0 <= start < end <= 1440:
            raise forms.ValidationError("每段时间的结束应晚于开始，且不超过 24:00")
        spans.append((start, end))
    return tuple(sorted(spans))


class HoursForm(forms.Form):
    """All seasons with their weeks. A season without a name is left out."""

    def __init__(self, *args: Any, seasons: Sequence[SeasonHours] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.places = range(min(MOST_SEASONS, len(seasons) + 1))
        for place in range(MOST_SEASONS):
            known = seasons[place] if place < len(seasons) else None
            if place in self.places or f"s{place}-name" in self.data:
                self.places = range(max(len(self.places), place + 1))
                self._add_season(place, known)

    def _add_season(self, place: int, known: SeasonHours | None) -> None:
        at = f"s{place}"
        self.fields[f"{at}-name"] = forms.CharField(
            label=f"季节 {place + 1} 名称", max_length=32, required=False, initial=known.name if known else "",
            help_text="留空则没有这个季节",
        )  # fmt: skip
        self.fields[f"{at}-month"] = forms.IntegerField(
            label="从几月", min_value=1, max_value=12, required=False, initial=known.starts[0] if known else None
        )
        self.fields[f"{at}-day"] = forms.IntegerField(
            label="几日开始", min_value=1, max_value=31, required=False, initial=known.starts[1] if known else None
        )
        for weekday, label in enumerate(WEEKDAYS):
            windows = windows_text(known.week[weekday]) if known else ""
            self.fields[f"{at}-w{weekday}"] = WindowsField(label=label, initial="" if windows == "休息" else windows)

    @property
    def groups(self) -> list[tuple[int, list[forms.BoundField], list[forms.BoundField]]]:
        """For the page: each season's number, its name and start, and its week."""
        return [
            (
                place + 1,
                [self[f"s{place}-{part}"] for part in ("name", "month", "day")],
                [self[f"s{place}-w{weekday}"] for weekday in range(7)],
            )
            for place in self.places
        ]

    def clean(self) -> dict[str, Any]:
        """A named season needs its start."""
        data = super().clean() or self.cleaned_data
        for place in self.places:
            for part, label in (("month", "月份"), ("day", "日期")):
                name = f"s{place}-{part}"
                if data.get(f"s{place}-name") and name not in self.errors and data.get(name) is None:
                    self.add_error(name, f"请填写“{data[f's{place}-name']}”开始的{label}")
        return data

    def seasons(self) -> tuple[SeasonHours, ...]:
        """What was written."""
        data = self.cleaned_data
        return tuple(
            SeasonHours(
                data[f"s{place}-name"],
                (data[f"s{place}-month"], data[f"s{place}-day"]),
                cast(Week, tuple(data[f"s{place}-w{weekday}"] for weekday in range(7))),
            )
            for place in self.places
            if data.get(f"s{place}-name")
        )


class DayForm(forms.Form):
    """A special day."""

    date = forms.DateField(label="日期", widget=DateInput)
    kind = forms.ChoiceField(
        label="安排", widget=Segments, choices=[(SpecialDay.HOLIDAY, "放假"), (SpecialDay.WORKDAY, "上班（调休）")]
    )
    like_weekday = forms.TypedChoiceField(
        label="上班时按周几的作息", coerce=int, choices=list(enumerate(WEEKDAYS)), initial=0,
        help_text="只在“上班”时有用",
    )  # fmt: skip
    name = forms.CharField(label="名称", max_length=32, required=False, help_text="例如：国庆节、国庆节调休上班")
    source = forms.CharField(label="依据", max_length=64, required=False, help_text="例如：国办发明电〔2025〕7 号")

    def clean_date(self) -> Any:
        """A year that the pages can show."""
        day = self.cleaned_data["date"]
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(f"日期应在 {FIRST_YEAR} 年到 {LAST_YEAR} 年之间")
        return day


class NothingForm(forms.Form):
    """A change that needs no more words."""
