"""队伍统计: what came of recruiting, promoting, removing and paying, each figure with its rows behind it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.generic import TemplateView

from accounts.rights import may
from governance.ui.views import PageMixin
from members.careers import figures
from members.careers.forms import PeriodForm
from members.models.careers import POSTS

SINCE = date(2022, 1, 1)


class Figures(PageMixin, TemplateView):
    """The figures of a time, by default since 2022."""

    template_name = "members/careers/figures.html"
    title = "队伍统计"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Numbers with their lists, for those who may see the lists."""
        today = timezone.localdate()
        given = self.request.GET if "since" in self.request.GET else {"since": SINCE, "until": today}
        form = PeriodForm(given)
        since, until = (SINCE, today)
        if form.is_valid():
            since, until = form.cleaned_data["since"], form.cleaned_data["until"]
        opens = may(self.actor, "career.see")
        counts = [
            (label, count, _url(code, since, until) if opens else "")
            for code, label, count in figures.counts(self.actor, since, until)
        ]
        return super().get_context_data(
            form=form, since=since, until=until, counts=counts, opens=opens,
            changes=figures.scale_changes(self.actor, today), posts=POSTS,
            rows=[_row(row) for row in figures.by_street(self.actor)], **kwargs,
        )  # fmt: skip


def _row(row: dict[str, Any]) -> dict[str, Any]:
    cells = [(label, row["posts"].get(post, 0)) for post, label in POSTS]
    return {"unit": row["unit"], "all": row["all"], "cells": cells}


def _url(code: str, since: date, until: date) -> str:
    query = {"tab": "all", "happened": code, "when_after": since.isoformat(), "when_before": until.isoformat()}
    return f"{reverse('members:careers')}?{urlencode(query)}"
