"""The tour: one day of a district in a real browser, with real workers. Its pictures are those of the README.

`TOUR=1` writes them to `docs/tour/`; otherwise they go to the test's own folder. Only invented text is pictured.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.demo import PASSWORD, USERNAMES
from appeals.models import Appeal
from governance.deadlines.models import Clock
from governance.scope import Role
from tests.browsing import expect, follow

pytestmark = [pytest.mark.browser, pytest.mark.celery, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared/data/hotline_messages.xlsx"
WIDE, PHONE = (1440, 900), (390, 844)
LEAD = "城市管理综合执法局"
# The one button of an import's page that leads on.
GO_ON = "main form:not([action*=discard]) button.btn-primary[type=submit]"


class Tour:
    """Who is signed in where, and the pictures taken on the way."""

    def __init__(self, browser: Any, url: str, pictures: Path) -> None:
        self.browser, self.url, self.pictures = browser, url, pictures
        self.contexts: dict[tuple[Role, tuple[int, int]], Any] = {}

    def page(self, role: Role, size: tuple[int, int] = WIDE) -> Any:
        """A page of this role, signed in through the sign-in page the first time; the place is known to its phone."""
        key = (role, size)
        if key not in self.contexts:
            context = self.browser.new_context(
                viewport={"width": size[0], "height": size[1]}, base_url=self.url, locale="zh-CN",
                has_touch=size == PHONE, geolocation={"longitude": 124.9, "latitude": 46.65},
                permissions=["geolocation"],
            )  # fmt: skip
            context.set_default_timeout(60_000)
            self.contexts[key] = context
            page = context.new_page()
            page.goto("/accounts/sign-in/")
            page.fill("[name=username]", USERNAMES[role])
            page.fill("[name=password]", PASSWORD)
            follow(page, "main button[type=submit]:has-text('登录')")
            page.wait_for_url(re.compile(r"/(appeals/)?(worklist/)?$"))
            page.close()
        return self.contexts[key].new_page()

    def picture(self, page: Any, name: str) -> None:
        """Take the page as it stands, wide and as on a phone, and hold it to both widths."""
        before = page.viewport_size
        for width, height in (WIDE, PHONE):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_load_state("networkidle")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} overflows {width}"
            page.screenshot(path=self.pictures / f"{name}-{width}.png")
        page.set_viewport_size(before)

    def look(self, role: Role, path: str, name: str) -> None:
        """Go to a page and take it."""
        page = self.page(role)
        page.goto(path)
        self.picture(page, name)
        page.close()


@pytest.fixture
def tour(browser: Any, platform: str, tmp_path: Path) -> Any:
    """The tour, its browser windows closed at the end."""
    pictures = ROOT / "docs/tour" if os.environ.get("TOUR") else tmp_path
    pictures.mkdir(exist_ok=True)
    walk = Tour(browser, platform, pictures)
    yield walk
    for context in walk.contexts.values():
        context.close()


def until(found: Callable[[], Any], what: str, seconds: int = 90) -> Any:
    """Poll for what other processes do."""
    pause = threading.Event()
    for _ in range(seconds * 4):
        if result := found():
            return result
        pause.wait(0.25)
    raise AssertionError(f"waited {seconds} s in vain: {what}")


def choose(page: Any, name: str, words: str) -> None:
    """Choose in a select, searchable or plain, by the words of the option."""
    select = page.locator(f"select[name={name}]")
    value = select.locator("option", has_text=words).first.get_attribute("value")
    select.evaluate("(e, v) => { e.tomselect ? e.tomselect.setValue(v) : (e.value = v) }", value)


def test_one_day_of_the_district(tour: Tour, spreadsheet: Path, photo: bytes) -> None:
    """Import, bulk dispatch, accept, send back, resolve, phone report, visit, reopen, red card."""
    import_spreadsheet(tour, spreadsheet)
    import_the_real_file(tour)
    numbers = dispatch_ten(tour)
    resolved, unsatisfied = handle(tour, numbers)
    report_from_a_phone(tour, photo)
    visit(tour, resolved, unsatisfied)
    let_a_limit_run_out(tour, numbers[-1])
    tour.look(Role.DISTRICT_CENTRE, "/appeals/?q=路灯", "list")
    tour.look(Role.DISTRICT_CENTRE, "/", "worklist")
    tour.look(Role.DISTRICT_CENTRE, "/territory/map/", "map")


def import_spreadsheet(tour: Tour, path: Path) -> None:
    """Upload, look at the preview, import; refused rows are handed back."""
    page = tour.page(Role.DISTRICT_CENTRE)
    page.goto("/appeals/import/")
    page.set_input_files("[name=file]", path)
    follow(page, "main button:has-text('上传并识别列')")
    page.wait_for_selector(GO_ON)
    tour.picture(page, "import-columns")
    follow(page, GO_ON)
    page.wait_for_selector("main button:has-text('导入 14 件')")
    tour.picture(page, "import-preview")
    follow(page, "main button:has-text('导入 14 件')")
    page.wait_for_selector("text=下载未导入的 2 行")
    tour.picture(page, "import-result")
    page.close()
    assert Appeal.objects.filter(source_number__startswith="TOUR-", state="registered").count() == 14


def import_the_real_file(tour: Tour) -> None:
    """The city's own export, where it is at hand: every row arrives, answered, waiting for its visit."""
    if os.environ.get("TOUR") or not REAL.exists():
        # Those are other people's words: they are imported where they lie, and never pictured.
        return
    page = tour.page(Role.DISTRICT_CENTRE)
    page.goto("/appeals/import/")
    page.set_input_files("[name=file]", REAL)
    follow(page, "main button:has-text('上传并识别列')")
    follow(page, GO_ON)
    page.wait_for_selector("main button:has-text('导入 1,408 件')")
    follow(page, "main button:has-text('导入 1,408 件')")
    until(lambda: Appeal.objects.filter(channel="hotline", state="resolved").count() >= 1408, "1,408 answered orders")
    page.close()


def dispatch_ten(tour: Tour) -> list[str]:
    """Ten of the imported orders to one department at once."""
    page = tour.page(Role.DISTRICT_CENTRE)
    page.goto("/appeals/?tab=registered&q=路灯不亮")
    boxes = page.locator("tbody input[name=ids]")
    ids = [int(boxes.nth(n).get_attribute("value")) for n in range(10)]
    for n in range(10):
        boxes.nth(n).check()
    tour.picture(page, "bulk")
    follow(page, ".bulk-bar button:has-text('批量交办')")
    choose(page, "to_unit", LEAD)
    page.fill("[name=words]", "请尽快核实修复，办结后上传照片。")
    follow(page, "main button.btn-primary[type=submit]")
    until(lambda: Appeal.objects.filter(pk__in=ids, state="dispatched").count() == 10, "ten dispatched")
    page.close()
    return list(Appeal.objects.filter(pk__in=ids).order_by("pk").values_list("number", flat=True))


def open_appeal(tour: Tour, role: Role, number: str) -> Any:
    """The page of the appeal with this number."""
    page = tour.page(role)
    page.goto(f"/appeals/{Appeal.objects.get(number=number).pk}/")
    return page


def take(page: Any, words: str) -> None:
    """Send the form of the next step, and follow where its answer leads."""
    before = page.url
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.click(f"main form button[type=submit]:has-text('{words}')")
    if "/steps/" in before or "/visit/" in before:
        page.wait_for_url(lambda url: url != before)
    page.wait_for_load_state("networkidle")


def handle(tour: Tour, numbers: list[str]) -> tuple[str, str]:
    """The department accepts two, sends one back, and resolves the two."""
    back, *mine = numbers[0], numbers[1], numbers[2]
    appeal = Appeal.objects.get(number=back)
    page = tour.page(Role.DEPARTMENT_STAFF)
    page.goto(f"/appeals/{appeal.pk}/steps/send_back/")
    page.select_option("[name=reason]", "not_my_duty")
    page.fill("[name=words]", "该路段由市级单位养护，不属本局职责，请改派。")
    tour.picture(page, "send-back")
    take(page, "退单")
    page.close()
    until(lambda: Appeal.objects.get(number=back).send_back_pending, "the return")
    for number in mine:
        resolve(tour, number)
    return mine[0], mine[1]


def resolve(tour: Tour, number: str) -> None:
    """Accept with one press, then hand in the result."""
    page = open_appeal(tour, Role.DEPARTMENT_STAFF, number)
    take(page, "签收")
    page.wait_for_selector("[name=result]")
    page.fill("[name=result]", "更换灯头六只、修复线路一处，当晚全部点亮，列入重点巡修路段。")
    page.fill("[name=public_reply]", "您反映的路灯已全部修复，感谢您的监督。")
    tour.picture(page, "detail")
    take(page, "提交办理结果")
    until(lambda: Appeal.objects.get(number=number).state == "resolved", "the result")
    page.close()


def report_from_a_phone(tour: Tour, photo: bytes) -> None:
    """A grid worker reports from a stairwell, with a picture and the place."""
    page = tour.page(Role.GRID_WORKER, PHONE)
    page.goto("/appeals/report/")
    page.locator("[name=tile]").first.check(force=True)
    page.fill("[name=content]", "二单元三楼到五楼堆放纸箱旧家具，消防通道只剩一人宽。")
    files = page.locator("input[type=file]").first
    files.set_input_files({"name": "楼道.jpg", "mimeType": "image/jpeg", "buffer": photo})
    page.click("button:has-text('定位')")
    page.wait_for_selector("main img")
    tour.picture(page, "report")
    page.click("main button[type=submit]:has-text('上报')")
    found = Appeal.objects.filter(channel="grid", content__startswith="二单元三楼到五楼")
    appeal = until(lambda: found.first(), "the report")
    until(lambda: appeal.entries.filter(kind="register").exists(), "its history")
    page.close()
    from governance.files.models import Attachment

    assert Attachment.objects.filter(subject_id=appeal.pk, kind="photo").count() == 1


def visit(tour: Tour, satisfied: str, unsatisfied: str) -> None:
    """One is closed, one goes back to be handled again."""
    page = tour.page(Role.DISTRICT_CENTRE)
    for number, solved, answer in ((satisfied, "yes", "satisfied"), (unsatisfied, "no", "unsatisfied")):
        page.goto(f"/appeals/{Appeal.objects.get(number=number).pk}/visit/")
        page.check(f"[name=solved][value={solved}]", force=True)
        page.check(f"[name=satisfaction][value={answer}]", force=True)
        page.fill("[name=words]", "诉求人说明了现场情况，已记录。")
        tour.picture(page, "visit")
        take(page, "提交回访")
    page.close()
    assert Appeal.objects.get(number=satisfied).state == "closed"
    assert Appeal.objects.get(number=unsatisfied).state == "in_progress"


def age(clock: Clock, by: timedelta) -> None:
    """Move a clock into the past as if it had started earlier: what is now past its limit is due at once."""
    for name in ("started_at", "counted_from", "due_at", "next_fire_at"):
        setattr(clock, name, getattr(clock, name) - by)
    for step in clock.steps:
        step["at"] = (datetime.fromisoformat(step["at"]) - by).isoformat()
    clock.save()


def let_a_limit_run_out(tour: Tour, number: str) -> None:
    """Nobody accepts the last one; its limit passes, and the beat and the worker draw the card by themselves."""
    appeal = Appeal.objects.get(number=number)
    clock = Clock.objects.get(subject_id=appeal.pk, kind="accept", state="running")
    age(clock, timedelta(days=3))
    until(lambda: Appeal.objects.filter(pk=appeal.pk, card="red").exists(), "the red card", seconds=60)
    page = open_appeal(tour, Role.DISTRICT_CENTRE, number)
    expect(page.locator("text=红牌").first).to_be_attached()
    tour.picture(page, "red-card")
    page.close()
    page = tour.page(Role.DEPARTMENT_STAFF)
    page.goto("/inbox/")
    expect(page.locator("text=红牌").first).to_be_attached()
    tour.picture(page, "inbox")
    page.close()
