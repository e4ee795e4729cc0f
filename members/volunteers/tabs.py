"""How the lists are divided: the same for a page and for what leaves it."""

from __future__ import annotations

from django.db.models import Q

from governance.ui.lists import Tab

TEAM_TABS = (Tab("", "现有", Q(dissolved_on=None)), Tab("dissolved", "已解散", ~Q(dissolved_on=None)))
# Of the teams that the list shows: who belongs to them now, or was in them at their end.
MEMBER_TABS = (
    Tab("", "现有", Q(until_on=None, team__dissolved_on=None)),
    Tab("dissolved", "已解散", ~Q(team__dissolved_on=None)),
)
HOURS_TABS = (
    Tab("", "待确认", Q(state="proposed")),
    Tab("late", "已超期", Q(state="proposed", activity__card="red"), tone="over"),
    Tab("confirmed", "已确认", Q(state="confirmed")),
    Tab("refused", "已退回", Q(state="refused")),
    Tab("corrected", "已更正", Q(state="corrected")),
)
