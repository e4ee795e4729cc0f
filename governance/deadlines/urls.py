"""Pages of the limits."""

from django.urls import path

from governance.deadlines import editing, views

app_name = "deadlines"
urlpatterns = [
    path("policies/", views.Policies.as_view(), name="policies"),
    path("policies/add/", editing.AddPolicy.as_view(), name="policy_add"),
    path("policies/<int:pk>/", editing.EditPolicy.as_view(), name="policy_edit"),
    path("policies/<int:pk>/apply/", editing.ApplyPolicy.as_view(), name="policy_apply"),
    path("policies/<int:pk>/<int:number>/withdraw/", editing.withdraw, name="version_withdraw"),
    path("clock/", views.clock, name="clock"),
]
