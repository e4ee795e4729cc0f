"""In a real browser: an import with bad rows, from the list to the mended file."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from governance.sheets import imports
from members.models import Person
from tests.browsing import browser as browser
from tests.browsing import expect, follow, looked_at
from tests.members.conftest import identity_number
from tests.members.sheets.conftest import home, sheet_of
from tests.sheets.files import read
from tests.signing import client_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser, live_server, cast):
    """A page of the community worker's; what it logs as an error fails the test."""
    key = client_of(cast.cw).cookies[settings.SESSION_COOKIE_NAME].value
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


def look_at(page, name: str) -> None:
    """Nothing is too wide, axe finds nothing; SHOTS keeps pictures."""
    wrong = looked_at(page, name)
    assert wrong == [], "\n".join(wrong)


def test_upload_preview_start_refused_mended_and_again(page, tmp_path, monkeypatch, cast, now) -> None:
    file = tmp_path / "居民.xlsx"
    rows = [
        home("301", name="王建国", identity=identity_number("19620317", 1), phone="13812345678", relation="户主"),
        home("301", name="刘敏", identity="99010119640510", relation="配偶"),
        home("302", name="赵雪", relation="邻居"),
    ]
    file.write_bytes(sheet_of(*rows).read())
    page.goto("/people/")
    follow(page, page.get_by_role("link", name="导入", exact=True))
    look_at(page, "upload-form")
    page.set_input_files("input[type=file]", str(file))
    follow(page, page.get_by_role("button", name="上传并预览"))
    expect(page.get_by_text("身份证号应为 18 位")).to_be_visible()
    look_at(page, "preview")
    assert not Person.objects.exists()
    follow(page, page.get_by_role("button", name="导入 1 行"))
    expect(page.get_by_text("上传的文件已删除")).to_be_visible()
    look_at(page, "result")
    with page.expect_download() as told:
        page.get_by_role("link", name="下载有问题的 2 行").click()
    book = read(Path(told.value.path()).read_bytes())
    sheet = book.worksheets[0]
    assert sheet.max_row == 3
    sheet["B2"], sheet["F3"] = identity_number("19640510", 2), "户主"
    mended = tmp_path / "改好.xlsx"
    book.save(mended)
    follow(page, page.get_by_role("link", name="再导入一个文件"))
    page.set_input_files("input[type=file]", str(mended))
    follow(page, page.get_by_role("button", name="上传并预览"))
    follow(page, page.get_by_role("button", name="导入 2 行"))
    expect(page.get_by_text("上传的文件已删除")).to_be_visible()
    assert Person.objects.count() == 3
    page.goto("/sheets/")
    look_at(page, "overview")
    page.goto("/sheets/persons/export/")
    look_at(page, "ask")


def test_a_large_one_shows_its_progress(page, tmp_path, monkeypatch) -> None:
    """No worker runs here: the page waits with a bar, and can be stopped."""
    monkeypatch.setattr(imports, "_SMALL_ROWS", 0)
    file = tmp_path / "居民.xlsx"
    file.write_bytes(sheet_of(home("301", name="王建国", relation="户主")).read())
    page.goto("/sheets/persons/import/")
    page.set_input_files("input[type=file]", str(file))
    follow(page, page.get_by_role("button", name="上传并预览"))
    expect(page.get_by_role("progressbar")).to_be_visible()
    look_at(page, "progress")
    page.get_by_role("button", name="停止").click()
    expect(page.get_by_role("link", name="重新上传")).to_be_visible()
