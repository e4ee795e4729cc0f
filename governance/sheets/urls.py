"""Addresses of the sheets: /sheets/<key>/… for a subject, by number for an upload or an export."""

from django.urls import path

from governance.sheets.views import exporting, importing

app_name = "sheets"

urlpatterns = [
    path("", importing.overview, name="list"),
    path("imports/<int:pk>/", importing.UploadDetail.as_view(), name="upload"),
    path("imports/<int:pk>/progress/", importing.progress, name="progress"),
    path("imports/<int:pk>/start/", importing.start, name="start"),
    path("imports/<int:pk>/stop/", importing.stop, name="stop"),
    path("imports/<int:pk>/discard/", importing.discard, name="discard"),
    path("imports/<int:pk>/refused/", importing.refused, name="refused"),
    path("exports/<int:pk>/", exporting.show, name="export"),
    path("exports/<int:pk>/begin/", exporting.begin, name="export_begin"),
    path("exports/<int:pk>/file/", exporting.download, name="export_file"),
    path("<slug:key>/import/", importing.Import.as_view(), name="import"),
    path("<slug:key>/template/", importing.template, name="template"),
    path("<slug:key>/export/", exporting.Ask.as_view(), name="ask"),
]
