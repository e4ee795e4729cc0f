"""Signing in: what opens the door, what does not, and what the record keeps of it."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import demo, lockout
from accounts.models import Posting, User, UserSession
from governance import demo as loading
from governance.audit.models import Entry
from governance.scope import Role
from tests.accounts.conftest import PASSWORD
from tests.fixtures import make_posting

SIGN_IN = "/accounts/sign-in/"


def _try(client, username, password, **extra):
    return client.post(SIGN_IN, {"username": username, "password": password, **extra})


def test_the_right_password_leads_home_and_is_recorded(client, cast, with_password):
    user = with_password(cast.se)
    answer = _try(client, user.username, PASSWORD)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    entry = Entry.objects.get(action="session.begin")
    assert (entry.subject_id, entry.role, entry.ip) == (user.pk, "SE", "127.0.0.1")


@pytest.mark.parametrize("typed", ["  {} ", "{}"])
def test_an_account_is_found_without_regard_to_case_and_width(client, cast, with_password, typed):
    user = with_password(cast.se)
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in user.username.upper())
    assert _try(client, typed.format(wide), PASSWORD).status_code == 302


def test_a_wrong_password_an_unknown_account_and_a_disabled_one_get_the_same_words(cast, with_password):
    disabled = with_password(cast.cw)
    disabled.is_active = False
    disabled.save(update_fields=["is_active"])
    known = with_password(cast.se)
    pages = [
        _try(Client(), name, word).context["form"].non_field_errors()
        for name, word in ((known.username, "wrong"), ("nobody", "wrong"), (disabled.username, PASSWORD))
    ]
    assert pages[0] == pages[1] == pages[2]


def test_five_failures_lock_the_account_and_the_page_says_until_when(client, cast, with_password):
    user = with_password(cast.se)
    for _ in range(4):
        assert _try(client, user.username, "wrong").status_code == 400
    locked = _try(client, user.username.upper(), "wrong")
    assert locked.status_code == 429
    until = timezone.localtime(AccessAttempt.objects.get().attempt_time + timedelta(minutes=30))
    assert f"{until:%H:%M}" in locked.content.decode()
    assert 1700 < int(locked["Retry-After"]) <= 1800
    assert _try(client, user.username, PASSWORD).status_code == 429
    assert lockout.is_locked(user.username, now=timezone.now())
    assert not lockout.is_locked(user.username, now=timezone.now() + timedelta(minutes=31))
    entries = Entry.objects.filter(action="account.locked_out", subject_id=user.pk)
    assert entries.exists()


def test_an_unknown_account_is_locked_like_any_other(client, db):
    answers = [_try(client, "nobody", "wrong") for _ in range(5)]
    assert [a.status_code for a in answers] == [400] * 4 + [429]


def test_signing_in_gives_the_session_a_new_key(client, cast, with_password):
    user = with_password(cast.se)
    session = client.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key
    _try(client, user.username, PASSWORD)
    assert client.session.session_key != planted
    assert "planted" not in client.session


@pytest.mark.parametrize(
    ("asked", "leads"),
    [("/accounts/profile/", "/accounts/profile/"), ("https://evil.example/", "/"), ("//evil.example/", "/")],
)
def test_it_leads_back_to_where_one_was_going_but_never_to_another_site(client, cast, with_password, asked, leads):
    user = with_password(cast.se)
    assert _try(client, user.username, PASSWORD, next=asked)["Location"] == leads


def test_who_is_not_signed_in_is_sent_to_the_sign_in_page_with_the_way_back(client, db):
    answer = client.get("/accounts/staff/?tab=all")
    assert answer["Location"] == "/accounts/sign-in/?next=%2Faccounts%2Fstaff%2F%3Ftab%3Dall"
    assert client.get("/accounts/staff/", headers={"hx-request": "true"})["HX-Redirect"].startswith(SIGN_IN)


def test_signing_out_ends_the_session(cast, sign_in):
    client = sign_in(cast.se)
    key = client.session.session_key
    assert client.post("/accounts/sign-out/")["Location"] == SIGN_IN
    assert UserSession.objects.get(session_key=key).ended_at is not None
    assert client.get("/accounts/profile/").status_code == 302
    assert client.get("/accounts/sign-out/").status_code == 405


def test_an_idle_session_ends(cast, sign_in, settings):
    client = sign_in(cast.se)
    session = client.session
    session["seen"] = int((timezone.now() - timedelta(seconds=settings.SESSION_IDLE_SECONDS + 1)).timestamp())
    session.save()
    assert client.get("/accounts/profile/").status_code == 302


def test_a_temporary_password_must_be_changed_before_anything_else(cast, sign_in):
    client = sign_in(cast.se)
    User.objects.filter(pk=cast.se.user_id).update(must_change_password=True)
    assert client.get("/accounts/staff/")["Location"] == "/accounts/password/"
    assert client.get("/api/v1/units/").status_code in {403, 404}
    assert "初始或临时密码" in client.get("/accounts/password/").content.decode()


def test_an_old_password_must_be_changed(cast, sign_in, settings):
    client = sign_in(cast.se)
    settings.PASSWORD_VALID_DAYS = 90
    User.objects.filter(pk=cast.se.user_id).update(password_set_at=timezone.now() - timedelta(days=91))
    assert client.get("/accounts/staff/")["Location"] == "/accounts/password/"
    assert "超过有效期" in client.get("/accounts/password/").content.decode()


def test_without_a_posting_in_force_there_is_nothing_to_see_but_whom_to_ask(cast, sign_in):
    client = sign_in(cast.se)
    Posting.objects.filter(pk=cast.se.posting_id).update(ends_on=timezone.localdate() - timedelta(days=1))
    answer = client.get("/accounts/staff/")
    assert answer.status_code == 403
    assert "安全管理员" in answer.content.decode()
    assert client.get("/accounts/profile/").status_code == 200


def test_a_person_with_two_postings_chooses_and_the_choice_stays(cast, district, sign_in):
    second = Posting.objects.create(
        user_id=cast.cw.user_id, unit=district.street_1, role=Role.STREET_STAFF, starts_on="2021-01-01"
    )
    client = sign_in(cast.cw)
    assert client.get("/accounts/profile/").wsgi_request.actor.posting_id == cast.cw.posting_id
    client.post("/accounts/act-as/", {"posting": second.pk})
    actor = client.get("/accounts/profile/").wsgi_request.actor
    assert (actor.role, actor.unit_id, actor.street_id) == (
        Role.STREET_STAFF,
        district.street_1.pk,
        district.street_1.pk,
    )
    Posting.objects.filter(pk=second.pk).update(ends_on="2021-02-01")
    assert client.get("/accounts/profile/").wsgi_request.actor.posting_id == cast.cw.posting_id


@pytest.mark.parametrize("posting", ["", "x", "999999999999999999999", "-1"])
def test_a_posting_of_somebody_else_cannot_be_acted_as(cast, sign_in, posting):
    client = sign_in(cast.cw)
    assert client.post("/accounts/act-as/", {"posting": posting}).status_code == 403
    assert client.post("/accounts/act-as/", {"posting": cast.dc.posting_id}).status_code == 403


def test_a_request_reads_session_user_and_postings_and_nothing_else(cast, sign_in, django_assert_num_queries):
    client = sign_in(cast.cw)
    with django_assert_num_queries(3):
        client.get("/accounts/act-as/")


def test_a_demo_installation_lists_its_accounts_and_fills_them_in(client, district, settings):
    make_posting(Role.SECURITY_ADMIN, district.district, username=demo.USERNAMES[Role.SECURITY_ADMIN])
    assert demo.PASSWORD not in client.get(SIGN_IN).content.decode()
    assert demo.PASSWORD not in client.get(SIGN_IN, {"demo": "SE"}).content.decode()
    settings.DEMO = True
    page = client.get(SIGN_IN).content.decode()
    assert demo.PASSWORD in page
    assert demo.USERNAMES[Role.SECURITY_ADMIN] in page
    assert demo.USERNAMES[Role.AUDITOR] not in page
    filled = client.get(SIGN_IN, {"demo": "SE"}).content.decode()
    assert f'value="{demo.PASSWORD}"' in filled


def test_what_was_typed_as_password_is_never_sent_back(client, db):
    assert "geheim-passwort" not in _try(client, "nobody", "geheim-passwort").content.decode()


def test_a_demo_installation_says_what_is_still_being_loaded(client, district, settings):
    make_posting(Role.SECURITY_ADMIN, district.district, username=demo.USERNAMES[Role.SECURITY_ADMIN])
    loading.tell_loading("居民 1,000 人")
    assert "居民 1,000 人" not in client.get(SIGN_IN).content.decode()
    settings.DEMO = True
    with CaptureQueriesContext(connection) as told:
        assert "演示数据还在载入：居民 1,000 人" in client.get(SIGN_IN).content.decode()
    loading.tell_loading("")
    with CaptureQueriesContext(connection) as quiet:
        assert "还在载入" not in client.get(SIGN_IN).content.decode()
    assert len(told) == len(quiet)
