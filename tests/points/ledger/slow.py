"""The ledger as plainly as it can be said: lists that are only ever added to, and sums over all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass
class SlowLot:
    """Points that came together. What is left is what came, less whatever was taken."""

    holder: str
    amount: int
    expires_on: date
    origin: int
    stands_for: SlowLot | None = None
    taken: list[tuple[int, int]] = field(default_factory=list)

    @property
    def left(self) -> int:
        return self.amount - sum(points for _, points in self.taken)


class Refused(Exception):
    """By the code that the ledger tells."""


class Slow:
    """Every movement ever, every lot ever."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.moves: list[tuple[int, str, int]] = []
        self.lots: list[SlowLot] = []
        self.undone: set[int] = set()
        self.kept: dict[str, str] = {}

    def balance(self, name: str) -> int:
        return sum(amount for _, account, amount in self.moves if account == name)

    def open_lots(self, holder: str) -> list[SlowLot]:
        return [lot for lot in self.lots if lot.holder == holder and lot.left]

    def usable(self, holder: str) -> list[SlowLot]:
        """Those that have not expired, the first to expire first; of one day the older first."""
        return sorted(
            (lot for lot in self.open_lots(holder) if lot.expires_on >= self.today), key=lambda lot: lot.expires_on
        )

    # What can be done.

    def move(self, tx: int, source: str, target: str, points: int) -> None:
        if source != "issue" and self.balance(source) < points:
            raise Refused("not_enough")
        self._write(tx, source, target, points)

    def award(self, tx: int, budget: str, holder: str, points: int, expires_on: date) -> None:
        if holder in self.kept:
            raise Refused("merged")
        self.move(tx, budget, holder, points)
        self.lots.append(SlowLot(holder, points, expires_on, tx))

    def spend(self, tx: int, holder: str, points: int) -> None:
        self._take(tx, self.usable(holder), points)
        self._write(tx, holder, "shop", points)

    def expire(self, tx: int, holder: str) -> int:
        over = [lot for lot in self.open_lots(holder) if lot.expires_on < self.today]
        points = sum(lot.left for lot in over)
        self._take(tx, over, points)
        self._write(tx, holder, "expired", points)
        return points

    def merge(self, tx: int, drop: str, keep: str) -> int:
        for name, kept in self.kept.items():
            if kept == drop:
                self.kept[name] = keep
        self.kept[drop] = keep
        return self._carry(tx, drop, keep, sorted(self.open_lots(drop), key=lambda lot: lot.expires_on))

    def cancel(self, tx: int, spent: int) -> None:
        self._undo(tx, spent)
        holder = next(account for number, account, amount in self.moves if number == spent and amount < 0)
        for lot in list(self.lots):
            points = sum(points for number, points in lot.taken if number == spent)
            if points and lot.expires_on < self.today:
                self.lots.append(SlowLot(holder, points, self.today + timedelta(days=30), tx, lot))
            elif points:
                lot.taken.append((tx, -points))
        if holder in self.kept:
            self._carry(-tx, holder, self.kept[holder], sorted(self.open_lots(holder), key=lambda lot: lot.expires_on))

    def reverse(self, tx: int, done: int, *, is_award: bool) -> None:
        if done in self.undone:
            raise Refused("already_recorded")
        taker = next(account for number, account, amount in self.moves if number == done and amount > 0)
        points = next(amount for number, _, amount in self.moves if number == done and amount > 0)
        if is_award:
            there = self.kept.get(taker, taker)
            own = [lot for lot in self.open_lots(there) if self._is_of(lot, done, merged=taker in self.kept)]
            others = [lot for lot in self.usable(there) if lot not in own]
            self._take(tx, own + others, points)
            if there != taker:
                self._write(-tx, there, taker, points)
        elif taker != "issue" and self.balance(taker) < points:
            raise Refused("not_enough")
        self._undo(tx, done)

    def _is_of(self, lot: SlowLot, award: int, *, merged: bool) -> bool:
        if merged:
            return lot.stands_for is not None and lot.stands_for.origin == award
        return lot.origin == award

    def _undo(self, tx: int, done: int) -> None:
        if done in self.undone:
            raise Refused("already_recorded")
        self.undone.add(done)
        self.moves += [(tx, account, -amount) for number, account, amount in self.moves if number == done]

    def _write(self, tx: int, source: str, target: str, points: int) -> None:
        self.moves += [(tx, source, -points), (tx, target, points)]

    def _take(self, tx: int, lots: list[SlowLot], points: int) -> None:
        if sum(lot.left for lot in lots) < points:
            raise Refused("not_enough")
        for lot in lots:
            amount = min(points, lot.left)
            if amount:
                lot.taken.append((tx, amount))
                points -= amount

    def _carry(self, tx: int, source: str, target: str, lots: list[SlowLot]) -> int:
        points = sum(lot.left for lot in lots)
        for lot in lots:
            amount = lot.left
            lot.taken.append((tx, amount))
            self.lots.append(SlowLot(target, amount, lot.expires_on, tx, lot))
        if points:
            self._write(tx, source, target, points)
        return points
