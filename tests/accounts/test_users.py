"""Users, passwords, sessions and tokens: written by the security office or by oneself, and put into the record."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts import passwords, services
from accounts.models import ApiToken, PasswordHistory, User, UserSession
from accounts.passwords import PolicyValidator
from accounts.services import NewPosting
from governance import privacy
from governance.audit.models import Entry
from governance.errors import IllegalState, InvalidInput, NotAllowed
from governance.privacy.registry import columns, unknown_columns
from governance.scope import Role
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def _add(cast, district, now, **more):
    values = {
        "username": "wangfang",
        "name": "王芳",
        "phone": "138 1234 4080",
        "postings": [NewPosting(district.community_1.pk, Role.COMMUNITY_WORKER, now.date())],
    }
    return services.add_user(**{**values, **more}, by=cast.se, now=now)


def test_a_new_user_has_a_posting_a_sealed_phone_and_a_password_to_change(cast, district, now):
    user, password = _add(cast, district, now)
    user.refresh_from_db()
    assert user.check_password(password)
    assert (user.must_change_password, user.initials, user.phone_masked) == (True, "WF", "138****4080")
    assert "13812344080" not in user.phone_sealed
    assert privacy.open_sealed(user.phone_sealed, context="user.phone:wangfang") == "13812344080"
    assert User.objects.visible_to(cast.se).search("13812344080").get() == user
    assert User.objects.search("wf").get() == user
    assert user.postings.get().unit_id == district.community_1.pk
    assert {"account.add", "posting.grant"} <= set(Entry.objects.values_list("action", flat=True))


@pytest.mark.parametrize(
    ("field", "value"),
    [("username", "王芳"), ("username", "a"), ("username", "1abc"), ("name", "王"), ("name", "<b>"), ("phone", "123")],
)
def test_what_is_wrong_is_said_at_its_field(cast, district, now, field, value):
    with pytest.raises(InvalidInput) as refusal:
        _add(cast, district, now, **{field: value})
    assert refusal.value.field == field
    assert not User.objects.filter(name="王芳").exists()


def test_an_account_is_taken_whatever_its_case(cast, district, now):
    _add(cast, district, now)
    with pytest.raises(InvalidInput, match="已被使用"):
        _add(cast, district, now, username="WangFang", name="王方")


@pytest.mark.parametrize("who", ["dc", "au", "sy", "cs"])
def test_only_the_security_office_adds_changes_and_disables(cast, district, now, who):
    by = getattr(cast, who)
    for call in (
        lambda: services.add_user(username="wangfang", name="王芳", by=by, now=now),
        lambda: services.change_user(user_id=cast.cw.user_id, name="王芳", phone=None, by=by, now=now),
        lambda: services.disable(user_id=cast.cw.user_id, reason="x", by=by, now=now),
        lambda: services.reset_password(user_id=cast.cw.user_id, by=by, now=now),
        lambda: services.unlock(user_id=cast.cw.user_id, by=by, now=now),
        lambda: services.end_all_sessions(user_id=cast.cw.user_id, by=by, now=now),
    ):
        with pytest.raises(NotAllowed):
            call()


def test_a_change_is_recorded_without_the_number(cast, district, now):
    user, _ = _add(cast, district, now)
    services.change_user(user_id=user.pk, name="王芳芳", phone="13912345080", by=cast.se, now=now)
    entry = Entry.objects.get(action="account.change")
    assert (entry.before["name"], entry.after["phone"]) == ("王芳", "139****5080")
    services.change_user(user_id=user.pk, name="王芳芳", phone=None, by=cast.se, now=now)
    assert Entry.objects.filter(action="account.change").count() == 1


def test_a_disabled_user_is_out_at_once_and_back_when_enabled(cast, now, sign_in):
    client = sign_in(cast.cw)
    services.disable(user_id=cast.cw.user_id, reason="离职", by=cast.se, now=now)
    assert client.get("/accounts/profile/").status_code == 302
    with pytest.raises(IllegalState):
        services.disable(user_id=cast.cw.user_id, reason="离职", by=cast.se, now=now)
    services.enable(user_id=cast.cw.user_id, by=cast.se, now=now)
    assert sign_in(cast.cw).get("/accounts/profile/").status_code == 200


def test_unlocking_ends_the_lock_out(cast, now, with_password, client):
    user = with_password(cast.cw)
    for _ in range(5):
        client.post("/accounts/sign-in/", {"username": user.username, "password": "wrong"})
    assert services.unlock(user_id=user.pk, by=cast.se, now=now) > 0
    assert not AccessAttempt.objects.exists()
    answer = client.post("/accounts/sign-in/", {"username": user.username, "password": PASSWORD})
    assert answer.status_code == 302


class TestPasswords:
    @pytest.mark.parametrize(
        ("password", "says"),
        [
            ("Ab1-", "至少 10 位"),
            ("abcdefghijk1", "至少 3 类"),
            ("Cw-990001001001-x", "不能包含账号"),
            ("Xx-王小芳-2026", "不能包含姓名"),
        ],
    )
    def test_a_weak_one_is_refused_with_what_is_wrong(self, cast, password, says):
        user = User(username="cw-990001001001", name="王小芳")
        with pytest.raises(ValidationError) as refusal:
            PolicyValidator().validate(password, user)
        assert says in "".join(refusal.value.messages)

    def test_a_made_one_fits_the_rules(self):
        made = {passwords.temporary() for _ in range(200)}
        assert len(made) == 200
        for password in made:
            PolicyValidator().validate(password)

    def test_none_of_the_last_five_comes_back_and_the_sixth_may(self, cast, now, with_password):
        user = with_password(cast.cw, "Zui-Chu-2026-0")
        present = "Zui-Chu-2026-0"
        for n in range(1, 6):
            with pytest.raises(InvalidInput, match="最近 5 次"):
                _change(cast.cw, present, "Zui-Chu-2026-0", now)
            _change(cast.cw, present, f"Zui-Chu-2026-{n}", now)
            present = f"Zui-Chu-2026-{n}"
        _change(cast.cw, present, "Zui-Chu-2026-0", now)
        assert PasswordHistory.objects.filter(user=user).count() == 5

    def test_the_present_password_is_asked_for(self, cast, now, with_password):
        with_password(cast.cw)
        with pytest.raises(InvalidInput) as refusal:
            _change(cast.cw, "wrong", "Qi-Ta-Mi-Ma-2026", now)
        assert refusal.value.field == "old"

    def test_changing_it_keeps_this_browser_and_ends_the_others(self, cast, sign_in):
        here, there = sign_in(cast.cw), Client()
        user = User.objects.get(pk=cast.cw.user_id)
        there.post("/accounts/sign-in/", {"username": user.username, "password": PASSWORD})
        key = here.session.session_key
        form = {"old": PASSWORD, "new": "Qi-Ta-Mi-Ma-2026", "again": "Qi-Ta-Mi-Ma-2026"}
        assert here.post("/accounts/password/", form)["Location"] == "/"
        assert here.get("/accounts/profile/").status_code == 200
        assert here.session.session_key != key
        assert there.get("/accounts/profile/").status_code == 302
        assert list(UserSession.objects.filter(ended_at=None).values_list("session_key", flat=True)) == [
            here.session.session_key
        ]

    def test_a_form_with_faults_says_them_and_changes_nothing(self, cast, sign_in):
        client = sign_in(cast.cw)
        for form in (
            {"old": PASSWORD, "new": "kurz", "again": "kurz"},
            {"old": PASSWORD, "new": "Qi-Ta-Mi-Ma-2026", "again": "anders"},
            {"old": "wrong", "new": "Qi-Ta-Mi-Ma-2026", "again": "Qi-Ta-Mi-Ma-2026"},
        ):
            assert client.post("/accounts/password/", form).status_code == 400
        assert User.objects.get(pk=cast.cw.user_id).check_password(PASSWORD)

    def test_a_reset_gives_a_temporary_one_and_ends_all_sessions(self, cast, now, sign_in):
        client = sign_in(cast.cw)
        password = services.reset_password(user_id=cast.cw.user_id, by=cast.se, now=now)
        assert client.get("/accounts/profile/").status_code == 302
        user = User.objects.get(pk=cast.cw.user_id)
        assert user.must_change_password
        assert user.check_password(password)
        with pytest.raises(NotAllowed):
            services.reset_password(user_id=cast.se.user_id, by=cast.se, now=now)


def _change(actor, old, new, now):
    return services.change_password(user_id=actor.user_id, old=old, new=new, by=actor, now=now)


def test_a_person_sees_and_ends_their_own_sessions_only(cast, sign_in):
    mine, other = sign_in(cast.cw, "laptop"), sign_in(cast.cs)
    phone = Client(headers={"user-agent": "phone"})
    user = User.objects.get(pk=cast.cw.user_id)
    phone.post("/accounts/sign-in/", {"username": user.username, "password": PASSWORD})
    page = mine.get("/accounts/profile/").content.decode()
    assert "laptop" in page
    assert "phone" in page
    foreign = UserSession.objects.get(session_key=other.session.session_key)
    mine.post(f"/accounts/sessions/{foreign.pk}/end/")
    assert other.get("/accounts/profile/").status_code == 200
    mine.post("/accounts/sessions/end/")
    assert phone.get("/accounts/profile/").status_code == 302
    assert mine.get("/accounts/profile/").status_code == 200


def test_forced_sign_out_reaches_every_browser(cast, now, sign_in):
    clients = [sign_in(cast.cw), sign_in(cast.cw)]
    assert services.end_all_sessions(user_id=cast.cw.user_id, by=cast.se, now=now) == 2
    assert [c.get("/accounts/profile/").status_code for c in clients] == [302, 302]
    assert Entry.objects.get(action="session.end_all").after["count"] == 2


class TestTokens:
    @pytest.fixture
    def issued(self, cast, now):
        return services.issue_token(
            user_id=cast.dc.user_id,
            posting_id=cast.dc.posting_id,
            name="市热线接口",
            expires_at=timezone.now() + timedelta(days=30),
            by=cast.se,
            now=timezone.now(),
        )

    @staticmethod
    def _status(value: str, now=None) -> int:
        from rest_framework.exceptions import AuthenticationFailed
        from rest_framework.test import APIRequestFactory
        from rest_framework.views import APIView

        from accounts.api.authentication import TokenAuthentication

        request = APIView().initialize_request(APIRequestFactory().get("/", HTTP_AUTHORIZATION=value))
        try:
            found = TokenAuthentication().authenticate(request)
        except AuthenticationFailed:
            return 401
        return 200 if found else 0

    def test_it_acts_as_its_posting_and_only_its_hash_is_kept(self, issued):
        _, value = issued
        assert value not in str(ApiToken.objects.values().get())
        assert self._status(f"Token {value}") == 200
        assert ApiToken.objects.get().last_used_at is not None
        assert Entry.objects.get(action="token.issue").after["name"] == "市热线接口"

    def test_use_is_noted_once_a_minute_at_most(self, issued):
        self._status(f"Token {issued[1]}")
        first = ApiToken.objects.get().last_used_at
        self._status(f"Token {issued[1]}")
        assert ApiToken.objects.get().last_used_at == first
        ApiToken.objects.update(last_used_at=first - timedelta(seconds=61))
        self._status(f"Token {issued[1]}")
        assert ApiToken.objects.get().last_used_at > first

    @pytest.mark.parametrize("header", ["Token wrong", "Token ", "Token " + "x" * 5000, "Token \xff"])
    def test_a_wrong_one_opens_nothing(self, issued, header):
        assert self._status(header) == 401

    def test_other_headers_are_none_of_its_business(self, issued):
        assert self._status("Basic abc") == 0

    def test_it_ends_when_revoked_when_its_posting_ends_when_its_user_is_disabled_and_in_time(self, issued, cast):
        _, value = issued
        now = timezone.now()
        for ending, mending in (
            ({"revoked_at": now}, {"revoked_at": None}),
            ({"expires_at": now - timedelta(seconds=1)}, {"expires_at": now + timedelta(days=1)}),
        ):
            ApiToken.objects.update(**ending)
            assert self._status(f"Token {value}") == 401
            ApiToken.objects.update(**mending)
        assert self._status(f"Token {value}") == 200
        services.end_posting(posting_id=cast.dc.posting_id, last_day=None, by=cast.se, now=now)
        assert self._status(f"Token {value}") == 401

    def test_a_disabled_users_token_opens_nothing(self, issued, cast):
        services.disable(user_id=cast.dc.user_id, reason="x", by=cast.se, now=timezone.now())
        assert self._status(f"Token {issued[1]}") == 401

    def test_what_is_wrong_is_said(self, cast, now):
        def refused(**change) -> str:
            values = {
                "user_id": cast.dc.user_id,
                "posting_id": cast.dc.posting_id,
                "name": "x",
                "expires_at": now + timedelta(days=1),
                **change,
            }
            with pytest.raises(InvalidInput) as refusal:
                services.issue_token(**values, by=cast.se, now=now)
            return refusal.value.field

        assert refused(name=" ") == "name"
        assert refused(posting_id=cast.cw.posting_id) == "posting"
        assert refused(expires_at=now) == "expires_at"
        assert refused(expires_at=now + timedelta(days=400)) == "expires_at"

    def test_revoking_twice_is_refused(self, issued, cast, now):
        token, _ = issued
        services.revoke_token(token_id=token.pk, user_id=cast.dc.user_id, by=cast.se, now=now)
        with pytest.raises(IllegalState):
            services.revoke_token(token_id=token.pk, user_id=cast.dc.user_id, by=cast.se, now=now)

    def test_over_the_wire(self, issued, cast, client):
        me = client.get("/api/v1/me/", headers={"authorization": f"Token {issued[1]}"})
        assert (me.status_code, me.json()["posting_id"], me.json()["role"]) == (200, cast.dc.posting_id, "DC")
        for header in ({}, {"authorization": "Token wrong"}):
            refused = client.get("/api/v1/me/", headers=header)
            assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Token")


def test_all_that_is_sealed_can_be_sealed_anew_under_a_new_key():
    assert not [name for name in unknown_columns() if name.startswith("accounts.")]
    assert {str(column) for column in columns()} >= {"accounts.User.phone_sealed", "accounts.StaffImport.rows_sealed"}
