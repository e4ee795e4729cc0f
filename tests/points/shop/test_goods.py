"""Shops and their goods, the stock that comes in, breaks, and is counted."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from governance.audit.models import Entry as Record
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.files import services as files
from points.models import Goods, Shop, StockMove
from points.shop.services import goods as services
from points.shop.services import stock
from points.shop.services.goods import GoodsFacts, ShopFacts
from points.shop.services.orders import Line, hand_over, place_order
from points.shop.services.stock import Count
from tests.files.crafted import picture, upload
from tests.points.shop.conftest import left
from tests.points.shop.test_races import at_once
from tests.signing import client_of

pytestmark = pytest.mark.django_db(transaction=True)
OIL = GoodsFacts(name="食用油", points=30, value=Decimal("15.90"), words="5 升装", per_month=2)


def test_a_site_becomes_a_shop_once(make_site, cast, clerk, now):
    site = make_site("一社区积分超市", kind="shop")
    made = services.open_shop(site_id=site.pk, facts=ShopFacts(lapse_days=5), by=cast.cs, now=now)
    assert (made.lapse_days, made.community_id, made.is_open) == (5, site.community_id, True)
    with pytest.raises(IllegalState, match="已设为"):
        services.open_shop(site_id=site.pk, facts=ShopFacts(), by=cast.cs, now=now)
    with pytest.raises(NotAllowed, match="社区书记或街道"):
        services.open_shop(site_id=site.pk, facts=ShopFacts(), by=clerk, now=now)
    with pytest.raises(NotFound):
        services.open_shop(site_id=site.pk, facts=ShopFacts(), by=cast.cs_2, now=now)
    assert Record.objects.filter(action="shop.add").count() == 1


def test_no_other_site_becomes_a_shop(make_site, cast, now):
    with pytest.raises(NotFound, match="积分超市阵地"):
        services.open_shop(site_id=make_site().pk, facts=ShopFacts(), by=cast.cs, now=now)


def test_how_a_shop_works_is_changed(shop, cast, now):
    facts = ShopFacts(is_open=False, lapse_days=3, offline_limit=0)
    done = services.change_shop(shop_id=shop.pk, facts=facts, by=cast.cs, now=now, revision=1)
    assert (done.is_open, done.lapse_days, done.revision) == (False, 3, 2)
    with pytest.raises(IllegalState, match="别人已修改"):
        services.change_shop(shop_id=shop.pk, facts=ShopFacts(), by=cast.ss, now=now, revision=1)
    with pytest.raises(InvalidInput, match="没有改动"):
        services.change_shop(shop_id=shop.pk, facts=facts, by=cast.cs, now=now)
    with pytest.raises(InvalidInput, match="1 至 60"):
        services.change_shop(shop_id=shop.pk, facts=ShopFacts(lapse_days=0), by=cast.cs, now=now)


def test_goods_are_offered_and_changed(shop, clerk, cast, now):
    made = services.add_goods(shop_id=shop.pk, facts=OIL, by=clerk, now=now)
    assert (made.from_on, made.left, made.per_month) == (date(2026, 11, 23), 0, 2)
    with pytest.raises(InvalidInput, match="同名商品"):
        services.add_goods(shop_id=shop.pk, facts=OIL, by=clerk, now=now)
    stock.purchase(key="stock-0001", shop_id=shop.pk, amounts={made.pk: 7}, by=clerk, now=now)
    dear = GoodsFacts(name="食用油", points=35, value=Decimal("15.90"), until_on=date(2026, 12, 31))
    done = services.change_goods(goods_id=made.pk, facts=dear, by=clerk, now=now, revision=1)
    assert (done.points, done.per_month, done.revision, left(done)) == (35, None, 2, 7)
    with pytest.raises(NotAllowed, match="积分超市管理员"):
        services.change_goods(goods_id=made.pk, facts=OIL, by=cast.cs, now=now)
    service = GoodsFacts(name="食用油", points=35, value=Decimal(1), keeps_stock=False)
    with pytest.raises(InvalidInput, match="不能再改是否管理库存"):
        services.change_goods(goods_id=made.pk, facts=service, by=clerk, now=now)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "油"}, "name"), ({"points": 0}, "points"), ({"value": Decimal("-1")}, "value"),
        ({"value": Decimal("1.001")}, "value"), ({"kind": "x"}, "kind"), ({"per_month": 0}, "per_month"),
        ({"until_on": date(2026, 1, 1)}, "until_on"),
    ],
)  # fmt: skip
def test_what_goods_cannot_be_is_told_by_its_field(shop, clerk, now, changes, field):
    facts = {"name": "食用油", "points": 30, "value": Decimal(15)} | changes
    with pytest.raises(InvalidInput) as refused:
        services.add_goods(shop_id=shop.pk, facts=GoodsFacts(**facts), by=clerk, now=now)
    assert refused.value.field == field
    assert not Goods.objects.exists()


def test_a_photo_takes_the_place_of_the_last(goods, clerk, now, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    one = goods()
    first, second = (files.store(upload=upload("油.jpg", picture()), kind="photo", by=clerk, now=now) for _ in range(2))
    assert services.set_photo(goods_id=one.pk, attachment_id=first.pk, by=clerk, now=now).photo_id == first.pk
    assert services.set_photo(goods_id=one.pk, attachment_id=second.pk, by=clerk, now=now).photo_id == second.pk
    one.refresh_from_db()
    assert one.photo_id == second.pk
    assert type(first).objects.filter(pk=first.pk).count() == 0


def test_stock_comes_in_and_breaks(shop, goods, clerk, cast, now):
    oil, cut = goods(left=0), goods("理发", 15, keeps_stock=False)
    stock.purchase(key="stock-0002", shop_id=shop.pk, amounts={oil.pk: 12}, words="社区采购", by=clerk, now=now)
    stock.write_off(key="stock-0003", shop_id=shop.pk, goods_id=oil.pk, amount=2, words="漏油", by=clerk, now=now)
    assert left(oil) == 10
    with pytest.raises(IllegalState, match="只有 10 件"):
        stock.write_off(key="stock-0004", shop_id=shop.pk, goods_id=oil.pk, amount=11, words="漏油", by=clerk, now=now)
    with pytest.raises(InvalidInput, match="报损原因"):
        stock.write_off(key="stock-0005", shop_id=shop.pk, goods_id=oil.pk, amount=1, words="", by=clerk, now=now)
    with pytest.raises(InvalidInput, match="不管理库存"):
        stock.purchase(key="stock-0006", shop_id=shop.pk, amounts={cut.pk: 1}, by=clerk, now=now)
    with pytest.raises(InvalidInput, match="至少填写一种"):
        stock.purchase(key="stock-0007", shop_id=shop.pk, amounts={oil.pk: 0}, by=clerk, now=now)
    with pytest.raises(NotFound):
        stock.purchase(key="stock-0008", shop_id=shop.pk, amounts={10**9: 1}, by=clerk, now=now)
    with pytest.raises(NotAllowed):
        stock.purchase(key="stock-0009", shop_id=shop.pk, amounts={oil.pk: 1}, by=cast.cw, now=now)


def test_a_count_finds_differences_and_what_waits_stands_there_too(shop, goods, rich, clerk, now):
    oil, rice = goods(left=10), goods("大米", 20, left=5)
    lines = [Line(oil.pk, 2)]
    made = place_order(shop_id=shop.pk, lines=lines, person_id=rich().pk, key="waiting-1", by=clerk, now=now)
    done = stock.count_stock(
        key="stock-0010", shop_id=shop.pk, by=clerk, now=now,
        counts=[Count(oil.pk, 10, 10), Count(rice.pk, 4, 5, "少一袋")],
    )  # fmt: skip
    assert (done, left(oil), left(rice)) == ({rice.pk: -1}, 8, 4)
    hand_over(order_id=made.pk, by=clerk, now=now)
    assert stock.count_stock(
        key="stock-0011", shop_id=shop.pk, counts=[Count(oil.pk, 9, 8, "多一桶")], by=clerk, now=now
    ) == {oil.pk: 1}
    assert StockMove.objects.filter(kind="counted").count() == 2
    assert Record.objects.filter(action="shop.counted").count() == 2


def test_a_count_is_refused_without_a_reason_and_when_something_moved(shop, goods, rich, clerk, now):
    oil = goods(left=10)
    place_order(shop_id=shop.pk, lines=[Line(oil.pk, 2)], person_id=rich().pk, key="waiting-1", by=clerk, now=now)
    with pytest.raises(InvalidInput, match="账面 10 件，清点 9 件，请填写差异原因"):
        stock.count_stock(key="stock-0012", shop_id=shop.pk, counts=[Count(oil.pk, 9)], by=clerk, now=now)
    with pytest.raises(IllegalState, match="有出入库，账面现为 10 件"):
        stock.count_stock(key="stock-0013", shop_id=shop.pk, counts=[Count(oil.pk, 9, 9, "少了")], by=clerk, now=now)
    with pytest.raises(IllegalState, match="有 2 件待领取，清点只有 1 件"):
        stock.count_stock(key="stock-0014", shop_id=shop.pk, counts=[Count(oil.pk, 1, 10, "少了")], by=clerk, now=now)
    with pytest.raises(InvalidInput, match="至少填写一种"):
        stock.count_stock(key="stock-0015", shop_id=shop.pk, counts=[], by=clerk, now=now)
    assert left(oil) == 8


def test_an_order_keeps_its_price(shop, goods, rich, clerk, now):
    oil = goods(points=30)
    made = place_order(
        shop_id=shop.pk, lines=[Line(oil.pk, 1)], person_id=rich().pk, key="waiting-1", by=clerk, now=now
    )
    services.change_goods(
        goods_id=oil.pk, facts=GoodsFacts(name="食用油", points=40, value=Decimal(20)), by=clerk, now=now
    )
    line = made.lines.get()
    assert (line.points, line.value) == (30, Decimal("15.90"))
    assert Shop.objects.get().lapse_days == 7
    assert made.lapse_at > now + timedelta(days=7)


class TestSentTwice:
    """A double click, or a repeat after a lost answer: booked once."""

    def test_a_purchase(self, shop, goods, clerk, now):
        oil = goods(left=0)

        def buy(amount: int, key: str = "purchase-1"):
            return stock.purchase(shop_id=shop.pk, amounts={oil.pk: amount}, key=key, by=clerk, now=now)

        first, again = buy(7), buy(7)
        assert (first.is_new, again.is_new, again.pk) == (True, False, first.pk)
        assert left(oil) == 7
        assert Record.objects.filter(action="shop.purchase").count() == 1
        with pytest.raises(IllegalState, match="内容不同") as refused:
            buy(8)
        assert (refused.value.code, left(oil)) == ("key_reused", 7)
        assert buy(7, "purchase-2").is_new
        assert left(oil) == 14

    def test_breakage_to_the_last_piece(self, shop, goods, clerk, now):
        oil = goods(left=2)
        more = {"shop_id": shop.pk, "goods_id": oil.pk, "amount": 2, "words": "漏油", "key": "broken-1"}
        assert stock.write_off(**more, by=clerk, now=now).is_new
        assert not stock.write_off(**more, by=clerk, now=now).is_new
        assert left(oil) == 0

    def test_a_count_says_again_what_it_found(self, shop, goods, clerk, now):
        oil = goods(left=5)
        counts = [Count(oil.pk, 4, 5, "少一桶")]
        for _ in range(2):
            assert stock.count_stock(shop_id=shop.pk, counts=counts, key="counted-1", by=clerk, now=now) == {oil.pk: -1}
        assert left(oil) == 4
        with pytest.raises(IllegalState, match="内容不同"):
            stock.count_stock(shop_id=shop.pk, counts=[Count(oil.pk, 3, 4, "又少")], key="counted-1", by=clerk, now=now)

    def test_what_was_refused_leaves_its_key_free(self, shop, goods, clerk, now):
        oil = goods(left=1)
        more = {"shop_id": shop.pk, "goods_id": oil.pk, "words": "漏油", "key": "broken-1"}
        with pytest.raises(IllegalState, match="只有 1 件"):
            stock.write_off(**more, amount=2, by=clerk, now=now)
        assert stock.write_off(**more, amount=1, by=clerk, now=now).is_new

    @pytest.mark.parametrize("key", ["", "short", "with\0nul-in-it"])
    def test_without_a_key_nothing_is_booked(self, shop, goods, clerk, now, key):
        oil = goods(left=0)
        with pytest.raises(InvalidInput, match="请求编号"):
            stock.purchase(shop_id=shop.pk, amounts={oil.pk: 1}, key=key, by=clerk, now=now)
        assert left(oil) == 0

    def test_the_pages_send_a_key_and_keep_it(self, shop, goods, clerk):
        oil, client = goods(left=3), client_of(clerk)
        address = reverse("points:shop_purchase", args=[shop.pk])
        key = str(client.get(address).context["key"])
        form = {"key": key, f"amount-{oil.pk}": "4"}
        wrong = client.post(address, form | {f"amount-{oil.pk}": "四"})
        assert (wrong.status_code, wrong.context["key"]) == (400, key)
        assert [client.post(address, form).status_code for _ in range(2)] == [302, 302]
        assert left(oil) == 7
        assert client.post(address, form | {f"amount-{oil.pk}": "5"}).status_code == 409
        address = reverse("points:shop_write_off", args=[shop.pk])
        key = str(client.get(address).context["form"]["key"].value())
        form = {"key": key, "goods": oil.pk, "amount": 7, "words": "受潮"}
        assert [client.post(address, form).status_code for _ in range(2)] == [302, 302]
        assert left(oil) == 0
        address = reverse("points:shop_count", args=[shop.pk])
        form = {"key": str(client.get(address).context["key"]), f"found-{oil.pk}": "2", f"there-{oil.pk}": "0"}
        form[f"words-{oil.pk}"] = "找到两件"
        assert [client.post(address, form).status_code for _ in range(2)] == [302, 302]
        assert left(oil) == 2

    def test_at_once(self, shop, goods, clerk, now):
        oil = goods(left=0)
        ended = at_once(
            *[
                lambda: stock.purchase(shop_id=shop.pk, amounts={oil.pk: 3}, key="purchase-1", by=clerk, now=now)
                for _ in range(6)
            ]
        )
        assert (ended, left(oil)) == (["done"] * 6, 3)
