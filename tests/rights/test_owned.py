"""What belongs to a person: who made it reaches it; a colleague at the next desk, and everybody else, does not."""

from __future__ import annotations

import json

import pytest
from django.forms.models import model_to_dict

from accounts.acting import actor_from
from accounts.models import Posting
from accounts.rights import AUTHENTICATED, RIGHTS, SIGNED_IN, right_for
from governance.scope import Role
from tests.fixtures import make_posting
from tests.rights.matrix import PLACES, SUBJECTS
from tests.rights.owned import LED_BACK, MAKERS, OWNED, SHARED, Owned
from tests.rights.walk import Route, routes, status_of

ALL = {route.name: route for route in routes()}


def send(client, route: Route, method: str, pk: object) -> int:
    url = route.url(**{next(iter(dict(route.values))): pk})
    if route.pattern.startswith("api/"):
        return status_of(client.generic(method, url, json.dumps({}), content_type="application/json"))
    return status_of(client.generic(method, url, "", content_type="application/x-www-form-urlencoded"))


def has_right(role: Role, route: Route, method: str) -> bool:
    right = right_for(route.name, method)
    return right in {SIGNED_IN, AUTHENTICATED} or role in RIGHTS[right]


@pytest.mark.parametrize("kind", OWNED, ids=lambda kind: kind.name)
def test_a_strangers_thing_is_not_there(kind: Owned, one_of_each, units, acting, now):
    owner = Posting.objects.get(user=one_of_each[kind.owner])
    thing = MAKERS[kind.name](actor_from(owner, now=now), now)
    before = model_to_dict(thing)
    beside = make_posting(kind.owner, units[PLACES[kind.owner]], username="walk-beside").user
    strangers = {f"{role}": (role, user) for role, user in one_of_each.items() if role != kind.owner}
    wrong = []
    for name, (role, user) in {**strangers, "beside": (kind.owner, beside)}.items():
        client = acting(user)
        for route, method in ((ALL[name], method) for name in kind.routes for method in ALL[name].methods):
            status = send(client, route, method, thing.pk)
            expected = _expected(kind, route, method, role, is_beside=name == "beside")
            if status not in expected:
                wrong.append(f"{route.name} {method}: {name} got {status}, expected {sorted(expected)}")
    assert wrong == []
    thing.refresh_from_db()
    assert model_to_dict(thing) == before


def _expected(kind: Owned, route: Route, method: str, role: Role, *, is_beside: bool) -> set[int]:
    if not has_right(role, route, method):
        return {403}
    if role in kind.also and not is_beside:
        return {200, 302, 400, 403, 404, 409}
    return {302} if route.name in LED_BACK else {404}


@pytest.mark.parametrize("kind", OWNED, ids=lambda kind: kind.name)
def test_who_made_it_reaches_it(kind: Owned, one_of_each, acting, now):
    """One route after the other, each on a thing of its own: some of them end it."""
    user = one_of_each[kind.owner]
    actor = actor_from(Posting.objects.get(user=user), now=now)
    reached = {}
    for name in kind.routes:
        thing = MAKERS[kind.name](actor, now)
        for method in ALL[name].methods:
            reached[name, method] = send(acting(user), ALL[name], method, thing.pk)
        type(thing).objects.filter(pk=thing.pk).delete()
    # A file that there is not yet, a job that has no result: not there for the owner, either.
    unfinished = {"jobs:download", "imports:refused", "imports:progress", "appeals:export_file", "sheets:export_file",
                  "accounts:staff_import_refused", "accounts:staff_import_passwords"}  # fmt: skip
    lost = {call: s for call, s in reached.items() if s >= 500 or (s in {403, 404} and call[0] not in unfinished)}
    assert lost == {}


def test_every_route_about_an_object_is_walked_by_that_object():
    walked = {name for subject in SUBJECTS for name in subject.routes} | {n for kind in OWNED for n in kind.routes}
    about = {route.name for route in ALL.values() if route.values}
    assert about - walked - SHARED.keys() == set(), "say in matrix.py where it lies, or in owned.py whose it is"
    assert SHARED.keys() - about == set()
    assert SHARED.keys() & walked == set()
