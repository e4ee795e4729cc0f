"""What this subject gives to the registries of the rooms below it, at start-up."""

from __future__ import annotations

from governance.audit import actions
from governance.ui import chips
from members import registry
from points.shop import following

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


def register_all() -> None:
    """Called once, at start-up."""
    for subject, label in _SUBJECTS.items():
        actions.register_subject(subject, label)
    for code, label in _ACTIONS.items():
        actions.register_action(code, label)
    actions.register_fields(_FIELDS)
    chips.register_tones(_TONES)
    registry.register_on_merged(following.on_merged)
