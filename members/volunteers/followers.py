"""Teams, activities that have not ended, and hours that wait go along with their unit. Decided hours are history."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from members.following import Follower, Step, hold_clocks
from members.models import Activity, ServiceHours, VolunteerTeam
from members.volunteers import clocks
from members.volunteers.workflow import OPEN


def _hold(step: Step, ids: Sequence[int]) -> None:
    if ids:
        activities = Activity.objects.filter(pk__in=ids)
        hold_clocks(clocks.SUBJECT, activities, Coalesce(F("community_id"), F("street_id")))


FOLLOWERS = (
    Follower(
        key="volunteer_team", label="志愿队伍", counter="支", url="members:volunteer_teams", of_unit=True,
        named_within="unit_id", rows=lambda today: VolunteerTeam.objects.standing(),
    ),
    Follower(
        key="volunteer_activity", label="未结束、时长待确认的志愿活动", counter="场",
        url="members:volunteer_activities", of_unit=True,
        rows=lambda today: Activity.objects.filter(Q(state__in=("draft", *OPEN)) | Q(pending__gt=0)), after=_hold,
    ),
    Follower(
        key="volunteer_hours", label="待确认的服务时长", counter="条", of_unit=True, is_counted=False,
        rows=lambda today: ServiceHours.objects.waiting(),
    ),
)  # fmt: skip
