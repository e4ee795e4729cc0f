"""Addresses of the territory under /api/v1/."""

from django.urls import path

from grids.api import sites, views

urlpatterns = [
    path("units/", views.UnitList.as_view(), name="unit-list"),
    path("units/boundaries/", views.Boundaries.as_view(), name="unit-boundaries"),
    path("units/locate/", views.Locate.as_view(), name="unit-locate"),
    path("units/<int:pk>/", views.UnitDetail.as_view(), name="unit-detail"),
    path("sites/", sites.SiteList.as_view(), name="site-list"),
    path("sites/near/", sites.SitesNear.as_view(), name="site-near"),
    path("sites/<int:pk>/", sites.SiteDetail.as_view(), name="site-detail"),
]
