"""The public pages in a real browser: nothing overflows, axe finds nothing, no script is needed."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from pytest_django.live_server_helper import LiveServer

from tests.browsing import browser as browser
from tests.browsing import follow, picture, too_wide, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = {
    "wide": (1440, 900, {}),
    "laptop-elder": (1366, 768, {"elder": "1"}),
    "phone-dark": (390, 844, {"dark": "1"}),
    "phone-elder": (390, 844, {"elder": "1"}),
}


@pytest.mark.parametrize("look", LOOKS)
def test_from_the_code_to_the_reply(look, resolved, browser):
    cache.clear()
    server = LiveServer("127.0.0.1:0")
    width, height, cookies = LOOKS[look]
    context = browser.new_context(
        viewport={"width": width, "height": height}, base_url=server.url, reduced_motion="reduce", bypass_csp=True,
        java_script_enabled=True,
    )  # fmt: skip
    context.add_cookies([{"name": k, "value": v, "url": server.url} for k, v in cookies.items()])
    page, wrong = context.new_page(), []
    page.goto("/progress/")
    wrong += _looked_at(page, f"{look}-ask")
    page.fill("#id_number", resolved.number)
    page.fill("#id_code", resolved.query_code)
    follow(page, "button:has-text('查询')")
    page.wait_for_url("**/progress/show/")
    wrong += _looked_at(page, f"{look}-show")
    page.fill("#id_words", "电梯昨天又停了两次，没有修好。")
    follow(page, "text=没有解决，请重新办理")
    page.wait_for_selector("text=已收到您“没有解决”的反馈")
    wrong += _looked_at(page, f"{look}-objected")
    context.close()
    server.stop()
    assert wrong == []


def _looked_at(page, name: str) -> list[str]:
    picture(page, f"public-{name}")
    return [f"{name}: {text}" for text in too_wide(page) + violations(page)]
