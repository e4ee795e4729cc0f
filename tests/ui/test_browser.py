"""The specimen pages in a real browser: light, dark, 长辈版; wide, laptop, phone; nothing overflows, axe finds nothing.

`SHOTS=<folder>` keeps a picture of every page.
"""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from tests.browsing import browser as browser
from tests.browsing import expect, follow, picture, too_wide, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = ("", "form/", "detail/", "states/", "sheet/", "phone/", "public/", "missing/")
LOOKS = {
    "wide": ((1440, 900), {}),
    "laptop-elder": ((1366, 768), {"elder": "1"}),
    "wide-dark": ((1440, 900), {"dark": "1"}),
    "phone": ((390, 844), {}),
    "phone-elder": ((390, 844), {"elder": "1"}),
    "phone-dark": ((390, 844), {"dark": "1"}),
}


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


@pytest.fixture
def no_script(browser, server, signed_in, rows):
    """A page of a browser that runs no scripts."""
    context = browser.new_context(java_script_enabled=False, base_url=server.url)
    session = signed_in.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": server.url}])
    yield context.new_page()
    context.close()


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
        wrong += [f"{path}: {text}" for text in too_wide(page) + violations(page)]
    said = [text for text in page.said if "404" not in text]
    assert wrong + said == []


def test_filters_tabs_and_pages_change_the_results_and_the_address(visit):
    page = visit("wide")
    page.goto("/specimen/")
    page.evaluate("document.documentElement.dataset.untouched = '1'")
    rows, late, foot = page.locator("tbody tr"), page.locator("tbody tr.is-over"), page.locator(".results-foot")
    page.fill("#id_q", "第1")
    page.click("text=查询")
    expect(foot).to_contain_text("共 39 件")
    assert page.url.endswith("/specimen/?q=%E7%AC%AC1")
    page.click("text=已超期")
    expect(foot).to_contain_text("共 5 件")
    expect(rows).to_have_count(5)
    expect(late).to_have_count(5)
    assert "tab=over" in page.url
    # What was chosen by a tab stays when the filters are used again.
    page.fill("#id_q", "")
    page.click("text=查询")
    expect(foot).to_contain_text("共 18 件")
    assert "q=" not in page.url
    assert "tab=over" in page.url
    page.click("#tab-")
    expect(foot).to_contain_text("第 1–20 件，共 128 件")
    assert "tab=over" not in page.url
    page.click("text=下一页")
    expect(foot).to_contain_text("第 21–40 件")
    assert "after=" in page.url
    expect(page.locator("html[data-untouched]")).to_have_count(1)
    page.go_back()
    # Back is a whole page, whose scripts run once: a click on the fold folds once.
    expect(page.locator("html:not([data-untouched])")).to_have_count(1)
    page.wait_for_load_state()
    assert "after=" not in page.url
    expect(page.locator("h1")).to_have_text("诉求列表")
    expect(page.locator("#id_subject_id")).to_be_hidden()
    page.click("[data-unfold]")
    expect(page.locator("#id_subject_id")).to_be_visible()
    assert page.said == []


def test_choosing_rows_offers_what_can_be_done(visit):
    page = visit("wide")
    page.goto("/specimen/")
    bar = page.locator(".bulk-bar")
    expect(bar).to_be_hidden()
    page.check("tbody tr:nth-child(1) input[name=ids]")
    page.check("tbody tr:nth-child(3) input[name=ids]")
    expect(bar).to_contain_text("已选 2 件")
    expect(page.locator("[data-everything]")).to_be_hidden()
    page.check("[data-choose-page]")
    expect(bar).to_contain_text("已选 20 件")
    expect(page.locator("[data-everything]")).to_be_visible()
    expect(page.locator("[data-everything]")).to_contain_text("选择符合条件的全部 128 件")
    page.uncheck("[data-choose-page]")
    page.check("tbody tr:nth-child(2) input[name=ids]")
    picture(page, "wide-list-chosen")
    follow(page, "text=批量交办")
    expect(page.locator("main")).to_contain_text("将对 1 件执行“批量交办”")
    picture(page, "wide-bulk")
    page.fill("#id_words", "请办")
    follow(page, "main button[type=submit]")
    expect(page).to_have_url(re.compile("/specimen/$"))
    expect(page.locator("#toasts")).to_contain_text("批量交办完成，共 1 件。")
    assert page.said == []


def test_a_wrong_form_takes_the_focus_to_its_errors(visit):
    page = visit("phone")
    page.goto("/specimen/form/")
    follow(page, "text=提交登记")
    expect(page.locator(".error-summary")).to_be_focused()
    picture(page, "phone-form-wrong")
    assert violations(page) == []
    page.click(".error-summary a >> nth=0")
    expect(page.locator("#id_title")).to_be_focused()


def test_a_form_is_sent_once(visit):
    page = visit("wide")
    page.goto("/specimen/form/")
    refused = page.evaluate("""() => {
        const refused = [];
        window.addEventListener("submit", (event) => { refused.push(event.defaultPrevented); event.preventDefault(); });
        const form = document.querySelector("main form");
        form.requestSubmit();
        form.requestSubmit();
        return refused;
    }""")
    assert refused == [False, True]
    assert page.locator("main button[type=submit]").get_attribute("aria-disabled") == "true"


def test_elder_and_dark_are_one_click_and_stay(visit):
    page = visit("wide")
    page.goto("/specimen/")
    page.click("text=长辈版")
    page.click("text=深色")
    expect(page.locator("html")).to_have_css("font-size", "20px")
    page.reload()
    expect(page.locator("html")).to_have_class(re.compile("elder"))
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page.locator("button:has-text('深色')").first).to_have_attribute("aria-pressed", "true")


def test_menus_and_dialogs_answer_the_keyboard(visit):
    page = visit("wide")
    page.goto("/specimen/detail/")
    page.click("text=撤回")
    dialog = page.locator("#recall")
    dialog.wait_for(state="visible")
    expect(dialog).to_contain_text("撤回后工单回到您的待交办")
    # While it fades in, it hears no key.
    expect(dialog).to_have_css("opacity", "1")
    expect(dialog.locator(".modal-dialog")).to_have_css("transform", "none")
    picture(page, "wide-dialog")
    assert violations(page) == []
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    page.click("text=城关街道办事处")
    expect(page.locator("text=滨河社区居委会 >> nth=0")).to_be_visible()
    picture(page, "wide-menu")
    page.keyboard.press("Escape")
    page.goto("/specimen/")
    page.click("text=列设置")
    page.click("li:has-text('社区网格') [data-move=up]")
    picture(page, "wide-columns")
    follow(page, "#choose-columns >> text=保存")
    expect(page.locator("thead th").nth(3)).to_have_text("社区网格")
    assert page.said == []


def test_long_work_is_polled_until_it_has_ended(visit):
    page = visit("wide")
    page.goto("/specimen/states/")
    page.wait_for_selector("#job-1 >> text=已完成")
    expect(page.locator("#job-1 progress")).to_have_count(0)
    assert page.said == []


def test_a_lost_network_and_a_lost_session_are_said(visit):
    page = visit("wide")
    page.goto("/specimen/")
    page.context.set_offline(True)
    page.wait_for_selector("#offline-bar", state="visible")
    page.click("text=即将到期")
    page.wait_for_selector("#toasts >> text=网络不通")
    page.context.set_offline(False)
    page.wait_for_selector("#offline-bar", state="hidden")
    page.context.clear_cookies()
    page.click("text=即将到期")
    page.wait_for_url("**/public/")


def test_the_main_flows_work_without_scripts(no_script):
    page = no_script
    page.goto("/specimen/")
    expect(page.locator("#id_subject_id")).to_be_visible()
    page.fill("#id_q", "第1")
    follow(page, "text=查询")
    assert "q=%E7%AC%AC1" in page.url
    follow(page, "text=已超期")
    expect(page.locator("tbody tr")).to_have_count(5)
    expect(page.locator("tbody tr.is-over")).to_have_count(5)
    follow(page, "text=长辈版")
    expect(page.locator("html")).to_have_class(re.compile("elder"))
    page.goto("/specimen/form/")
    follow(page, "text=提交登记")
    expect(page.locator(".error-summary")).to_contain_text("处需要修改")
