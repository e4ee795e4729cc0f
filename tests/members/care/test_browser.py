"""The pages of special care in a real browser: nothing overflows, axe finds nothing. SHOTS=<folder> keeps pictures."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from governance.scope import Actor
from members.models import CareRecord
from tests.browsing import browser as browser
from tests.browsing import looked_at
from tests.pages.test_every_page import _client

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def now():
    """Pages read the real clock."""
    return timezone.now() - timedelta(days=2)


def look(browser: Any, actor: Actor, pages: dict[str, str]) -> list[str]:
    server = LiveServer("127.0.0.1:0")
    context = browser.new_context(base_url=server.url, locale="zh-CN", reduced_motion="reduce")
    session = _client(User.objects.get(pk=actor.user_id)).cookies[django_settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": server.url}])
    page, wrong = context.new_page(), []
    page.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
    for name, url in pages.items():
        page.goto(url)
        wrong += looked_at(page, name)
    context.close()
    server.stop()
    return wrong


def test_every_page_fits_and_is_accessible(listed, person, visit, browser, cast, kind) -> None:
    record = listed(person("李秀兰", phone="13812345678"), words="高血压，提醒按时服药；腿脚不便，敲门后多等一会儿")
    visit(record, days=1, found="help", words="卫生间漏水，想请人修")
    other = listed(person("王建国"), code="illness", visitor_id=cast.cw.user_id)
    CareRecord.objects.filter(pk=record.pk).update(due_at=timezone.now() - timedelta(days=3), card="red")
    CareRecord.objects.filter(pk=other.pk).update(due_at=timezone.now() + timedelta(hours=1), card="yellow")
    worker = {
        "care-list": "/people/care/", "care-record": f"/people/care/{record.pk}/",
        "care-add": f"/people/care/persons/{record.person_id}/add/",
        "care-change": f"/people/care/{record.pk}/change/", "care-pause": f"/people/care/{record.pk}/pause/",
        "care-end": f"/people/care/{record.pk}/end/", "care-person": f"/people/{record.person_id}/",
        "care-figures": "/people/care/figures/", "care-turns": "/people/care/turns/",
    }  # fmt: skip
    grid = {"care-today": "/people/care/today/", "care-visit": f"/people/care/{record.pk}/visit/"}
    centre = {
        "care-kinds": "/people/care/kinds/", "care-kind": f"/people/care/kinds/{kind('alone').pk}/",
        "care-figures-district": "/people/care/figures/", "care-policies": "/deadlines/policies/",
    }  # fmt: skip
    found = look(browser, cast.cw, worker) + look(browser, cast.gw, grid) + look(browser, cast.dc, centre)
    assert found == [], "\n".join(found)
