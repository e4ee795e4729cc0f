"""Addresses of the appeals."""

from django.urls import path

from appeals.views import (
    categories,
    detail,
    exports,
    hotline,
    lists,
    policy_rules,
    registering,
    repeats,
    supervision,
    visits,
    worklist,
)

app_name = "appeals"

urlpatterns = [
    path("", lists.AppealList.as_view(), name="list"),
    path("find/", lists.find, name="find"),
    path("mine/", lists.MineList.as_view(), name="mine"),
    path("views/", lists.saved_views, name="saved_views"),
    path("worklist/", worklist.worklist, name="worklist"),
    path("register/", registering.Register.as_view(), name="register"),
    path("register/repeats/", registering.repeats, name="repeats"),
    path("report/", registering.Report.as_view(), name="report"),
    path("report/place/", registering.whereabouts, name="whereabouts"),
    path("visits/", visits.VisitList.as_view(), name="visits"),
    path("supervision/", supervision.SupervisionList.as_view(), name="supervision"),
    path("supervision/<int:pk>/print/", supervision.sheet, name="supervision_sheet"),
    path("leader-list/", supervision.LeaderList.as_view(), name="leader_list"),
    path("send-backs/", supervision.send_backs, name="send_backs"),
    path("repeats/", repeats.figures_page, name="repeat_figures"),
    path("categories/", categories.tree, name="categories"),
    path("categories/add/", categories.Add.as_view(), name="category_add"),
    path("categories/<int:pk>/", categories.Change.as_view(), name="category"),
    path("categories/<int:pk>/active/", categories.active, name="category_active"),
    path("policy-rules/", policy_rules.rules, name="policy_rules"),
    path("policy-rules/add/", policy_rules.Add.as_view(), name="policy_rule_add"),
    path("policy-rules/<int:pk>/", policy_rules.Change.as_view(), name="policy_rule"),
    path("policy-rules/<int:pk>/remove/", policy_rules.remove, name="policy_rule_remove"),
    path("exports/", exports.exports, name="exports"),
    path("exports/<int:pk>/", exports.show, name="export"),
    path("exports/<int:pk>/begin/", exports.begin, name="export_begin"),
    path("exports/<int:pk>/file/", exports.download, name="export_file"),
    path("<int:pk>/", detail.Detail.as_view(), name="detail"),
    path("<int:pk>/print/", detail.sheet, name="print"),
    path("<int:pk>/reveal/", detail.reveal, name="reveal"),
    path("<int:pk>/repeats/", repeats.panel, name="repeat_panel"),
    path("<int:pk>/repeats/mark/", repeats.mark, name="repeat_mark"),
    path("<int:pk>/repeats/refuse/", repeats.refuse, name="repeat_refuse"),
    path("<int:pk>/repeats/unmark/", repeats.unmark, name="repeat_unmark"),
    path("<int:pk>/hotline/", hotline.panel, name="hotline_panel"),
    path("<int:pk>/visit/", visits.VisitOne.as_view(), name="visit"),
    path("<int:pk>/steps/<slug:step>/", detail.StepView.as_view(), name="step"),
]
