"""In real browsers: what a closed community has left is moved on, a proposal is taken back, and how the pages beside
look. `SHOTS=<folder>` keeps pictures."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from grids import services as units
from points.earning.rules import ensure_default_rules
from points.earning.services import budgets, proposals
from points.earning.services.proposals import Asked
from points.models import Account, Claim, EarningRule
from tests.browsing import browser as browser
from tests.browsing import follow
from tests.points.rounds.conftest import funds as funds
from tests.points.rounds.conftest import give as give
from tests.points.rounds.test_browser import LAPTOP, PHONE, looked
from tests.points.rounds.test_browser import now as now
from tests.points.rounds.test_browser import pages as pages
from tests.points.rounds.test_selection import calendar as calendar
from tests.points.shop.conftest import clerk as clerk
from tests.points.shop.conftest import goods as goods
from tests.points.shop.conftest import shop as shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = "连续三天帮独居老人买菜送药"


@pytest.fixture
def opened(pages, live_server) -> Any:
    """`opened(actor, size)`: a page with its address."""

    def make(actor: Any, size: tuple[int, int] = LAPTOP) -> Any:
        page = pages(actor, size)
        page.url_base = live_server.url
        return page

    return make


@pytest.fixture
def limit(district, cast, now) -> Any:
    year = timezone.localdate().year
    return budgets.set_limit(
        street_id=district.street_1.pk, from_on=date(year, 1, 1), until_on=date(year, 12, 31), points=5000, by=cast.dc,
        now=now,
    )  # fmt: skip


def test_what_a_closed_community_has_left_is_moved_on(opened, limit, district, cast, now) -> None:
    for unit, points in ((district.community_1, 700), (district.community_2, 300)):
        budgets.fund(limit_id=limit.pk, community_id=unit.pk, points=points, key=unit.code, by=cast.ss, now=now)
    units.merge_units(
        unit_ids=[district.community_1.pk], into_id=district.community_2.pk, effective_on=timezone.localdate(),
        by=cast.dc, now=now,
    )  # fmt: skip
    desk = opened(cast.ss)
    looked(desk, reverse("points:budgets"), "budgets-closed")
    desk.set_viewport_size({"width": 1366, "height": 768})
    desk.click(f"button:has-text('划给{district.community_2.name}')")
    desk.wait_for_selector("text=700 分。")
    assert desk.locator("text=结余待处理").count() == 0
    assert Account.objects.get(unit=district.community_2, kind="budget").balance == 1000
    looked(opened(cast.cs_2), reverse("points:notice_add"), "notice-add-taken")


def test_a_proposal_is_taken_back_by_who_made_it(opened, limit, person, cast, district, now) -> None:
    ensure_default_rules(district.district.pk, date(2026, 1, 1), now)
    who = person("王建国")
    worker = opened(cast.cw)
    worker.goto(reverse("members:person", args=[who.pk]))
    follow(worker, "a:has-text('申报积分')")
    worker.wait_for_selector("text=王建国")
    looked(worker, worker.url, "propose-for")
    rule = EarningRule.objects.get(code="good_deed")
    claim = proposals.propose(asked=Asked(rule_id=rule.pk, person_id=who.pk, words=WORDS), by=cast.cw, now=now)
    looked(worker, reverse("points:claim", args=[claim.pk]), "claim-own")
    worker.click("button:has-text('撤回申报')")
    worker.wait_for_selector("text=已撤回，不再审批")
    assert Claim.objects.get().state == "withdrawn"
    looked(worker, f"{reverse('points:claims')}?tab=withdrawn", "claims-withdrawn")


def test_pages_beside(opened, shop, goods, give, person, clerk, cast, now) -> None:
    goods("大豆油", 60)
    goods("理发一次", 30, kind="service", keeps_stock=False)
    for name in ("王建国", "欧阳修远", "李秀兰"):
        give(person(name), 30, words=WORDS)
    for by, name, args in (
        (cast.cs, "points:flows", []), (clerk, "points:counter", []), (clerk, "points:shop_purchase", [shop.pk]),
        (clerk, "points:shop_count", [shop.pk]), (clerk, "points:shop_write_off", [shop.pk]),
        (clerk, "points:counter_sale", [shop.pk]), (clerk, "points:offline", [shop.pk]), (cast.cs, "points:orders", []),
    ):  # fmt: skip
        looked(opened(by, PHONE), reverse(name, args=args), name.removeprefix("points:"))
    looked(opened(cast.cs), reverse("sheets:ask", args=["points_flows"]), "flows-export")
