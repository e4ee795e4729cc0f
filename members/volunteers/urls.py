"""Addresses of this subject, under `members:`."""

from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from members.volunteers.views import activities, attendance, hours, own, teams

urlpatterns: list[URLPattern] = [
    path("teams/", teams.TeamList.as_view(), name="volunteer_teams"),
    path("teams/add/", teams.TeamAdd.as_view(), name="volunteer_team_add"),
    path("teams/<int:pk>/", teams.TeamDetail.as_view(), name="volunteer_team"),
    path("teams/<int:pk>/change/", teams.TeamChange.as_view(), name="volunteer_team_change"),
    path("teams/<int:pk>/dissolve/", teams.TeamDissolve.as_view(), name="volunteer_team_dissolve"),
    path("teams/<int:pk>/members/add/", teams.TeamPick.as_view(), name="volunteer_team_pick"),
    path("members/<int:pk>/leave/", require_POST(teams.leave), name="volunteer_member_leave"),
    path("activities/", activities.ActivityList.as_view(), name="volunteer_activities"),
    path("activities/add/", activities.ActivityAdd.as_view(), name="volunteer_activity_add"),
    path("activities/<int:pk>/", activities.ActivityDetail.as_view(), name="volunteer_activity"),
    path("activities/<int:pk>/change/", activities.ActivityChange.as_view(), name="volunteer_activity_change"),
    path("activities/<int:pk>/step/", require_POST(activities.step), name="volunteer_activity_step"),
    path("activities/<int:pk>/cancel/", activities.ActivityCancel.as_view(), name="volunteer_activity_cancel"),
    path("activities/<int:pk>/people/", activities.ActivityPick.as_view(), name="volunteer_activity_pick"),
    path("activities/<int:pk>/attend/", require_POST(attendance.attend), name="volunteer_attend"),
    path("activities/<int:pk>/code/", attendance.CodeScreen.as_view(), name="volunteer_code"),
    path("activities/<int:pk>/roster/", attendance.Roster.as_view(), name="volunteer_roster"),
    path("activities/<int:pk>/join/", require_POST(own.join), name="volunteer_join"),
    path("sign-ups/<int:pk>/cancel/", require_POST(attendance.sign_off), name="volunteer_sign_off"),
    path("sign-ups/<int:pk>/hours/", hours.HoursAdd.as_view(), name="volunteer_hours_add"),
    path("sign-ups/<int:pk>/withdraw/", require_POST(own.withdraw), name="volunteer_withdraw"),
    path("sign-ups/<int:pk>/check-in/", own.CheckIn.as_view(), name="volunteer_check_in"),
    path("hours/", hours.HoursList.as_view(), name="volunteer_hours"),
    path("hours/<int:pk>/refuse/", hours.HoursRefuse.as_view(), name="volunteer_hours_refuse"),
    path("hours/<int:pk>/correct/", hours.HoursCorrect.as_view(), name="volunteer_hours_correct"),
    path("persons/<int:pk>/statement/", hours.Statement.as_view(), name="volunteer_statement"),
    path("figures/", hours.FiguresPage.as_view(), name="volunteer_figures"),
    path("mine/", own.Mine.as_view(), name="volunteer_mine"),
]
