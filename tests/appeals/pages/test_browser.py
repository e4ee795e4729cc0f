"""The phone form in a real browser: a draft that survives, a report without a network, a photo."""

from __future__ import annotations

import io

import pytest
from django.conf import settings
from PIL import Image

from appeals.models import Appeal
from governance.files.models import Attachment
from tests.browsing import browser as browser
from tests.browsing import expect
from tests.signing import client_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
WORDS = "三号楼门口井盖缺失。有人差点掉进去。"


def session_of(actor) -> str:
    return client_of(actor).cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def phone(browser, live_server, rules, cast):
    """A grid worker's phone, signed in; `page.said` keeps every error of the page."""
    context = browser.new_context(viewport=PHONE, base_url=live_server.url, locale="zh-CN", has_touch=True)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_of(cast.gw), "url": live_server.url}])
    page = context.new_page()
    page.said = []
    page.on("pageerror", lambda error: page.said.append(str(error)))
    yield page
    context.close()


def open_form(page) -> None:
    page.goto("/appeals/report/")
    page.wait_for_selector("html[data-report-ready]")


def write(page) -> None:
    page.locator(".tiles").get_by_text("消防安全").tap()
    page.fill("#id_content", WORDS)
    stream = io.BytesIO()
    Image.new("RGB", (2400, 1800), "gray").save(stream, "JPEG")
    page.set_input_files("[data-album]", {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": stream.getvalue()})
    page.wait_for_selector(".shot img")


def keep(page) -> None:
    page.tap("[data-keep]")
    page.wait_for_selector("#toasts .notice")


class TestPhone:
    def test_a_draft_survives_a_reload_and_a_new_session(self, phone, cast, live_server) -> None:
        open_form(phone)
        write(phone)
        keep(phone)
        open_form(phone)
        expect(phone.locator("#id_content")).to_have_value(WORDS)
        phone.context.clear_cookies()
        phone.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session_of(cast.gw), "url": live_server.url}]
        )
        open_form(phone)
        expect(phone.locator("#id_content")).to_have_value(WORDS)
        expect(phone.locator(".shot img")).to_have_count(1)
        assert phone.said == []

    def test_the_draft_of_another_is_not_shown(self, phone, cast, live_server) -> None:
        open_form(phone)
        write(phone)
        keep(phone)
        phone.context.clear_cookies()
        phone.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session_of(cast.gw_2), "url": live_server.url}]
        )
        open_form(phone)
        expect(phone.locator("#id_content")).to_have_value("")
        expect(phone.locator(".shot img")).to_have_count(0)

    def test_without_a_network_it_waits_and_then_arrives_once_with_its_photo(self, phone) -> None:
        open_form(phone)
        write(phone)
        phone.context.set_offline(True)
        phone.wait_for_selector("#report-offline:not([hidden])")
        phone.tap("#report-form button[type=submit]")
        phone.wait_for_selector("#report-queue:not([hidden])")
        expect(phone.locator("#report-queue li")).to_have_count(1)
        expect(phone.locator("#id_content")).to_have_value("")
        assert not Appeal.objects.exists()
        phone.context.set_offline(False)
        phone.wait_for_selector("#report-queue", state="hidden")
        appeal = Appeal.objects.get()
        assert appeal.content == WORDS
        expect(phone.locator("#report-done")).to_contain_text(appeal.number)
        photo = Attachment.objects.get(subject_id=appeal.pk)
        assert max(photo.width, photo.height) == 1600

    def test_what_is_wrong_is_said_before_it_leaves(self, phone) -> None:
        open_form(phone)
        phone.fill("#id_phone", "123")
        phone.tap("#report-form button[type=submit]")
        phone.wait_for_selector("#report-errors:not([hidden])")
        expect(phone.locator("#report-errors")).to_contain_text("有 2 处需要修改")
        phone.get_by_text("电话号码不对").tap()
        expect(phone.locator("#id_phone")).to_be_focused()

    def test_sent_at_once_where_there_is_a_network(self, phone) -> None:
        open_form(phone)
        write(phone)
        phone.tap("#report-form button[type=submit]")
        phone.wait_for_selector("#report-done:not([hidden])")
        expect(phone.locator("#report-done")).to_contain_text(Appeal.objects.get().number)
        assert phone.said == []


class TestNumbers:
    def test_a_full_number_never_stands_in_the_address(self, phone, registered, cast, district) -> None:
        appeal = registered(unit_id=district.grid_1.pk)
        asked = []
        phone.on("request", lambda request: asked.append(request.url))
        phone.goto("/appeals/")
        phone.fill("#id_q", "138 1234 4080")
        phone.get_by_role("button", name="查询").tap()
        phone.wait_for_url("**person=phone-*")
        expect(phone.locator("#results")).to_contain_text(appeal.number)
        assert not [url for url in asked if "4080" in url]
