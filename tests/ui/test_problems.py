"""Refusals leave in Chinese: as a designed page, as a form's error, as problem JSON. Nothing sent is answered 500."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from django.test import Client, RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.ui import problems

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(signed_in: Client) -> Client:
    signed_in.raise_request_exception = False
    return signed_in


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nowhere/", 404, "没有找到这个页面"),
        ("/specimen/refused/state/", 409, "工单已被办结。"),
        ("/specimen/refused/right/", 403, "只有交办单位可以撤回。"),
        ("/specimen/refused/broken/", 500, "服务暂时不可用"),
        ("/specimen/?q=%00", 400, "无法识别"),
        ("/specimen/?%00=a", 400, "无法识别"),
        ("/specimen/refused/%00/", 400, "无法识别"),
    ],
)
def test_every_refusal_is_a_page_with_a_way_on(client: Client, path, status, words):
    answer = client.get(path)
    page = answer.content.decode()
    assert answer.status_code == status
    assert words in page
    assert "回到首页" in page
    assert "Content-Security-Policy" in answer


def test_a_broken_page_offers_to_load_again(client: Client):
    assert 'href="/specimen/refused/broken/">重新加载' in client.get("/specimen/refused/broken/").content.decode()


def test_a_cookie_with_a_nul_is_refused(client: Client):
    client.cookies["sessionid"] = "a\0b"
    assert client.get("/specimen/").status_code == 400


@pytest.mark.parametrize("fields", [{"text": "a\0b"}, {"a\0b": "text"}])
def test_a_form_with_a_nul_is_refused(client: Client, fields):
    answer = client.post("/specimen/echo/", fields)
    assert (answer.status_code, "无法识别" in answer.content.decode()) == (400, True)


def test_a_form_that_is_not_utf8_is_no_error(client: Client):
    answer = client.post("/specimen/echo/", b"text=%ff%fe", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200


def test_an_expired_page_says_so(person, specimen):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person, "django.contrib.auth.backends.ModelBackend")
    answer = strict.post("/specimen/echo/", {"text": "a"})
    assert answer.status_code == 403
    assert "页面已过期" in answer.content.decode()


def test_the_last_page_stands_without_templates(monkeypatch):
    def fails(*args, **kwargs):
        raise RuntimeError("templates are gone")

    monkeypatch.setattr(problems, "answer", fails)
    answer = problems.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "服务暂时不可用" in answer.content.decode()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(max_size=8), value=st.text(max_size=30))
def test_no_text_breaks_a_page(client: Client, name, value):
    name, value = (quote(text, errors="surrogatepass") for text in (name, value))
    answer = client.get(f"/specimen/?{name}={value}&q={value}")
    assert answer.status_code in {200, 302, 400}


# The API --------------------------------------------------------------------------------------------------------------

URL = "/api/specimen/writes/"


def send(client: Client, content: object):
    body = content if isinstance(content, bytes | str) else json.dumps(content)
    return client.post(URL, body, content_type="application/json", headers={"X-User": "lijianguo0537"})


@pytest.mark.parametrize(
    ("content", "status", "code", "field"),
    [
        ({"title": "状态"}, 409, "illegal_state", ""),
        ({"title": "字段"}, 400, "invalid", "title"),
        ({}, 400, "invalid", "title"),
        ({"title": "a\0b"}, 400, "invalid", "title"),
        ('{"title": "\\ud800"}', 400, "invalid", "title"),
        ({"title": "a", "photos": [1, "x"]}, 400, "invalid", "photos.1"),
        ([1, 2], 400, "invalid", ""),
        (b'{"title": "\xff"}', 400, "malformed", ""),
        ("{", 400, "malformed", ""),
        ("[" * 5000, 400, "malformed", ""),
    ],
)
def test_every_refusal_has_one_shape(client: Client, content, status, code, field):
    answer = send(client, content)
    body = answer.json()
    assert (answer.status_code, body["code"], body["field"]) == (status, code, field)
    assert set(body) == {"code", "message", "field", "errors"}
    assert any("\u4e00" <= sign <= "\u9fff" for sign in body["message"])
    if field:
        assert body["errors"][field]


@pytest.mark.parametrize(("query", "status", "code"), [("kind=404", 404, "not_found"), ("kind=raw", 400, "malformed")])
def test_what_a_view_lets_through_is_answered(client: Client, query, status, code):
    answer = client.get(f"{URL}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_address_that_is_none_is_told_in_json(client: Client):
    answer = client.get("/api/nowhere/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_method_that_is_none_is_told(client: Client):
    answer = client.delete(URL)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
