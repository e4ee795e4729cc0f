"""Addresses of the territory."""

from django.urls import path

from grids.views import changes, imports, maps, tree

app_name = "grids"

urlpatterns = [
    path("", tree.TreePage.as_view(), name="tree"),
    path("search/", tree.Search.as_view(), name="search"),
    path("map/", maps.MapPage.as_view(), name="map"),
    path("map/data/", maps.MapData.as_view(), name="map_data"),
    path("locate/", maps.locate_point, name="locate"),
    path("units/open/", changes.Open.as_view(), name="open"),
    path("units/<int:pk>/", tree.UnitPage.as_view(), name="unit"),
    path("units/<int:pk>/children/", tree.Children.as_view(), name="children"),
    path("units/<int:pk>/rename/", changes.Rename.as_view(), name="rename"),
    path("units/<int:pk>/move/", changes.Move.as_view(), name="move"),
    path("units/<int:pk>/merge/", changes.Merge.as_view(), name="merge"),
    path("units/<int:pk>/close/", changes.Close.as_view(), name="close"),
    path("units/<int:pk>/describe/", changes.Describe.as_view(), name="describe"),
    path("changes/", changes.Changes.as_view(), name="changes"),
    path("changes/<int:pk>/cancel/", changes.Cancel.as_view(), name="change_cancel"),
    path("divisions/", imports.Divisions.as_view(), name="divisions"),
    path("divisions/template/", imports.DivisionsTemplate.as_view(), name="divisions_template"),
    path("divisions/<int:pk>/", imports.DivisionsCompare.as_view(), name="divisions_compare"),
    path("divisions/<int:pk>/refused/", imports.DivisionsRefused.as_view(), name="divisions_refused"),
    path("boundaries/", imports.Boundaries.as_view(), name="boundaries"),
    path("boundaries/<int:pk>/", imports.BoundariesCheck.as_view(), name="boundaries_check"),
    path("boundaries/<int:pk>/refused/", imports.BoundariesRefused.as_view(), name="boundaries_refused"),
]
