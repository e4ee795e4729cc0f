"""Many at one piece, one key, one order: real threads. RACES=200 runs more."""

from __future__ import annotations

import os
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection

from governance.errors import DomainError
from points.models import Goods, Order, StockMove, Transaction
from points.shop.services import _placing, orders
from points.shop.services.orders import Line, cancel_order, hand_over, lapse_due, place_order
from tests.points.shop.conftest import left, usable

pytestmark = pytest.mark.django_db(transaction=True)
RACES = int(os.environ.get("RACES", "12"))


def at_once(*steps: Callable[[], Any]) -> list[str]:
    """All steps in threads of their own that begin together: "done", or the code of the refusal."""
    gate = threading.Barrier(len(steps))

    def run(step: Callable[[], Any]) -> str:
        try:
            gate.wait(30)
            step()
        except DomainError as refused:
            return refused.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))


@pytest.fixture
def placed(shop, goods, rich, clerk, now) -> Callable[[], Order]:
    """An order that waits, of one rich member."""
    oil, who = goods(points=1, left=5_000), rich(5_000)
    return lambda: place_order(
        shop_id=shop.pk, lines=[Line(oil.pk, 2)], person_id=who.pk, key=str(uuid.uuid4()), by=clerk, now=now
    )


def buying(shop, one, who, clerk, now, key=""):
    return lambda: place_order(
        shop_id=shop.pk, lines=[Line(one.pk, 1)], person_id=who.pk, key=key or str(uuid.uuid4()), by=clerk, now=now
    )


def test_without_the_lock_two_find_the_last_piece_there(shop, goods, rich, clerk, now, monkeypatch):
    """Both read one piece; the database refuses the second, and the member would be told of a fault."""
    one, people = goods(left=1), [rich(), rich(name="李秀兰")]
    both = threading.Barrier(2)

    def careless(ids: Any) -> dict[int, int]:
        found = dict(Goods.objects.filter(pk__in=list(ids)).values_list("pk", "left"))
        both.wait(30)
        return found

    monkeypatch.setattr(_placing, "locked_stock", careless)
    broken: list[str] = []

    def step(who: Any) -> Callable[[], None]:
        def run() -> None:
            try:
                buying(shop, one, who, clerk, now)()
            except IntegrityError as error:
                broken.append(str(error))

        return run

    at_once(*(step(who) for who in people))
    assert len(broken) == 1
    assert "points_stock_never_below_zero" in broken[0]


def test_the_last_pieces_go_to_as_many_as_there_are(shop, goods, rich, clerk, now):
    one = goods(left=3)
    people = [rich(name=name) for name in ("王一", "王二", "王三", "王四", "王五", "王六", "王七", "王八")]
    told = Counter(at_once(*(buying(shop, one, who, clerk, now) for who in people)))
    assert told == {"done": 3, "sold_out": 5}
    assert left(one) == 0
    assert Order.objects.count() == Transaction.objects.filter(kind="spend").count() == 3
    assert sorted(usable(who, now) for who in people) == [70] * 3 + [100] * 5


def test_one_member_at_many_places_spends_what_they_have_and_their_share(shop, goods, rich, clerk, now):
    oil, eggs, who = goods(left=50), goods("鸡蛋", 1, left=50, per_month=1), rich(65)
    told = Counter(at_once(*(buying(shop, oil, who, clerk, now) for _ in range(6))))
    assert told == {"done": 2, "not_enough": 4}
    told = Counter(at_once(*(buying(shop, eggs, who, clerk, now) for _ in range(4))))
    assert told == {"done": 1, "limit": 3}
    assert (usable(who, now), left(oil), left(eggs)) == (4, 48, 49)


def test_one_key_in_parallel_is_one_order(shop, goods, rich, clerk, now):
    one, who = goods(), rich()
    assert at_once(*(buying(shop, one, who, clerk, now, key="tapped-often") for _ in range(8))) == ["done"] * 8
    assert (Order.objects.count(), usable(who, now), left(one)) == (1, 70, 9)


def test_without_the_lock_a_collected_order_would_be_paid_back(placed, clerk, now, monkeypatch):
    """The harm that the lock prevents: a cancellation that was checked before the collection and written after it."""
    order, careful = placed(), orders._locked
    checked, collected = threading.Event(), threading.Event()

    def careless(order_id: int, by: Any) -> Order:
        if threading.current_thread() is threading.main_thread():
            return careful(order_id, by)
        found = Order.objects.select_related("shop__site", "shop__unit", "person").get(pk=order_id)
        checked.set()
        collected.wait(30)
        return found

    monkeypatch.setattr(orders, "_locked", careless)

    def cancelling() -> None:
        try:
            cancel_order(order_id=order.pk, words="不要了", by=clerk, now=now)
        finally:
            connection.close()

    thread = threading.Thread(target=cancelling, daemon=True)
    thread.start()
    assert checked.wait(30)
    hand_over(order_id=order.pk, by=clerk, now=now)
    collected.set()
    thread.join(30)
    order.refresh_from_db()
    assert order.state == "cancelled"
    assert Transaction.objects.filter(kind="cancel").exists()


def test_collected_or_cancelled_never_both(placed, clerk, cast, now):
    seen: Counter[tuple[str, ...]] = Counter()
    for _ in range(RACES):
        order = placed()
        told = at_once(
            partial(hand_over, order_id=order.pk, by=clerk, now=now),
            partial(cancel_order, order_id=order.pk, words="不要了", by=cast.cw, now=now),
        )
        seen[tuple(told)] += 1
        check(order)
    assert set(seen) <= {("done", "collected"), ("cancelled", "done")}


def test_collected_twice_is_handed_over_once(placed, clerk, cast, now):
    for _ in range(RACES):
        order = placed()
        handing = [partial(hand_over, order_id=order.pk, by=by, now=now) for by in (clerk, cast.cw)]
        done: list[Order] = []
        assert at_once(*(partial(keep, done, step) for step in handing)) == ["done", "done"]
        assert sorted(one.is_new for one in done) == [False, True]
        assert len({one.ended_by_name for one in done}) == 1


def keep(done: list[Order], step: Callable[[], Order]) -> None:
    """Remember what a step gave."""
    done.append(step())


def test_collected_or_lapsed_never_both(placed, clerk, now):
    for _ in range(RACES):
        order = placed()
        told = at_once(
            partial(hand_over, order_id=order.pk, by=clerk, now=now),
            partial(lapse_due, now=order.lapse_at),
            partial(lapse_due, now=order.lapse_at),
        )
        assert told in (["done"] * 3, ["lapsed", "done", "done"])
        check(order)


def check(order: Order) -> None:
    """What an ended order moved."""
    order.refresh_from_db()
    kinds = set(Transaction.objects.filter(source_type="shop.order", source_id=order.pk).values_list("kind", flat=True))
    moves = set(StockMove.objects.filter(order=order).values_list("kind", flat=True))
    if order.state == "collected":
        assert (kinds, moves) == ({"spend"}, {"sale"})
    else:
        assert order.state in ("cancelled", "lapsed")
        assert (kinds, moves) == ({"spend", "cancel"}, {"sale", "return"})
