"""Addresses of this subject, under `members:`."""

from django.urls import path

from members.party_households.views import forms, gaps, pages

urlpatterns = [
    path("", pages.PartyHouseholdList.as_view(), name="party_households"),
    path("open/", forms.Open.as_view(), name="party_household_open"),
    path("gaps/", gaps.GapsPage.as_view(), name="party_household_gaps"),
    path("gaps/grids/", gaps.GridsWithout.as_view(), name="party_household_grids"),
    path("gaps/households/", gaps.Unattended.as_view(), name="party_household_unattended"),
    path("<int:pk>/", pages.PartyHouseholdDetail.as_view(), name="party_household"),
    path("<int:pk>/change/", forms.Change.as_view(), name="party_household_change"),
    path("<int:pk>/homes/", forms.Homes.as_view(), name="party_household_homes"),
    path("<int:pk>/let-go/", forms.LetGo.as_view(), name="party_household_let_go"),
    path("<int:pk>/visit/", forms.Visit.as_view(), name="party_household_visit"),
    path("<int:pk>/report/", forms.Report.as_view(), name="party_household_report"),
    path("<int:pk>/confirm/", forms.confirm, name="party_household_confirm"),
    path("<int:pk>/end/", forms.End.as_view(), name="party_household_end"),
]
