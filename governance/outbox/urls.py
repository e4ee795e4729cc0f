"""Addresses of the inbox."""

from django.urls import path

from governance.outbox import deliveries, views

app_name = "outbox"

urlpatterns = [
    path("", views.Inbox.as_view(), name="inbox"),
    path("bell/", views.bell, name="bell"),
    path("read-all/", views.read_all, name="read_all"),
    path("deliveries/", deliveries.Deliveries.as_view(), name="deliveries"),
    path("deliveries/quiet/", deliveries.Quiet.as_view(), name="quiet"),
    path("<int:pk>/", views.Gathered.as_view(), name="gathered"),
    path("<int:pk>/open/", views.open_item, name="open"),
    path("<int:pk>/read/", views.read_item, name="read"),
]
