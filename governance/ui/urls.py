"""Addresses of what the interface keeps for a person. Mounted by the project under the namespace `ui`."""

from django.urls import path

from governance.ui import endpoints

app_name = "ui"

urlpatterns = [
    path("prefer/", endpoints.prefer, name="prefer"),
    path("views/save/", endpoints.save_view, name="save_view"),
    path("views/<int:pk>/delete/", endpoints.delete_view, name="delete_view"),
    path("columns/", endpoints.choose_columns, name="choose_columns"),
]
