"""An hour without a connection: nothing is collected twice, and what is spent twice the reserve pays."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from governance.errors import IllegalState, InvalidInput, NotAllowed
from points.ledger import accounts, selectors
from points.models import Account, OfflineSession, OfflineUpload, Order
from points.shop import codes
from points.shop.selectors import salted, snapshot
from points.shop.services.offline import COLLECT, SALE, Item, begin_offline, end_offline, expire_due, upload
from points.shop.services.orders import Line, cancel_order, hand_over, lapse_due, place_order
from tests.points.shop.conftest import left, usable
from tests.points.shop.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "the-device-of-the-counter"


@pytest.fixture
def begin(shop, clerk, budget, now):
    """`begin(100)`: a session of the clerk's device."""

    def make(limit: int = 100, at=None, secret: str = SECRET) -> OfflineSession:
        if not Account.objects.filter(kind="budget").exists():
            budget(100_000)
        return begin_offline(shop_id=shop.pk, limit=limit, secret=secret, by=clerk, now=at or now)

    return make


@pytest.fixture
def order(shop, clerk, now):
    def make(who, one, at=None):
        return place_order(
            shop_id=shop.pk, lines=[Line(one.pk, 1)], person_id=who.pk, key=str(uuid.uuid4()), by=clerk, now=at or now
        )

    return make


@pytest.fixture
def send(clerk, now):
    """`send(session, item, …)`: uploaded an hour and a half after the beginning."""

    def make(session, *items, secret=SECRET, at=None):
        return upload(
            session_id=session.pk, secret=secret, items=items, by=clerk, now=at or now + timedelta(minutes=90)
        )

    return make


def collected(order, now, key="") -> Item:
    return Item(key or str(uuid.uuid4()), COLLECT, now + timedelta(minutes=20), order_id=order.pk)


def sold(who, one, now, count=1, key="") -> Item:
    lines = ((one.pk, count),)
    return Item(key or str(uuid.uuid4()), SALE, now + timedelta(minutes=30), person_id=who.pk, lines=lines)


def reserve(shop) -> int:
    return Account.objects.get(kind="reserve", site=shop.site).balance


def balance_of_budget() -> int:
    return Account.objects.get(kind="budget").balance


def test_what_is_held_is_collected_nowhere_else_and_does_not_lapse(begin, order, goods, rich, clerk, cast, now):
    held = order(rich(), goods())
    session = begin()
    for refused in (
        lambda: hand_over(order_id=held.pk, by=cast.cw, now=now),
        lambda: cancel_order(order_id=held.pk, words="不要了", by=cast.cw, now=now),
    ):
        with pytest.raises(IllegalState, match="正在离线办理") as told:
            refused()
        assert told.value.code == "held"
    assert lapse_due(now=held.lapse_at) == 0
    end_offline(session_id=session.pk, secret=SECRET, by=clerk, now=now)
    assert lapse_due(now=held.lapse_at) == 1


def test_an_hour_is_uploaded_and_the_rest_released(begin, order, goods, rich, send, shop, clerk, now):
    oil, who = goods(left=10), rich(100)
    held = order(who, oil)
    session, before = begin(90), balance_of_budget()
    assert (reserve(shop), balance_of_budget()) == (90, before)
    rows = send(session, collected(held, now), sold(who, oil, now))
    assert [row.outcome for row in rows] == ["done", "done"]
    held.refresh_from_db()
    assert (held.state, held.held_by_id) == ("collected", None)
    sale = Order.objects.get(how="offline")
    assert (sale.state, sale.points, sale.covered, usable(who, now), left(oil)) == ("collected", 30, 0, 40, 8)
    done = end_offline(session_id=session.pk, secret=SECRET, by=clerk, now=now)
    assert (done.state, done.covered, reserve(shop), balance_of_budget()) == ("closed", 0, 0, before + 90)


def test_points_spent_online_meanwhile_are_covered_once(begin, order, goods, rich, send, shop, clerk, now):
    """Double spending tried: the device still shows a hundred points, which were spent online."""
    oil, who = goods(left=10), rich(70)
    session, total = begin(100), balance_of_budget()
    order(who, oil)
    order(who, oil)
    (row,) = send(session, sold(who, oil, now))
    assert (row.outcome, row.covered, row.words) == ("covered", 20, "积分不足，备付垫付 20 分。")
    assert (usable(who, now), reserve(shop)) == (0, 80)
    assert selectors.total(accounts.of_shop(shop.site, now)) == 90
    end_offline(session_id=session.pk, secret=SECRET, by=clerk, now=now)
    assert (reserve(shop), balance_of_budget()) == (0, total + 80)


def test_an_upload_that_is_repeated_changes_nothing(begin, goods, rich, send, clerk, now):
    oil, who = goods(left=10), rich(100)
    session, item = begin(), sold(who, oil, now, key="sale-0001")
    first, again = send(session, item), send(session, item)
    assert first[0].pk == again[0].pk
    assert (usable(who, now), left(oil), OfflineUpload.objects.count()) == (70, 9, 1)
    end_offline(session_id=session.pk, secret=SECRET, by=clerk, now=now)
    assert send(session, item)[0].pk == first[0].pk
    assert end_offline(session_id=session.pk, secret=SECRET, by=clerk, now=now).state == "closed"
    with pytest.raises(IllegalState, match="已用于另一条"):
        send(session, sold(who, oil, now, count=2, key="sale-0001"))
    with pytest.raises(IllegalState, match="已结束"):
        send(session, sold(who, oil, now))


def test_uploads_at_once_are_done_once(begin, goods, rich, send, now):
    oil, who = goods(left=10), rich(100)
    session, items = begin(), [sold(who, oil, now) for _ in range(3)]
    assert at_once(*(lambda: send(session, *items) for _ in range(4))) == ["done"] * 4
    assert (usable(who, now), left(oil), Order.objects.count()) == (10, 7, 3)


def test_there_is_one_device(begin, goods, rich, send, now):
    session = begin()
    with pytest.raises(IllegalState, match="还没有结束"):
        begin(secret="another-device-of-the-counter")
    with pytest.raises(NotAllowed, match="那台设备"):
        send(session, sold(rich(), goods(), now), secret="another-device-of-the-counter")
    told = at_once(*(lambda n=n: begin(secret=f"another-device-number-{n}") for n in range(3)))
    assert told == ["illegal_state"] * 3


def test_of_devices_that_begin_at_once_one_does(shop, begin, now):
    begin(0, secret="a-first-device-to-warm-up")
    OfflineSession.objects.update(state="closed", closed_at=now)
    told = at_once(*(lambda n=n: begin(secret=f"another-device-number-{n}") for n in range(3)))
    assert sorted(told) == ["done", "illegal_state", "illegal_state"]
    assert reserve(shop) == 100


def test_no_more_is_sold_than_was_set_aside(begin, goods, rich, send, now):
    oil, who = goods(left=10), rich(1000)
    session = begin(60)
    rows = send(session, *(sold(who, oil, now) for _ in range(3)))
    assert [row.outcome for row in rows] == ["done", "done", "refused"]
    assert rows[2].words == "超出离线限额：限额 60 分，已售 60 分，这笔 30 分。"
    assert (usable(who, now), left(oil)) == (940, 8)


def test_a_session_that_nobody_uploads_expires_and_what_comes_later_is_not_covered(
    begin, order, goods, rich, send, shop, now
):
    oil, poor, able = goods(left=10), rich(30), rich(100, name="李秀兰")
    held, gone = order(able, oil), order(able, oil)
    session, late = begin(60), now + timedelta(hours=4)
    before = balance_of_budget()
    assert expire_due(now=now + timedelta(minutes=179)) == 0
    assert expire_due(now=now + timedelta(hours=3)) == 1
    assert (reserve(shop), balance_of_budget()) == (0, before + 60)
    order(poor, oil, at=late)
    cancel_order(order_id=gone.pk, words="不要了", by=_clerk(session, now), now=late)
    rows = send(
        session, collected(held, now), collected(gone, now), sold(poor, oil, now), sold(able, oil, now), at=late
    )
    assert [row.outcome for row in rows] == ["done", "refused", "refused", "done"]
    assert "已取消" in rows[1].words
    assert "可用积分只有 0 分" in rows[2].words
    assert (usable(poor, late), usable(able, late)) == (0, 40)


def _clerk(session, now):
    from accounts.acting import actor_from
    from accounts.models import Posting

    return actor_from(Posting.objects.get(role="SC", user_id=session.begun_by_user), now=now)


def test_what_was_handed_over_was_there_whatever_the_books_say(begin, order, goods, rich, send, now):
    oil, who, other = goods(left=1), rich(100), rich(100, name="李秀兰")
    session = begin()
    order(other, oil)
    (row,) = send(session, sold(who, oil, now))
    assert (row.outcome, left(oil)) == ("done", 0)
    assert oil.moves.get(kind="counted").words == "离线交付时在架，账面不足"


def test_who_stands_at_the_counter_sells_nothing_to_themselves(begin, goods, rich, as_member, send, clerk, now):
    who = as_member(rich(), clerk)
    (row,) = send(begin(), sold(who, goods(), now))
    assert (row.outcome, row.words) == ("refused", "不能给本人办理，请同事办理。")


def test_a_time_outside_the_hour_is_refused(begin, goods, rich, send, now):
    session, oil, who = begin(), goods(), rich()
    early = Item("too-early-1", SALE, now - timedelta(hours=1), person_id=who.pk, lines=((oil.pk, 1),))
    late = Item("too-late-1", SALE, now + timedelta(minutes=75), person_id=who.pk, lines=((oil.pk, 1),))
    assert [row.outcome for row in send(session, early, late)] == ["refused", "refused"]


def test_what_it_may_cost_is_the_shops_limit_and_the_communitys_budget(shop, begin, budget, clerk, cast, now):
    with pytest.raises(InvalidInput, match="0 至 300"):
        begin(301)
    Account.objects.filter(kind="budget").exists()
    with pytest.raises(NotAllowed):
        begin_offline(shop_id=shop.pk, limit=0, secret=SECRET, by=cast.ss, now=now)
    with pytest.raises(IllegalState, match="没有积分预算"):
        begin(100, at=now + timedelta(days=60))
    assert begin(0, at=now + timedelta(days=60)).limit == 0


def test_the_device_gets_no_code_no_number_and_no_name(begin, order, goods, rich, person, clerk, now):
    from tests.points.shop.conftest import LATER

    oil = goods(left=4)
    held = order(rich(100), oil)
    who = person(name="欧阳建国", phone="13812340000")
    from django.db import transaction

    from points.ledger import services as ledger
    from points.ledger.posting import Cause

    with transaction.atomic():
        ledger.award(
            budget=Account.objects.get(kind="budget"), holder=accounts.of_person(who, now), points=5, expires_on=LATER,
            cause=Cause(key="award-x", unit=held.shop.community, by=clerk, now=now),
        )  # fmt: skip
    seen = snapshot(begin(50), now)
    assert seen["orders"] == [
        {"id": held.pk, "hash": salted(seen["salt"], codes.code_of(held.code_key)), "who": "王*国", "points": 30,
         "lines": ["食用油 × 1"]}
    ]  # fmt: skip
    assert seen["people"] == [{"id": who.pk, "hash": salted(seen["salt"], "13812340000"), "who": "欧**国", "points": 5}]
    assert seen["goods"] == [{"id": oil.pk, "name": "食用油", "points": 30, "left": 3}]
    assert (seen["limit"], "欧阳" in str(seen), "1381234" in str(seen)) == (50, False, False)
