"""Addresses of this subject, under `members:`."""

from django.urls import URLPattern, path

from members.care.views import figures, kinds, lists, records

urlpatterns: list[URLPattern] = [
    path("", lists.CareList.as_view(), name="care"),
    path("find/", lists.find, name="care_find"),
    path("today/", lists.Worklist.as_view(), name="care_today"),
    path("turns/", lists.TurnList.as_view(), name="care_turns"),
    path("figures/", figures.CareFigures.as_view(), name="care_figures"),
    path("kinds/", kinds.Kinds.as_view(), name="care_kinds"),
    path("kinds/add/", kinds.AddKind.as_view(), name="care_kind_add"),
    path("kinds/<int:pk>/", kinds.EditKind.as_view(), name="care_kind"),
    path("persons/<int:pk>/add/", records.AddRecord.as_view(), name="care_add"),
    path("<int:pk>/", records.CareDetail.as_view(), name="care_record"),
    path("<int:pk>/change/", records.ChangeRecord.as_view(), name="care_change"),
    path("<int:pk>/visit/", records.RecordVisit.as_view(), name="care_visit"),
    path("<int:pk>/pause/", records.PauseVisits.as_view(), name="care_pause"),
    path("<int:pk>/resume/", records.resume, name="care_resume"),
    path("<int:pk>/end/", records.EndRecord.as_view(), name="care_end"),
]
