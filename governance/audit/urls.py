"""Addresses of the record."""

from django.urls import path

from governance.audit import views

app_name = "audit"

urlpatterns = [
    path("", views.EntryList.as_view(), name="list"),
    path("<int:pk>/", views.EntryDetail.as_view(), name="detail"),
    path("verify/", views.Verify.as_view(), name="verify"),
]
