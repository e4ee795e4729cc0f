"""The project's addresses with the specimen pages beside them."""

from django.urls import include, path

from governance.urls import *  # noqa: F403
from governance.urls import urlpatterns as project
from tests.ui import specimen, specimen_api

pages = [
    path("", specimen.List.as_view(), name="list"),
    path("form/", specimen.Form.as_view(), name="form"),
    path("detail/", specimen.Detail.as_view(), name="detail"),
    path("states/", specimen.States.as_view(), name="states"),
    path("sheet/", specimen.Sheet.as_view(), name="sheet"),
    path("phone/", specimen.Phone.as_view(), name="phone"),
    path("public/", specimen.public, name="public"),
    path("progress/", specimen.progress, name="progress"),
    path("refused/<str:kind>/", specimen.refused, name="refused"),
    path("echo/", specimen.echo, name="echo"),
]

urlpatterns = [
    path("specimen/", include((pages, "specimen"))),
    path("api/specimen/", include(([path("writes/", specimen_api.Writes.as_view(), name="writes")], "specimen_api"))),
    *project,
]
