"""The project's addresses: one line for each room."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from accounts.views.home import home

# Each room's API has `urlpatterns` alone, without app_name: their names live in the one namespace "api".
api_patterns: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api:schema"), name="docs"),
    path("", include("accounts.api.urls")),
    path("", include("grids.api.urls")),
    path("", include("appeals.api.urls")),
    path("", include("appeals.imports.api")),
    path("", include("governance.files.api")),
    path("", include("governance.outbox.api")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("ui/", include("governance.ui.urls")),
    path("accounts/", include("accounts.urls")),
    path("territory/", include("grids.urls")),
    path("people/", include("members.urls")),
    path("points/", include("points.urls")),
    path("appeals/import/", include("appeals.imports.urls")),
    path("appeals/", include("appeals.urls")),
    path("progress/", include("appeals.public.urls")),
    path("calendars/", include("governance.calendars.urls")),
    path("deadlines/", include("governance.deadlines.urls")),
    path("inbox/", include("governance.outbox.urls")),
    path("files/", include("governance.files.urls")),
    path("jobs/", include("governance.jobs.urls")),
    path("sheets/", include("governance.sheets.urls")),
    path("audit/", include("governance.audit.urls")),
    path("api/hotline/", include("appeals.city.urls")),
    path("api/v1/", include((api_patterns, "api"))),
]

handler400 = "governance.ui.problems.bad_request"
handler403 = "governance.ui.problems.forbidden"
handler404 = "governance.ui.problems.not_found"
handler500 = "governance.ui.problems.server_error"
