"""Addresses of this subject, under `points:`."""

from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from points.rounds.mine.views import Mine
from points.rounds.notices import public
from points.rounds.notices import views as notices
from points.rounds.statements import views as statements

urlpatterns: list[URLPattern] = [
    path("mine/", Mine.as_view(), name="mine"),
    path("mine/statement/", statements.Mine.as_view(), name="my_statement"),
    path("mine/statement/download/", statements.Mine.as_view(is_sheet=True), name="my_statement_sheet"),
    path("persons/<int:pk>/statement/", statements.OfPerson.as_view(), name="statement"),
    path("persons/<int:pk>/statement/download/", statements.OfPerson.as_view(is_sheet=True), name="statement_sheet"),
    path("households/<int:pk>/statement/", statements.OfHousehold.as_view(), name="household_statement"),
    path(
        "households/<int:pk>/statement/download/",
        statements.OfHousehold.as_view(is_sheet=True),
        name="household_statement_sheet",
    ),
    path("notices/", notices.NoticeList.as_view(), name="notices"),
    path("notices/add/", notices.NoticeAdd.as_view(), name="notice_add"),
    path("notices/<int:pk>/", notices.NoticeDetail.as_view(), name="notice"),
    path("notices/<int:pk>/print/", notices.NoticePrint.as_view(), name="notice_print"),
    path("notices/<int:pk>/step/", require_POST(notices.step), name="notice_step"),
    path("notices/<int:pk>/objections/add/", notices.ObjectionAdd.as_view(), name="notice_object"),
    path("notices/objections/<int:pk>/answer/", notices.ObjectionAnswer.as_view(), name="notice_answer"),
    path("persons/<int:pk>/unnamed/", notices.UnnamedChange.as_view(), name="unnamed"),
    path("open/<str:code>/", public.notice, name="public_notice"),
]
