"""The buttons of a list: 导入, and 导出 of what the list shows now."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from governance.scope import Actor
from governance.sheets import registry
from governance.ui.lists import OWN_PARAMETERS, Action


def actions_for(key: str, request: HttpRequest, actor: Actor, *, noun: str = "") -> tuple[Action, ...]:
    """What the actor may do with the sheet `key`; the export takes the list's filters and tab along.

    `noun`: what comes and goes, on a page that has more than one sheet.
    """
    sheet, found = registry.get(key), []
    if registry.may_import(sheet, actor):
        found.append(Action(f"导入{noun}", reverse("sheets:import", args=[key]), "upload"))
    if registry.may_export(sheet, actor):
        query = request.GET.copy()
        for name in OWN_PARAMETERS - {"tab"}:
            query.pop(name, None)
        address = reverse("sheets:ask", args=[key])
        found.append(Action(f"导出{noun}", f"{address}?{query.urlencode()}" if query else address, "download"))
    return tuple(found)
