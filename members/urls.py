"""Addresses of the people."""

from django.urls import include, path

from members.views import households, persons

app_name = "members"

urlpatterns = [
    path("", persons.PersonList.as_view(), name="persons"),
    path("find/", persons.find, name="find"),
    path("<int:pk>/", persons.PersonDetail.as_view(), name="person"),
    path("<int:pk>/change/", persons.PersonChange.as_view(), name="person_change"),
    path("<int:pk>/leave/", persons.Leave.as_view(), name="person_leave"),
    path("<int:pk>/die/", persons.Die.as_view(), name="person_die"),
    path("<int:pk>/reveal/", persons.Reveal.as_view(), name="person_reveal"),
    path("households/", households.HouseholdList.as_view(), name="households"),
    path("households/add/", households.HouseholdAdd.as_view(), name="household_add"),
    path("households/<int:pk>/", households.HouseholdDetail.as_view(), name="household"),
    path("households/<int:pk>/members/add/", households.MemberAdd.as_view(), name="member_add"),
    path("households/<int:pk>/take-in/", households.TakeIn.as_view(), name="take_in"),
    path("care/", include("members.care.urls")),
    path("party/", include("members.party.urls")),
    path("party-households/", include("members.party_households.urls")),
    path("designations/", include("members.designations.urls")),
    path("volunteers/", include("members.volunteers.urls")),
    path("careers/", include("members.careers.urls")),
]
