"""The pages of extensions and shelvings in a real browser: in every look nothing overflows, and axe finds nothing.

`SHOTS=<folder>` keeps a picture of each.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from appeals import services
from tests.appeals.asking import ask_more, ask_to_lie, decide_more, decide_to_lie
from tests.browsing import browser as browser
from tests.browsing import looked_at
from tests.signing import client_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def addresses(registered, cast, district, now) -> list[tuple[str, Any, str]]:
    """(name, who looks, address), with something to see at each."""

    def handled() -> Any:
        appeal = registered(unit_id=district.community_1.pk)
        services.dispatch(appeal_id=appeal.pk, to_unit_id=district.department_1.pk, by=cast.dc, now=now)
        return services.accept(appeal_id=appeal.pk, by=cast.ds, now=now)

    asking, extended, shelved = handled(), handled(), handled()
    ask_more(extended, cast.ds, now)
    decide_more(extended, cast.dc, now)
    until = timezone.localdate(now) + timedelta(days=90)
    for appeal in (extended, shelved):
        ask_to_lie(appeal, cast.ds, now, until)
    decide_to_lie(shelved, cast.dc, now)
    ask_more(asking, cast.ds, now)
    at = "/appeals/{}/"
    return [
        ("ask-extension", cast.ds, f"{at.format(extended.pk)}steps/ask_extension/"),
        ("ask-shelving", cast.ds, f"{at.format(asking.pk)}steps/ask_shelving/"),
        ("decide-extension", cast.dc, at.format(asking.pk)),
        ("decide-shelving", cast.dc, at.format(extended.pk)),
        ("shelved", cast.ds, at.format(shelved.pk)),
        ("reactivate", cast.ds, f"{at.format(shelved.pk)}steps/reactivate/"),
        ("list", cast.dc, "/appeals/?tab=shelved"),
        ("worklist", cast.dc, "/appeals/worklist/"),
    ]


def test_it_fits_and_is_accessible(browser, live_server, addresses) -> None:
    wrong: list[str] = []
    for name, who, address in addresses:
        context = browser.new_context(base_url=live_server.url, locale="zh-CN")
        key = client_of(who).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        page = context.new_page()
        said: list[str] = []
        page.on("pageerror", lambda error, said=said: said.append(str(error)))
        page.goto(address)
        wrong += looked_at(page, name, closely=True) + [f"{name}: {text}" for text in said]
        context.close()
    assert wrong == [], "\n".join(wrong)
