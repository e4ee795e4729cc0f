"""The demonstration's shops: whole by the ledger's own rules, harmless to repeat, and quiet where nobody has points."""

from __future__ import annotations

import pytest
from PIL import Image

from points.models import Account, Allocation, Entry, Goods, Lot, Order, Settlement, Shop, StockMove, Transaction
from points.shop.demo import fill
from points.shop.demo_pictures import draw

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sites(make_site, district):
    return [
        make_site(f"{unit.name}积分超市", kind="shop", unit=unit)
        for unit in (district.community_1, district.community_2)
    ]


def test_without_points_there_are_shops_and_goods_and_no_orders(sites, now):
    fill(now=now)
    assert (Shop.objects.count(), Order.objects.count()) == (2, 0)
    assert 24 <= Goods.objects.count() <= 38
    assert StockMove.objects.filter(kind="purchase").count() == Goods.objects.filter(keeps_stock=True).count()


def test_what_people_have_is_exchanged_and_everything_adds_up(sites, rich, cast, clerk, now):
    for number in range(6):
        rich(800, name="王李张刘陈杨"[number] + "建国")
    told: list[int] = []
    fill(now=now, progress=told.append)
    orders = Order.objects.count()
    assert told == [orders]
    assert orders > 6
    assert Order.objects.filter(state="placed").exists()
    assert Transaction.objects.filter(kind="spend", source_type="shop.order").count() == orders
    for order in Order.objects.prefetch_related("lines"):
        assert order.points == sum(line.total for line in order.lines.all())
    for goods in Goods.objects.filter(keeps_stock=True):
        assert goods.left == sum(goods.moves.values_list("amount", flat=True)) >= 0
    for account in Account.objects.filter(kind="holder"):
        assert account.balance == sum(Entry.objects.filter(account=account).values_list("amount", flat=True))
        assert account.balance == sum(Lot.objects.filter(account=account).values_list("left", flat=True))
    taken = sum(Allocation.objects.values_list("amount", flat=True))
    assert taken == sum(Order.objects.values_list("points", flat=True))
    assert Settlement.objects.filter(shop__community=cast.cs.unit_id).count() in (3, 4)


def test_a_repeat_changes_nothing(sites, rich, now):
    rich(500)
    fill(now=now)
    before = (Order.objects.count(), StockMove.objects.count(), Transaction.objects.count())
    fill(now=now)
    assert (Order.objects.count(), StockMove.objects.count(), Transaction.objects.count()) == before


def test_goods_have_small_pictures_of_their_own(sites, now, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    fill(now=now)
    goods = list(Goods.objects.select_related("photo"))
    assert all(one.photo is not None and one.photo.subject_id == one.pk for one in goods)
    assert len({one.photo.file.name for one in goods}) == len(goods), "replaced alone"
    for one in goods:
        assert one.photo.size < 20_000
        with Image.open(one.photo.file.path) as picture:
            assert picture.size == (400, 400)
    assert {draw("大米"), draw("大米")} == {draw("大米")}, "the same each time"
