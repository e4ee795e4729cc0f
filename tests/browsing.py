"""A real Chromium for the tests of pages: import `browser` as a fixture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests import chromium


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
