"""The points shop: goods, stock, orders, the counter, settlement: objects for the walk of rights."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from governance.scope import Actor, UnitKind
from grids.models import Site, SiteKind, Unit
from grids.sites.kinds import ensure_default_kinds
from members.models import Person
from points.ledger import accounts
from points.ledger import services as ledger
from points.ledger.posting import Cause
from points.models import Goods, OfflineSession, Order, Shop, StockMove
from points.shop import codes
from tests.rights.making.base import Base, is_elsewhere


class OfShop(Base):
    """Makes them where the walk wants them."""

    def points_shop(self, unit: Unit) -> Shop:
        """A shop of the unit; of a district of one of its communities."""
        ensure_default_kinds()
        place = self._sells(unit)
        site = Site.objects.create(
            kind=SiteKind.objects.get(code="shop"), name=f"{place['unit'].name}积分超市", address="幸福路 3 号",
            opened_on=date(2024, 5, 1), unit=place["unit"], district_id=place["district_id"],
            street_id=place["street_id"], community_id=place["community_id"],
        )  # fmt: skip
        return Shop.objects.create(site=site, made_at=self.now, changed_at=self.now, **place)

    def points_goods(self, unit: Unit) -> Goods:
        """Something that the unit's shop offers."""
        one = Goods.objects.create(
            shop=self.get("points_shop", self._name_of(unit)), name="食用油", words="5 升装，一级大豆油", points=30,
            value=Decimal("15.90"), per_month=2, from_on=date(2024, 5, 1), made_at=self.now, changed_at=self.now,
        )  # fmt: skip
        StockMove.objects.create(
            goods=one, kind="purchase", amount=4, by_user=1, by_name="店员", on=self.now.date(), at=self.now
        )
        return one

    def points_order(self, unit: Unit) -> Order:
        """What somebody ordered in the unit's shop."""
        goods = self.get("points_goods", self._name_of(unit))
        home = self.units["community_1"] if is_elsewhere(unit) else unit
        who = Person.objects.create(
            name="李秀兰", seal_key=uuid.uuid4(), made_at=self.now, changed_at=self.now, **self._lives(home)
        )
        return make_order(goods, who, self.now)

    def points_offline(self, unit: Unit) -> OfflineSession:
        """An hour without a connection of the unit's shop, that is over."""
        shop = self.get("points_shop", self._name_of(unit))
        return OfflineSession.objects.create(
            shop=shop, secret_hash="0" * 64, salt="0" * 32, limit=0, begun_at=self.now, begun_by_user=1,
            begun_by_name="店员", until=self.now, upload_until=self.now, state="closed", closed_at=self.now,
        )  # fmt: skip

    def _name_of(self, unit: Unit) -> str:
        return next(name for name, one in self.units.items() if one == unit)

    def _sells(self, unit: Unit) -> dict[str, Any]:
        own = self.units["community_3"] if unit.kind == UnitKind.DISTRICT else unit
        return {
            "unit": own, "district_id": own.district_id, "street_id": own.street_id, "community_id": own.community_id,
            "grid_id": own.pk if own.kind == UnitKind.GRID else None,
        }  # fmt: skip


def paid_order(person: Person, by: Actor, now: datetime) -> Order:
    """An order of a resident at a shop of their community, paid from an award of the same moment."""
    community = Unit.objects.get(pk=person.community_id)
    ensure_default_kinds()
    site = Site.objects.create(
        kind=SiteKind.objects.get(code="shop"), name=f"积分超市 {uuid.uuid4().hex[:6]}", address="幸福路 5 号",
        opened_on=date(2024, 5, 1), unit=community, district_id=person.district_id, street_id=person.street_id,
        community=community,
    )  # fmt: skip
    shop = Shop.objects.create(
        site=site, made_at=now, changed_at=now, unit=community, district_id=person.district_id,
        street_id=person.street_id, community=community,
    )  # fmt: skip
    goods = Goods.objects.create(
        shop=shop, name="理发", kind="service", keeps_stock=False, points=15, value=Decimal(20),
        from_on=date(2024, 5, 1), made_at=now, changed_at=now,
    )  # fmt: skip
    key = uuid.uuid4().hex
    with transaction.atomic():
        cause = Cause(key=f"fund:{key}", unit=community, by=by, now=now)
        day = timezone.localdate(now)
        budget = accounts.of_budget(community, from_on=day, until_on=day, now=now)
        ledger.fund(issue=accounts.of_issue(community.district_id or 0, now), budget=budget, points=50, cause=cause)
        ledger.award(
            budget=budget, holder=accounts.of_person(person, now), points=50, expires_on=day + timedelta(days=90),
            cause=replace(cause, key=f"award:{key}"),
        )  # fmt: skip
        order = make_order(goods, person, now, with_lines=False)
        ledger.spend(
            holder=accounts.of_person(person, now), shop=accounts.of_shop(site, now), points=order.points,
            cause=replace(cause, key=f"spend:{key}", source=("shop.order", order.pk)),
        )  # fmt: skip
    return order


def make_order(goods: Goods, who: Person, now: Any, *, with_lines: bool = True) -> Order:
    """An order that waits, as the walk needs it: nothing was paid for it."""
    key = uuid.uuid4()
    shop = goods.shop
    order = Order.objects.create(
        shop=shop, unit_id=shop.unit_id, district_id=shop.district_id, street_id=shop.street_id,
        community_id=shop.community_id, grid_id=shop.grid_id, person=who, points=goods.points, key=str(uuid.uuid4()),
        content="0" * 64, code_key=key, code_index=codes.index_of(codes.code_of(key)), placed_at=now, placed_by_user=1,
        placed_by_name="店员", lapse_at=now + timedelta(days=7),
    )  # fmt: skip
    if with_lines:
        order.lines.create(goods=goods, name=goods.name, count=1, points=goods.points, value=goods.value)
    return order
