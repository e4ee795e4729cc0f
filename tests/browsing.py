"""A real Chromium for the tests of pages: import `browser` as a fixture.

A click returns before what it leads to has arrived. `follow` waits for another document; for what a part of the page
is exchanged for there is `expect`, which asks again until it is so. A count, a text or an address that is read at once
says what was there before.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests import chromium

__all__ = ["COLOURS", "LOOKS", "browser", "expect", "follow", "looked_at", "picture", "too_wide", "violations"]

AXE = Path(__file__).resolve().parents[1] / "node_modules/axe-core/axe.min.js"
# As patient as everything else that waits for a page: a busy machine is no failure.
expect.set_options(timeout=30_000)

# Width, height, dark, 长辈版; and which of axe's rules look: all, those of colour, or none.
ALL, COLOURS, NONE = None, ("color-contrast", "link-in-text-block"), ()
# What larger letters can change.
LARGER = (*COLOURS, "scrollable-region-focusable")
LOOKS: dict[str, tuple[int, int, bool, bool, tuple[str, ...] | None]] = {
    "wide": (1440, 900, False, False, ALL),
    # In the dark nothing but colours is another.
    "wide-dark": (1440, 900, True, False, COLOURS),
    "laptop-elder": (1366, 768, False, True, NONE),
    "phone": (390, 844, False, False, ALL),
    "phone-dark-elder": (390, 844, True, True, NONE),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, one a module, or a skip that says how to get it."""
    path = chromium.find()
    if path is None:
        pytest.skip(chromium.HOW)
    from playwright.sync_api import sync_playwright

    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's own loop runs in this thread, which Django would otherwise take for asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        running = playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
        yield running
        running.close()


def follow(page: Any, what: Any) -> None:
    """Click what leads to another document (a selector or a locator), and wait until that is whole, scripts and all."""
    with page.expect_navigation():
        page.click(what) if isinstance(what, str) else what.click()


def picture(page: Any, name: str) -> None:
    """A picture of the whole page, where `SHOTS=<folder>` asks for one."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def too_wide(page: Any) -> list[str]:
    """By how much the page is wider than its window."""
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [f"{over} px too wide"] if over > 0 else []


def violations(page: Any, rules: Iterable[str] | None = None) -> list[str]:
    """What axe finds, by WCAG 2.2 AA and its own best practices, or by these of its rules."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    only = {} if rules is None else {"runOnly": {"type": "rule", "values": list(rules)}}
    found = page.evaluate("(options) => axe.run(document, options)", {"resultTypes": ["violations"], **only})
    return [
        f"{one['id']}: {node['target']} {node['html'][:160]} {node['failureSummary'][:200]}"
        for one in found["violations"] for node in one["nodes"]
    ]  # fmt: skip


def looked_at(page: Any, name: str, *, closely: bool = False) -> list[str]:
    """What is wrong with the page in each look; `closely`: axe looks at 长辈版, too.

    The page is turned from one look to the next, and not asked for again.
    """
    wrong = []
    before = page.viewport_size
    # A colour on its way from light to dark is neither.
    page.emulate_media(reduced_motion="reduce")
    for look, (width, height, dark, elder, rules) in LOOKS.items():
        if closely and rules == NONE:
            rules = LARGER
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(_TURN, [dark, elder])
        picture(page, f"{name.replace(':', '-')}-{look}")
        found = too_wide(page) + (violations(page, rules) if rules is None or rules else [])
        wrong += [f"{name} {look}: {text}" for text in found]
    page.evaluate(_TURN, [False, False])
    page.set_viewport_size(before)
    return wrong


_TURN = """([dark, elder]) => {
    document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
    document.documentElement.classList.toggle("elder", elder);
}"""
