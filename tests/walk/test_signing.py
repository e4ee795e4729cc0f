"""Signing in, switching the posting, signing out: they read a request, and so are called apart."""

from __future__ import annotations

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.test import RequestFactory

from accounts import sessions
from accounts.models import UserSession
from governance.audit.models import Entry
from governance.errors import NotAllowed
from governance.scope import Actor
from tests.walk.database import changed, fingerprint, undone
from tests.walk.sampling import WALKED, World
from tests.walk.test_rights import ONE_OF_EACH, PEOPLE

pytestmark = pytest.mark.django_db

_BEGUN = {"accounts_user", "accounts_usersession", "audit_entry", "django_session"}


def _request(world: World, person: str) -> HttpRequest:
    request = RequestFactory().post("/")
    request.session, request.user = SessionStore(), world.user(person)
    return request


def _signed_in(world: World, person: str) -> HttpRequest:
    request = _request(world, person)
    sessions.begin(request, world.user(person), by=world.actor(person), now=WALKED)
    return request


def _row() -> tuple[str, str, int, int, int]:
    entry = Entry.objects.order_by("-pk")[0]
    return entry.action, entry.subject_type, entry.subject_id, entry.user_id, entry.posting_id


def _row_of(action: str, by: Actor) -> tuple[str, str, int, int, int]:
    return action, "user", by.user_id, by.user_id, by.posting_id


@pytest.mark.parametrize("person", ONE_OF_EACH)
def test_signing_in_and_out(world: World, person: str) -> None:
    with undone():
        by, before, entries = world.actor(person), fingerprint(), Entry.objects.count()
        request = _signed_in(world, person)
        assert set(changed(before, fingerprint())) == _BEGUN
        assert (Entry.objects.count() - entries, _row()) == (1, _row_of("session.begin", by))
        assert UserSession.objects.get().ended_at is None
        before = fingerprint()
        sessions.end_current(request, by=by, now=WALKED)
        assert set(changed(before, fingerprint())) == {"accounts_usersession", "audit_entry", "django_session"}
        assert (Entry.objects.count() - entries, _row()) == (2, _row_of("session.leave", by))
        assert UserSession.objects.get().ended_at == WALKED


@pytest.mark.parametrize("person", ONE_OF_EACH)
def test_one_acts_as_ones_own_postings_alone(world: World, person: str) -> None:
    with undone():
        by, request = world.actor(person), _signed_in(world, person)
        before, entries = fingerprint(), Entry.objects.count()
        for other in PEOPLE:
            if other != person:
                with pytest.raises(NotAllowed):
                    sessions.act_as(request, world.posting(other), by=by, now=WALKED)
        assert changed(before, fingerprint()) == []
        assert sessions.POSTING not in request.session
        sessions.act_as(request, world.posting(person), by=by, now=WALKED)
        assert set(changed(before, fingerprint())) == {"accounts_usersession", "audit_entry"}
        assert (Entry.objects.count() - entries, _row()) == (1, _row_of("session.act_as", by))
        assert UserSession.objects.get().posting_id == by.posting_id
