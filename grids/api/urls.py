"""Addresses of the territory under /api/v1/."""

from django.urls import path

from grids.api import views

urlpatterns = [
    path("units/", views.UnitList.as_view(), name="unit-list"),
    path("units/boundaries/", views.Boundaries.as_view(), name="unit-boundaries"),
    path("units/locate/", views.Locate.as_view(), name="unit-locate"),
    path("units/<int:pk>/", views.UnitDetail.as_view(), name="unit-detail"),
]
