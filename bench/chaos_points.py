"""What the shop promises, held against violence: eight processes that redeem points, killed by the hundred.

    make chaos [ORDERS=10000] [KILLS=200]

On servers of its own under var/chaos (PostgreSQL with fsync on): orders placed and handed over by processes that die
of kill -9 at any moment and begin again at what they do not know to be done; a thousand buyers for a hundred pieces;
one key fifty times in parallel. Exits with 1 when an order is lost, there twice, or the books do not balance.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
VAR = BASE / "var" / "chaos"
os.environ["VAR_DIR"] = str(VAR)
for name in ("DATABASE_URL", "REDIS_URL"):
    os.environ.pop(name, None)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
os.environ.setdefault("LOG_LEVEL", "CRITICAL")

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from bench import points_world as world_of
from bench.points_world import World, scalar
from governance.calendars.defaults import ensure_default_calendar
from governance.embedded import servers
from governance.errors import DomainError
from points.ledger import verify
from points.models import Goods, Order
from points.shop.services import orders
from points.shop.services.orders import Line

WORKERS = 8
PATIENCE = 3600


def redeem(world: World, goods: Goods, number: int) -> Order:
    """Order number so and so, by its buyer, and hand it over: harmless to repeat."""
    order = orders.place_order(
        shop_id=world.shop.pk, lines=[Line(goods.pk, 1)], person_id=world.buyers[number % len(world.buyers)],
        key=f"chaos:{number:06d}", by=world.clerk, now=timezone.now(),
    )  # fmt: skip
    return orders.hand_over(order_id=order.pk, by=world.clerk, now=timezone.now())


def fork(work: Callable[[], None]) -> int:
    """A process that does the work and ends; the parent holds no connection meanwhile."""
    connection.close()
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
        os._exit(0)
    except BaseException as error:
        print(f"worker: {error!r}", file=sys.stderr, flush=True)
        os._exit(1)


class Shift:
    """Eight processes, each with its share of the orders, and a file of what each was told to be done."""

    def __init__(self, world: World, goods: Goods, count: int) -> None:
        self.world, self.goods, self.count = world, goods, count
        self.running: dict[int, int] = {}
        for share in range(WORKERS):
            self._file(share).write_text("")
            self.start(share)

    def _file(self, share: int) -> Path:
        return VAR / f"acknowledged-{share}"

    def start(self, share: int) -> None:
        """Begin at what is not known to be done; the last that was done is asked for once more."""
        done = len(self._file(share).read_text().split())

        def work() -> None:
            with self._file(share).open("a") as file:
                for number in range(share, self.count, WORKERS)[max(0, done - 1) :]:
                    redeem(self.world, self.goods, number)
                    if number >= share + done * WORKERS:
                        file.write(f"{number}\n")
                        file.flush()

        self.running[fork(work)] = share

    def kill(self) -> None:
        """kill -9 to one of them, and another takes its place."""
        pid = random.choice(list(self.running))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        self.start(self.running.pop(pid))

    def ended(self) -> None:
        """Take away those that are through; a failed one is started again."""
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid:
            share = self.running.pop(pid)
            if status:
                self.start(share)

    def acknowledged(self) -> set[int]:
        """What somebody was told to be done."""
        return {int(line) for share in range(WORKERS) for line in self._file(share).read_text().split()}

    def told(self) -> int:
        """How many lines that is, cheaply."""
        return sum(self._file(share).read_bytes().count(b"\n") for share in range(WORKERS))


def killed(world: World, count: int, kills: int) -> bool:
    """Orders by eight processes, with kills spread over all of them."""
    goods, begun, struck = world_of.goods(world, "肥皂", count * 2), time.perf_counter(), 0
    shift, pause = Shift(world, goods, count), threading.Event()
    while shift.running and time.perf_counter() - begun < PATIENCE:
        pause.wait(0.005)
        if struck < kills and shift.told() >= struck * count * 0.95 / kills:
            shift.kill()
            struck += 1
        shift.ended()
    seconds = time.perf_counter() - begun
    done = {f"chaos:{number:06d}" for number in shift.acknowledged()}
    lost = len(done - set(Order.objects.filter(state="collected").values_list("key", flat=True)))
    return _report(world, goods, count, struck, seconds, lost)


def _report(world: World, goods: Goods, count: int, struck: int, seconds: float, lost: int) -> bool:
    orders_, collected = (
        scalar("SELECT count(*) FROM points_order"),
        scalar("SELECT count(*) FROM points_order WHERE state = 'collected'"),
    )
    twice = scalar(
        "SELECT count(*) FROM (SELECT source_id FROM points_transaction WHERE kind = 'spend'"
        " GROUP BY 1 HAVING count(*) > 1) x"
    )
    paid = scalar("SELECT sum(points) FROM points_transaction WHERE kind = 'spend'")
    out = count * 2 - Goods.objects.get(pk=goods.pk).left
    left = len(world.buyers) * world.each - world_of.points_left(world)
    faults = verify.find_faults()
    print(
        f"{count} orders by {WORKERS} processes, {struck} kill -9, {seconds:.0f} s: {orders_} there, {collected} handed"
        f" over, {count - collected} lost ({lost} of those told to be done), {twice} paid twice; {paid} points paid,"
        f" {left} points gone from buyers, {out} pieces gone; verify_ledger: {len(faults)} faults",
        flush=True,
    )
    return orders_ == collected == paid == out == left == count and not (lost or twice or faults)


def rush(world: World, pieces: int) -> bool:
    """A thousand buyers, one piece each, for a hundred pieces."""
    goods, before = world_of.goods(world, "大米", pieces), Order.objects.count()
    folder = VAR / "rush"
    folder.mkdir(exist_ok=True)

    def work(share: int) -> None:
        said: Counter[str] = Counter()
        for buyer in world.buyers[share::WORKERS]:
            try:
                orders.place_order(
                    shop_id=world.shop.pk, lines=[Line(goods.pk, 1)], person_id=buyer, key=f"rush:{buyer:08d}",
                    by=world.clerk, now=timezone.now(),
                )  # fmt: skip
                said["got one"] += 1
            except DomainError as refused:
                said[refused.code] += 1
        (folder / str(share)).write_text("\n".join(f"{word},{times}" for word, times in said.items()))

    begun = time.perf_counter()
    for pid in [fork(lambda share=share: work(share)) for share in range(WORKERS)]:
        os.waitpid(pid, 0)
    seconds = time.perf_counter() - begun
    said: Counter[str] = Counter()
    for file in folder.iterdir():
        for line in file.read_text().splitlines():
            word, times = line.rsplit(",", 1)
            said[word] += int(times)
    made, left = Order.objects.count() - before, Goods.objects.get(pk=goods.pk).left
    faults = verify.find_faults()
    print(
        f"{len(world.buyers)} buyers for {pieces} pieces, {seconds:.0f} s: {made} orders, {left} pieces left;"
        f" {dict(said)}; verify_ledger: {len(faults)} faults",
        flush=True,
    )
    refused = len(world.buyers) - pieces
    return made == pieces and left == 0 and said == {"got one": pieces, "sold_out": refused} and not faults


def one_key(world: World, times: int) -> bool:
    """The same request, so many times at once."""
    goods, before = world_of.goods(world, "牙膏", 1000), scalar("SELECT count(*) FROM points_transaction")
    start = threading.Barrier(times)

    def ask(_: int) -> bool:
        try:
            start.wait(60)
            return orders.place_order(
                shop_id=world.shop.pk, lines=[Line(goods.pk, 1)], person_id=world.buyers[0], key="one-key-for-all",
                by=world.clerk, now=timezone.now(),
            ).is_new  # fmt: skip
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        new = sum(pool.map(ask, range(times)))
    written = scalar("SELECT count(*) FROM points_transaction") - before
    left = Goods.objects.get(pk=goods.pk).left
    print(f"one key {times} times in parallel: {new} new, {written} transaction, {1000 - left} piece", flush=True)
    return new == written == 1000 - left == 1


def main() -> int:
    """All three runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, default=10_000, help="how many redemptions")
    parser.add_argument("--kills", type=int, default=200, help="how many processes are killed")
    parser.add_argument("--seed", type=int, default=1, help="of the choice whom to kill")
    options = parser.parse_args()
    random.seed(options.seed)
    servers.start(VAR, durable=True)
    try:
        call_command("migrate", verbosity=0)
        ensure_default_calendar()
        world = world_of.make(buyers=1000, each=options.orders // 1000 + 10)
        good = [killed(world, options.orders, options.kills), rush(world, 100), one_key(world, 50)]
    finally:
        connection.close()
        servers.remove(VAR)
    return int(not all(good))


if __name__ == "__main__":
    sys.exit(main())
