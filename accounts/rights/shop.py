"""The points shop: goods, stock, orders, the counter, settlement.

Source: rights.md, "shop: stock, hand over · settle | SC · CS".
"""

from __future__ import annotations

from accounts.rights.roles import Rights, Routes

RIGHTS: Rights = {}

ROUTES: Routes = {}
