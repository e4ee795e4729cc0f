"""One's own points on a phone, a notice published, a vote: in real browsers. `SHOTS=<folder>` keeps pictures."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from governance.calendars.defaults import ensure_default_calendar
from governance.deadlines.defaults import ensure_default_policies
from members.models import Person
from points.models import Notice, Round, RoundNomination, RoundVote
from points.rounds.notices import selectors
from points.rounds.selection.services import nominations, rounds
from tests.browsing import browser as browser
from tests.browsing import follow, looked_at
from tests.points.rounds.conftest import give_account
from tests.points.rounds.test_selection import DEEDS, facts
from tests.signing import client_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LAPTOP, PHONE = (1366, 768), (390, 844)


@pytest.fixture
def now() -> Any:
    """Pages read the real clock."""
    return timezone.now() - timedelta(minutes=1)


@pytest.fixture
def pages(browser, live_server) -> Any:
    """`pages(actor, size)`: a page signed in as somebody; what any of them logs as an error fails the test."""
    made, errors = [], []

    def page_of(actor: Any, size: tuple[int, int]) -> Any:
        viewport = {"width": size[0], "height": size[1]}
        context = browser.new_context(viewport=viewport, base_url=live_server.url, locale="zh-CN")
        if actor is not None:
            key = client_of(actor).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(_told(message)) if _is_wrong(message) else None)
        made.append(context)
        return page

    yield page_of
    for context in made:
        context.close()
    assert errors == []


def _is_wrong(message: Any) -> bool:
    """An error; that a form with a mistake is answered 400 is none."""
    return message.type == "error" and "status of 400" not in message.text


def _told(message: Any) -> str:
    return f"{message.text} {message.location.get('url', '')}"


def looked(page: Any, url: str, name: str) -> None:
    """In every look: nothing wider than the window, nothing that axe finds."""
    page.goto(url)
    page.wait_for_load_state("networkidle")
    wrong = looked_at(page, name)
    assert wrong == [], "\n".join(wrong)


def test_ones_own_points_on_a_phone(pages, person, household, give, use, cast, now) -> None:
    home = household()
    who = person("王建国", into=home)
    give_account(cast.gw, who)
    for number in range(22):
        give(who, 2, at=now - timedelta(days=40 - number), words=f"楼道清洁志愿服务第 {number + 1} 次")
    give(who, 30, words="随手拍：3号楼井盖缺失，已整改", good_for=timedelta(days=12))
    give(home, 20, words="最美庭院")
    use(who, 15)
    page = pages(cast.gw, PHONE)
    page.goto(reverse("points:mine"))
    page.wait_for_selector("text=今天可用积分")
    follow(page, "a:has-text('较早')")
    page.wait_for_selector("text=第 1 次")
    follow(page, "a:has-text('共有')")
    page.wait_for_selector("text=最美庭院")
    page.goto(reverse("points:mine"))
    follow(page, "a:has-text('对账单')")
    page.wait_for_selector("text=期末结余")
    follow(page, "a:has-text('今年')")
    with page.expect_download() as download:
        page.click("a:has-text('下载表格')")
    assert download.value.suggested_filename.endswith(".xlsx")
    for url, name in (("points:mine", "mine"), ("points:my_statement", "statement")):
        looked(page, reverse(url), name)
    staff = pages(cast.cw, LAPTOP)
    looked(staff, reverse("members:person", args=[who.pk]), "person")


def test_a_notice_published(pages, person, give, use, cast, now) -> None:
    month = selectors.last_month(timezone.localdate(now))
    for number, name in enumerate(("王建国", "李秀兰", "欧阳修远", "赵雪", "陈伟")):
        who = person(name)
        Person.objects.filter(pk=who.pk).update(born_on=date(1960 + number, 5, 1))
        give(who, 10 + number, at=timezone.make_aware(datetime(month.year, month.month, 3 + number, 9)))
        if number % 2:
            use(who, 5, at=timezone.make_aware(datetime(month.year, month.month, 20, 9)))
    desk = pages(cast.cs, LAPTOP)
    desk.goto(reverse("points:notices"))
    follow(desk, "a:has-text('拟定公示')")
    follow(desk, "button:has-text('生成草稿')")
    desk.wait_for_selector("text=欧阳**")
    desk.click("button:has-text('公示')")
    follow(desk, ".modal.show button:has-text('公示')")
    desk.wait_for_selector("text=已公示。")
    notice = Notice.objects.get()
    assert notice.state == "published"
    stranger = pages(None, PHONE)
    stranger.goto(reverse("points:public_notice", args=[notice.code]))
    stranger.wait_for_selector("text=欧阳**")
    assert "王建国" not in stranger.content()
    looked(stranger, reverse("points:public_notice", args=[notice.code]), "public")
    for url, args, name in (
        ("points:notices", [], "notices"), ("points:notice", [notice.pk], "notice"),
        ("points:notice_print", [notice.pk], "notice-print"), ("points:notice_add", [], "notice-add"),
    ):  # fmt: skip
        looked(desk, reverse(url, args=args), name)


def test_a_vote(pages, person, cast, now) -> None:
    ensure_default_calendar()
    ensure_default_policies(now - timedelta(days=400))
    found = rounds.draft_round(facts=facts(seats=2, words="评选在基层治理中表现突出的人。"), by=cast.ss, now=now)
    rounds.take_step(round_id=found.pk, step="open", by=cast.ss, now=now)
    for name in ("王建国", "李秀兰", "赵雪"):
        person(name)
        row = nominations.nominate(round_id=found.pk, name=name, words=DEEDS, by=cast.cw, now=now)
        nominations.review_nomination(nomination_id=row.pk, accept=True, words="", by=cast.ss, now=now)
    desk = pages(cast.ss, LAPTOP)
    looked(desk, reverse("points:nominate", args=[found.pk]), "nominate")
    desk.goto(reverse("points:round", args=[found.pk]))
    for step in ("结束提名", "开始投票、打分"):
        follow(desk, f"a:has-text('{step}')")
        follow(desk, "main button:has-text('确定')")
    desk.wait_for_selector("text=已投票 0 人")
    phone = pages(cast.gw, PHONE)
    phone.goto(reverse("points:my_rounds"))
    follow(phone, "a:has-text('去投票')")
    phone.check("label:has-text('李秀兰') input")
    follow(phone, "button:has-text('投票')")
    phone.wait_for_selector("text=已投票，截止前可以改投")
    phone.check("label:has-text('赵雪') input")
    follow(phone, "button:has-text('改投')")
    phone.wait_for_selector("text=已投票，截止前可以改投")
    assert RoundVote.objects.get().nomination.person.name == "赵雪"
    looked(phone, reverse("points:my_round", args=[found.pk]), "vote")
    looked(phone, reverse("points:my_rounds"), "my-rounds")
    row = RoundNomination.objects.first()
    for url, args, name in (
        ("points:rounds", [], "rounds"), ("points:round", [found.pk], "round"), ("points:round_add", [], "round-add"),
        ("points:nomination", [row.pk], "nomination"),
    ):  # fmt: skip
        looked(desk, reverse(url, args=args), name)
    RoundNomination.objects.update(state="honoured")
    Round.objects.update(state="announced", announced_on=timezone.localdate())
    looked(phone, reverse("points:honours"), "honours")
    looked(desk, reverse("points:round_notice", args=[found.pk]), "round-notice")
