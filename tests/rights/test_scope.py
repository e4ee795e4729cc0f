"""Every route that names an object × every role × own unit, other unit, above, below: outside the scope it is 404."""

import json
from typing import Any

import pytest

from accounts.rights import RIGHTS, ROUTES, SIGNED_IN, right_for
from governance.scope import Role
from tests.rights.matrix import API_BODIES, API_BODY, OTHERWISE, SUBJECTS, Subject
from tests.rights.walk import Route, routes, status_of

ALL = {route.name: route for route in routes()}
NOT_SEEN = {"below": ("grid_1", False)}


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_a_role_reaches_what_lies_in_its_scope_and_nothing_else(subject: Subject, one_of_each, acting, sample):
    wrong = []
    for role, user in one_of_each.items():
        client = acting(user)
        for relation, (place, is_seen) in subject.seen.get(role, NOT_SEEN).items():
            thing = sample(subject.name, place)
            for route, method in _calls(subject):
                status = status_of(client.generic(method, _url(route, subject, thing), **_body(route)))
                if status not in (expected := _expected(subject, route, role, method, is_seen)):
                    wrong.append(f"{route.name}: {role} {relation} {method}: {status}, expected {sorted(expected)}")
    assert wrong == []


def _calls(subject: Subject) -> list[tuple[Route, str]]:
    return [(ALL[name], method) for name in subject.routes for method in ALL[name].methods]


def _url(route: Route, subject: Subject, thing: Any) -> str:
    more = {name: getattr(thing, attribute) for name, attribute in subject.more.items()}
    return route.url(**{_key(route, subject): thing.pk, **more, **subject.values.get(route.name, {})})


def _key(route: Route, subject: Subject) -> str:
    return subject.key if subject.key in dict(route.values) else next(iter(dict(route.values)))


def _body(route: Route) -> dict[str, str]:
    if route.pattern.startswith("api/"):
        return {"data": json.dumps(API_BODY | API_BODIES.get(route.name, {})), "content_type": "application/json"}
    return {"data": "", "content_type": "application/x-www-form-urlencoded"}


_ANSWERED = frozenset({200, 201, 204, 302, 400, 403, 409})


def _expected(subject: Subject, route: Route, role: Role, method: str, is_seen: bool) -> frozenset[int]:
    if not _has_right(role, route.name, method):
        return frozenset({403})
    if (route.name, method) in OTHERWISE:
        return OTHERWISE[route.name, method][0]
    if not is_seen:
        return frozenset({404})
    return frozenset({200}) if method == "GET" and route.name in subject.pages else _ANSWERED


def _has_right(role: Role, name: str, method: str) -> bool:
    right = right_for(name, method)
    return right == SIGNED_IN or role in RIGHTS[right]


def test_every_subject_names_routes_that_exist():
    named = {name for subject in SUBJECTS for name in subject.routes}
    assert named - ROUTES.keys() == set()
