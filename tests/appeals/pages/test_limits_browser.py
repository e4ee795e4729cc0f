"""The pages of extensions and shelvings in a real browser: in every look nothing overflows, and axe finds nothing.

`SHOTS=<folder>` keeps a picture of each.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from appeals import services
from tests.appeals.asking import ask_more, ask_to_lie, decide_more, decide_to_lie
from tests.browsing import browser as browser
from tests.signing import client_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Path(__file__).resolve().parents[3] / "node_modules/axe-core/axe.min.js"
LOOKS: dict[str, tuple[int, int, dict[str, str]]] = {
    "wide": (1440, 900, {}),
    "laptop-elder": (1366, 768, {"elder": "1"}),
    "wide-dark": (1440, 900, {"dark": "1"}),
    "phone": (390, 844, {}),
    "phone-dark-elder": (390, 844, {"dark": "1", "elder": "1"}),
}


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


@pytest.mark.parametrize("look", LOOKS)
def test_it_fits_and_is_accessible(browser, live_server, addresses, look) -> None:
    width, height, cookies = LOOKS[look]
    wrong: list[str] = []
    for name, who, address in addresses:
        context = browser.new_context(
            viewport={"width": width, "height": height}, base_url=live_server.url, locale="zh-CN"
        )
        session = client_of(who).cookies[settings.SESSION_COOKIE_NAME].value
        jar = {settings.SESSION_COOKIE_NAME: session, **cookies}
        context.add_cookies([{"name": k, "value": v, "url": live_server.url} for k, v in jar.items()])
        page = context.new_page()
        said: list[str] = []
        page.on("pageerror", lambda error, said=said: said.append(str(error)))
        page.goto(address)
        if folder := os.environ.get("SHOTS"):
            page.screenshot(path=f"{folder}/{look}-{name}.png", full_page=True)
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        wrong += [f"{name}: {over} px too wide"] if over > 0 else []
        page.evaluate(AXE.read_text())
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        wrong += [f"{name} {v['id']}: {n['target']}" for v in found for n in v["nodes"]]
        wrong += [f"{name}: {text}" for text in said]
        context.close()
    assert wrong == []
