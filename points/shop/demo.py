"""The demonstration's points shops: goods with prices, half a year of exchanges, orders that wait, settled months.

All invented; the same ones for the same day. Points are taken from what people have: without any there are shops and
goods, and no orders.
"""

from __future__ import annotations

import random
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.demo import USERNAMES
from accounts.models import Posting, User
from governance.copying import copy_rows, new_keys
from governance.scope import Role, UnitKind
from grids.models import Site, SiteHours, SiteKind, Unit
from members.models import Person
from points.models import Account, Allocation, Entry, Goods, Lot, Order, OrderLine, Shop, StockMove, Transaction
from points.shop import codes, demo_pictures, selectors
from points.shop.services import _settling
from points.shop.services._placing import SOURCE, lapse_at

MOST_SHOPS, TARGET, WAITING = 60, 32_000, 60
# Name, yuan, points (about two for a yuan), pieces bought, words.
_GOODS: list[tuple[str, str, int, int, str]] = [
    ("大豆油", "32.00", 60, 20, "1.8 升，一级"), ("大米", "24.50", 46, 24, "5 公斤，五常产"),
    ("鸡蛋", "12.80", 24, 40, "15 枚一板"), ("挂面", "6.50", 12, 60, "1 公斤"),
    ("食盐", "2.50", 5, 80, "400 克"), ("酱油", "8.90", 17, 40, "800 毫升"), ("陈醋", "6.90", 13, 40, "500 毫升"),
    ("洗衣液", "19.90", 38, 24, "2 公斤"), ("洗洁精", "7.90", 15, 40, "1 公斤"), ("香皂", "4.50", 9, 60, "两块装"),
    ("牙膏", "8.50", 16, 50, "120 克"), ("毛巾", "9.90", 19, 40, "纯棉"), ("抽纸", "11.50", 22, 50, "三包"),
    ("卫生纸", "16.80", 32, 30, "十卷"), ("垃圾袋", "5.90", 11, 60, "五卷"), ("保温杯", "29.90", 56, 12, "500 毫升"),
    ("雨伞", "22.00", 42, 15, "三折"), ("保鲜盒", "13.50", 26, 24, "三件套"), ("手套", "6.80", 13, 40, "冬季加绒"),
    ("暖手宝", "26.00", 50, 12, "可充电"), ("跳绳", "9.50", 18, 20, ""), ("作业本", "5.00", 10, 60, "五本"),
]  # fmt: skip
_SERVICES: list[tuple[str, str, int, str]] = [
    ("理发一次", "15.00", 30, "每周三下午，社区便民理发点"), ("磨刀一把", "5.00", 10, "每月第一个周六上午"),
    ("家电检修一次", "30.00", 60, "维修志愿队上门，材料费另计"), ("衣物缝补一件", "8.00", 16, "社区缝纫角"),
    ("先锋徽章", "6.00", 20, "网格先锋纪念徽章"), ("观影券一张", "20.00", 40, "周末社区影院"),
]  # fmt: skip


@dataclass
class _Purse:
    """What a person may spend: lots as [key, left, since, until], first what expires first."""

    account: int
    person: int
    name: str
    lots: list[list[Any]] = field(default_factory=list)

    def usable(self, on: date) -> int:
        """Points that were there on the day, and are there now."""
        return sum(lot[1] for lot in self.lots if lot[2] <= on)

    def take(self, points: int, on: date) -> list[tuple[int, int]]:
        """From which lots."""
        taken = []
        for lot in self.lots:
            amount = min(points, lot[1]) if lot[2] <= on else 0
            if amount:
                taken.append((lot[0], amount))
                lot[1], points = lot[1] - amount, points - amount
        return taken


@dataclass
class _Counter:
    """A shop with its goods, who stands at the counter, and who comes."""

    shop: Shop
    account: int
    clerk: tuple[int, str]
    goods: list[Goods]
    left: dict[int, int]
    purses: list[_Purse]


@dataclass
class _Rows:
    """What is written, in the order of the tables."""

    orders: list[list[Any]] = field(default_factory=list)
    lines: list[list[Any]] = field(default_factory=list)
    transactions: list[list[Any]] = field(default_factory=list)
    entries: list[list[Any]] = field(default_factory=list)
    allocations: list[list[Any]] = field(default_factory=list)
    moves: list[list[Any]] = field(default_factory=list)
    points: int = 0


_PLACE = ("unit_id", "district_id", "street_id", "community_id", "grid_id")
_ORDER = (
    "id", "shop_id", "person_id", "state", "how", "points", "covered", "key", "content", "code_key", "code_index",
    "placed_at", "placed_by_user", "placed_by_name", "lapse_at", "warned_at", "ended_at", "ended_on", "ended_by_user",
    "ended_by_name", "ended_words", "held_by_id", *_PLACE,
)  # fmt: skip
_LINE = ("order_id", "goods_id", "name", "count", "points", "value")
_TRANSACTION = (
    "id", "kind", "key", "content", "source_type", "source_id", "undoes_id", "points", "words", "by_user", "by_name",
    "on", "at", "xact", *_PLACE,
)  # fmt: skip
_MOVE = ("goods_id", "kind", "amount", "order_id", "words", "by_user", "by_name", "on", "at")


def fill(*, now: datetime, progress: Callable[[int], object] | None = None) -> None:
    """Fill this subject for the demo; harmless to repeat."""
    district = Unit.objects.filter(kind=UnitKind.DISTRICT).order_by("pk").first()
    if district is None or Shop.objects.filter(district=district).exists():
        return
    rng = random.Random(district.code)
    with transaction.atomic():
        shops = _open(district, rng, now)
        goods = _offer(shops, rng, now)
        _buy(goods, rng, now)
    with transaction.atomic():
        counters = _counters(shops, now)
        rows = _exchange(counters, rng, now)
        _write(rows)
    _settle(shops, now)
    if progress is not None:
        progress(len(rows.orders))


def _open(district: Unit, rng: random.Random, now: datetime) -> list[Shop]:
    sites = Site.objects.filter(district=district, kind__code="shop", closed_on=None, community__isnull=False)
    found = list(sites.select_related("unit", "community").order_by("pk")[:MOST_SHOPS])
    found += _at_the_clerks(district, {site.community_id for site in found}, now)
    shops = Shop.objects.bulk_create(
        Shop(
            site=site, unit=site.unit, district_id=site.district_id, street_id=site.street_id or 0,
            community_id=site.community_id, grid_id=None, offline_limit=rng.choice((200, 300, 500)), made_at=now,
            changed_at=now,
        )
        for site in found
    )  # fmt: skip
    Account.objects.bulk_create(
        [Account(kind="shop", district=district, site=site, opened_at=now) for site in found], ignore_conflicts=True
    )
    return shops


def _at_the_clerks(district: Unit, there: set[int | None], now: datetime) -> list[Site]:
    """A shop where the demonstration's clerk works, if there is none."""
    username = USERNAMES[Role.SHOP_CLERK]
    posting = Posting.objects.filter(user__username=username, unit__district=district).select_related("unit").first()
    kind = SiteKind.objects.filter(code="shop").first()
    if posting is None or kind is None or posting.unit.community_id in there | {None}:
        return []
    home = Unit.objects.get(pk=posting.unit.community_id or 0)
    name = home.short_name or home.name
    site = Site.objects.create(
        kind=kind, name=f"{name}积分超市", unit=home, district=district, street_id=home.street_id, community=home,
        address=f"{name}服务街 8 号", area_m2=46, opened_on=date(2024, 5, 1),
    )  # fmt: skip
    SiteHours.objects.bulk_create(
        SiteHours(site=site, weekday=day, start_minute=start, end_minute=end)
        for day in range(1, 7)
        for start, end in ((540, 690), (810, 1050))
    )
    return [site]


def _offer(shops: list[Shop], rng: random.Random, now: datetime) -> list[tuple[Goods, int]]:
    """Goods with the pieces that are bought at first."""
    rows = []
    since = timezone.localdate(now) - timedelta(days=200)
    said = {"from_on": since, "made_at": now, "changed_at": now}
    for shop in shops:
        for name, value, points, pieces, words in rng.sample(_GOODS, rng.randint(10, 15)):
            limit = rng.choice((None, 1, 2)) if points > 30 else None
            one = Goods(shop=shop, name=name, value=Decimal(value), points=points, words=words, per_month=limit, **said)
            rows.append((one, pieces))
        for name, value, points, words in rng.sample(_SERVICES, rng.randint(2, 4)):
            one = Goods(shop=shop, name=name, value=Decimal(value), points=points, words=words, kind="service",
                        keeps_stock=False, **said)  # fmt: skip
            rows.append((one, 0))
    Goods.objects.bulk_create(one for one, _ in rows)
    demo_pictures.give([one for one, _ in rows])
    return rows


def _buy(goods: list[tuple[Goods, int]], rng: random.Random, now: datetime) -> None:
    day = timezone.localdate(now) - timedelta(days=190)
    rows = [
        [one.pk, "purchase", rng.choice((6, pieces, pieces)), None, "社区统一采购", 0, "系统", day, _at(day, 9)]
        for one, pieces in goods
        if one.keeps_stock
    ]
    copy_rows(StockMove, _MOVE, rows)


def _counters(shops: list[Shop], now: datetime) -> list[_Counter]:
    purses = _purses(shops, now)
    clerks = _clerks([shop.community_id for shop in shops])
    accounts = dict(Account.objects.filter(kind="shop").values_list("site", "pk"))
    goods: dict[int, list[Goods]] = defaultdict(list)
    for one in Goods.objects.filter(shop__in=shops).order_by("pk"):
        goods[one.shop_id].append(one)
    return [
        _Counter(
            shop, accounts[shop.site_id], clerks.get(shop.community_id or 0, (0, "系统")), goods[shop.pk],
            {one.pk: one.left for one in goods[shop.pk]}, purses.get(shop.community_id or 0, []),
        )
        for shop in shops
    ]  # fmt: skip


def _purses(shops: list[Shop], now: datetime) -> dict[int, list[_Purse]]:
    """Who has points, by community."""
    lots = Lot.objects.filter(
        left__gt=0, expires_on__gte=timezone.localdate(now), account__person__state="here",
        account__person__community__in={shop.community_id for shop in shops},
    )  # fmt: skip
    columns = ("account", "account__person", "account__person__name", "account__person__community", "pk", "left",
               "transaction__on", "expires_on")  # fmt: skip
    found: dict[int, _Purse] = {}
    homes: dict[int, list[_Purse]] = defaultdict(list)
    for account, person, name, home, pk, left, since, until in lots.order_by("account", "expires_on", "pk").values_list(
        *columns
    ):
        if account not in found:
            found[account] = _Purse(account, person, name)
            homes[home].append(found[account])
        found[account].lots.append([pk, left, since, until])
    return homes


def _clerks(communities: list[int | None]) -> dict[int, tuple[int, str]]:
    """Who stands at the counter: the clerk, else somebody of the community."""
    roles = {Role.SHOP_CLERK.value: 0, Role.COMMUNITY_WORKER.value: 1, Role.COMMUNITY_SECRETARY.value: 2}
    rows = Posting.objects.filter(unit__in=communities, role__in=roles).select_related("user")
    found = {}
    for posting in sorted(rows, key=lambda one: (-roles[one.role], one.pk), reverse=False):
        found[posting.unit_id] = (posting.user_id, posting.user.name)
    return found


def _exchange(counters: list[_Counter], rng: random.Random, now: datetime) -> _Rows:
    """Orders of the last five months until the target is reached, then those that wait."""
    rows, today = _Rows(), timezone.localdate(now)
    busy = [counter for counter in counters if counter.purses and counter.goods]
    tries = 0
    while busy and rows.points < TARGET and tries < 12_000:
        tries += 1
        day = today - timedelta(days=rng.randint(8, 150))
        _try(rows, rng.choice(busy), rng, day, now, waits=False)
    for number in range(WAITING if busy else 0):
        day = today - timedelta(days=7 if number == 0 else rng.randint(0, 6))
        _try(rows, busy[number % len(busy)], rng, day, now, waits=True)
    _for_members(rows, busy, rng, today, now)
    return rows


def _for_members(rows: _Rows, busy: list[_Counter], rng: random.Random, today: date, now: datetime) -> None:
    """An order that waits for everybody who signs in to the demonstration and has points."""
    users = User.objects.filter(username__in=USERNAMES.values()).exclude(phone_index="")
    phones = set(users.values_list("phone_index", flat=True))
    for counter in busy:
        people = {purse.person: purse for purse in counter.purses}
        mine = Person.objects.filter(pk__in=people, phone_index__in=phones)
        for person in mine.values_list("pk", flat=True):
            _try(rows, counter, rng, today, now, waits=True, purse=people[person])


def _try(
    rows: _Rows, counter: _Counter, rng: random.Random, day: date, now: datetime, *, waits: bool,
    purse: _Purse | None = None,
) -> None:  # fmt: skip
    purse = purse or rng.choice(counter.purses)
    usable = purse.usable(day)
    offered = [
        one for one in counter.goods if one.points <= usable and (not one.keeps_stock or counter.left[one.pk] > 0)
    ]
    if not offered:
        return
    first = rng.choice(offered)
    picked = [first]
    others = [one for one in offered if one != first and one.points <= usable - first.points]
    if others and rng.random() < 0.35:
        picked.append(rng.choice(others))
    _order(rows, counter, purse, picked, rng, day, now, waits=waits)


def _order(
    rows: _Rows, counter: _Counter, purse: _Purse, picked: list[Goods], rng: random.Random, day: date, now: datetime, *,
    waits: bool,
) -> None:  # fmt: skip
    shop, points = counter.shop, sum(one.points for one in picked)
    at = min(_at(day, rng.randint(9, 17), rng.randint(0, 59)), now)
    is_phone = waits or rng.random() < 0.6
    ended = None if waits else min(at + timedelta(days=rng.randint(0, 5) if is_phone else 0, minutes=4), now)
    by = (0, purse.name) if is_phone else counter.clerk
    key = uuid.UUID(int=rng.getrandbits(128), version=4)
    place = [getattr(shop, name) for name in _PLACE]
    order = [
        None, shop.pk, purse.person, "placed" if waits else "collected", "phone" if is_phone else "counter", points, 0,
        f"demo:{key}", "0" * 64, key, codes.index_of(codes.code_of(key)), at, *by, lapse_at(shop, at), None, ended,
        ended and timezone.localdate(ended), None if waits else counter.clerk[0], "" if waits else counter.clerk[1], "",
        None, *place,
    ]  # fmt: skip
    number = len(rows.orders)
    rows.orders.append(order)
    rows.points += 0 if waits else points
    rows.transactions.append([
        None, "spend", f"{SOURCE}:demo:{key}", "0" * 64, SOURCE, number, None, points, f"在{shop.site.name}兑换", *by,
        day, at, 0, *place,
    ])  # fmt: skip
    rows.entries += [[number, purse.account, -points], [number, counter.account, points]]
    rows.allocations += [[number, lot, amount] for lot, amount in purse.take(points, day)]
    for one in picked:
        rows.lines.append([number, one.pk, one.name, 1, one.points, one.value])
        if one.keeps_stock:
            counter.left[one.pk] -= 1
            rows.moves.append([one.pk, "sale", -1, number, "", *by, day, at])


def _write(rows: _Rows) -> None:
    """Numbers become keys, then everything goes in by COPY; the triggers keep balances, lots and stock."""
    if not rows.orders:
        return
    orders, spent = new_keys(Order, len(rows.orders)), new_keys(Transaction, len(rows.orders))
    for number, (order, change) in enumerate(zip(rows.orders, rows.transactions, strict=True)):
        order[0], change[0], change[5] = orders[number], spent[number], orders[number]
    copy_rows(Order, _ORDER, rows.orders)
    copy_rows(OrderLine, _LINE, ([orders[row[0]], *row[1:]] for row in rows.lines))
    copy_rows(Transaction, _TRANSACTION, rows.transactions)
    copy_rows(Entry, ("transaction_id", "account_id", "amount"), ([spent[n], a, x] for n, a, x in rows.entries))
    copy_rows(Allocation, ("transaction_id", "lot_id", "amount"), ([spent[n], a, x] for n, a, x in rows.allocations))
    copy_rows(StockMove, _MOVE, ([*row[:3], orders[row[3]], *row[4:]] for row in rows.moves))


def _settle(shops: list[Shop], now: datetime) -> None:
    """The months that are over; the last one still waits at every third shop."""
    names = dict(_secretaries([shop.community_id for shop in shops]))
    last = selectors.previous_month(timezone.localdate(now))
    for number, shop in enumerate(shops):
        who = names.get(shop.community_id or 0)
        if who is None:
            continue
        for month in _months(last):
            if month != last or number % 3:
                with transaction.atomic():
                    _settling.write(
                        shop, month, words="", user_id=who[0], user_name=who[1],
                        now=min(now, _at(selectors.next_month(month) + timedelta(days=2), 10)),
                    )  # fmt: skip


def _secretaries(communities: list[int | None]) -> Iterator[tuple[int, tuple[int, str]]]:
    rows = Posting.objects.filter(unit__in=communities, role=Role.COMMUNITY_SECRETARY.value).select_related("user")
    for posting in rows.order_by("-pk"):
        yield posting.unit_id, (posting.user_id, posting.user.name)


def _months(last: date) -> list[date]:
    """The last month and the three before it, in order."""
    months = [last]
    while len(months) < 4:
        months.insert(0, selectors.previous_month(months[0]))
    return months


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))
