"""The project's addresses: one line for each room."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from accounts.views.home import home

# (prefix, module), pages first, then the API. A room that is not there yet is left out.
PAGES = [
    ("ui/", "governance.ui.urls"),
    ("accounts/", "accounts.urls"),
    ("territory/", "grids.urls"),
    ("appeals/import/", "appeals.imports.urls"),
    ("appeals/", "appeals.urls"),
    ("calendars/", "governance.calendars.urls"),
    ("deadlines/", "governance.deadlines.urls"),
    ("inbox/", "governance.outbox.urls"),
    ("files/", "governance.files.urls"),
    ("jobs/", "governance.jobs.urls"),
    ("audit/", "governance.audit.urls"),
]
# Each of these has `urlpatterns` alone, without app_name: their names live in the one namespace "api".
API = [
    "accounts.api.urls",
    "grids.api.urls",
    "appeals.api.urls",
]


def _there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


api_patterns: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api:schema"), name="docs"),
    *(path("", include(module)) for module in API if _there(module)),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    *(path(prefix, include(module)) for prefix, module in PAGES if _there(module)),
    path("api/v1/", include((api_patterns, "api"))),
]

handler400 = "governance.ui.problems.bad_request"
handler403 = "governance.ui.problems.forbidden"
handler404 = "governance.ui.problems.not_found"
handler500 = "governance.ui.problems.server_error"
