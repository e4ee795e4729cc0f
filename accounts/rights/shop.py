"""The points shop: goods, stock, orders, the counter, settlement.

Source: rights.md, "shop: stock, hand over · settle | SC · CS". The street sees, the district sees figures; CS and CW
may stand in for the clerk at the counter. What an hour without a connection may cost is the community's, as its budget.
"""

from __future__ import annotations

from accounts.rights.roles import CS, CW, DC, DL, SC, SIGNED_IN, SL, SS, Rights, Routes

RIGHTS: Rights = {
    "shop.see": frozenset({SL, SS, CS, CW, SC}),
    "shop.figures": frozenset({DL, DC, SL, SS, CS, CW, SC}),
    "shop.stock": frozenset({SC}),
    "shop.counter": frozenset({SC, CS, CW}),
    "shop.settle": frozenset({CS}),
    # rights.md, "export": a settlement names nobody.
    "shop.export": frozenset({DC, SS, CS}),
    "shop.export_approve": frozenset({DL, SL, CS}),
    "shop.settings": frozenset({SS, CS}),
}

ROUTES: Routes = {
    # A member with an account, whatever their work: what is their own.
    "points:goods": {"GET": SIGNED_IN},
    "points:shop_goods": SIGNED_IN,
    "points:my_orders": {"GET": SIGNED_IN},
    "points:my_order": {"GET": SIGNED_IN},
    "points:my_order_cancel": {"POST": SIGNED_IN},
    "points:shops": {"GET": "shop.figures"},
    "points:shop": {"GET": "shop.figures"},
    "points:shop_settlement": {"GET": "shop.figures", "POST": "shop.settle"},
    "points:shop_add": "shop.settings",
    "points:shop_change": "shop.settings",
    "points:goods_add": "shop.stock",
    "points:goods_change": "shop.stock",
    "points:shop_purchase": "shop.stock",
    "points:shop_count": "shop.stock",
    "points:shop_write_off": "shop.stock",
    "points:orders": {"GET": "shop.see"},
    "points:order": {"GET": "shop.see"},
    "points:counter": "shop.counter",
    "points:order_hand_over": {"POST": "shop.counter"},
    "points:order_cancel": "shop.counter",
    "points:counter_sale": "shop.counter",
    "points:offline": {"GET": "shop.counter"},
    "points:offline_worker": {"GET": "shop.counter"},
    "points:offline_begin": {"POST": "shop.counter"},
    "points:offline_upload": {"POST": "shop.counter"},
}
