from django.urls import path

from points.ledger import views

urlpatterns = [
    path("ledger/checks/", views.Checks.as_view(), name="ledger_checks"),
    path("ledger/halts/<int:pk>/lift/", views.LiftHalt.as_view(), name="ledger_halt_lift"),
]
