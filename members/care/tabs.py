"""How the lists are divided: the same for a page and for what leaves it."""

from __future__ import annotations

from django.db.models import Q

from governance.ui.lists import Tab

CARE_TABS = (
    Tab("due", "待走访", Q(state="open")),
    Tab("late", "超期", Q(state="open", card="red"), tone="over"),
    Tab("paused", "暂停走访", Q(state="paused")),
    Tab("all", "全部在册", ~Q(state="ended")),
    Tab("ended", "已结束", Q(state="ended")),
)
