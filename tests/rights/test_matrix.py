"""Every route × every role: who lacks the right gets 403 before any object is looked at, and nobody gets 500."""

import pytest
from django.test import Client

from accounts.models import Posting, User
from accounts.rights import AUTHENTICATED, PUBLIC, RIGHTS, ROUTES, SIGNED_IN, right_for
from governance.scope import Role, UnitKind
from tests.rights.matrix import HEAVY, PLACES, REFUSES_NOTHING
from tests.rights.walk import Route, routes

ALL = routes()
CHECKED = [route for route in ALL if route.name in ROUTES]


def test_every_route_has_a_row_and_every_row_a_route():
    names = {route.name for route in ALL}
    assert names - ROUTES.keys() == set(), "no row in accounts.rights.ROUTES"
    assert ROUTES.keys() - names == set(), "a row without a route"


def test_every_row_names_a_right_that_exists():
    named = {right for row in ROUTES.values() for right in (row.values() if isinstance(row, dict) else [row])}
    assert named - RIGHTS.keys() == {PUBLIC, SIGNED_IN, AUTHENTICATED}


def test_every_role_is_walked():
    assert PLACES.keys() == set(Role)
    assert {kind.value for kind in UnitKind} >= {"district", "street", "community", "grid", "department"}


@pytest.mark.parametrize("route", CHECKED, ids=lambda route: route.name)
def test_who_is_not_signed_in_gets_no_further_than_the_door(route: Route, db):
    client = Client(raise_request_exception=False)
    for method in route.methods:
        if right_for(route.name, method) == PUBLIC:
            continue
        answer = client.generic(method, route.url(), headers={"accept": "application/json"})
        if route.pattern.startswith("api/"):
            assert answer.status_code == 401, f"{method} {route.name}"
        else:
            assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/accounts/sign-in/"), route.name


@pytest.mark.parametrize("route", CHECKED, ids=lambda route: route.name)
def test_each_role_gets_exactly_what_the_table_says(route: Route, one_of_each: dict[Role, User], acting):
    wrong = []
    for role, user in one_of_each.items():
        for method in route.methods:
            status = _status(acting(user), route, method)
            allowed = _is_allowed(role, route.name, method)
            if status != 403 and not allowed:
                wrong.append(f"{role} {method}: {status}, must be refused")
            if allowed and (status in {401, 500} or (status == 403 and (route.name, method) not in REFUSES_NOTHING)):
                wrong.append(f"{role} {method}: {status}, must be let through")
    assert wrong == []


def _is_allowed(role: Role, name: str, method: str) -> bool:
    right = right_for(name, method)
    return right in {PUBLIC, SIGNED_IN, AUTHENTICATED} or role in RIGHTS[right]


def _status(client: Client, route: Route, method: str) -> int:
    if route.name in HEAVY:
        return client.head(route.url()).status_code
    if route.pattern.startswith("api/"):
        return client.generic(method, route.url(), "{}", content_type="application/json").status_code
    return client.generic(method, route.url(), "", content_type="application/x-www-form-urlencoded").status_code


@pytest.mark.parametrize("route", [r for r in CHECKED if isinstance(ROUTES[r.name], dict)], ids=lambda r: r.name)
def test_no_other_method_is_answered(route: Route, one_of_each, acting):
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - set(route.methods):
        status = acting(one_of_each[Role.DISTRICT_CENTRE]).generic(method, route.url(), "{}").status_code
        assert status in {405, 403}, f"{method} {route.name}: {status}"


def test_a_view_without_a_row_is_refused_to_everyone(one_of_each, acting, monkeypatch):
    monkeypatch.delitem(ROUTES, "accounts:profile")
    for user in [*one_of_each.values()][:3]:
        assert acting(user).get("/accounts/profile/").status_code == 403


def test_a_posting_that_ended_yesterday_opens_nothing(one_of_each, acting):
    user = one_of_each[Role.SECURITY_ADMIN]
    client = acting(user)
    assert client.get("/accounts/staff/").status_code == 200
    Posting.objects.filter(user=user).update(ends_on="2021-01-01")
    assert client.get("/accounts/staff/").status_code == 403


def test_home_leads_every_role_to_a_page_that_it_may_open(one_of_each, acting):
    landed = {role: acting(user).get("/", follow=True) for role, user in one_of_each.items()}
    assert {role: answer.status_code for role, answer in landed.items() if answer.status_code != 200} == {}
    pages = {answer.resolver_match.view_name for answer in landed.values()}
    assert pages == {"accounts:staff", "audit:list", "appeals:worklist", "accounts:profile"}
