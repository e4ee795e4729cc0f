"""The points shop: goods, stock, orders, the counter, settlement: samples for the walk of services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from governance.errors import InvalidInput
from governance.files import services as files
from governance.scope import Actor
from grids.models import Site, SiteKind
from grids.sites.kinds import ensure_default_kinds
from members.models import Person
from points.ledger import accounts
from points.ledger import services as ledger
from points.ledger.posting import Cause
from points.models import Goods, OfflineSession, Order, Settlement, Shop
from points.shop.services import goods, offline, orders, settlement, stock
from points.shop.services.goods import GoodsFacts, ShopFacts
from points.shop.services.orders import Line
from points.shop.services.stock import Count
from tests.files.crafted import picture, upload
from tests.walk.residents import _person
from tests.walk.sampling import MADE, TODAY, WALKED, Refused, Sample, World

CLERK, SECRET, KEY = "SC@community_1", "the-device-of-the-counter", "the-key-of-the-walk"
OCTOBER = date(2026, 10, 1)
FACTS = GoodsFacts(name="大米", points=20, value=Decimal("19.90"))


def _site(world: World, by: Any = None) -> Site:
    ensure_default_kinds()
    home = world.unit("community_1")
    return Site.objects.create(
        kind=SiteKind.objects.get(code="shop"), name="一社区积分超市", address="幸福路 3 号",
        opened_on=date(2024, 5, 1),
        unit=home, district_id=home.district_id, street_id=home.street_id, community=home,
    )  # fmt: skip


def _shop(world: World, by: Any = None) -> Shop:
    made = goods.open_shop(site_id=_site(world).pk, facts=ShopFacts(), by=world.actor("CS@community_1"), now=MADE)
    accounts.of_reserve(made.site, MADE)
    return made


@dataclass
class Stocked:
    """A shop with ten oils, and somebody with a hundred points of a budget that has more."""

    shop: Shop
    oil: Goods
    person: Person
    order: Order | None = None


def _stocked(world: World, by: Any = None) -> Stocked:
    shop, clerk, person = _shop(world), world.actor(CLERK), _person(world)
    facts = GoodsFacts(name="食用油", points=30, value=Decimal("15.90"))
    oil = goods.add_goods(shop_id=shop.pk, facts=facts, by=clerk, now=MADE)
    stock.purchase(key="stock-0018", shop_id=shop.pk, amounts={oil.pk: 10}, by=clerk, now=MADE)
    home = world.unit("community_1")
    budget = accounts.of_budget(home, from_on=date(2026, 1, 1), until_on=date(2026, 12, 31), now=MADE)
    issue = accounts.of_issue(home.district_id or 0, MADE)
    ledger.fund(issue=issue, budget=budget, points=1000, cause=Cause(key="walk:fund", unit=home, by=clerk, now=MADE))
    ledger.award(
        budget=budget, holder=accounts.of_person(person, MADE), points=100, expires_on=date(2027, 6, 30),
        cause=Cause(key="walk:award", unit=home, by=clerk, now=MADE),
    )  # fmt: skip
    return Stocked(shop, oil, person)


def _place(world: World, thing: Stocked, by: Actor, **changes: Any) -> Order:
    asked = {"key": KEY, "lines": [Line(thing.oil.pk, 2)], "now": WALKED} | changes
    return orders.place_order(shop_id=thing.shop.pk, person_id=thing.person.pk, by=by, **asked)


def _ordered(world: World, by: Any = None) -> Stocked:
    thing = _stocked(world)
    thing.order = _place(world, thing, world.actor(CLERK), now=MADE)
    return thing


def _hand(world: World, thing: Stocked, by: Actor) -> Order:
    return orders.hand_over(order_id=_order(thing).pk, by=by, now=WALKED)


def _order(thing: Stocked) -> Order:
    found = thing.order
    if found is None:
        raise LookupError("nothing was ordered")
    return found


def _session(world: World, by: Any = None) -> tuple[Stocked, OfflineSession]:
    thing = _ordered(world)
    begun = offline.begin_offline(shop_id=thing.shop.pk, limit=90, secret=SECRET, by=world.actor(CLERK), now=MADE)
    return thing, begun


def _items(thing: Stocked) -> list[offline.Item]:
    at = MADE + timedelta(minutes=30)
    return [offline.Item("walk-item-1", offline.COLLECT, at, order_id=_order(thing).pk)]


def _photo(world: World, by: Actor) -> tuple[Stocked, Any]:
    thing = _stocked(world)
    return thing, files.store(upload=upload("油.jpg", picture()), kind=files.PHOTO, by=by, now=MADE)


def _put(model: Any, **values: Any) -> Any:
    return lambda world, thing: model.objects.update(**values)


def _row(action: str, subject: str) -> Any:
    return lambda world, thing, result: [(action, f"points.{subject}", result.pk)]


def _of_shop(action: str) -> Any:
    return lambda world, thing, result: [(action, "points.shop", thing.shop.pk)]


_CANCELLED = Refused(
    "cancelled",
    "已取消",
    spoil=lambda w, thing: orders.cancel_order(
        order_id=_order(thing).pk, words="不要了", by=w.actor("CW@community_1"), now=MADE
    ),
)
_PAID = "points_order points_orderline points_transaction points_entry points_allocation points_account points_lot"

SAMPLES: list[Sample] = [
    Sample(
        goods.open_shop,
        lambda world, site, by: goods.open_shop(site_id=site.pk, facts=ShopFacts(), by=by, now=WALKED),
        changes="points_shop points_account",
        then=lambda world, site, shop: shop.site_id == site.pk,
        rows=_row("shop.add", "shop"),
        make=_site,
        refused=(
            Refused(
                "is one already",
                "已设为",
                spoil=lambda w, site: goods.open_shop(
                    site_id=site.pk, facts=ShopFacts(), by=w.actor("CS@community_1"), now=MADE
                ),
            ),
        ),
    ),
    Sample(
        goods.change_shop,
        lambda world, shop, by: goods.change_shop(
            shop_id=shop.pk, facts=ShopFacts(is_open=False), by=by, now=WALKED, revision=1
        ),
        changes="points_shop",
        then=lambda world, shop, result: not result.is_open,
        rows=_row("shop.change", "shop"),
        make=_shop,
        refused=(Refused("changed meanwhile", "别人已修改", spoil=_put(Shop, revision=2)),),
    ),
    Sample(
        goods.add_goods,
        lambda world, shop, by: goods.add_goods(shop_id=shop.pk, facts=FACTS, by=by, now=WALKED),
        changes="points_goods",
        then=lambda world, shop, one: (one.shop_id, one.left) == (shop.pk, 0),
        rows=_row("shop.goods_add", "goods"),
        make=_shop,
        refused=(
            Refused(
                "one of its name is there",
                "同名",
                InvalidInput,
                spoil=lambda w, shop: goods.add_goods(shop_id=shop.pk, facts=FACTS, by=w.actor(CLERK), now=MADE),
            ),
        ),
    ),
    Sample(
        goods.change_goods,
        lambda world, thing, by: goods.change_goods(goods_id=thing.oil.pk, facts=FACTS, by=by, now=WALKED, revision=1),
        changes="points_goods",
        then=lambda world, thing, one: (one.name, one.left) == ("大米", 10),
        rows=_row("shop.goods_change", "goods"),
        make=_stocked,
        refused=(Refused("changed meanwhile", "别人已修改", spoil=_put(Goods, revision=2)),),
    ),
    Sample(
        goods.set_photo,
        lambda world, pair, by: goods.set_photo(goods_id=pair[0].oil.pk, attachment_id=pair[1].pk, by=by, now=WALKED),
        changes="points_goods files_attachment",
        then=lambda world, pair, one: one.photo_id == pair[1].pk,
        rows=_row("shop.goods_photo", "goods"),
        make=_photo,
        refused=(
            Refused(
                "the draft is gone", "已失效", InvalidInput, spoil=lambda w, pair: type(pair[1]).objects.all().delete()
            ),
        ),
    ),
    Sample(
        stock.purchase,
        lambda world, thing, by: stock.purchase(
            key="stock-0019", shop_id=thing.shop.pk, amounts={thing.oil.pk: 5}, by=by, now=WALKED
        ),
        changes="points_stockmove points_stocksheet points_goods",
        then=lambda world, thing, sheet: Goods.objects.get(pk=thing.oil.pk).left == 15,
        rows=_of_shop("shop.purchase"),
        make=_stocked,
        refused=(
            Refused(
                "nothing",
                "至少填写一种",
                InvalidInput,
                call=lambda w, thing, by: stock.purchase(
                    key="stock-0020", shop_id=thing.shop.pk, amounts={}, by=by, now=WALKED
                ),
            ),
        ),
    ),
    Sample(
        stock.write_off,
        lambda world, thing, by: stock.write_off(
            key="stock-0021", shop_id=thing.shop.pk, goods_id=thing.oil.pk, amount=2, words="漏油", by=by, now=WALKED
        ),
        changes="points_stockmove points_stocksheet points_goods",
        then=lambda world, thing, sheet: Goods.objects.get(pk=thing.oil.pk).left == 8,
        rows=_of_shop("shop.written_off"),
        make=_stocked,
        refused=(
            Refused(
                "more than there are",
                "只有 10 件",
                call=lambda w, thing, by: stock.write_off(
                    key="stock-0022",
                    shop_id=thing.shop.pk,
                    goods_id=thing.oil.pk,
                    amount=11,
                    words="漏油",
                    by=by,
                    now=WALKED,
                ),
            ),
        ),
    ),
    Sample(
        stock.count_stock,
        lambda world, thing, by: stock.count_stock(
            key="stock-0023", shop_id=thing.shop.pk, counts=[Count(thing.oil.pk, 9, 10, "少一桶")], by=by, now=WALKED
        ),
        changes="points_stockmove points_stocksheet points_goods",
        then=lambda world, thing, found: found == {thing.oil.pk: -1},
        rows=_of_shop("shop.counted"),
        make=_stocked,
        refused=(
            Refused(
                "something moved meanwhile",
                "有出入库",
                spoil=lambda w, thing: stock.purchase(
                    key="stock-0024", shop_id=thing.shop.pk, amounts={thing.oil.pk: 1}, by=w.actor(CLERK), now=MADE
                ),
            ),
        ),
    ),
    Sample(
        orders.place_order,
        _place,
        changes=f"{_PAID} points_stockmove points_goods",
        then=lambda world, thing, order: (order.points, order.how) == (60, "counter"),
        rows=_row("shop.order_place", "order"),
        make=_stocked,
        refused=(
            Refused("closed", "不接受兑换", spoil=_put(Shop, is_open=False)),
            Refused("not on sale", "已下架", InvalidInput, spoil=_put(Goods, from_on=OCTOBER, until_on=OCTOBER)),
            Refused(
                "too few",
                "只剩 10 件",
                call=lambda w, thing, by: _place(w, thing, by, lines=[Line(thing.oil.pk, 11)]),
                spoil=_put(Goods, points=1),
            ),
        ),
    ),
    Sample(
        orders.hand_over,
        _hand,
        changes="points_order",
        then=lambda world, thing, order: (order.state, order.is_new) == ("collected", True),
        rows=_row("shop.order_hand_over", "order"),
        make=_ordered,
        refused=(_CANCELLED,),
    ),
    Sample(
        orders.cancel_order,
        lambda world, thing, by: orders.cancel_order(order_id=_order(thing).pk, words="不要了", by=by, now=WALKED),
        changes="points_order points_transaction points_entry points_allocation points_account points_lot "
        "points_stockmove points_goods",
        then=lambda world, thing, order: order.state == "cancelled",
        rows=_row("shop.order_cancel", "order"),
        make=_ordered,
        refused=(Refused("collected", "已领取", spoil=lambda w, thing: _hand(w, thing, w.actor("CW@community_1"))),),
    ),
    Sample(
        offline.begin_offline,
        lambda world, thing, by: offline.begin_offline(
            shop_id=thing.shop.pk, limit=90, secret=SECRET, by=by, now=WALKED
        ),
        changes="points_offlinesession points_order points_transaction points_entry points_account",
        then=lambda world, thing, session: (session.limit, session.held.count()) == (90, 1),
        rows=_row("shop.offline_begin", "offlinesession"),
        make=_ordered,
        refused=(
            Refused(
                "another is open",
                "还没有结束",
                spoil=lambda w, thing: offline.begin_offline(
                    shop_id=thing.shop.pk, limit=0, secret=SECRET, by=w.actor(CLERK), now=MADE
                ),
            ),
        ),
    ),
    Sample(
        offline.upload,
        lambda world, pair, by: offline.upload(
            session_id=pair[1].pk, secret=SECRET, items=_items(pair[0]), by=by, now=WALKED
        ),
        changes="points_offlineupload points_order",
        then=lambda world, pair, rows: [row.outcome for row in rows] == ["done"],
        rows=lambda world, pair, rows: [
            ("shop.order_hand_over", "points.order", _order(pair[0]).pk),
            ("shop.offline_upload", "points.offlinesession", pair[1].pk),
        ],
        make=_session,
        refused=(
            Refused(
                "it is closed",
                "已结束",
                spoil=lambda w, pair: offline.end_offline(
                    session_id=pair[1].pk, secret=SECRET, by=w.actor(CLERK), now=MADE
                ),
            ),
        ),
    ),
    Sample(
        offline.end_offline,
        lambda world, pair, by: offline.end_offline(session_id=pair[1].pk, secret=SECRET, by=by, now=WALKED),
        changes="points_offlinesession points_order points_transaction points_entry points_account",
        then=lambda world, pair, session: session.state == "closed",
        rows=_row("shop.offline_end", "offlinesession"),
        make=_session,
        harmless="a repeat finds it closed, and changes nothing",
    ),
    Sample(
        settlement.settle,
        lambda world, thing, by: settlement.settle(shop_id=thing.shop.pk, month=OCTOBER, by=by, now=WALKED),
        changes="points_settlement",
        then=lambda world, thing, row: Settlement.objects.get().month == OCTOBER,
        rows=_row("shop.settle", "settlement"),
        make=_stocked,
        refused=(
            Refused(
                "not over",
                "还没有结束",
                call=lambda w, thing, by: settlement.settle(
                    shop_id=thing.shop.pk, month=TODAY.replace(day=1), by=by, now=WALKED
                ),
            ),
        ),
    ),
]
