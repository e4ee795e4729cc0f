"""Addresses of this subject, under `points:`."""

from django.urls import URLPattern, path

from points.rounds.mine.views import Mine
from points.rounds.statements import views as statements

urlpatterns: list[URLPattern] = [
    path("mine/", Mine.as_view(), name="mine"),
    path("mine/statement/", statements.Mine.as_view(), name="my_statement"),
    path("mine/statement/download/", statements.Mine.as_view(is_sheet=True), name="my_statement_sheet"),
    path("persons/<int:pk>/statement/", statements.OfPerson.as_view(), name="statement"),
    path(
        "persons/<int:pk>/statement/download/", statements.OfPerson.as_view(is_sheet=True), name="statement_sheet"
    ),
    path("households/<int:pk>/statement/", statements.OfHousehold.as_view(), name="household_statement"),
    path(
        "households/<int:pk>/statement/download/", statements.OfHousehold.as_view(is_sheet=True),
        name="household_statement_sheet",
    ),
]  # fmt: skip
