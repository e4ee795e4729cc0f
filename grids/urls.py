"""Addresses of the territory."""

from django.urls import path

from grids.views import changes, imports, maps, site_changes, site_import, sites, tree

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
    path("sites/", sites.SiteList.as_view(), name="sites"),
    path("sites/near/", sites.NearPage.as_view(), name="site_near"),
    path("sites/gaps/", sites.GapsPage.as_view(), name="site_gaps"),
    path("sites/gaps/missing/", sites.GapsMissing.as_view(), name="site_gaps_missing"),
    path("sites/export/", site_import.Export.as_view(), name="site_export"),
    path("sites/add/", site_changes.Add.as_view(), name="site_add"),
    path("sites/import/", site_import.Upload.as_view(), name="site_import"),
    path("sites/import/template/", site_import.Template.as_view(), name="site_import_template"),
    path("sites/import/<int:pk>/", site_import.Check.as_view(), name="site_import_detail"),
    path("sites/import/<int:pk>/refused/", site_import.Refused.as_view(), name="site_import_refused"),
    path("sites/proposals/", site_changes.ProposalList.as_view(), name="site_proposals"),
    path("sites/proposals/<int:pk>/", site_changes.ProposalPage.as_view(), name="site_proposal"),
    path("sites/propose/", site_changes.ProposeAdd.as_view(), name="site_propose_add"),
    path("sites/<int:pk>/", sites.SitePage.as_view(), name="site"),
    path("sites/<int:pk>/edit/", site_changes.Edit.as_view(), name="site_edit"),
    path("sites/<int:pk>/close/", site_changes.Close.as_view(), name="site_close"),
    path("sites/<int:pk>/hours/", site_changes.Hours.as_view(), name="site_hours"),
    path("sites/<int:pk>/exceptions/", site_changes.ExceptionAdd.as_view(), name="site_exception_add"),
    path("sites/<int:pk>/exceptions/remove/", site_changes.ExceptionRemove.as_view(), name="site_exception_remove"),
    path("sites/<int:pk>/propose/", site_changes.ProposeChange.as_view(), name="site_propose_change"),
    path("sites/<int:pk>/propose-close/", site_changes.ProposeClose.as_view(), name="site_propose_close"),
]
