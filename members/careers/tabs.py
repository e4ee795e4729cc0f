"""How the list is divided: the same for the page and for what leaves it."""

from __future__ import annotations

from django.db.models import Q

from governance.ui.lists import Tab

CAREER_TABS = (Tab("", "在岗", Q(state="serving")), Tab("left", "已离岗", ~Q(state="serving")), Tab("all", "全部"))
