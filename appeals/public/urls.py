"""Addresses of the public page."""

from django.urls import path

from appeals.public import views

app_name = "progress"

urlpatterns = [
    path("", views.ask, name="ask"),
    path("show/", views.show, name="show"),
    path("leave/", views.leave, name="leave"),
]
