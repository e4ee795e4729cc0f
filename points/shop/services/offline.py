"""An hour at the counter without a connection, and no point spent twice.

Beforehand, while connected, the shop's waiting orders are held for one device, and points of the community's budget are
set aside. The device hands over the held orders, and sells to members within what was set aside. When it is connected
again, all of it is uploaded, each thing once for its key; what a holder cannot pay any more is covered by what was set
aside, and listed; the rest goes back to the budget.

The order of locks: the session, orders by primary key, accounts, goods.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from governance.days import today_of
from governance.errors import DomainError, IllegalState, InvalidInput, NotAllowed, NotFound
from governance.scope import PLATFORM, Actor
from points.ledger import accounts
from points.ledger import services as ledger
from points.ledger.posting import Cause
from points.models import OfflineSession, OfflineUpload, Order
from points.shop.services import _offline
from points.shop.services._common import COUNTER, locked_shop, record, require

HOUR, GRACE = timedelta(hours=1), timedelta(hours=2)
# A device's clock may be wrong by so much.
SLACK = timedelta(minutes=10)
SOURCE = "shop.offline"
COLLECT, SALE = "collect", "sale"
MOST_ITEMS = 200


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a device did: an order of the list handed over, or a sale to a member. `at` is its own clock's."""

    key: str
    kind: str
    at: datetime
    order_id: int = 0
    person_id: int = 0
    lines: tuple[tuple[int, int], ...] = ()

    @property
    def content(self) -> str:
        """What was done, as SHA-256."""
        said = json.dumps([self.kind, self.at.isoformat(), self.order_id, self.person_id, sorted(self.lines)])
        return hashlib.sha256(said.encode()).hexdigest()


def begin_offline(*, shop_id: int, limit: int, secret: str, by: Actor, now: datetime) -> OfflineSession:
    """Get ready for an hour without a connection: hold the waiting orders, set `limit` points aside (0: none).

    `secret` is the device's own. Raises IllegalState while another session is open, or when the community's budget has
    not as many; InvalidInput above the shop's limit.
    """
    require(by, COUNTER)
    if not 16 <= len(secret) <= 128:
        raise InvalidInput("缺少本机的密钥，请刷新页面后重试。", field="secret")
    with transaction.atomic(durable=True):
        shop = locked_shop(shop_id, by)
        if not 0 <= limit <= shop.offline_limit:
            raise InvalidInput(f"离线限额应在 0 至 {shop.offline_limit} 分之间。", field="limit")
        other = OfflineSession.objects.filter(shop=shop, state="open").first()
        if other is not None:
            at = f"{timezone.localtime(other.begun_at):%H:%M}"
            raise IllegalState(f"{other.begun_by_name}（{at} 开始）的离线办理还没有结束，请先在那台设备上传。")
        session = _session(shop_id, limit, secret, by, now)
        held = Order.objects.waiting().filter(shop=shop).select_for_update(no_key=True).order_by("pk")
        ids = list(held.values_list("pk", flat=True))
        Order.objects.filter(pk__in=ids).update(held_by=session)
        if limit:
            _set_aside(session, by, now)
        record(
            "shop.offline_begin", session, by=by, now=now, label=shop.site.name,
            after={"limit": limit, "until_on": session.until, "goods": f"待领订单 {len(ids)} 张"},
        )  # fmt: skip
    return session


def upload(
    *, session_id: int, secret: str, items: Sequence[Item], by: Actor, now: datetime
) -> list[OfflineUpload]:  # fmt: skip
    """What the device did, in its order; each in a change of its own, once for its key. What cannot be is listed.

    Raises NotAllowed for another device, InvalidInput for what is no such thing.
    """
    require(by, COUNTER)
    if len(items) > MOST_ITEMS or len({item.key for item in items}) != len(items):
        raise InvalidInput(f"一次最多上传 {MOST_ITEMS} 条，每条的编号不能相同。", field="items")
    for item in items:
        is_whole = bool(item.order_id) if item.kind == COLLECT else item.kind == SALE and bool(item.person_id)
        if not is_whole or not 8 <= len(item.key) <= 64:
            raise InvalidInput("上传的内容不完整，请联系管理员。", field="items")
    return [_upload_one(session_id, secret, item, by, now) for item in items]


def _upload_one(session_id: int, secret: str, item: Item, by: Actor, now: datetime) -> OfflineUpload:
    with transaction.atomic(durable=True):
        session = _locked(session_id, secret, by)
        known = OfflineUpload.objects.select_related("order").filter(key=item.key).first()
        if known is not None:
            if known.content != item.content or known.session_id != session.pk:
                raise IllegalState("这个编号已用于另一条离线记录，已拒绝。", code="key_reused")
            return known
        if session.state == "closed":
            raise IllegalState("这次离线办理已结束，不能再上传新的记录。")
        row = OfflineUpload(session=session, key=item.key, content=item.content, done_at=item.at, at=now)
        try:
            with transaction.atomic():
                _check_time(session, item, now)
                order_id = item.order_id if item.kind == COLLECT else 0
                _offline.carry_out(row, session, order_id, item.person_id, item.lines, by, now)
        except DomainError as refused:
            row.order, row.outcome, row.covered, row.words = None, "refused", 0, refused.message[:300]
        row.save(force_insert=True)
        if row.covered:
            session.covered += row.covered
            session.save(update_fields=["covered"])
        record(
            "shop.offline_upload", session, by=by, now=now, label=session.shop.site.name,
            after={"state": row.get_outcome_display(), "covered": row.covered, "order": row.order_id},
            reason=row.words,
        )  # fmt: skip
    return row


def end_offline(*, session_id: int, secret: str, by: Actor, now: datetime) -> OfflineSession:
    """All is uploaded: the orders that still wait are free, what was not needed goes back to the budget.

    A repeat changes nothing.
    """
    require(by, COUNTER)
    with transaction.atomic(durable=True):
        session = _locked(session_id, secret, by)
        if session.state == "open":
            _close(session, "closed", by, now)
            record(
                "shop.offline_end", session, by=by, now=now, label=session.shop.site.name,
                after={"covered": session.covered, "limit": session.limit},
            )  # fmt: skip
    return session


def expire_due(*, now: datetime) -> int:
    """Sessions that nobody uploaded in time: orders are free, all that was set aside goes back; how many."""
    count = 0
    while _expire_one(now):
        count += 1
    return count


def _expire_one(now: datetime) -> bool:
    with transaction.atomic(durable=True):
        rows = OfflineSession.objects.select_related("shop__site", "shop__unit", "budget")
        due = rows.filter(state="open", upload_until__lte=now).order_by("upload_until", "pk")
        session = due.select_for_update(of=("self",), skip_locked=True).first()
        if session is None:
            return False
        _close(session, "expired", PLATFORM, now)
        record("shop.offline_expire", session, by=PLATFORM, now=now, label=session.shop.site.name)
    return True


def _session(shop_id: int, limit: int, secret: str, by: Actor, now: datetime) -> OfflineSession:
    session = OfflineSession(
        shop_id=shop_id, secret_hash=_hash(secret), salt=secrets.token_hex(16), limit=limit, begun_at=now,
        begun_by_user=by.user_id, begun_by_name=by.user_name[:32], until=now + HOUR, upload_until=now + HOUR + GRACE,
    )  # fmt: skip
    try:
        with transaction.atomic():
            session.save(force_insert=True)
    except IntegrityError:
        raise IllegalState("这家超市的离线办理刚刚在另一台设备上开始。") from None
    return session


def _set_aside(session: OfflineSession, by: Actor, now: datetime) -> None:
    shop = session.shop
    budget = accounts.budget_on(shop.community_id or 0, today_of(now))
    if budget is None:
        raise IllegalState("社区本期没有积分预算，不能设离线备付；可把限额改为 0，只交付已下的订单。", field="limit")
    session.budget = budget
    session.save(update_fields=["budget"])
    ledger.set_aside(
        budget=budget, reserve=accounts.of_reserve(shop.site, now), points=session.limit,
        cause=_cause(session, "aside", by, now, f"{shop.site.name}离线备付"),
    )  # fmt: skip


def _close(session: OfflineSession, state: str, by: Actor, now: datetime) -> None:
    held = Order.objects.filter(held_by=session).select_for_update(no_key=True).order_by("pk")
    ids = list(held.values_list("pk", flat=True))
    Order.objects.filter(pk__in=ids).update(held_by=None)
    rest = session.limit - session.covered
    if rest and session.budget is not None:
        ledger.release(
            reserve=accounts.of_reserve(session.shop.site, now), budget=session.budget, points=rest,
            cause=_cause(session, "release", by, now, f"{session.shop.site.name}离线备付退回"),
        )  # fmt: skip
    session.state, session.closed_at = state, now
    session.save(update_fields=["state", "closed_at"])


def _cause(session: OfflineSession, what: str, by: Actor, now: datetime, words: str) -> Cause:
    return Cause(
        key=f"{SOURCE}:{session.pk}:{what}", unit=session.shop.unit, by=by, now=now, source=(SOURCE, session.pk),
        words=words,
    )  # fmt: skip


def _locked(session_id: int, secret: str, by: Actor) -> OfflineSession:
    rows = OfflineSession.objects.visible_to(by).select_related("shop__site", "shop__unit", "budget")
    session: OfflineSession | None = rows.select_for_update(of=("self",)).filter(pk=session_id).first()
    if session is None:
        raise NotFound("没有找到这次离线办理，或不在您的管辖范围内。")
    if not constant_time_compare(session.secret_hash, _hash(secret)):
        raise NotAllowed("只能由开始离线办理的那台设备上传。")
    return session


def _check_time(session: OfflineSession, item: Item, now: datetime) -> None:
    if not session.begun_at - SLACK <= item.at <= min(session.until, now) + SLACK:
        raise IllegalState(f"办理时间 {timezone.localtime(item.at):%m-%d %H:%M} 不在这次离线办理的一小时之内。")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
