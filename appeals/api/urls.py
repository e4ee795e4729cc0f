"""Addresses of the API for appeals."""

from django.urls import path

from appeals.api import views
from appeals.api.steps import CALLS

urlpatterns = [
    path("categories/", views.CategoryList.as_view(), name="categories"),
    path("appeals/", views.AppealList.as_view(), name="appeals"),
    path("appeals/bulk-dispatch/", views.BulkDispatch.as_view(), name="appeals_bulk_dispatch"),
    path("appeals/<int:appeal_id>/", views.AppealOne.as_view(), name="appeal"),
    path("supervision-orders/", views.SupervisionOrders.as_view(), name="supervision_orders"),
    path("appeals/<int:appeal_id>/history/", views.AppealHistory.as_view(), name="appeal_history"),
    path("appeals/<int:appeal_id>/notes/", views.AppealNotes.as_view(), name="appeal_notes"),
    path("appeals/<int:appeal_id>/reveal/", views.AppealReveal.as_view(), name="appeal_reveal"),
    *(
        path(f"appeals/<int:appeal_id>/{name.replace('_', '-')}/", views.step_view(name), name=f"appeal_{name}")
        for name in CALLS
    ),
]
