"""The points shop: goods, stock, orders, the counter, settlement: who sees which. Source: rights.md."""

from __future__ import annotations

from governance.scope import Role
from tests.rights.relations import COMMUNITY, DISTRICT, STREET, Relations, Subject

# Clerk and community work there, the street sees; the district sees shops and figures, but no orders: they name people.
_STAFF: dict[Role, Relations] = {
    Role.STREET_LEADER: STREET, Role.STREET_STAFF: STREET,
    Role.COMMUNITY_SECRETARY: COMMUNITY, Role.COMMUNITY_WORKER: COMMUNITY, Role.SHOP_CLERK: COMMUNITY,
}  # fmt: skip
_SHOP = (
    "points:shop", "points:shop_settlement", "points:shop_change", "points:goods_add", "points:shop_purchase",
    "points:shop_count", "points:shop_write_off", "points:counter_sale", "points:offline",
)  # fmt: skip

SUBJECTS: tuple[Subject, ...] = (
    Subject(
        name="points_shop", key="pk", routes=(*_SHOP, "points:offline_begin"), pages=frozenset(_SHOP),
        seen=_STAFF | {Role.DISTRICT_LEADER: DISTRICT, Role.DISTRICT_CENTRE: DISTRICT},
    ),
    Subject(
        name="points_goods", key="pk", routes=("points:goods_change",), pages=frozenset({"points:goods_change"}),
        seen=_STAFF,
    ),
    Subject(
        name="points_order", key="pk", routes=("points:order", "points:order_cancel", "points:order_hand_over"),
        pages=frozenset({"points:order", "points:order_cancel"}), seen=_STAFF,
    ),
    Subject(name="points_offline", key="pk", routes=("points:offline_upload",), seen=_STAFF),
)  # fmt: skip
