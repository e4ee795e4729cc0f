"""Addresses of this subject, under `points:`."""

from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from points.rounds.mine.views import Mine
from points.rounds.notices import public
from points.rounds.notices import views as notices
from points.rounds.selection.views import nominations, own, rounds
from points.rounds.statements import views as statements
from points.rounds.statements.flows import FlowList

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
    path("flows/", FlowList.as_view(), name="flows"),
    path("notices/", notices.NoticeList.as_view(), name="notices"),
    path("notices/add/", notices.NoticeAdd.as_view(), name="notice_add"),
    path("notices/<int:pk>/", notices.NoticeDetail.as_view(), name="notice"),
    path("notices/<int:pk>/print/", notices.NoticePrint.as_view(), name="notice_print"),
    path("notices/<int:pk>/step/", require_POST(notices.step), name="notice_step"),
    path("notices/<int:pk>/objections/add/", notices.ObjectionAdd.as_view(), name="notice_object"),
    path("notices/objections/<int:pk>/answer/", notices.ObjectionAnswer.as_view(), name="notice_answer"),
    path("persons/<int:pk>/unnamed/", notices.UnnamedChange.as_view(), name="unnamed"),
    path("rounds/", rounds.RoundList.as_view(), name="rounds"),
    path("rounds/add/", rounds.RoundAdd.as_view(), name="round_add"),
    path("rounds/<int:pk>/", rounds.RoundDetail.as_view(), name="round"),
    path("rounds/<int:pk>/change/", rounds.RoundChange.as_view(), name="round_change"),
    path("rounds/<int:pk>/notice/", rounds.RoundNotice.as_view(), name="round_notice"),
    path("rounds/<int:pk>/nominate/", nominations.Nominate.as_view(), name="nominate"),
    path("rounds/<int:pk>/step/<slug:step>/", rounds.RoundStep.as_view(), name="round_step"),
    path("nominations/<int:pk>/", nominations.NominationDetail.as_view(), name="nomination"),
    path("nominations/<int:pk>/review/", nominations.Review.as_view(), name="nomination_review"),
    path("nominations/<int:pk>/object/", nominations.ObjectTo.as_view(), name="nomination_object"),
    path("nominations/<int:pk>/withdraw/", require_POST(nominations.withdraw), name="nomination_withdraw"),
    path("nominations/<int:pk>/score/", own.Score.as_view(), name="score"),
    path("nominations/objections/<int:pk>/", nominations.Settle.as_view(), name="objection_settle"),
    path("mine/rounds/", own.MyRounds.as_view(), name="my_rounds"),
    path("mine/rounds/<int:pk>/", own.MyRound.as_view(), name="my_round"),
    path("mine/rounds/<int:pk>/nominate/", own.SelfNominate.as_view(), name="self_nominate"),
    path("honours/", own.Honours.as_view(), name="honours"),
    path("open/<str:code>/", public.notice, name="public_notice"),
]
