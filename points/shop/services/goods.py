"""A shop's settings, and what it offers: goods and services with their prices, limits and photos."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from governance.days import today_of
from governance.errors import IllegalState, InvalidInput, NotFound
from governance.files import services as files
from governance.scope import Actor, own_column
from grids.models import Site
from members.words import choice_of, text_of
from points.ledger import accounts
from points.models import Goods, Shop
from points.models.shop import GOODS_KINDS
from points.shop.querysets import STAFF
from points.shop.services._common import SETTINGS, STOCK, locked_shop, record, require, unchanged

SITE_KIND = "shop"
GOODS = "points.goods"
MOST_POINTS, MOST_VALUE, MOST_GOODS = 100_000, Decimal(100_000), 300
_SHOP_KEPT = ("is_open", "lapse_days", "offline_limit")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopFacts:
    """How a shop works: whether it takes orders, days until one lapses, points for an hour without a connection."""

    is_open: bool = True
    lapse_days: int = 7
    offline_limit: int = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsFacts:
    """What is said of goods. `value` in yuan; `per_month` None: no limit; `from_on` None: from today."""

    name: str
    points: int
    value: Decimal
    kind: str = "goods"
    words: str = ""
    per_month: int | None = None
    keeps_stock: bool = True
    low_at: int = 5
    from_on: date | None = None
    until_on: date | None = None


def open_shop(*, site_id: int, facts: ShopFacts, by: Actor, now: datetime) -> Shop:
    """Let a site of the actor's exchange points. Raises NotFound elsewhere, IllegalState when it does already."""
    require(by, SETTINGS)
    with transaction.atomic(durable=True):
        column = own_column(by, STAFF)
        sites = Site.objects.filter(kind__code=SITE_KIND, closed_on=None, community__isnull=False)
        site = sites.filter(**{column: by.unit_id}).filter(pk=site_id).first() if column else None
        if site is None:
            raise NotFound("请选择本辖区内在用、设在社区的积分超市阵地。", field="site")
        shop = Shop(
            site=site, unit=site.unit, district_id=site.district_id, street_id=site.street_id or 0,
            community_id=site.community_id, grid_id=site.unit_id if site.unit.kind == "grid" else None, made_at=now,
            changed_at=now,
        )  # fmt: skip
        _set_shop(shop, facts)
        try:
            with transaction.atomic():
                shop.save(force_insert=True)
        except IntegrityError:
            raise IllegalState(f"{site.name}已设为积分超市。", field="site") from None
        accounts.of_shop(site, now)
        record("shop.add", shop, by=by, now=now, after=_kept(shop, _SHOP_KEPT))
    return shop


def change_shop(*, shop_id: int, facts: ShopFacts, by: Actor, now: datetime, revision: int | None = None) -> Shop:
    """Change how a shop works; orders that wait keep their day. Raises InvalidInput naming the field."""
    require(by, SETTINGS)
    with transaction.atomic(durable=True):
        shop = locked_shop(shop_id, by, revision)
        before = _kept(shop, _SHOP_KEPT)
        _set_shop(shop, facts)
        if before == _kept(shop, _SHOP_KEPT):
            raise InvalidInput("没有改动任何内容，无需保存。")
        shop.changed_at, shop.revision = now, shop.revision + 1
        shop.save(update_fields=[*_SHOP_KEPT, "changed_at", "revision"])
        record("shop.change", shop, by=by, now=now, before=before, after=_kept(shop, _SHOP_KEPT))
    return shop


def add_goods(*, shop_id: int, facts: GoodsFacts, by: Actor, now: datetime) -> Goods:
    """Offer something new; its stock begins with a purchase. Raises InvalidInput naming the field."""
    require(by, STOCK)
    with transaction.atomic(durable=True):
        shop = locked_shop(shop_id, by)
        if shop.goods.count() >= MOST_GOODS:
            raise IllegalState(f"一家超市最多 {MOST_GOODS} 种商品，请改用已下架的商品。")
        goods = Goods(shop=shop, from_on=today_of(now), made_at=now, changed_at=now, keeps_stock=facts.keeps_stock)
        _set_goods(goods, facts)
        _write(goods)
        record("shop.goods_add", goods, by=by, now=now, after=_said(goods))
    return goods


def change_goods(*, goods_id: int, facts: GoodsFacts, by: Actor, now: datetime, revision: int | None = None) -> Goods:
    """Change what is said of goods; orders that wait keep their price. Raises InvalidInput naming the field."""
    require(by, STOCK)
    with transaction.atomic(durable=True):
        goods = _locked(goods_id, by, revision)
        before = _said(goods)
        if facts.keeps_stock != goods.keeps_stock and goods.lines.exists() | goods.moves.exists():
            raise InvalidInput("已有进货或兑换，不能再改是否管理库存；请另设一种商品。", field="keeps_stock")
        goods.keeps_stock = facts.keeps_stock
        _set_goods(goods, facts)
        if before == _said(goods):
            raise InvalidInput("没有改动任何内容，无需保存。")
        goods.changed_at, goods.revision = now, goods.revision + 1
        _write(goods)
        record("shop.goods_change", goods, by=by, now=now, before=before, after=_said(goods))
    return goods


def set_photo(*, goods_id: int, attachment_id: UUID | str, by: Actor, now: datetime) -> Goods:
    """Give goods a photo, in place of the one that they have. Raises InvalidInput for what is no photo of the actor."""
    require(by, STOCK)
    with transaction.atomic(durable=True):
        goods = _locked(goods_id, by, None)
        (photo,) = files.attach(ids=[attachment_id], subject_type=GOODS, subject_id=goods.pk, by=by)
        if photo.kind != files.PHOTO:
            raise InvalidInput("请上传照片。", field="photo")
        old, goods.photo = goods.photo_id, photo
        goods.changed_at = now
        goods.save(update_fields=["photo", "changed_at"])
        if old is not None:
            files.remove(ids=[old], subject_type=GOODS, subject_id=goods.pk)
        record("shop.goods_photo", goods, by=by, now=now, after={"sha256": photo.sha256})
    return goods


def _locked(goods_id: int, by: Actor, revision: int | None) -> Goods:
    rows = Goods.objects.visible_to(by).select_for_update(of=("self",), no_key=True)
    goods: Goods | None = rows.filter(pk=goods_id).first()
    if goods is None:
        raise NotFound("没有找到这种商品，或不在您的管辖范围内。")
    unchanged(goods.revision, revision)
    return goods


def _set_shop(shop: Shop, facts: ShopFacts) -> None:
    _between(facts.lapse_days, 1, 60, "领取期限", "lapse_days")
    _between(facts.offline_limit, 0, 20_000, "离线限额", "offline_limit")
    shop.is_open, shop.lapse_days, shop.offline_limit = facts.is_open, facts.lapse_days, facts.offline_limit


def _set_goods(goods: Goods, facts: GoodsFacts) -> None:
    goods.name = text_of(facts.name, label="名称", field="name", most=40, least=2)
    goods.words = text_of(facts.words, label="说明", field="words", most=300)
    goods.kind = choice_of(facts.kind, GOODS_KINDS, label="类别", field="kind")
    _between(facts.points, 1, MOST_POINTS, "所需积分", "points")
    if not 0 <= facts.value < MOST_VALUE or facts.value != round(facts.value, 2):
        raise InvalidInput("价值应是 0 至 99,999.99 元，最多两位小数。", field="value")
    if facts.per_month is not None:
        _between(facts.per_month, 1, 99, "每人每月限兑", "per_month")
    _between(facts.low_at, 0, 9_999, "库存预警", "low_at")
    goods.points, goods.value, goods.per_month, goods.low_at = facts.points, facts.value, facts.per_month, facts.low_at
    goods.from_on, goods.until_on = facts.from_on or goods.from_on, facts.until_on
    if goods.until_on is not None and goods.until_on < goods.from_on:
        raise InvalidInput("下架日期不能早于上架日期。", field="until_on")


def _between(value: int, least: int, most: int, label: str, field: str) -> None:
    if not least <= value <= most:
        raise InvalidInput(f"{label}应是 {least} 至 {most:,} 之间的整数。", field=field)


def _write(goods: Goods) -> None:
    kept = [field.name for field in Goods._meta.concrete_fields if field.name not in ("id", "left")]
    try:
        with transaction.atomic():
            # What is left is written by the database alone.
            goods.save(update_fields=kept) if goods.pk else goods.save()
    except IntegrityError:
        raise InvalidInput("本店已有同名商品，请换一个名称，或修改原有的商品。", field="name") from None


def _said(goods: Goods) -> dict[str, Any]:
    names = ("name", "words", "kind", "points", "value", "per_month", "keeps_stock", "low_at", "from_on", "until_on")
    return _kept(goods, names)


def _kept(thing: Shop | Goods, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in names}
