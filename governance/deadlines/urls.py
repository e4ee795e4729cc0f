"""Pages of the limits."""

from django.urls import path

from governance.deadlines import views

app_name = "deadlines"
urlpatterns = [
    path("policies/", views.Policies.as_view(), name="policies"),
    path("clock/", views.clock, name="clock"),
]
