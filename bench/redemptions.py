"""Redemptions a second, whole: ordered, paid, taken from the stock, handed over; beside the same inserts in raw SQL.

    .venv/bin/python -m bench.redemptions [--orders 2000] [--processes 4]

On servers of its own under var/bench (PostgreSQL with fsync on). The raw inserts write the same rows of the same tables
in the same two transactions an order, with the same triggers, and ask nothing before.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

BASE = Path(__file__).resolve().parent.parent
VAR = BASE / "var" / "bench"
os.environ["VAR_DIR"] = str(VAR)
for name in ("DATABASE_URL", "REDIS_URL"):
    os.environ.pop(name, None)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
os.environ.setdefault("LOG_LEVEL", "CRITICAL")

import django

django.setup()

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from bench import points_world as world_of
from bench.points_world import World
from governance.audit.models import Entry as AuditEntry
from governance.embedded import servers
from points.ledger import accounts, services, verify
from points.ledger.posting import Cause
from points.models import Account, Allocation, Goods, Lot, Order, OrderLine, StockMove, Transaction
from points.shop.services import orders
from points.shop.services.orders import Line

Work = Callable[[int], None]


def timed(work: Work, count: int, processes: int) -> float:
    """How many a second, by so many processes at once."""
    connection.close()
    pids, begun = [], time.perf_counter()
    for share in range(processes):
        pid = os.fork()
        if pid:
            pids.append(pid)
            continue
        try:
            for number in range(share, count, processes):
                work(number)
            os._exit(0)
        except BaseException as error:
            print(f"worker: {error!r}", file=sys.stderr, flush=True)
            os._exit(1)
    if any(os.waitpid(pid, 0)[1] for pid in pids):
        raise SystemExit("a worker failed")
    return count / (time.perf_counter() - begun)


def whole(world: World, goods: Goods) -> Work:
    """An order, and its handing over."""

    def work(number: int) -> None:
        order = orders.place_order(
            shop_id=world.shop.pk, lines=[Line(goods.pk, 1)], person_id=world.buyers[number % len(world.buyers)],
            key=f"bench:{number:08d}", by=world.clerk, now=timezone.now(),
        )  # fmt: skip
        orders.hand_over(order_id=order.pk, by=world.clerk, now=timezone.now())

    return work


def ledger_alone(world: World) -> Work:
    """A spending, without order or goods."""
    shop = accounts.of_shop(world.shop.site, timezone.now())
    holders = list(Account.objects.filter(person__in=world.buyers).order_by("pk"))

    def work(number: int) -> None:
        cause = Cause(key=f"spend:{number}", unit=world.community, by=world.clerk, now=timezone.now())
        with transaction.atomic():
            services.spend(holder=holders[number % len(holders)], shop=shop, points=1, cause=cause)

    return work


def copied(model: Any, sample: int, **other: Any) -> tuple[str, list[Any]]:
    """An insert of a row like the sample, but for these columns."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    table, quote = model._meta.db_table, connection.ops.quote_name
    picked = ["%s" if field.attname in other else quote(field.column) for field in fields]
    values = [other[field.attname] for field in fields if field.attname in other]
    columns = ", ".join(quote(field.column) for field in fields)
    return (
        f"INSERT INTO {table} ({columns}) SELECT {', '.join(picked)} FROM {table} WHERE id = {sample} RETURNING id",
        values,
    )


def raw(world: World, goods: Goods) -> Work:
    """The rows of an order like the first, by SQL alone."""
    order = Order.objects.get(key="bench:00000000")
    paid = Transaction.objects.get(kind="spend", source_id=order.pk)
    shop = Account.objects.get(kind="shop")
    holders = list(Account.objects.filter(person__in=world.buyers).order_by("pk").values_list("pk", "person_id"))
    lots = dict(Lot.objects.filter(account__in=[pk for pk, _ in holders]).values_list("account_id", "pk"))
    line, moved = OrderLine.objects.get(order=order).pk, StockMove.objects.get(order=order).pk
    said = list(AuditEntry.objects.filter(subject_id=order.pk, action__startswith="shop.order").order_by("pk"))

    def run(cursor: Any, statement: str, values: list[Any]) -> int:
        cursor.execute(statement, values)
        return int(cursor.fetchone()[0]) if cursor.description else 0

    def work(number: int) -> None:
        holder, person = holders[number % len(holders)]
        with connection.cursor() as cursor:
            with transaction.atomic():
                pk = run(cursor, *copied(
                    Order, order.pk, key=f"raw:{number:08d}", person_id=person, code_key=uuid.uuid4(),
                    code_index=uuid.uuid4().hex, state="placed", ended_at=None, ended_on=None, ended_by_user=None,
                ))  # fmt: skip
                tx = run(cursor, *copied(Transaction, paid.pk, key=f"raw:{number}", source_id=pk))
                cursor.execute(
                    "INSERT INTO points_entry (transaction_id, account_id, amount) VALUES (%s, %s, -1), (%s, %s, 1)",
                    [tx, holder, tx, shop.pk],
                )
                cursor.execute(
                    f"INSERT INTO {Allocation._meta.db_table} (transaction_id, lot_id, amount) VALUES (%s, %s, 1)",
                    [tx, lots[holder]],
                )
                run(cursor, *copied(OrderLine, line, order_id=pk))
                run(cursor, *copied(StockMove, moved, order_id=pk))
                run(cursor, *copied(AuditEntry, said[0].pk, subject_id=pk))
            with transaction.atomic():
                cursor.execute(
                    "UPDATE points_order SET state = 'collected', ended_at = now(), ended_on = now(), ended_by_user = 1"
                    " WHERE id = %s", [pk],
                )  # fmt: skip
                run(cursor, *copied(AuditEntry, said[-1].pk, subject_id=pk))

    return work


def main() -> int:
    """All three, and that the books balance afterwards."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, default=2000, help="how many of each")
    parser.add_argument("--processes", type=int, default=4, help="how many at once")
    options = parser.parse_args()
    servers.start(VAR, durable=True)
    try:
        call_command("migrate", verbosity=0)
        world = world_of.make(buyers=200, each=options.orders * 4 // 200 + 10)
        goods = world_of.goods(world, "肥皂", options.orders * 3)
        load = os.getloadavg()[0]
        print(f"{options.orders} of each by {options.processes} processes, load {load:.1f}", flush=True)
        for title, work in (
            ("whole orders", whole(world, goods)), ("the ledger alone", ledger_alone(world)),
        ):  # fmt: skip
            print(f"{title}: {timed(work, options.orders, options.processes):.0f} a second", flush=True)
        rate = timed(raw(world, goods), options.orders, options.processes)
        print(f"the same inserts of whole orders in raw SQL: {rate:.0f} a second", flush=True)
        faults = verify.find_faults()
        print(f"verify_ledger: {len(faults)} faults", flush=True)
    finally:
        connection.close()
        servers.remove(VAR)
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
