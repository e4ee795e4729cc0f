"""Addresses of the city's own calls."""

from django.urls import path

from appeals.city import views

app_name = "city"

urlpatterns = [path("returns/", views.returns, name="returns")]
