"""Addresses of the people."""

from django.urls import include, path

from members.views import buildings, duplicates, entry, households, persons, proposals

app_name = "members"

urlpatterns = [
    path("", persons.PersonList.as_view(), name="persons"),
    path("find/", persons.find, name="find"),
    path("<int:pk>/", persons.PersonDetail.as_view(), name="person"),
    path("<int:pk>/change/", persons.PersonChange.as_view(), name="person_change"),
    path("<int:pk>/leave/", persons.Leave.as_view(), name="person_leave"),
    path("<int:pk>/die/", persons.Die.as_view(), name="person_die"),
    path("<int:pk>/reveal/", persons.Reveal.as_view(), name="person_reveal"),
    path("<int:pk>/join/", persons.Join.as_view(), name="person_join"),
    path("<int:pk>/merge/", duplicates.Merge.as_view(), name="person_merge"),
    path("<int:pk>/apart/", duplicates.Apart.as_view(), name="person_apart"),
    path("duplicates/", duplicates.Duplicates.as_view(), name="duplicates"),
    path("entry/", entry.Entry.as_view(), name="entry"),
    path("entry/home/", entry.home_now, name="home_now"),
    path("proposals/", proposals.ProposalList.as_view(), name="proposals"),
    path("proposals/<int:pk>/", proposals.ProposalPage.as_view(), name="proposal"),
    path("proposals/<int:pk>/withdraw/", proposals.ProposalWithdraw.as_view(), name="proposal_withdraw"),
    path("buildings/", buildings.BuildingList.as_view(), name="buildings"),
    path("buildings/add/", buildings.BuildingAdd.as_view(), name="building_add"),
    path("buildings/<int:pk>/", buildings.BuildingDetail.as_view(), name="building"),
    path("buildings/<int:pk>/change/", buildings.BuildingChange.as_view(), name="building_change"),
    path("buildings/<int:pk>/remove/", buildings.BuildingRemove.as_view(), name="building_remove"),
    path("buildings/<int:pk>/homes/", buildings.HomesAdd.as_view(), name="homes_add"),
    path("homes/<int:pk>/remove/", buildings.HomeRemove.as_view(), name="home_remove"),
    path("households/", households.HouseholdList.as_view(), name="households"),
    path("households/<int:pk>/", households.HouseholdDetail.as_view(), name="household"),
    path("households/<int:pk>/members/add/", households.MemberAdd.as_view(), name="member_add"),
    path("households/<int:pk>/relations/", households.Relations.as_view(), name="relations"),
    path("households/<int:pk>/dissolve/", households.Dissolve.as_view(), name="household_dissolve"),
    path("households/<int:pk>/take-in/", households.TakeIn.as_view(), name="take_in"),
    path("care/", include("members.care.urls")),
    path("party/", include("members.party.urls")),
    path("party-households/", include("members.party_households.urls")),
    path("designations/", include("members.designations.urls")),
    path("volunteers/", include("members.volunteers.urls")),
    path("careers/", include("members.careers.urls")),
]
