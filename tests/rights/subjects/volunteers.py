"""Volunteer teams and activities: who sees which. Source: rights.md."""

from __future__ import annotations

from tests.rights.relations import LINE, OF_PEOPLE, Subject

SUBJECTS: tuple[Subject, ...] = (
    # The district sees teams, activities and counts; who comes and for how long is for the street and below.
    Subject(
        name="volunteer_team",
        key="pk",
        routes=(
            "members:volunteer_team",
            "members:volunteer_team_change",
            "members:volunteer_team_dissolve",
            "members:volunteer_team_pick",
        ),
        pages=frozenset(
            {
                "members:volunteer_team",
                "members:volunteer_team_change",
                "members:volunteer_team_dissolve",
                "members:volunteer_team_pick",
            }
        ),
        seen=LINE,
    ),
    Subject(
        name="volunteer_member",
        key="pk",
        routes=("members:volunteer_member_leave",),
        seen=OF_PEOPLE,
    ),
    Subject(
        name="volunteer_activity",
        key="pk",
        routes=(
            "members:volunteer_activity",
            "members:volunteer_activity_change",
            "members:volunteer_activity_step",
            "members:volunteer_activity_cancel",
            "members:volunteer_activity_pick",
            "members:volunteer_attend",
            "members:volunteer_code",
            "members:volunteer_roster",
        ),
        pages=frozenset(
            {
                "members:volunteer_activity",
                "members:volunteer_activity_change",
                "members:volunteer_activity_cancel",
                "members:volunteer_activity_pick",
                "members:volunteer_code",
                "members:volunteer_roster",
            }
        ),
        seen=LINE,
    ),
    Subject(
        name="volunteer_sign_up",
        key="pk",
        routes=("members:volunteer_sign_off", "members:volunteer_hours_add"),
        pages=frozenset({"members:volunteer_hours_add"}),
        seen=OF_PEOPLE,
    ),
    Subject(
        name="volunteer_hours",
        key="pk",
        routes=("members:volunteer_hours_refuse", "members:volunteer_hours_correct"),
        pages=frozenset({"members:volunteer_hours_refuse", "members:volunteer_hours_correct"}),
        seen=OF_PEOPLE,
    ),
)
