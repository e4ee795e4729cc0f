"""The import of a year's notice in a real browser: pasted, looked at in every look, confirmed."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from governance.calendars.models import SpecialDay
from tests.browsing import browser as browser
from tests.browsing import follow, looked_at
from tests.calendars.test_year_import import TEXT

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_notice_is_pasted_looked_at_and_confirmed(browser: Any, cast: Any, calendar: Any) -> None:
    client = Client()
    client.force_login(User.objects.get(pk=cast.dc.user_id), backend="django.contrib.auth.backends.ModelBackend")
    server = LiveServer("127.0.0.1:0")
    context = browser.new_context(base_url=server.url, locale="zh-CN", reduced_motion="reduce")
    try:
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": server.url}])
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        wrong = []
        for name, act in (("form", _open), ("preview", _paste), ("year", _confirm)):
            act(page)
            wrong += looked_at(page, f"notice-{name}")
        assert wrong + said == []
        assert SpecialDay.objects.filter(date__year=2027).count() == 4
    finally:
        context.close()
        server.stop()


def _open(page: Any) -> None:
    page.goto("/calendars/2027/")
    follow(page, page.get_by_role("link", name="导入放假通知"))
    page.get_by_label("粘贴通知原文").wait_for()


def _paste(page: Any) -> None:
    page.get_by_label("粘贴通知原文").fill(TEXT)
    follow(page, page.get_by_role("button", name="下一步"))
    page.get_by_text("读到 4 天").wait_for()


def _confirm(page: Any) -> None:
    follow(page, page.get_by_role("button", name="确认导入 4 天"))
    page.get_by_text("已导入 4 天").wait_for()
