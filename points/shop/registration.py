"""What this subject gives to the registries of the rooms below it, at start-up."""

from __future__ import annotations

from django.urls import reverse

from governance.audit import actions
from governance.files import registry as files
from governance.outbox import registry as outbox
from governance.scope import Actor
from governance.sheets import registry as sheets
from governance.ui import chips, nav
from governance.ui.nav import NavItem
from grids import registry as territory
from members import registry
from members.following import follow
from points.models import Goods
from points.shop import checks, following, sheet
from points.shop.services._common import ORDER
from points.shop.services.goods import GOODS

_GROUP = "积分"
_PAGES = (
    NavItem(
        "积分兑换", "points:goods", "gift", "", "工作台", 62, owns=("points:shop_goods",),
    ),
    NavItem("我的订单", "points:my_orders", "shopping-bag", "", "工作台", 63, owns=("points:my_order",)),
    NavItem(
        "柜台", "points:counter", "qrcode", "shop.counter", _GROUP, 10, phone=5,
        owns=("points:counter_sale", "points:offline"),
    ),
    NavItem(
        "兑换订单", "points:orders", "list-check", "shop.see", _GROUP, 12,
        owns=("points:order", "points:order_cancel"),
    ),
    NavItem(
        "积分超市", "points:shops", "building-store", "shop.figures", _GROUP, 14,
        owns=("points:shop", "points:shop_add", "points:shop_change", "points:goods_add", "points:goods_change",
              "points:shop_purchase", "points:shop_count", "points:shop_write_off", "points:shop_settlement"),
    ),
)  # fmt: skip

_SUBJECTS = {
    "points.shop": "积分超市", "points.goods": "积分商品", "points.order": "兑换订单",
    "points.offlinesession": "离线办理", "points.settlement": "积分超市结算",
}  # fmt: skip
_ACTIONS = {
    "shop.add": "设立积分超市", "shop.change": "设置积分超市",
    "shop.goods_add": "上架商品", "shop.goods_change": "修改商品", "shop.goods_photo": "更换商品照片",
    "shop.purchase": "进货", "shop.counted": "盘点", "shop.written_off": "报损",
    "shop.order_place": "兑换下单", "shop.order_hand_over": "交付订单", "shop.order_cancel": "取消订单",
    "shop.order_lapse": "订单逾期退回",
    "shop.offline_begin": "开始离线办理", "shop.offline_upload": "上传离线记录",
    "shop.offline_end": "结束离线办理", "shop.offline_expire": "离线办理过期",
    "shop.settle": "结算积分超市",
}  # fmt: skip
_FIELDS = {
    "points": "积分", "value": "价值（元）", "left": "库存", "per_month": "每人每月限兑", "keeps_stock": "管理库存",
    "low_at": "库存预警", "lapse_days": "领取期限（天）", "offline_limit": "离线限额（积分）", "is_open": "接受兑换",
    "covered": "备付垫付", "month": "月份", "from_on": "起始日期", "until_on": "截止日期", "limit": "限额",
    "goods": "商品",
}  # fmt: skip
_TONES = {"placed": "info", "collected": "ok", "lapsed": "mute", "expired": "over", "covered": "soon", "done": "ok"}


def _may_see(actor: Actor, pk: int) -> bool:
    """Photos of goods are for whoever may have the goods: everybody of the district."""
    return Goods.objects.filter(pk=pk, shop__district=actor.district_id).exists()


def register_all() -> None:
    """Called once, at start-up."""
    for subject, label in _SUBJECTS.items():
        actions.register_subject(subject, label)
    for code, label in _ACTIONS.items():
        actions.register_action(code, label)
    actions.register_action("shop.found_by_number", "柜台按手机号找到居民", is_look=True)
    actions.register_fields(_FIELDS)
    chips.register_tones(_TONES)
    registry.register_on_merged(following.on_merged)
    nav.register(*_PAGES)
    files.register_owner(GOODS, may_see=_may_see)
    outbox.register_subject(ORDER, url=lambda pk: reverse("points:my_order", args=[pk]))
    follow(*following.FOLLOWERS)
    territory.register_open_work(following.open_work)
    checks.register()
    sheets.register(sheet.ORDERS)
    sheets.register(sheet.SETTLEMENTS)
