"""Everything that moves points. Each function writes one transaction, once for its key, in the caller's own change.

Whoever calls has checked who may; here it is checked that the points are there. All amounts are whole points. Each
returns the transaction, the one of before when the key was used before for the same (`is_new` tells). A refusal leaves
nothing behind: each is a savepoint of its own, so that a caller may go on after it.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db.transaction import atomic

from governance.errors import IllegalState, InvalidInput
from points.ledger.accounts import of_expired
from points.ledger.posting import Cause, NewLot, Take, begin, lock, lots_in_use, take, write
from points.models import Account, AwardHalt, Lot, Transaction

# The issue: "a refund into an expired lot lives 30 more days".
REFUND_DAYS = 30
MOST = 1_000_000


@atomic
def fund(*, issue: Account, budget: Account, points: int, cause: Cause) -> Transaction:
    """New points for a unit's budget."""
    return _move("fund", issue, budget, points, cause)


@atomic
def move(*, source: Account, target: Account, points: int, cause: Cause) -> Transaction:
    """Points of one budget for another. Raises IllegalState when the first has not as many."""
    return _move("move", source, target, points, cause)


@atomic
def give_back(*, budget: Account, issue: Account, points: int, cause: Cause) -> Transaction:
    """What a budget does not need any more. Raises IllegalState when it has not as many."""
    return _move("give_back", budget, issue, points, cause)


@atomic
def set_aside(*, budget: Account, reserve: Account, points: int, cause: Cause) -> Transaction:
    """What a shop may sell for without a connection, taken from the budget beforehand."""
    return _move("set_aside", budget, reserve, points, cause)


@atomic
def release(*, reserve: Account, budget: Account, points: int, cause: Cause) -> Transaction:
    """What was set aside and not needed, back to the budget."""
    return _move("release", reserve, budget, points, cause)


@atomic
def cover(*, reserve: Account, shop: Account, points: int, cause: Cause) -> Transaction:
    """What a holder could not pay for goods that were handed over without a connection: the reserve pays."""
    return _move("cover", reserve, shop, points, cause)


@atomic
def award(*, budget: Account, holder: Account, points: int, expires_on: date, cause: Cause) -> Transaction:
    """Points of a budget for a holder, good until the end of `expires_on`.

    Raises IllegalState when the budget has not as many, does not cover today, or its unit's awards are halted;
    InvalidInput when they would expire before today.
    """
    _positive(points)
    if expires_on < cause.today:
        raise InvalidInput("有效期不能早于今天。", field="expires_on")
    row = begin("award", cause, points, {"from": budget.pk, "to": holder.pk, "expires_on": expires_on})
    if not row.is_new:
        return row
    locked = lock([budget.pk, holder.pk])
    _check_budget(locked[budget.pk], cause)
    _enough(locked[budget.pk].balance, points, "预算")
    return write(row, {budget.pk: -points, holder.pk: points}, lots=[NewLot(holder.pk, points, expires_on)])


@atomic
def spend(*, holder: Account, shop: Account, points: int, cause: Cause) -> Transaction:
    """Points of a holder for a shop, first those that expire first. Raises IllegalState when there are not as many."""
    _positive(points)
    row = begin("spend", cause, points, {"from": holder.pk, "to": shop.pk})
    if not row.is_new:
        return row
    lock([holder.pk])
    lots = lots_in_use(holder.pk, cause.today)
    _enough(sum(lot.left for lot in lots), points, "可用积分")
    return write(row, {holder.pk: -points, shop.pk: points}, takes=take(lots, points))


@atomic
def cancel(*, transaction: Transaction, cause: Cause) -> Transaction:
    """Undo a `spend`: exactly what was taken goes back to the lots that it was taken from.

    What came from a lot that has expired meanwhile becomes a new lot, good for 30 more days.
    Raises IllegalState for what is no spending, or was undone before by another key.
    """
    if transaction.kind != "spend":
        raise IllegalState("只有兑换可以取消。")
    row = begin("cancel", cause, transaction.points, {}, undoes=transaction.pk)
    if not row.is_new:
        return row
    entries = dict(transaction.entries.values_list("account_id", "amount"))
    lock(account for account, amount in entries.items() if amount < 0)
    taken = transaction.allocations.select_related("lot").order_by("lot_id")
    lots, takes = [], []
    for one in taken:
        if one.lot.expires_on < cause.today:
            lots.append(_renewed(one.lot, one.amount, cause.today))
        else:
            takes.append(Take(one.lot_id, -one.amount))
    return write(row, {account: -amount for account, amount in entries.items()}, lots=lots, takes=takes)


@atomic
def reverse(*, transaction: Transaction, cause: Cause) -> Transaction:
    """Undo an award, or a movement between budgets: the points go back to where they came from.

    Of an award first its own lot is taken back, then what expires first. Raises IllegalState when the points are not
    there any more, for other kinds, and for what was undone before by another key.
    """
    if transaction.kind not in ("award", "fund", "move", "give_back"):
        raise IllegalState("这类交易不能冲正。")
    row = begin("reverse", cause, transaction.points, {}, undoes=transaction.pk)
    if not row.is_new:
        return row
    moves = {account: -amount for account, amount in transaction.entries.values_list("account_id", "amount")}
    locked = lock(moves)
    takes: list[Take] = []
    for account in (locked[pk] for pk, amount in moves.items() if amount < 0):
        if account.kind == "holder":
            takes = _taken_back(transaction, account, cause)
        elif account.kind == "budget":
            _enough(account.balance, transaction.points, "预算")
    return write(row, moves, takes=takes)


@atomic
def expire(*, holder: Account, cause: Cause) -> Transaction | None:
    """Take what was not spent in time out of a holder's account; None where there is nothing."""
    lock([holder.pk])
    gone = list(Lot.objects.filter(account=holder, left__gt=0, expires_on__lt=cause.today).order_by("pk"))
    points = sum(lot.left for lot in gone)
    if not points:
        return None
    expired = of_expired(holder.district_id, cause.now)
    row = begin("expire", cause, points, {"from": holder.pk, "lots": [lot.pk for lot in gone]})
    return write(row, {holder.pk: -points, expired.pk: points}, takes=take(gone, points)) if row.is_new else row


@atomic
def merge(*, keep: Account, drop: Account, cause: Cause) -> Transaction | None:
    """All points of one holder for another, each lot with the day that it had; None where there are none."""
    lock([keep.pk, drop.pk])
    open_lots = list(Lot.objects.filter(account=drop, left__gt=0).order_by("expires_on", "pk"))
    points = sum(lot.left for lot in open_lots)
    if not points:
        return None
    row = begin("merge", cause, points, {"from": drop.pk, "to": keep.pk})
    if not row.is_new:
        return row
    lots = [NewLot(keep.pk, lot.left, lot.expires_on, lot.pk) for lot in open_lots]
    return write(row, {drop.pk: -points, keep.pk: points}, lots=lots, takes=take(open_lots, points))


def _move(kind: str, source: Account, target: Account, points: int, cause: Cause) -> Transaction:
    _positive(points)
    if source.pk == target.pk:
        raise InvalidInput("转出和转入不能是同一个账户。", field="target")
    row = begin(kind, cause, points, {"from": source.pk, "to": target.pk})
    if not row.is_new:
        return row
    locked = lock([source.pk, target.pk])
    if source.kind in ("budget", "reserve"):
        _enough(locked[source.pk].balance, points, source.get_kind_display())
    return write(row, {source.pk: -points, target.pk: points})


def _renewed(lot: Lot, amount: int, today: date) -> NewLot:
    return NewLot(lot.account_id, amount, today + timedelta(days=REFUND_DAYS), lot.pk)


def _taken_back(transaction: Transaction, account: Account, cause: Cause) -> list[Take]:
    """From the lots that the award made, as far as they hold it, and then from what expires first."""
    own = list(transaction.lots.filter(left__gt=0))
    others = [lot for lot in lots_in_use(account.pk, cause.today) if lot.transaction_id != transaction.pk]
    lots = own + others
    _enough(sum(lot.left for lot in lots), transaction.points, "可用积分")
    return take(lots, transaction.points)


def _check_budget(budget: Account, cause: Cause) -> None:
    if not (budget.from_on and budget.until_on and budget.from_on <= cause.today <= budget.until_on):
        raise IllegalState(f"这笔预算的期间是 {budget.from_on} 至 {budget.until_on}，今天不能使用。")
    halt = AwardHalt.objects.filter(unit=budget.unit_id, lifted_at=None).first()
    if halt is not None:
        raise IllegalState(f"该单位的积分发放已暂停：{halt.why}", code="halted")


def _positive(points: int) -> None:
    if not 0 < points <= MOST:
        raise InvalidInput(f"积分应是 1 至 {MOST:,} 之间的整数。", field="points")


def _enough(there: int, points: int, what: str) -> None:
    if there < points:
        raise IllegalState(f"{what}不足：需要 {points} 分，现有 {there} 分。", field="points", code="not_enough")
