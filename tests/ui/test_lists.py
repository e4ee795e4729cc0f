"""The list page: its state is in the address, its partial is a part of its page, its bulk actions ask first."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "HX-Target": "results"}


@pytest.fixture(autouse=True)
def _rows(rows):
    return rows


def text_of(response) -> str:
    return response.content.decode()


def test_the_page_holds_its_partial(signed_in: Client):
    page = text_of(signed_in.get("/specimen/?level=over"))
    partial = text_of(signed_in.get("/specimen/?level=over", headers=HTMX))
    assert "<html" in page
    assert "<html" not in partial
    assert partial.strip().startswith('<section class="card results" id="results"')
    assert page.count('name="ids"') == partial.count('name="ids"') == 18
