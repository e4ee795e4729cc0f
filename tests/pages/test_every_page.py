"""Every page of the platform in a real browser: light and dark, 长辈版, wide and on a phone. Nothing overflows, nothing
fails in the console, axe finds nothing. `SHOTS=<folder>` keeps a picture of each page in each look.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from accounts.acting import actor_from
from accounts.models import Posting
from accounts.rights import AUTHENTICATED, PUBLIC, RIGHTS, SIGNED_IN, right_for
from appeals import services
from governance.scope import Role
from tests.appeals.conftest import REPLY, RESULT, new_appeal
from tests.browsing import browser as browser
from tests.browsing import looked_at
from tests.rights.conftest import one_of_each as one_of_each
from tests.rights.conftest import rules as rules
from tests.rights.conftest import sample as sample
from tests.rights.conftest import units as units
from tests.rights.matrix import SUBJECTS
from tests.rights.owned import MAKERS, OWNED
from tests.rights.walk import Route, routes

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Who opens a page that many may open: the first of these who has the right.
OPENERS = (
    Role.DISTRICT_CENTRE, Role.SECURITY_ADMIN, Role.AUDITOR, Role.SYSTEM_ADMIN, Role.STREET_LEADER,
    Role.STREET_STAFF, Role.DISTRICT_LEADER, Role.COMMUNITY_SECRETARY, Role.GRID_WORKER, Role.SHOP_CLERK,
)  # fmt: skip
# What a page's address takes beside the object.
VALUES: dict[str, dict[str, object]] = {
    "appeals:step": {"step": "resolve"}, "points:round_step": {"step": "cancel"},
    "calendars:year": {"year": 2026}, "calendars:import_year": {"year": 2026},
    "calendars:import_announced": {"year": 2027}, "calendars:announced_template": {"year": 2027},
    "calendars:day_edit": {"day": "2026-10-10"}, "calendars:day_delete": {"day": "2026-10-10"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


# Every route that may be a page, a few at a time: no part of the walk is much longer than another.
ROUTES = [route for route in routes() if "GET" in route.methods and not route.pattern.startswith("api/")]
PART = 10
PARTS = [ROUTES[first : first + PART] for first in range(0, len(ROUTES), PART)]
# What answers a GET, but with no page that any of the openers is shown: a file, a part of a page, a way to another one.
_NO_PAGES = {
    "accounts": "sign_in staff_import_refused staff_import_template",
    "appeals": "category export_file hotline_panel policy_rule repeat_panel step visit",
    "audit": "detail",
    "calendars": "announced_template",
    "deadlines": "policy_apply policy_edit",
    "files": "open thumbnail",
    "grids": "boundaries_refused children divisions_refused divisions_template locate map_data search site_export "
        "site_import_refused site_import_template site_kind_edit",
    "": "home",
    "imports": "detail progress refused",
    "jobs": "download progress",
    "members": "care_kind career_step home_now mine party_children party_extension_decide person_apart",
    "outbox": "bell open",
    "points": "household_statement_sheet my_round my_statement_sheet odd_case odd_rule offline_worker public_notice "
        "rule_change rule_end score self_nominate shop_goods statement_sheet",
    "progress": "show",
    "sheets": "ask export export_file import progress refused template upload",
}  # fmt: skip
NO_PAGES = {f"{room}:{name}".removeprefix(":") for room, names in _NO_PAGES.items() for name in names.split()}


@pytest.fixture
def opened(request, one_of_each, sample, units, cast, now) -> dict[str, tuple[Role, str]]:
    """The pages among these routes: the route's name → who opens it, and its address."""
    _some_appeals(units, cast, now)
    clients = {role: _client(one_of_each[role]) for role in OPENERS}
    found = {}
    for route in request.param:
        for role in OPENERS:
            url = _address(route, role, one_of_each, sample, now)
            if url and _is_page(clients[role], url):
                found[route.name] = (role, url)
                break
    return found


def _some_appeals(units: Any, cast: Any, now: Any) -> None:
    """Enough of everything that lists, tabs and timelines have something to show."""
    for number in range(3):
        new = new_appeal(unit_id=units["grid_1"].pk, title=f"{number + 1}号楼门前路灯不亮", urgency=number)
        one = services.register(new=new, by=cast.dc, now=now)
        services.dispatch(appeal_id=one.pk, to_unit_id=units["department_1"].pk, by=cast.dc, now=now)
        if number:
            services.accept(appeal_id=one.pk, by=cast.ds, now=now)
        if number == 2:
            services.resolve(appeal_id=one.pk, result=RESULT, public_reply=REPLY, by=cast.ds, now=now)


def _client(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _address(route: Route, role: Role, people: Any, sample: Any, now: Any) -> str:
    """Its address with an object that the role reaches; "" where the role has not the right."""
    right = right_for(route.name, "GET") or ""
    if right not in {PUBLIC, SIGNED_IN, AUTHENTICATED} and role not in RIGHTS.get(right, ()):
        return ""
    values = dict(VALUES.get(route.name, {}))
    for subject in SUBJECTS:
        if route.name in subject.routes:
            relations = subject.seen.get(role, {})
            places = [place for place, is_seen in relations.values() if is_seen]
            if not places:
                return ""
            thing = sample(subject.name, places[-1])
            key = subject.key if subject.key in dict(route.values) else next(iter(dict(route.values)))
            more = {name: getattr(thing, attribute) for name, attribute in subject.more.items()}
            return route.url(**{key: thing.pk, **more, **subject.values.get(route.name, {}), **values})
    for kind in OWNED:
        if route.name in kind.routes:
            if role != kind.owner:
                return ""
            actor = actor_from(Posting.objects.get(user=people[role]), now=now)
            return route.url(**{next(iter(dict(route.values))): MAKERS[kind.name](actor, now).pk})
    return route.url(**values)


def _is_page(client: Client, url: str) -> bool:
    answer = client.get(url)
    if answer.streaming:
        b"".join(answer.streaming_content)
        answer.close()
        return False
    return answer.status_code == 200 and b"<html" in answer.content[:400]


@pytest.fixture
def pages(browser: Any, one_of_each: Any) -> Iterator[Any]:
    """`pages(role)`: a browser page signed in as the role; what it complains of is in `.said`."""
    server = LiveServer("127.0.0.1:0")
    made: dict[Role, Any] = {}

    def page_of(role: Role) -> Any:
        if role not in made:
            context = browser.new_context(base_url=server.url, locale="zh-CN", reduced_motion="reduce")
            session = _client(one_of_each[role]).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": server.url}])
            page = made[role] = context.new_page()
            page.said = []
            page.on("console", lambda m: page.said.append(m.text) if m.type == "error" else None)
            page.on("pageerror", lambda error: page.said.append(str(error)))
        return made[role]

    yield page_of
    for page in made.values():
        page.context.close()
    server.stop()


@pytest.mark.parametrize("opened", PARTS, ids=lambda part: part[0].name, indirect=True)
def test_every_page_fits_in_every_look_and_is_accessible(request, pages, opened):
    assert {route.name for route in request.node.callspec.params["opened"]} - NO_PAGES == opened.keys()
    wrong = []
    for name, (role, url) in opened.items():
        page = pages(role)
        page.goto(url)
        wrong += looked_at(page, name)
        wrong += [f"{name}: {text}" for text in page.said]
        page.said.clear()
    assert wrong == [], "\n".join(wrong)
