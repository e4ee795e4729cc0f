"""What a person keeps of the interface, and what is counted of failed sign-ins, holds nobody's number."""

from __future__ import annotations

import pytest
from axes.models import AccessAttempt
from django.test import RequestFactory

from accounts import lockout
from governance.errors import InvalidInput
from governance.ui import services
from governance.ui.bulk import address_of
from governance.ui.models import SavedView
from tests.members.conftest import identity_number

PHONE, IDENTITY = "13812344080", identity_number("19800101", 123)


@pytest.mark.parametrize("query", [f"q={PHONE}", f"q={IDENTITY}", "q=138%201234%204080", f"tab=x&place=1&name={PHONE}"])
def test_a_view_with_a_number_is_not_kept(db, query):
    with pytest.raises(InvalidInput, match="不能保存手机号"):
        services.save_view(user_id=1, page="persons", name="我的", query=query)
    assert not SavedView.objects.exists()


def test_another_view_is(db):
    services.save_view(user_id=1, page="persons", name="我的", query="q=MH20261123-0001&tab=here")
    assert SavedView.objects.get().query == "q=MH20261123-0001&tab=here"


def test_columns_are_no_numbers(db):
    with pytest.raises(InvalidInput):
        services.choose_columns(user_id=1, page=PHONE, columns=["name"])


@pytest.mark.parametrize("typed", [PHONE, IDENTITY, IDENTITY.lower(), " 138 1234 4080 "])
def test_a_number_typed_as_an_account_is_counted_by_its_hash(client, db, typed):
    for _ in range(4):
        client.post("/accounts/sign-in/", {"username": typed, "password": "wrong"})
    attempt = AccessAttempt.objects.get()
    assert attempt.username.startswith("number-")
    assert attempt.failures_since_start == 4
    assert PHONE not in f"{attempt.get_data}{attempt.post_data}"
    assert client.post("/accounts/sign-in/", {"username": typed, "password": "wrong"}).status_code == 429


def test_an_account_is_counted_by_its_name():
    assert lockout.username_of(RequestFactory().post("/", {"username": " WangFang "}), None) == "wangfang"


def test_the_way_back_to_a_list_has_no_number_in_it():
    request = RequestFactory().get(f"/appeals/?tab=all&q={PHONE}")
    assert PHONE not in address_of(request)
    assert address_of(request).startswith("/appeals/?tab=all&person=phone-")
    plain = RequestFactory().get("/appeals/?q=电梯")
    assert address_of(plain) == plain.get_full_path()
