"""The policies as they are in force, to be read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django.views.generic import TemplateView

from governance.deadlines import adoption, guard, selectors
from governance.deadlines.models import Policy, PolicyVersion, SweepMark
from governance.deadlines.terms import Term, Terms
from governance.deadlines.wording import action_label, kind_label, kind_order
from governance.ui import nav
from governance.ui.views import PageMixin

TITLE = "时限方案"


class Policies(PageMixin, TemplateView):
    """Every policy: the limits in force, and its versions."""

    template_name = "deadlines/policies.html"
    title = TITLE

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The policies, and how many clocks are in trouble."""
        now, found = timezone.now(), selectors.policies_with_terms()
        return super().get_context_data(
            rules=_rules([policy for policy, _ in found]),
            policies=[_policy(policy, versions, now) for policy, versions in found],
            stuck=selectors.stuck_count(),
            held=guard.held(),
            **kwargs,
        )


def _rules(policies: list[Policy]) -> list[dict[str, str]]:
    """For each type of subject that has policies: what it is called, and the page that says which follows which."""
    types = [policy.subject_type for policy in policies]
    return [
        {
            "noun": adoption.noun(one),
            "url": nav.url(adoption.rules_page(one)) or "",
            "name": adoption.rules_name(one),
        }
        for one in dict.fromkeys(types)
    ]


def _policy(policy: Any, versions: list[selectors.Version], now: datetime) -> dict[str, Any]:
    in_force = next((version for version in versions if version.effective_from <= now), None)
    return {
        "policy": policy,
        "in_force": in_force,
        "limits": _limits(in_force.terms) if in_force else [],
        "waiting": _waiting(policy, in_force) if in_force else 0,
        "noun": adoption.noun(policy.subject_type),
        "versions": [{"version": version, "state": _state(version, in_force, now)} for version in versions],
    }


def _state(version: selectors.Version, in_force: selectors.Version | None, now: datetime) -> str:
    if version.effective_from > now:
        return "未生效"
    return "现行" if version is in_force else "已停用"


def _waiting(policy: Policy, in_force: selectors.Version) -> int:
    """How many open subjects are under another version than the one in force."""
    return adoption.waiting(PolicyVersion(pk=in_force.pk, policy=policy))


def changes_in_words(old: Terms, new: Terms) -> list[dict[str, str]]:
    """What differs, limit by limit: its name, what it was, what it becomes."""
    return [
        {"kind": new[kind].name or kind_label(kind), "old": _sentence(old.get(kind)), "new": _sentence(new[kind])}
        for kind in sorted(new, key=kind_order)
        if old.get(kind) != new[kind]
    ]


def _sentence(term: Term | None) -> str:
    if term is None:
        return "无"
    words = _words(term)
    parts = [words["span"], words["warnings"], words["ladder"], words["extension"]]
    if term.sample is not None:
        parts.append(f"抽查 {term.sample}%")
    return "；".join(filter(None, parts))


def _limits(terms: Terms) -> list[dict[str, str]]:
    return [
        {"kind": term.name or kind_label(kind), **_words(term)}
        for kind, term in sorted(terms.items(), key=lambda item: kind_order(item[0]))
    ]


def _words(term: Term) -> dict[str, str]:
    return {
        "span": term.span.text,
        "warnings": "；".join(f"到期前 {mark.span.text} {action_label(mark.action)}" for mark in term.warnings),
        "missed": action_label(term.missed),
        "ladder": "；".join(f"超期 {mark.span.text} {action_label(mark.action)}" for mark in term.ladder),
        "extension": _extension(term),
    }


def _extension(term: Term) -> str:
    extension = term.extension
    if extension is None:
        return ""
    most = f"最多 {extension.times} 次，每次不超过 {extension.span.text}"
    return f"{most}，超过 {extension.own} 的由区网格中心审批" if extension.own < extension.span.amount else most


@require_http_methods(["GET", "POST"])
def clock(request: HttpRequest) -> HttpResponse:
    """The time as the platform sees it. A POST confirms that it is right, and the engine goes on."""
    now = timezone.now()
    if request.method == "POST":
        guard.confirm(by=request.actor, now=now)  # type: ignore[attr-defined]
        messages.success(request, "已确认系统时间无误，时限引擎继续运行。")
        return HttpResponseRedirect(reverse("deadlines:clock"))
    database = guard.database_now()
    context = {
        "title": "系统时钟", "now": now, "database": database, "mark": SweepMark.objects.first(),
        "apart": abs((now - database).total_seconds()), "stuck": selectors.stuck_count(),
        "leap_days": guard.LEAP.days,
    }  # fmt: skip
    return render(request, "deadlines/clock.html", context)
