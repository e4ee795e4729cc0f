"""In real browsers: ordered on a phone, collected at the counter, cancelled, sold at the counter, an hour without a
connection, a month settled."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.acting import actor_from
from governance.scope import Role
from members import identity
from points.models import OfflineSession, Order, Settlement
from points.shop import codes, selectors
from points.shop.services.orders import Line, hand_over, place_order
from tests.browsing import browser as browser
from tests.browsing import expect, follow, picture, too_wide, violations
from tests.fixtures import make_posting
from tests.points.shop.conftest import left
from tests.signing import client_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


@pytest.fixture
def now() -> Any:
    """Pages read the real clock."""
    return timezone.now() - timedelta(minutes=5)


@pytest.fixture
def pages(browser, live_server) -> Any:
    """`pages(actor, size)`: a page signed in as somebody; what any of them logs as an error fails the test."""
    made, errors = [], []

    def page_of(actor: Any, size: dict[str, int], elder: bool = False) -> Any:
        key = client_of(actor).cookies[settings.SESSION_COOKIE_NAME].value
        context = browser.new_context(viewport=size, base_url=live_server.url, locale="zh-CN")
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        if elder:
            context.add_cookies([{"name": "elder", "value": "1", "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if _is_wrong(message) else None)
        made.append(context)
        return page

    yield page_of
    for context in made:
        context.close()
    assert errors == []


def _is_wrong(message: Any) -> bool:
    """An error; that a wrong code is answered 400, and nothing without a connection, is none."""
    fine = ("status of 400", "status of 401", "status of 403", "status of 409", "ERR_INTERNET_DISCONNECTED")
    return message.type == "error" and not any(words in message.text for words in fine)


def shot(page: Any, name: str) -> None:
    """It fits, and axe finds nothing; a picture, when a folder is named."""
    assert too_wide(page) + violations(page) == [], name
    picture(page, name)


@pytest.fixture
def member(rich, as_member, cast):
    """A resident with 200 points, who has an account."""
    return as_member(rich(200), cast.pg)


@pytest.fixture
def oil(goods, now):
    goods("大米", 46, left=3, value="24.50", words="5 公斤，五常产")
    goods("理发一次", 30, kind="service", keeps_stock=False, value="15.00", words="每周三下午")
    goods("保温杯", 56, left=0, value="29.90")
    return goods("大豆油", 60, left=8, value="32.00", per_month=2, words="1.8 升，一级")


def test_ordered_on_a_phone_and_collected_at_the_counter(pages, shop, oil, member, cast, clerk) -> None:
    phone = pages(cast.pg, PHONE)
    phone.goto(reverse("points:goods"))
    shot(phone, "near-phone")
    follow(phone, "text=看全部")
    shot(phone, "goods-phone")
    phone.fill("[aria-label='大豆油的数量']", "9")
    follow(phone, "button:has-text('去下单')")
    follow(phone, "button:has-text('确认兑换')")
    phone.wait_for_selector("text=可用积分不足：需要 540 分，现有 200 分")
    expect(phone.locator("[aria-label='大豆油的数量']")).to_have_value("9")
    phone.fill("[aria-label='大豆油的数量']", "1")
    phone.fill("[aria-label='理发一次的数量']", "1")
    follow(phone, "button:has-text('去下单')")
    shot(phone, "summary-phone")
    follow(phone, "button:has-text('确认兑换，用 90 分')")
    phone.wait_for_selector(".qr")
    shot(phone, "code-phone")
    order = Order.objects.get()
    expect(phone.locator(".order-code")).to_have_text(codes.told(codes.code_of(order.code_key)))
    phone.goto(reverse("points:my_orders"))
    shot(phone, "my-orders-phone")
    desk = pages(clerk, DESK)
    desk.goto(reverse("points:counter"))
    shot(desk, "counter-desk")
    desk.fill("#id_code", "ACDE-4567")
    follow(desk, "button:has-text('查订单')")
    desk.wait_for_selector("text=有一位不对")
    desk.fill("#id_code", codes.told(codes.code_of(order.code_key)).lower())
    follow(desk, "button:has-text('查订单')")
    desk.wait_for_selector("text=核对无误，交付")
    shot(desk, "order-desk")
    follow(desk, "text=核对无误，交付")
    desk.wait_for_selector("text=已交付 王建国")
    desk.goto(reverse("points:order", args=[order.pk]))
    desk.wait_for_selector("text=请勿重复交付")
    order.refresh_from_db()
    assert (order.state, left(oil)) == ("collected", 7)


def test_cancelled_on_the_phone(pages, shop, oil, member, cast, now) -> None:
    made = place_order(shop_id=shop.pk, lines=[Line(oil.pk, 1)], person_id=member.pk, key="k" * 9, by=cast.pg, now=now)
    phone = pages(cast.pg, PHONE, elder=True)
    phone.goto(reverse("points:my_order", args=[made.pk]))
    shot(phone, "code-phone-elder")
    phone.click("button:has-text('取消订单')")
    follow(phone, ".modal.show button:has-text('取消订单')")
    phone.wait_for_selector("text=已取消，60 积分已退回")
    assert left(oil) == 8


def test_goods_stock_and_a_sale_at_the_counter(pages, shop, oil, member, clerk) -> None:
    desk = pages(clerk, DESK)
    desk.goto(reverse("points:shop", args=[shop.pk]))
    shot(desk, "shop-desk")
    follow(desk, "a:has-text('进货')")
    desk.fill("[aria-label='大豆油的进货数量']", "x")
    follow(desk, "button:has-text('登记进货')")
    desk.wait_for_selector("text=应是整数")
    shot(desk, "purchase-desk")
    desk.fill("[aria-label='大豆油的进货数量']", "4")
    follow(desk, "button:has-text('登记进货')")
    desk.wait_for_selector("text=已登记 1 种商品进货")
    follow(desk, "a:has-text('盘点')")
    desk.fill("[aria-label='大豆油的清点数量']", "11")
    follow(desk, "button:has-text('提交盘点')")
    desk.wait_for_selector("text=账面 12 件，清点 11 件，请填写差异原因")
    shot(desk, "count-desk")
    desk.fill("[aria-label='大豆油的差异原因']", "漏油一桶")
    follow(desk, "button:has-text('提交盘点')")
    desk.wait_for_selector("text=1 种有差异")
    desk.goto(reverse("points:counter_sale", args=[shop.pk]))
    desk.fill("#q", "王建国")
    follow(desk, "button:has-text('查找')")
    desk.check("input[name=person]")
    desk.fill("[aria-label='大豆油的数量']", "1")
    shot(desk, "sale-desk")
    follow(desk, "button:has-text('核对')")
    desk.wait_for_selector("text=兑换后剩 140 分")
    follow(desk, "text=兑换并交付")
    desk.wait_for_selector("text=已为王建国兑换并交付，共 60 分")
    assert left(oil) == 10


# Asked in the page: `wait_for_function` asks by an eval, which the pages forbid.
FORGOTTEN = """async () => {
  for (let tries = 0; (await caches.keys()).length; tries += 1) {
    if (tries > 300) throw new Error("the page is still kept");
    await new Promise((go) => setTimeout(go, 100));
  }
}"""


def test_an_hour_without_a_connection(pages, shop, oil, rich, member, cast, clerk, now) -> None:
    made = place_order(shop_id=shop.pk, lines=[Line(oil.pk, 1)], person_id=member.pk, key="k" * 9, by=cast.pg, now=now)
    _with_number(member)
    desk = pages(clerk, PHONE)
    desk.goto(reverse("points:offline", args=[shop.pk]))
    desk.wait_for_selector("[data-ready]")
    shot(desk, "offline-start-phone")
    desk.click("text=开始，准备离线")
    desk.wait_for_selector("text=已准备好")
    desk.context.set_offline(True)
    desk.fill("#code", codes.code_of(made.code_key))
    desk.click("button:has-text('查订单')")
    desk.click("button:has-text('核对无误，交付')")
    desk.wait_for_selector("text=已记下")
    desk.fill("#code", codes.code_of(made.code_key))
    desk.click("button:has-text('查订单')")
    desk.wait_for_selector("text=请勿重复交付")
    desk.fill("#phone", "13812340000")
    desk.click("button:has-text('查积分')")
    desk.wait_for_selector("[data-person-who]:has-text('王')")
    desk.fill("[aria-label='大豆油的数量']", "9")
    desk.click("button:has-text('兑换并交付')")
    desk.wait_for_selector("text=库存不足")
    desk.fill("[aria-label='大豆油的数量']", "2")
    desk.click("button:has-text('兑换并交付')")
    desk.wait_for_selector("text=待上传")
    desk.click("button:has-text('上传并结束')")
    desk.wait_for_selector("text=现在没有网络")
    shot(desk, "offline-work-phone")
    desk.context.set_offline(False)
    desk.click("button:has-text('上传并结束')")
    desk.wait_for_selector("text=已全部上传")
    made.refresh_from_db()
    sale = Order.objects.get(how="offline")
    assert (made.state, sale.points, sale.covered, left(oil)) == ("collected", 120, 0, 5)
    assert OfflineSession.objects.get().state == "closed"


def test_reloaded_and_closed_within_the_hour_nothing_is_lost(pages, shop, oil, member, cast, clerk, now) -> None:
    made = place_order(shop_id=shop.pk, lines=[Line(oil.pk, 1)], person_id=member.pk, key="k" * 9, by=cast.pg, now=now)
    _with_number(member)
    desk, address = pages(clerk, PHONE), reverse("points:offline", args=[shop.pk])
    desk.goto(address)
    desk.wait_for_selector("[data-ready]")
    desk.click("text=开始，准备离线")
    desk.wait_for_selector("text=误关或刷新本页后可重新打开")
    desk.context.set_offline(True)
    _collected(desk, made)
    desk.reload()
    desk.wait_for_selector("text=本机有 1 条还没有上传")
    shot(desk, "offline-reloaded-phone")
    desk.fill("#code", codes.code_of(made.code_key))
    desk.click("button:has-text('查订单')")
    desk.wait_for_selector("text=请勿重复交付")
    desk.close()
    again = desk.context.new_page()
    again.goto(address)
    again.wait_for_selector("text=本机有 1 条还没有上传")
    again.close()
    desk.context.set_offline(False)
    last = desk.context.new_page()
    last.goto(address)
    last.wait_for_selector("text=本机有 1 条还没有上传")
    last.click("button:has-text('上传并结束')")
    last.wait_for_selector("text=已全部上传")
    made.refresh_from_db()
    assert (made.state, OfflineSession.objects.get().state) == ("collected", "closed")
    last.wait_for_selector("text=开始，准备离线")
    last.evaluate(FORGOTTEN)
    last.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        last.goto(address)


def test_where_the_page_cannot_be_kept_what_was_done_is(pages, shop, oil, member, cast, clerk, now) -> None:
    """As over plain HTTP: no service worker. The tab is closed without a connection and opened again with one."""
    made = place_order(shop_id=shop.pk, lines=[Line(oil.pk, 1)], person_id=member.pk, key="k" * 9, by=cast.pg, now=now)
    desk, address = pages(clerk, PHONE), reverse("points:offline", args=[shop.pk])
    desk.add_init_script("Object.defineProperty(navigator, 'serviceWorker', {value: undefined})")
    desk.goto(address)
    desk.wait_for_selector("[data-ready]")
    desk.click("text=开始，准备离线")
    desk.wait_for_selector("text=请保持本页打开")
    desk.context.set_offline(True)
    _collected(desk, made)
    desk.close()
    desk.context.set_offline(False)
    again = desk.context.new_page()
    again.goto(address)
    again.wait_for_selector("text=本机有 1 条还没有上传")
    again.click("button:has-text('上传并结束')")
    again.wait_for_selector("text=已全部上传")
    made.refresh_from_db()
    assert (made.state, made.ended_by_name) == ("collected", clerk.user_name)


def test_signed_out_meanwhile_it_says_so_and_goes_on_after_signing_in(
    pages, shop, oil, member, cast, clerk, now
) -> None:
    made = place_order(shop_id=shop.pk, lines=[Line(oil.pk, 1)], person_id=member.pk, key="k" * 9, by=cast.pg, now=now)
    desk, address = pages(clerk, PHONE), reverse("points:offline", args=[shop.pk])
    desk.goto(address)
    desk.wait_for_selector("[data-ready]")
    desk.click("text=开始，准备离线")
    desk.wait_for_selector("text=已准备好")
    desk.context.set_offline(True)
    _collected(desk, made)
    desk.context.set_offline(False)
    kept = desk.context.cookies()
    desk.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    desk.click("button:has-text('上传并结束')")
    desk.wait_for_selector("text=登录已过期")
    desk.context.add_cookies(kept)
    desk.reload()
    desk.click("button:has-text('上传并结束')")
    desk.wait_for_selector("text=已全部上传")
    made.refresh_from_db()
    assert made.state == "collected"


def _collected(desk: Any, made: Order) -> None:
    desk.fill("#code", codes.code_of(made.code_key))
    desk.click("button:has-text('查订单')")
    desk.click("button:has-text('核对无误，交付')")
    desk.wait_for_selector("text=已记下")


def _with_number(who: Any) -> None:
    identity.set_phone(who, "13812340000")
    who.save(update_fields=["phone_sealed", "phone_index", "phone_masked"])


def test_a_month_is_settled(pages, shop, oil, rich, cast, clerk, district, now) -> None:
    before = timezone.make_aware(datetime.combine(selectors.previous_month(timezone.localdate()), time())) + timedelta(
        days=3, hours=10
    )
    who = rich(200)
    made = place_order(
        shop_id=shop.pk, lines=[Line(oil.pk, 2)], person_id=who.pk, key=str(uuid.uuid4()), by=clerk, now=before
    )
    hand_over(order_id=made.pk, by=clerk, now=before)
    month = reverse("points:shop_settlement", args=[shop.pk]) + f"?month={before:%Y-%m}"
    desk = pages(cast.cs, DESK)
    desk.goto(month)
    desk.wait_for_selector("text=还没有结算")
    desk.fill("#words", "核对无误")
    shot(desk, "settlement-desk")
    follow(desk, "form button:has-text('结算')")
    desk.wait_for_selector("text=结算人")
    shot(desk, "settled-desk")
    row = Settlement.objects.get()
    assert (row.points, str(row.value), row.orders) == (120, "64.00", 1)
    other = pages(actor_from(make_posting(Role.SHOP_CLERK, district.community_1, username="sc-2"), now=now), PHONE)
    other.goto(month)
    shot(other, "settled-phone")
    other.wait_for_selector("text=结算人")
    expect(other.locator("form button:has-text('结算')")).to_have_count(0)
