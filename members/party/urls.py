"""Addresses of this subject, under `members:`."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
