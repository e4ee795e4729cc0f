"""The points shop: goods, stock, orders, the counter, settlement.

Source: rights.md, "shop: stock, hand over · settle | SC · CS". The street sees, the district sees figures; CS and CW may
stand in for the clerk at the counter. What an hour without a connection may cost is the community's, as its budget is.
"""

from __future__ import annotations

from accounts.rights.roles import CS, CW, DC, DL, SC, SL, SS, Rights, Routes

RIGHTS: Rights = {
    "shop.see": frozenset({SL, SS, CS, CW, SC}),
    "shop.figures": frozenset({DL, DC, SL, SS, CS, CW, SC}),
    "shop.stock": frozenset({SC}),
    "shop.counter": frozenset({SC, CS, CW}),
    "shop.settle": frozenset({CS}),
    "shop.settings": frozenset({SS, CS}),
}

ROUTES: Routes = {}
