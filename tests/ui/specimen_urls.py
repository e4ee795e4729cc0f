"""Addresses of the specimen pages, and bare ones for what the frame links to: the kernel is tested without the apps."""

from django.urls import include, path

from tests.ui import specimen, specimen_api

handler400 = "governance.ui.problems.bad_request"
handler403 = "governance.ui.problems.forbidden"
handler404 = "governance.ui.problems.not_found"
handler500 = "governance.ui.problems.server_error"

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
accounts = [
    path(f"{name}/", specimen.echo, name=name) for name in ("sign_in", "sign_out", "act_as", "profile", "inbox")
]
api = [path("writes/", specimen_api.Writes.as_view(), name="writes")]

urlpatterns = [
    path("", specimen.echo, name="home"),
    path("specimen/", include((pages, "specimen"))),
    path("accounts/", include((accounts, "accounts"))),
    path("ui/", include("governance.ui.urls")),
    path("api/specimen/", include((api, "specimen_api"))),
]
