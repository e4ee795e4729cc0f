"""Addresses of the API for appeals."""

from django.urls import path

from appeals.api import repeats, views
from appeals.api.steps import CALLS

urlpatterns = [
    path("categories/", views.CategoryList.as_view(), name="categories"),
    path("appeals/", views.AppealList.as_view(), name="appeals"),
    path("appeals/bulk-dispatch/", views.BulkDispatch.as_view(), name="appeals_bulk_dispatch"),
    path("appeals/<int:appeal_id>/", views.AppealOne.as_view(), name="appeal"),
    path("supervision-orders/", views.SupervisionOrders.as_view(), name="supervision_orders"),
    path("appeals/<int:appeal_id>/history/", views.AppealHistory.as_view(), name="appeal_history"),
    path("appeals/<int:appeal_id>/notes/", views.AppealNotes.as_view(), name="appeal_notes"),
    path("appeals/bulk-merge/", repeats.BulkMerge.as_view(), name="appeals_bulk_merge"),
    path("appeals/<int:appeal_id>/repeats/", repeats.AppealRepeats.as_view(), name="appeal_repeats"),
    path("appeals/<int:appeal_id>/mark-repeat/", repeats.MarkRepeat.as_view(), name="appeal_mark_repeat"),
    path("appeals/<int:appeal_id>/unmark-repeat/", repeats.UnmarkRepeat.as_view(), name="appeal_unmark_repeat"),
    path("appeals/<int:appeal_id>/refuse-repeat/", repeats.RefuseRepeat.as_view(), name="appeal_refuse_repeat"),
    path("appeals/<int:appeal_id>/reveal/", views.AppealReveal.as_view(), name="appeal_reveal"),
    *(
        path(f"appeals/<int:appeal_id>/{name.replace('_', '-')}/", views.step_view(name), name=f"appeal_{name}")
        for name in CALLS
    ),
]
