"""Everything that moves points. Each function writes one transaction, once for its key, in the caller's own change.

Whoever calls has checked who may; here it is checked that the points are there. All amounts are whole points. Each
returns the transaction, the one of before when the key was used before for the same (`is_new` tells). A refusal leaves
nothing behind: each is a savepoint of its own, so that a caller may go on after it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from django.db.models import Q
from django.db.transaction import atomic

from governance.errors import IllegalState, InvalidInput
from points.ledger.accounts import of_expired, successor_of
from points.ledger.posting import Cause, NewLot, Take, begin, earlier, flow, hold, lock, lots_in_use, take, write
from points.models import KEPT, Account, AwardHalt, Lot, Transaction

# The issue: "a refund into an expired lot lives 30 more days".
REFUND_DAYS = 30
# To or from a person at once; and between budgets.
MOST, MOST_OF_BUDGETS = 1_000_000, 1_000_000_000


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

    Raises IllegalState when the budget has not as many, does not cover today, or its unit's awards are halted, and when
    the holder's record was merged into another; InvalidInput when they would expire before today.
    """
    flow("award", budget, holder)
    _positive(points)
    if expires_on < cause.today:
        raise InvalidInput("有效期不能早于今天。", field="expires_on")
    asked = {"from": budget.pk, "to": holder.pk, "points": points, "expires_on": expires_on}
    row = begin("award", cause, points, asked)
    if not row.is_new:
        return row
    locked = lock([budget.pk, holder.pk])
    _check_budget(locked[budget.pk], cause)
    if successor_of(holder) is not None:
        raise IllegalState("这份档案已合并到另一份，请刷新后发给合并后的档案。", code="merged")
    _enough(locked[budget.pk].balance, points, "预算")
    return write(row, {budget.pk: -points, holder.pk: points}, lots=[NewLot(holder.pk, points, expires_on)])


@atomic
def spend(*, holder: Account, shop: Account, points: int, cause: Cause) -> Transaction:
    """Points of a holder for a shop, first those that expire first. Raises IllegalState when there are not as many."""
    flow("spend", holder, shop)
    _positive(points)
    row = begin("spend", cause, points, {"from": holder.pk, "to": shop.pk, "points": points})
    if not row.is_new:
        return row
    hold(holder.pk)
    lots = lots_in_use(holder.pk, cause.today)
    _enough(sum(lot.left for lot in lots), points, "可用积分")
    return write(row, {holder.pk: -points, shop.pk: points}, takes=take(lots, points))


@atomic
def cancel(*, transaction: Transaction, cause: Cause) -> Transaction:
    """Undo a `spend`: exactly what was taken goes back to the lots that it was taken from.

    What came from a lot that has expired meanwhile becomes a new lot, good for 30 more days. When the holder's record
    was merged into another meanwhile, the points follow there, by a transaction of their own. Raises IllegalState for
    what is no spending, or was undone before by another key.
    """
    if transaction.kind != "spend":
        raise IllegalState("只有兑换可以取消。")
    row = begin("cancel", cause, transaction.points, {}, undoes=transaction.pk)
    if not row.is_new:
        return row
    moves = {account: -amount for account, amount in transaction.entries.values_list("account_id", "amount")}
    (holder,) = Account.objects.filter(pk__in=moves, kind="holder")
    successor = _locked_with(holder, [holder.pk])
    lots, takes = [], []
    for one in transaction.allocations.select_related("lot").order_by("lot_id"):
        if one.lot.expires_on < cause.today:
            lots.append(NewLot(holder.pk, one.amount, cause.today + timedelta(days=REFUND_DAYS), one.lot_id))
        else:
            takes.append(Take(one.lot_id, -one.amount))
    write(row, moves, lots=lots, takes=takes)
    if successor is not None:
        _carry(holder, successor, _open_lots(holder), _follows(cause))
    return row


@atomic
def reverse(*, transaction: Transaction, cause: Cause) -> Transaction:
    """Undo an award, or a movement between budgets: the points go back to where they came from.

    Of an award first its own lot is taken back, then what expires first; when the holder's record was merged into
    another meanwhile, from there. Raises IllegalState when the points are not there any more, for other kinds, and for
    what was undone before by another key.
    """
    if transaction.kind not in ("award", "fund", "move", "give_back"):
        raise IllegalState("这类交易不能冲正。")
    row = begin("reverse", cause, transaction.points, {}, undoes=transaction.pk)
    if not row.is_new:
        return row
    moves = {account: -amount for account, amount in transaction.entries.values_list("account_id", "amount")}
    if transaction.kind == "award":
        return write(row, moves, takes=_taken_back(transaction, moves, cause))
    (giver,) = [pk for pk, amount in moves.items() if amount < 0]
    there = lock(Account.objects.filter(pk__in=moves, kind__in=KEPT).values_list("pk", flat=True)).get(giver)
    if there is not None:
        _enough(there.balance, transaction.points, there.get_kind_display())
    return write(row, moves)


@atomic
def expire(*, holder: Account, cause: Cause) -> Transaction | None:
    """Take what was not spent in time out of a holder's account; None where there is nothing."""
    expired = of_expired(holder.district_id, cause.now)
    flow("expire", holder, expired)
    asked = {"from": holder.pk}
    lock([holder.pk])
    gone = list(Lot.objects.filter(account=holder, left__gt=0, expires_on__lt=cause.today).order_by("pk"))
    points = sum(lot.left for lot in gone)
    if (known := earlier("expire", cause, asked)) or not points:
        return known
    row = begin("expire", cause, points, asked)
    return write(row, {holder.pk: -points, expired.pk: points}, takes=take(gone, points))


@atomic
def merge(*, keep: Account, drop: Account, cause: Cause) -> Transaction | None:
    """All points of one holder for another, each lot with the day that it had; None where there are none."""
    flow("merge", drop, keep)
    lock([keep.pk, drop.pk])
    return _carry(drop, keep, _open_lots(drop), cause)


def _move(kind: str, source: Account, target: Account, points: int, cause: Cause) -> Transaction:
    if source.pk == target.pk:
        raise InvalidInput("转出和转入不能是同一个账户。", field="target")
    flow(kind, source, target)
    _positive(points, MOST_OF_BUDGETS)
    row = begin(kind, cause, points, {"from": source.pk, "to": target.pk, "points": points})
    if not row.is_new:
        return row
    locked = lock(account.pk for account in (source, target) if account.kind in KEPT)
    if source.kind in KEPT:
        _enough(locked[source.pk].balance, points, source.get_kind_display())
    return write(row, {source.pk: -points, target.pk: points})


def _carry(
    source: Account, target: Account, lots: list[Lot], cause: Cause, points: int | None = None
) -> Transaction | None:
    """Lots of one locked holder for another, as far as they hold `points`: all that they hold unless said."""
    asked = {"from": source.pk, "to": target.pk}
    points = sum(lot.left for lot in lots) if points is None else points
    if (known := earlier("merge", cause, asked)) or not points:
        return known
    row = begin("merge", cause, points, asked)
    takes = take(lots, points)
    of = {lot.pk: lot for lot in lots}
    new = [NewLot(target.pk, one.amount, of[one.lot_id].expires_on, one.lot_id) for one in takes]
    return write(row, {source.pk: -points, target.pk: points}, lots=new, takes=takes)


def _follows(cause: Cause) -> Cause:
    """The cause of what follows within the same call."""
    return replace(cause, key=f"{cause.key}:merged", source=("", 0))


def _open_lots(holder: Account) -> list[Lot]:
    return list(Lot.objects.filter(account=holder, left__gt=0).order_by("expires_on", "pk"))


def _locked_with(holder: Account, account_ids: list[int]) -> Account | None:
    """Lock these accounts, and with them the one that the holder's points went to, which is returned."""
    successor = successor_of(holder)
    lock([*account_ids, successor.pk] if successor else account_ids)
    if successor_of(holder) != successor:
        raise IllegalState("这份档案刚刚被合并，请重试。", code="merged")
    return successor


def _taken_back(transaction: Transaction, moves: dict[int, int], cause: Cause) -> list[Take]:
    """From the lots that the award made, as far as they hold it, and then from what expires first."""
    (holder,) = Account.objects.filter(pk__in=moves, kind="holder")
    successor = _locked_with(holder, list(moves))
    if successor is not None:
        ours = Q(stands_for__transaction=transaction)
        lots = _own_first(successor, ours, cause)
        _enough(sum(lot.left for lot in lots), transaction.points, "可用积分")
        _carry(successor, holder, lots, _follows(cause), transaction.points)
        return take(_open_lots(holder), transaction.points)
    lots = _own_first(holder, Q(transaction=transaction), cause)
    _enough(sum(lot.left for lot in lots), transaction.points, "可用积分")
    return take(lots, transaction.points)


def _own_first(holder: Account, ours: Q, cause: Cause) -> list[Lot]:
    own = list(Lot.objects.filter(ours, account=holder, left__gt=0).order_by("pk"))
    return own + [lot for lot in lots_in_use(holder.pk, cause.today) if lot not in own]


def _check_budget(budget: Account, cause: Cause) -> None:
    if not (budget.from_on and budget.until_on and budget.from_on <= cause.today <= budget.until_on):
        raise IllegalState(f"这笔预算的期间是 {budget.from_on} 至 {budget.until_on}，今天不能使用。")
    # The unit that pays, the unit whose business it is, and whatever stands above either.
    units = {cause.unit.pk, cause.unit.district_id, cause.unit.street_id, cause.unit.community_id}
    if budget.unit is not None:
        units |= {budget.unit.pk, budget.unit.street_id, budget.unit.community_id}
    halt = AwardHalt.objects.filter(unit__in=units - {None}, lifted_at=None).select_related("unit").first()
    if halt is not None:
        raise IllegalState(f"{halt.unit.name}的积分发放已暂停：{halt.why}", code="halted")


def _positive(points: int, most: int = MOST) -> None:
    if not 0 < points <= most:
        raise InvalidInput(f"积分应是 1 至 {most:,} 之间的整数。", field="points")


def _enough(there: int, points: int, what: str) -> None:
    if there < points:
        raise IllegalState(f"{what}不足：需要 {points} 分，现有 {there} 分。", field="points", code="not_enough")
