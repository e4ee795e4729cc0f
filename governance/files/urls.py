"""Addresses of attachments."""

from django.urls import path

from governance.files import views

app_name = "files"

urlpatterns = [
    path("upload/", views.upload, name="upload"),
    path("<uuid:pk>/", views.open_file, name="open"),
    path("<uuid:pk>/thumbnail/", views.thumbnail, name="thumbnail"),
    path("<uuid:pk>/discard/", views.discard, name="discard"),
]
