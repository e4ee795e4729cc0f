"""Reading: a claim's history, and the figures of budgets by community."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, Sum

from governance.scope import Actor, UnitKind
from grids.models import Unit
from points.earning.services.budgets import funded
from points.earning.units import successors
from points.models import Account, AwardHalt, Claim, Entry, FundLimit


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened to a claim."""

    title: str
    who: str
    at: datetime
    icon: str
    tone: str = ""
    words: str = ""


def history(claim: Claim) -> list[Line]:
    """What happened to it, the oldest first."""
    made = "申报" if claim.proposed_by_user else "自动记录"
    lines = [Line(made, claim.proposed_by_name or "系统", claim.at, "edit", words=claim.words)]
    if claim.approved_at:
        lines.append(Line("审批通过", claim.approved_by_name, claim.approved_at, "check", "ok"))
    if claim.second_at:
        lines.append(Line("复核通过", claim.second_by_name, claim.second_at, "checks", "ok"))
    if claim.transaction is not None:
        given = claim.transaction
        words = claim.why if claim.state == "awarded" else ""
        lines.append(Line(f"发放 {given.points} 分", given.by_name, given.at, "coins", "ok", words))
    if claim.undone is not None:
        undone = claim.undone
        words = claim.why if claim.state == "reversed" else ""
        lines.append(Line(f"冲正 {undone.points} 分", undone.by_name, undone.at, "arrow-back-up", "over", words))
    if claim.state == "withdrawn" and claim.decided_at:
        lines.append(Line("撤回申报", claim.proposed_by_name, claim.decided_at, "arrow-back-up"))
    if claim.state == "refused" and claim.decided_at:
        lines.append(Line("不予发放", "", claim.decided_at, "x", "over", claim.why))
    return sorted(lines, key=lambda line: line.at)


@dataclass(slots=True)
class Row:
    """A community's budget of a period: what came in (given and moved), what was awarded, what is left, what waits."""

    unit: Unit
    account: Account | None = None
    funded: int = 0
    moved: int = 0
    given: int = 0
    left: int = 0
    short: int = 0
    short_points: int = 0
    halt: str = ""
    # Of a community that closed with points left: who took its work over, where that is one of the same street.
    successor: Unit | None = None

    @property
    def to_hand_on(self) -> bool:
        """Whether points lie with a community that is no more."""
        return self.unit.closed_on is not None and self.left > 0


@dataclass(slots=True)
class Group:
    """A street in a period: its limit, what it gave of it, and its communities."""

    street: Unit
    limit: FundLimit | None
    rows: list[Row]
    funded: int = 0

    @property
    def left(self) -> int:
        """How much more the street may give."""
        return self.limit.points - self.funded if self.limit else 0

    @property
    def given(self) -> int:
        """What its communities awarded."""
        return sum(row.given for row in self.rows)

    @property
    def kept(self) -> int:
        """What its communities have left."""
        return sum(row.left for row in self.rows)


def periods(actor: Actor, today: date) -> list[tuple[date, date]]:
    """The periods that limits or budgets of the actor's scope are of, the latest first."""
    limits = FundLimit.objects.visible_to(actor).values_list("from_on", "until_on")
    return sorted(set(limits), reverse=True)


def groups(actor: Actor, period: tuple[date, date] | None) -> list[Group]:
    """Streets in scope with their communities in a period, those included that closed and had a budget in it: counts
    alone, nine statements at most and one a street."""
    streets, communities = _units(actor, period)
    rows = {unit.pk: Row(unit) for unit in communities}
    if period is not None:
        _fill(rows, period)
        _name_successors(rows)
    for halt in AwardHalt.objects.filter(unit__in=rows, lifted_at=None):
        rows[halt.unit_id].halt = halt.why
    waits = Claim.objects.filter(community__in=rows, state="short").order_by().values_list("community")
    for unit_id, count, points in waits.annotate(n=Count("pk"), p=Sum("points")):
        rows[unit_id].short, rows[unit_id].short_points = count, points or 0
    limits = _limits(streets, period)
    found = []
    for street in streets:
        limit = limits.get(street.pk)
        inside = [row for row in rows.values() if row.unit.street_id == street.pk]
        found.append(Group(street, limit, inside, funded(limit) if limit else 0))
    return found


def _name_successors(rows: dict[int, Row]) -> None:
    closed = [row.unit for row in rows.values() if row.to_hand_on]
    for pk, taker in (successors(closed) if closed else {}).items():
        if taker.street_id == rows[pk].unit.street_id and taker.kind == UnitKind.COMMUNITY:
            rows[pk].successor = taker


def _units(actor: Actor, period: tuple[date, date] | None) -> tuple[list[Unit], list[Unit]]:
    there = Q(closed_on=None)
    if period is not None:
        had = Account.objects.filter(kind="budget", from_on=period[0], until_on=period[1])
        there |= Q(pk__in=had.values("unit"))
    line = Unit.objects.filter(there, kind=UnitKind.COMMUNITY, district_id=actor.district_id).order_by("code")
    if actor.unit_kind == UnitKind.STREET:
        line = line.filter(street_id=actor.unit_id)
    elif actor.unit_kind == UnitKind.COMMUNITY:
        line = line.filter(pk=actor.unit_id)
    elif actor.unit_kind != UnitKind.DISTRICT:
        line = line.none()
    communities = list(line)
    streets = Unit.objects.filter(pk__in={unit.street_id for unit in communities}).order_by("code")
    return list(streets), communities


def _limits(streets: Iterable[Unit], period: tuple[date, date] | None) -> dict[int, FundLimit]:
    if period is None:
        return {}
    rows = FundLimit.objects.filter(street__in=list(streets), from_on=period[0], until_on=period[1])
    return {row.street_id: row for row in rows}


def _fill(rows: dict[int, Row], period: tuple[date, date]) -> None:
    accounts = Account.objects.filter(kind="budget", unit__in=rows, from_on=period[0], until_on=period[1])
    owner = {}
    for account in accounts:
        if account.unit_id is not None:
            owner[account.pk] = rows[account.unit_id]
            rows[account.unit_id].account, rows[account.unit_id].left = account, account.balance
    entries = Entry.objects.filter(account__in=owner).order_by().values_list("account")
    sums = entries.annotate(
        funded=Sum("amount", filter=Q(transaction__kind__in=("fund", "give_back"))),
        moved=Sum("amount", filter=Q(transaction__kind="move")),
        given=Sum("amount", filter=Q(transaction__kind__in=("award", "reverse"))),
    )
    for account_id, came, moved, given in sums:
        row = owner[account_id]
        row.funded, row.moved, row.given = came or 0, moved or 0, -(given or 0)
