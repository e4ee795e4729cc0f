"""The specimen pages in a real browser: light, dark, 长辈版; wide, laptop, phone; nothing overflows, axe finds nothing.

`SHOTS=<folder>` keeps a picture of every page.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from tests import chromium

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
PAGES = ("", "form/", "detail/", "states/", "sheet/", "phone/", "public/", "missing/")
LOOKS = {
    "wide": ((1440, 900), {}),
    "laptop-elder": ((1366, 768), {"elder": "1"}),
    "wide-dark": ((1440, 900), {"dark": "1"}),
    "phone": ((390, 844), {}),
    "phone-elder": ((390, 844), {"elder": "1"}),
    "phone-dark": ((390, 844), {"dark": "1"}),
}


@pytest.fixture(scope="module")
def browser():
    path = chromium.find()
    if path is None:
        pytest.skip(chromium.HOW)
    if not (ROOT / "static/ui/app.js").exists():
        npm = ROOT / ".venv/bin/npm"
        environment = {**os.environ, "PATH": f"{npm.parent}:{os.environ['PATH']}"}
        subprocess.run([npm, "run", "build"], cwd=ROOT, env=environment, check=True, capture_output=True)
    from playwright.sync_api import sync_playwright

    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's own loop runs in this thread, which Django would otherwise take for asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        running = playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def server(specimen):
    """A server of its own: the suite's shared one has read its settings before the specimen changed them."""
    server = LiveServer("127.0.0.1:0")
    yield server
    server.stop()


@pytest.fixture
def visit(browser, server, signed_in, rows):
    """Opens pages as the signed-in person: `visit(look)` gives a page, on which every error of the page is kept."""
    contexts = []

    def open_(look: str):
        (width, height), cookies = LOOKS[look]
        context = browser.new_context(
            viewport={"width": width, "height": height}, base_url=server.url, locale="zh-CN",
            has_touch=width < 500, bypass_csp=False,
        )  # fmt: skip
        session = signed_in.cookies[settings.SESSION_COOKIE_NAME].value
        jar = {settings.SESSION_COOKIE_NAME: session, **cookies}
        context.add_cookies([{"name": k, "value": v, "url": server.url} for k, v in jar.items()])
        contexts.append(context)
        page = context.new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.said.append(str(error)))
        return page

    yield open_
    for context in contexts:
        context.close()


def picture(page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def violations(page) -> list[str]:
    """What axe finds by WCAG 2.2 AA and its own best practices."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{v['id']}: {n['target']} {n['failureSummary'][:200]}" for v in found["violations"] for n in v["nodes"]]


@pytest.mark.parametrize("look", LOOKS)
def test_the_title_of_a_row_is_never_squeezed(visit, look):
    page = visit(look)
    page.goto("/specimen/")
    widths = page.evaluate("[...document.querySelectorAll('td.grow')].map((cell) => cell.clientWidth)")
    heights = page.evaluate("[...document.querySelectorAll('tbody tr')].map((row) => row.clientHeight)")
    assert min(widths) >= 200
    assert max(heights) <= (260 if look.startswith("phone") else 50)


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_fits_and_is_accessible(visit, look):
    page = visit(look)
    wrong = []
    for path in PAGES:
        page.goto(f"/specimen/{path}")
        picture(page, f"{look}-{path.strip('/') or 'list'}")
        width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        wrong += [f"{path}: {width} px too wide"] if width > 0 else []
        wrong += [f"{path}: {violation}" for violation in violations(page)]
    said = [text for text in page.said if "404" not in text]
    assert wrong + said == []
