"""The points shops 积分超市: goods and services, their stock, orders, hours without a connection, monthly settlement.

The database holds what the stock is: moves accept inserts alone, what is left of goods is kept by their trigger and by
nobody else, and never falls below zero (migration 0003).
"""

import uuid

from django.db import models
from django.db.models import F, Q

from members.models.placed import OfUnit
from points.shop.querysets import OfShopQuerySet, OrderQuerySet, ShopQuerySet

GOODS_KINDS = [("goods", "商品"), ("service", "服务")]
MOVE_KINDS = [
    ("purchase", "进货"), ("sale", "兑换"), ("return", "退回"), ("counted", "盘点差异"), ("written_off", "报损"),
]  # fmt: skip
SHEET_KINDS = [("purchase", "进货"), ("counted", "盘点"), ("written_off", "报损")]
ORDER_STATES = [("placed", "待领取"), ("collected", "已领取"), ("cancelled", "已取消"), ("lapsed", "逾期退回")]
# What was exchanged, or will be: it counts towards a person's limit.
COUNTING = ("placed", "collected")
ORDER_HOWS = [("phone", "手机下单"), ("counter", "柜台代办"), ("offline", "离线办理")]
SESSION_STATES = [("open", "进行中"), ("closed", "已上传"), ("expired", "已过期")]
UPLOAD_OUTCOMES = [("done", "已记账"), ("covered", "备付垫付"), ("refused", "需核对")]


class Shop(OfUnit):
    """A service site that exchanges points. It lies in a community, which pays for it and settles with it."""

    site = models.OneToOneField("grids.Site", models.PROTECT, related_name="points_shop", verbose_name="阵地")
    is_open = models.BooleanField("接受兑换", default=True)
    lapse_days = models.PositiveSmallIntegerField("领取期限（天）", default=7)
    # What it may sell for without a connection, set aside beforehand.
    offline_limit = models.PositiveIntegerField("离线限额（积分）", default=300)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    objects = ShopQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(lapse_days__range=(1, 60)), name="points_shop_lapse_days"),
        ]
        indexes = [
            models.Index(fields=["district", "id"], name="points_shop_district"),
            models.Index(fields=["street", "id"], name="points_shop_street"),
            models.Index(fields=["community", "id"], name="points_shop_community"),
        ]

    def __str__(self) -> str:
        return self.site.name


class Goods(models.Model):
    """Something to be had for points: goods, or a service. `left` is the stock, written by the database alone."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="goods")
    name = models.CharField("名称", max_length=40)
    words = models.CharField("说明", max_length=300, blank=True)
    kind = models.CharField("类别", max_length=8, choices=GOODS_KINDS, default="goods")
    points = models.PositiveIntegerField("所需积分")
    value = models.DecimalField("价值（元）", max_digits=8, decimal_places=2)
    # None: as many as they like.
    per_month = models.PositiveSmallIntegerField("每人每月限兑", null=True, blank=True)
    keeps_stock = models.BooleanField("管理库存", default=True)
    left = models.IntegerField("库存", default=0, editable=False)
    low_at = models.PositiveSmallIntegerField("库存预警", default=5)
    from_on = models.DateField("上架日期")
    until_on = models.DateField("下架日期", null=True, blank=True)
    # The first of its photos, for lists.
    photo = models.ForeignKey("files.Attachment", models.SET_NULL, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    objects = OfShopQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(left__gte=0), name="points_stock_never_below_zero"),
            models.CheckConstraint(condition=Q(points__gte=1, value__gte=0), name="points_goods_cost_something"),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="points_goods_sold_for_a_while"
            ),
            models.CheckConstraint(condition=Q(per_month=None) | Q(per_month__gte=1), name="points_goods_limit"),
            models.UniqueConstraint(fields=["shop", "name"], name="one_points_goods_of_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_low(self) -> bool:
        """Whether more should be bought."""
        return self.keeps_stock and self.left <= self.low_at


class Order(OfUnit):
    """What a person wants for their points, paid when it is placed, and given out for its code.

    What pays is the ledger's: a `spend` with the source ("shop.order", pk), and a `cover` for what was handed over
    without a connection and could not be paid. The place is the shop's. The code is derived from `code_key` (codes.py);
    `code_index` is its keyed hash, by which it is found.
    """

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="orders")
    person = models.ForeignKey("members.Person", models.PROTECT, related_name="+", verbose_name="居民")
    state = models.CharField("状态", max_length=9, choices=ORDER_STATES, default="placed")
    how = models.CharField("方式", max_length=7, choices=ORDER_HOWS, default="phone")
    points = models.PositiveIntegerField("积分")
    covered = models.PositiveIntegerField("备付垫付", default=0)
    key = models.CharField(max_length=80, unique=True)
    # What the caller asked, as SHA-256: the same key with another content is refused.
    content = models.CharField(max_length=64)
    code_key = models.UUIDField(default=uuid.uuid4, editable=False)
    code_index = models.CharField(max_length=64)
    placed_at = models.DateTimeField("下单时间")
    placed_by_user = models.BigIntegerField()
    placed_by_name = models.CharField("下单人", max_length=32)
    lapse_at = models.DateTimeField("领取截止")
    warned_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField("办结时间", null=True, blank=True)
    ended_on = models.DateField("办结日期", null=True, blank=True)
    ended_by_user = models.BigIntegerField(null=True, blank=True)
    ended_by_name = models.CharField("办理人", max_length=32, blank=True)
    ended_words = models.CharField("说明", max_length=200, blank=True)
    # While its shop works without a connection: only there it can be collected.
    held_by = models.ForeignKey("OfflineSession", models.PROTECT, null=True, blank=True, related_name="held")

    objects = OrderQuerySet.as_manager()
    # Whether the call at hand wrote it; False where the key had been used, or it had been handed over before.
    is_new = False

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="placed", ended_at=None, ended_on=None, ended_by_user=None)
                | ~Q(state="placed") & Q(ended_at__isnull=False, ended_on__isnull=False, ended_by_user__isnull=False),
                name="an_ended_points_order_says_by_whom",
            ),
            models.CheckConstraint(condition=Q(points__gt=0, covered__lte=F("points")), name="points_order_costs"),
            models.UniqueConstraint(
                fields=["code_index"], condition=Q(state="placed"), name="one_waiting_points_order_a_code"
            ),
        ]
        indexes = [
            models.Index(fields=["code_index"], name="points_order_code"),
            models.Index(fields=["person", "-id"], name="points_order_person"),
            models.Index(fields=["shop", "state", "-id"], name="points_order_shop"),
            models.Index(fields=["shop", "ended_on"], name="points_order_ended"),
            models.Index(fields=["district", "-id"], name="points_order_district"),
            models.Index(fields=["street", "-id"], name="points_order_street"),
            models.Index(fields=["community", "-id"], name="points_order_community"),
            models.Index(fields=["lapse_at", "id"], condition=Q(state="placed"), name="points_order_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.points} 分"


class CodeTries(models.Model):
    """How many wrong codes somebody at a counter gave, and in which window of time."""

    user = models.OneToOneField("accounts.User", models.CASCADE, related_name="+", primary_key=True)
    tries = models.PositiveSmallIntegerField(default=0)
    window = models.BigIntegerField(default=0)


class OrderLine(models.Model):
    """So many of some goods, at the price and value of that moment (of one)."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="lines")
    goods = models.ForeignKey(Goods, models.PROTECT, related_name="lines")
    name = models.CharField("名称", max_length=40)
    count = models.PositiveSmallIntegerField("数量")
    points = models.PositiveIntegerField("单价（积分）")
    value = models.DecimalField("单件价值（元）", max_digits=8, decimal_places=2)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(count__gte=1), name="points_order_line_counts"),
            models.UniqueConstraint(fields=["order", "goods"], name="points_order_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} × {self.count}"

    @property
    def total(self) -> int:
        """Its points."""
        return self.points * self.count


class StockMove(models.Model):
    """Pieces that came (positive) or went (negative). Never changed, never removed."""

    goods = models.ForeignKey(Goods, models.PROTECT, related_name="moves")
    kind = models.CharField("类别", max_length=11, choices=MOVE_KINDS)
    amount = models.IntegerField("数量")
    order = models.ForeignKey(Order, models.PROTECT, null=True, blank=True, related_name="moves")
    words = models.CharField("说明", max_length=200, blank=True)
    by_user = models.BigIntegerField()
    by_name = models.CharField("经办人", max_length=32)
    on = models.DateField("日期")
    at = models.DateTimeField("时间")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="purchase", amount__gt=0, order=None)
                | Q(kind="sale", amount__lt=0, order__isnull=False)
                | Q(kind="return", amount__gt=0, order__isnull=False)
                | Q(kind="counted", order=None) & ~Q(amount=0)
                | Q(kind="written_off", amount__lt=0, order=None),
                name="points_stock_moves_its_way",
            ),
            models.UniqueConstraint(
                fields=["order", "goods", "kind"], condition=Q(order__isnull=False), name="points_stock_once_an_order"
            ),
        ]
        indexes = [models.Index(fields=["goods", "-id"], name="points_stock_goods")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount:+d}"


class StockSheet(models.Model):
    """One form of purchases, breakage or a stock-taking, booked once for its key: sent again, nothing moves.

    `outcome` is what it moved: goods → pieces.
    """

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="sheets")
    kind = models.CharField("类别", max_length=11, choices=SHEET_KINDS)
    key = models.CharField(max_length=80, unique=True)
    # What was typed, as SHA-256: the same key with another content is refused.
    content = models.CharField(max_length=64)
    outcome = models.JSONField(default=dict)
    by_user = models.BigIntegerField()
    by_name = models.CharField("经办人", max_length=32)
    at = models.DateTimeField("时间")

    # Whether the call at hand wrote it.
    is_new = False

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.by_name}"


class OfflineSession(models.Model):
    """An hour (at most) in which a shop works without a connection: its waiting orders are held for one device, and
    points are set aside for what it sells meanwhile. The reserve pays what a holder cannot when all is uploaded.
    """

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="sessions")
    state = models.CharField("状态", max_length=7, choices=SESSION_STATES, default="open")
    # The one device: its secret's SHA-256. The salt is what codes and phone numbers are hashed with on it.
    secret_hash = models.CharField(max_length=64)
    salt = models.CharField(max_length=32)
    limit = models.PositiveIntegerField("备付限额（积分）")
    budget = models.ForeignKey("Account", models.PROTECT, related_name="+", null=True)
    covered = models.PositiveIntegerField("已垫付", default=0)
    begun_at = models.DateTimeField("开始时间")
    begun_by_user = models.BigIntegerField()
    begun_by_name = models.CharField("经办人", max_length=32)
    until = models.DateTimeField("离线办理至")
    # Until when the device may upload what it did; after that the orders it held are free.
    upload_until = models.DateTimeField("最迟上传")
    closed_at = models.DateTimeField("结束时间", null=True)

    objects = OfShopQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop"], condition=Q(state="open"), name="one_open_offline_session_a_shop"),
            models.CheckConstraint(condition=Q(covered__lte=F("limit")), name="points_offline_covers_its_limit"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None) | ~Q(state="open") & Q(closed_at__isnull=False),
                name="points_offline_session_closes",
            ),
        ]
        indexes = [
            models.Index(fields=["shop", "-id"], name="points_offline_shop"),
            models.Index(fields=["upload_until"], condition=Q(state="open"), name="points_offline_open"),
        ]

    def __str__(self) -> str:
        return f"{self.begun_by_name} {self.get_state_display()}"


class OfflineUpload(models.Model):
    """What became of one thing that a device did without a connection; once for its key."""

    session = models.ForeignKey(OfflineSession, models.PROTECT, related_name="uploads")
    key = models.CharField(max_length=64, unique=True)
    content = models.CharField(max_length=64)
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="uploads")
    outcome = models.CharField("结果", max_length=7, choices=UPLOAD_OUTCOMES)
    covered = models.PositiveIntegerField("备付垫付", default=0)
    words = models.CharField("说明", max_length=300, blank=True)
    done_at = models.DateTimeField("办理时间")
    at = models.DateTimeField("上传时间")

    class Meta:
        indexes = [models.Index(fields=["session", "id"], name="points_offline_uploads")]

    def __str__(self) -> str:
        return self.get_outcome_display()


class Settlement(OfUnit):
    """What a shop exchanged in a month, as it was when the community settled it. Never changed after that."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="settlements")
    month = models.DateField("月份")
    orders = models.PositiveIntegerField("交付单数")
    placed = models.PositiveIntegerField("下单数")
    cancelled = models.PositiveIntegerField("取消单数")
    lapsed = models.PositiveIntegerField("逾期退回单数")
    points = models.PositiveBigIntegerField("积分")
    covered = models.PositiveBigIntegerField("备付垫付（积分）")
    value = models.DecimalField("金额（元）", max_digits=12, decimal_places=2)
    words = models.CharField("说明", max_length=300, blank=True)
    settled_by_user = models.BigIntegerField()
    settled_by_name = models.CharField("结算人", max_length=32)
    settled_at = models.DateTimeField("结算时间")

    objects = ShopQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "month"], name="a_points_shop_settles_a_month_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="points_settlement_is_of_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.shop} {self.month:%Y年%-m月}"


class SettlementLine(models.Model):
    """One row of a settlement: some goods, what was handed over of them, and how their stock moved."""

    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="lines")
    goods = models.ForeignKey(Goods, models.PROTECT, related_name="+")
    name = models.CharField("名称", max_length=40)
    count = models.PositiveIntegerField("交付数量")
    points = models.PositiveBigIntegerField("积分")
    value = models.DecimalField("金额（元）", max_digits=12, decimal_places=2)
    keeps_stock = models.BooleanField()
    opening = models.IntegerField("期初库存")
    purchased = models.IntegerField("进货")
    sold = models.IntegerField("兑换出库")
    returned = models.IntegerField("退回")
    counted = models.IntegerField("盘点差异")
    written_off = models.IntegerField("报损")
    closing = models.IntegerField("期末库存")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["settlement", "goods"], name="points_settlement_line_once"),
            models.CheckConstraint(
                condition=Q(
                    closing=F("opening") + F("purchased") + F("sold") + F("returned") + F("counted") + F("written_off")
                ),
                name="points_settlement_line_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} × {self.count}"
