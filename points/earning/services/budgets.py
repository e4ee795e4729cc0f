"""Budgets: the district says how much a street may give in a period, the street gives it to its communities.

The district's issue has no bottom; the limit is the guard, counted under the lock of its row.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone

from governance.audit import services as audit
from governance.errors import IllegalState, InvalidInput, NotFound
from governance.scope import Actor, UnitKind
from grids.models import Unit
from members.words import text_of
from points.earning.services._common import BUDGET, LIMIT, is_period, require
from points.earning.units import successors
from points.ledger import accounts
from points.ledger import services as ledger
from points.ledger.posting import Cause, lock
from points.models import Account, Entry, FundLimit, Transaction

_MOST = 100_000_000


def set_limit(*, street_id: int, from_on: date, until_on: date, points: int, by: Actor, now: datetime) -> FundLimit:
    """How much the street may give its communities in a year or a quarter; a number for the same period replaces it.

    Raises InvalidInput for another period, one that overlaps, or less than has been given already.
    """
    require(by, LIMIT)
    if not is_period(from_on, until_on):
        raise InvalidInput("期间应为一个自然年或一个季度。", field="from_on")
    if not 0 < points <= _MOST:
        raise InvalidInput(f"额度应在 1 至 {_MOST:,} 分之间。", field="points")
    with transaction.atomic(durable=True):
        street = Unit.objects.open().visible_to(by).filter(pk=street_id, kind=UnitKind.STREET).first()
        if street is None:
            raise NotFound("请选择本区的街道。", field="street")
        row = FundLimit.objects.select_for_update().filter(street=street, from_on=from_on, until_on=until_on).first()
        before = {"points": row.points} if row else None
        row = _limit(row, street, from_on, until_on, points, by, now)
        _record(
            "point.limit", "points.fundlimit", row.pk, street.name, by, now, before=before, after={"points": points}
        )
    return row


def fund(*, limit_id: int, community_id: int, points: int, key: str, by: Actor, now: datetime) -> Transaction:
    """Give a community points for the period of a limit. `key` is the form's: sent twice, given once.

    Raises IllegalState beyond the limit; NotFound for another street's.
    """
    require(by, BUDGET)
    with transaction.atomic(durable=True):
        limit = _locked(limit_id, by)
        community = _community(community_id, by)
        _check_open(limit, now)
        if not _known(f"fund:{key}"):
            _check_limit(limit, points)
        budget = accounts.of_budget(community, from_on=limit.from_on, until_on=limit.until_on, now=now)
        issue = accounts.of_issue(limit.district_id, now)
        done = ledger.fund(issue=issue, budget=budget, points=points, cause=_cause(f"fund:{key}", community, by, now))
        _noted("point.fund", done, budget, by, now)
    return done


def move(
    *, source_id: int, community_id: int, points: int, words: str = "", key: str, by: Actor, now: datetime
) -> Transaction:
    """Points of one community's budget for another's of the same period. Raises IllegalState when there are not as
    many; NotFound for another street's."""
    require(by, BUDGET)
    words = text_of(words, label="说明", field="words", most=200)
    with transaction.atomic(durable=True):
        source = _budget(source_id, by)
        community = _community(community_id, by)
        target = accounts.of_budget(community, from_on=_day(source.from_on), until_on=_day(source.until_on), now=now)
        cause = _cause(f"move:{key}", community, by, now, words)
        done = ledger.move(source=source, target=target, points=points, cause=cause)
        _noted("point.move", done, target, by, now)
    return done


def give_back(*, source_id: int, points: int, words: str = "", key: str, by: Actor, now: datetime) -> Transaction:
    """What a community does not need any more goes back, and may be given again. Raises as `move` does."""
    require(by, BUDGET)
    words = text_of(words, label="说明", field="words", most=200)
    with transaction.atomic(durable=True):
        source = _budget(source_id, by)
        issue = accounts.of_issue(source.district_id, now)
        cause = _cause(f"back:{key}", _unit(source), by, now, words)
        done = ledger.give_back(budget=source, issue=issue, points=points, cause=cause)
        _noted("point.give_back", done, source, by, now)
    return done


def hand_on(*, source_id: int, to: str, key: str, by: Actor, now: datetime) -> Transaction:
    """All that a closed community has left: to the community that took its work over (`to` "successor"), or back to the
    street's limit ("back"). Sent twice, moved once.

    Raises IllegalState for a community in being, where nothing is left, and where nobody of this street took it over;
    NotFound for another street's.
    """
    require(by, BUDGET)
    if to not in ("successor", "back"):
        raise InvalidInput("请选择划给承接社区，或交回街道额度。", field="to")
    with transaction.atomic(durable=True):
        source = _budget(source_id, by)
        unit, name = _unit(source), f"closed:{source.pk}:{to}:{key}"
        if unit.closed_on is None:
            raise IllegalState(f"{unit.name}没有撤并，请用划转、交回办理。", field="source")
        target = _taker(source, by, now) if to == "successor" else accounts.of_issue(source.district_id, now)
        # The amount is what is there: the account is held before the key is taken, which therefore names it.
        left = lock([source.pk])[source.pk].balance
        known = Transaction.objects.filter(key=name[:100]).first()
        if known is None and not left:
            raise IllegalState(f"{unit.name}这一期间的预算已没有结余，可能同事刚刚处理过。", field="source")
        return known or _handed_on(source, target, left, name, by, now)


def _taker(source: Account, by: Actor, now: datetime) -> Account:
    """The same period's budget of the community that took over, opened now if there is none."""
    unit = _unit(source)
    taker = successors([unit]).get(unit.pk)
    if taker is None or taker.street_id != by.street_id or taker.kind != UnitKind.COMMUNITY:
        raise IllegalState(f"{unit.name}没有由本街道的社区承接，请交回街道额度。", field="to")
    return accounts.of_budget(taker, from_on=_day(source.from_on), until_on=_day(source.until_on), now=now)


def _handed_on(source: Account, target: Account, points: int, key: str, by: Actor, now: datetime) -> Transaction:
    unit = _unit(source)
    if target.kind == "issue":
        cause = _cause(key, unit, by, now, f"{unit.name}撤并，结余交回街道额度")
        done = ledger.give_back(budget=source, issue=target, points=points, cause=cause)
    else:
        taker = _unit(target)
        cause = _cause(key, taker, by, now, f"{unit.name}撤并，结余划给{taker.name}")
        done = ledger.move(source=source, target=target, points=points, cause=cause)
    _noted("point.hand_on", done, source, by, now)
    return done


def funded(limit: FundLimit) -> int:
    """What the street has given under a limit, less what came back."""
    rows = Entry.objects.filter(
        account__kind="budget", account__unit__street=limit.street_id, account__from_on=limit.from_on,
        account__until_on=limit.until_on, transaction__kind__in=("fund", "give_back"),
    )  # fmt: skip
    return rows.aggregate(points=Sum("amount"))["points"] or 0


def _limit(
    row: FundLimit | None, street: Unit, from_on: date, until_on: date, points: int, by: Actor, now: datetime
) -> FundLimit:
    if row is not None and (given := funded(row)) > points:
        raise InvalidInput(f"街道已拨付 {given:,} 分，额度不能少于已拨付的。", field="points")
    said = {"points": points, "set_by_name": by.user_name, "set_at": now}
    if row is None:
        row = FundLimit(street=street, district=_district(street), from_on=from_on, until_on=until_on, **said)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise InvalidInput("这个街道已有与这一期间重叠的额度，请用同一期间。", field="from_on") from None
        return row
    for name, value in said.items():
        setattr(row, name, value)
    row.save(update_fields=list(said))
    return row


def _district(street: Unit) -> Unit:
    if street.district is None:
        raise LookupError(f"{street} lies in no district")
    return street.district


def _locked(limit_id: int, by: Actor) -> FundLimit:
    limit: FundLimit | None = FundLimit.objects.visible_to(by).select_for_update().filter(pk=limit_id).first()
    if limit is None:
        raise NotFound("没有找到本街道这一期间的额度，请由区网格中心先核定。", field="limit")
    return limit


def _check_open(limit: FundLimit, now: datetime) -> None:
    if limit.until_on < timezone.localdate(now):
        raise IllegalState("这一期间已经结束，不能再拨付。", field="limit")


def _check_limit(limit: FundLimit, points: int) -> None:
    left = limit.points - funded(limit)
    if points > left:
        raise IllegalState(
            f"超出区里核定的额度：本期核定 {limit.points:,} 分，还可拨付 {max(0, left):,} 分。", field="points"
        )


def _known(key: str) -> bool:
    return Transaction.objects.filter(key=key).exists()


def _community(community_id: int, by: Actor) -> Unit:
    found = Unit.objects.open().filter(pk=community_id, kind=UnitKind.COMMUNITY, street_id=by.street_id).first()
    if found is None or by.unit_kind != UnitKind.STREET:
        raise NotFound("请选择本街道的社区。", field="community")
    return found


def _budget(account_id: int, by: Actor) -> Account:
    rows = Account.objects.filter(pk=account_id, kind="budget", unit__street=by.street_id).select_related("unit")
    found = rows.first() if by.unit_kind == UnitKind.STREET else None
    if found is None:
        raise NotFound("没有找到这笔预算，或不属于本街道。", field="source")
    return found


def _day(day: date | None) -> date:
    if day is None:
        raise LookupError("a budget without a period")
    return day


def _unit(account: Account) -> Unit:
    if account.unit is None:
        raise LookupError("a budget of no unit")
    return account.unit


def _cause(key: str, unit: Unit, by: Actor, now: datetime, words: str = "") -> Cause:
    return Cause(key=key[:100], unit=unit, by=by, now=now, words=words)


def _noted(action: str, done: Transaction, budget: Account, by: Actor, now: datetime) -> None:
    if done.is_new:
        label = _unit(budget).name
        _record(action, "points.account", budget.pk, label, by, now, after={"points": done.points}, reason=done.words)


def _record(action: str, subject: str, pk: int, label: str, by: Actor, now: datetime, **more: Any) -> None:
    audit.record(action=action, subject_type=subject, subject_id=pk, subject_label=label[:64], by=by, now=now, **more)
