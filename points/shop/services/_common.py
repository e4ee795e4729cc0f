"""What the services of this subject share: who may, the locked rows, the record, the member who is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, Q

from accounts.rights import may
from governance import privacy
from governance.audit import services as audit
from governance.audit.services import Fact
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.outbox import services as outbox
from governance.scope import Actor, own_column
from members.accounts import user_of
from members.models import Person
from members.querysets import PersonQuerySet
from points.models import Goods, Order, Shop
from points.shop.querysets import STAFF, OrderQuerySet

Row = TypeVar("Row", bound=Model)
STOCK, COUNTER, SETTLE, SETTINGS = "shop.stock", "shop.counter", "shop.settle", "shop.settings"
ORDER = "points.order"
_REFUSALS = {
    STOCK: "您的岗位不能管理商品和库存，请由积分超市管理员办理。",
    COUNTER: "您的岗位不能在柜台办理，请由积分超市管理员或社区办理。",
    SETTLE: "积分超市由社区书记结算，您的岗位不能办理。",
    SETTINGS: "您的岗位不能设置积分超市，请由社区书记或街道办理。",
}
# What is said and decided of an order that somebody hands over, cancels or warns of.
_CHANGING = ("state", "how", "points", "held_by", "lapse_at", "ended_at", "ended_by_name", "shop", "person", "content")
# What an order asks of its person, its shop, and the shop's site and unit: their rows are wide.
PERSON = ("name", "phone_index", "district", "street", "community", "state", "merged_into")
SHOP = ("is_open", "lapse_days", "unit", "district", "street", "community", "grid")
SITE_AND_UNIT = (
    "site__name", "site__district", "site__closed_on",
    "unit__name", "unit__kind", "unit__district", "unit__street", "unit__community",
)  # fmt: skip


def require(by: Actor, right: str) -> None:
    """Raise NotAllowed without the right."""
    if not may(by, right):
        raise NotAllowed(_REFUSALS[right])


def only_one(rows: Iterable[Row]) -> Row | None:
    """The row of a question that names a primary key; None for none. `first()` would sort what is one."""
    return next(iter(rows), None)


def shop_of(shop_id: int, by: Actor) -> Shop:
    """A shop of the actor's, not locked. Raises NotFound."""
    found: Shop | None = Shop.objects.visible_to(by).select_related("site", "unit").filter(pk=shop_id).first()
    if found is None:
        raise NotFound("没有找到这家积分超市，或不在您的管辖范围内。")
    return found


def locked_shop(shop_id: int, by: Actor, revision: int | None = None) -> Shop:
    """The same, locked. Raises NotFound, IllegalState when it was changed since `revision`."""
    rows = Shop.objects.visible_to(by).select_related("site", "unit").select_for_update(of=("self",), no_key=True)
    found: Shop | None = rows.filter(pk=shop_id).first()
    if found is None:
        raise NotFound("没有找到这家积分超市，或不在您的管辖范围内。")
    unchanged(found.revision, revision)
    return found


def locked_goods(ids: Iterable[int], shop_id: int) -> list[Goods]:
    """Goods of a shop, locked by primary key. Raises NotFound when one of them is not there."""
    wanted = set(ids)
    rows = Goods.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=wanted, shop=shop_id)
    found = list(rows.order_by("pk"))
    if len(found) != len(wanted):
        raise NotFound("没有找到其中的商品，请刷新后重试。")
    return found


def with_names(orders: OrderQuerySet) -> OrderQuerySet:
    """Orders with their person and the name of their shop, read with them, and of themselves what changes."""
    beside = [f"person__{name}" for name in PERSON]
    return orders.select_related("shop__site", "person").only(*_CHANGING, "shop__site__name", *beside)


def unchanged(stored: int, seen: int | None) -> None:
    """Raise IllegalState when somebody else wrote since the page was opened."""
    if seen is not None and seen != stored:
        raise IllegalState("您打开页面之后，别人已修改过。请刷新查看，您填写的内容仍保留在页面上。")


def at_the_counter(by: Actor, phone: str = "") -> PersonQuerySet:
    """Whom the clerk or the community may order for: the residents of their unit; and who told their full phone number
    and lives elsewhere in the street, for they may order here themselves."""
    column = own_column(by, STAFF)
    rows: PersonQuerySet = Person.objects.here()
    if column is None:
        return rows.none()
    near = Q(**{column: by.unit_id})
    if phone and by.street_id is not None and (index := _phone_index(phone)):
        near |= Q(street_id=by.street_id, phone_index=index)
    return rows.filter(near)


def _phone_index(phone: str) -> str:
    try:
        return privacy.blind_index("phone", privacy.validate_phone(phone.strip()))
    except InvalidInput:
        return ""


def record_found(people: Iterable[Person], *, by: Actor, now: datetime) -> None:
    """On record: who was found at the counter by a number, and lives outside the clerk's unit."""
    looks = [
        Fact(action="shop.found_by_number", subject_type="members.person", subject_id=one.pk, by=by, now=now)
        for one in people
    ]
    if looks:
        audit.record_many(looks)


def person_in(person_id: int, by: Actor, phone: str = "") -> Person:
    """One of them. Raises NotFound for anybody else."""
    found: Person | None = only_one(at_the_counter(by, phone).filter(pk=person_id).only(*PERSON))
    if found is None:
        raise NotFound("没有找到这位居民，或不在您的管辖范围内。", field="person")
    return found


def record(
    action: str, subject: Model, *, by: Actor, now: datetime, label: str = "",
    before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None, reason: str = "",
) -> None:  # fmt: skip
    """Into the audit record, beside the change."""
    audit.record(
        action=action, subject_type=subject._meta.label_lower, subject_id=subject.pk,
        subject_label=(label or str(subject))[:64], before=before, after=after, reason=reason, by=by, now=now,
    )  # fmt: skip


def tell(order: Order, what: str, title: str, body: str, now: datetime) -> None:
    """Tell the member, where they have an account."""
    user = user_of(order.person)
    if user is not None:
        outbox.notify(
            user_ids=[user], key=f"{ORDER}:{order.pk}:{what}", title=title, body=body, subject_type=ORDER,
            subject_id=order.pk, now=now,
        )  # fmt: skip
