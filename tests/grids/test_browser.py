"""The map and the tree in a real browser."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.urls import reverse

from tests.browsing import browser as browser
from tests.browsing import expect
from tests.signing import client_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser, live_server, cast):
    """A page of the district centre's; what it logs as an error fails the test."""
    key = client_of(cast.dc).cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(
        viewport={"width": 1366, "height": 768}, base_url=live_server.url, reduced_motion="reduce"
    )
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert errors == []


def test_the_map_shows_streets_then_what_lies_in_them_and_leads_to_a_unit(page, district, squares):
    page.goto(reverse("grids:map"))
    page.wait_for_selector("#territory-map[data-level=street]")
    # Not by wait_for_function: what it asks again is an eval, which the pages forbid.
    areas = page.locator("#territory-map path.leaflet-interactive")
    expect(areas).to_have_count(2)
    page.click("text=第一街道 >> xpath=../.. >> [data-show]")
    page.evaluate("document.getElementById('territory-map').leafletMap.setZoom(12.5, {animate: false})")
    page.wait_for_selector("#territory-map[data-level=community]")
    areas.first.dispatch_event("click")
    # By the keyboard: the popup moves the map to have room, and a click may land where the link was.
    with page.expect_navigation(url="**/territory/units/*/"):
        page.press("text=打开单位页面", "Enter")


def test_the_tree_opens_branch_by_branch_and_search_answers_while_one_types(page, district):
    page.goto(reverse("grids:tree"))
    page.click("summary >> nth=0")
    page.wait_for_selector("text=第一街道1社区")
    page.click(".branch summary >> nth=0")
    page.wait_for_selector("text=第2网格")
    page.fill("#unit-q", "第二街道")
    page.wait_for_selector("#found >> text=第二街道1社区")
