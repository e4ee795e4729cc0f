"""What a claim is worth, found once under its lock: given, refused with a reason, or left for later.

Locks: the claim and the one that it corrects by primary key, then the turn of who earns (an advisory lock: caps are
counted by person or household), then the ledger's key and accounts. The account is opened before the claim is locked:
opening reads the person's row, which a merge locks before it changes claims.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from governance.audit import services as audit
from governance.errors import IllegalState
from governance.scope import PLATFORM, Actor
from members.models import Stay
from points.earning import caps, clocks, messages, rules
from points.earning.clocks import SUBJECT
from points.earning.workflow import BY_ITSELF
from points.ledger import accounts
from points.ledger import services as ledger
from points.ledger.posting import Cause
from points.models import Account, AwardHalt, Claim, EarningRule, Transaction

SOURCE = "earning.claim"
# What the ledger refuses for a while: the budget may be filled, the halt lifted, points come in again.
_LATER = ("not_enough", "halted")
_NO_BUDGET = "本社区没有今天可用的积分预算，请街道拨付。"
_BATCH = 200


def settle(*, claim_id: int, now: datetime, by: Actor = PLATFORM) -> Claim | None:
    """Decide one claim that waits, in a transaction of its own; None when another has it, or nothing is to be done."""
    with transaction.atomic(durable=True):
        prepare(claim_id, now)
        rows = Claim.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=claim_id, state__in=BY_ITSELF)
        claim: Claim | None = rows.select_related("person", "household", "community", "rule").first()
        if claim is None:
            return None
        before = corrected(claim)
        if before is None:
            return None
        decide(claim, before, by, now)
    return claim


def prepare(claim_id: int, now: datetime) -> None:
    """Open the account that will earn, before any lock."""
    claim = Claim.objects.select_related("person", "household", "rule").filter(pk=claim_id).first()
    if claim is None:
        return
    rule = _rule(claim)
    if rule is not None and not claim.is_revoked:
        _earner(claim, rule)
        if claim.household_id or (claim.person_id and rule.earner == "person"):
            account(claim, rule, now)


def corrected(claim: Claim) -> list[Claim] | None:
    """The claims that this one stands for, the newest first, locked; None while another has one of them.

    They are older and locked after it, but without waiting, so that nobody waits in a circle.
    """
    chain: list[Claim] = []
    next_id = claim.corrects_id
    while next_id is not None:
        rows = Claim.objects.select_for_update(of=("self",), skip_locked=True).select_related("community")
        old = rows.filter(pk=next_id).first()
        if old is None:
            return None
        chain.append(old)
        next_id = old.corrects_id
    return chain


def decide(claim: Claim, before: list[Claim], by: Actor, now: datetime) -> None:
    """Find what a locked claim is worth and give it, in the caller's transaction. `before`: see `corrected`."""
    _turn(claim)
    if claim.is_revoked:
        take_back(claim, by, now)
        return
    for old in before:
        if not old.transaction_id and old.state in (*BY_ITSELF, "second"):
            _close(old, "refused", "时长已更正，按更正后的计。", now)
    standing = next((old for old in before if old.transaction_id and not old.undone_id), None)
    rule = _rule(claim)
    points, why = (0, "没有对应的积分规则。") if rule is None else _worth(claim, rule, standing)
    claim.rule = rule
    if standing is None and not points:
        _close(claim, "refused", why, now)
    elif rule is not None and points and _needs_second(claim, rule, points):
        _to_second(claim, points, now)
    else:
        _give(claim, points, why, standing, by, now)


def _needs_second(claim: Claim, rule: EarningRule, points: int) -> bool:
    return bool(rule.second_from and points >= rule.second_from and not claim.second_by_user)


def take_back(claim: Claim, by: Actor, now: datetime) -> None:
    """Reverse the award of a locked claim whose event no longer stands; it stays owed while the points are spent."""
    try:
        claim.undone = _reverse(claim, by, now)
    except IllegalState as refused:
        _later(claim, "owed", refused, now)
        return
    claim.state, claim.decided_at = "reversed", now
    claim.save(update_fields=["undone", "state", "decided_at"])


def account(claim: Claim, rule: EarningRule, now: datetime) -> Account:
    """The account that earns."""
    if rule.earner == "household" and claim.household is not None:
        return accounts.of_household(claim.household, now)
    if claim.person is None:
        raise LookupError(f"claim {claim.pk} is nobody's")
    return accounts.of_person(claim.person, now)


def waiting(now: datetime, after: int = 0) -> list[int]:
    """The next claims to be taken up, oldest first: new ones, those whose budget has come to hold enough, and what is
    owed and was not tried today."""
    today = timezone.localdate(now)
    again = Q(state="owed") & (Q(tried_on=None) | Q(tried_on__lt=today))
    rows = Claim.objects.filter(Q(state="waiting") | Q(state="short") & _fundable(today) | again, pk__gt=after)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:_BATCH])


def _fundable(today: date) -> Q:
    budget = Account.objects.filter(
        kind="budget", unit=OuterRef("community"), from_on__lte=today, until_on__gte=today,
        balance__gte=OuterRef("points"),
    )  # fmt: skip
    halted = AwardHalt.objects.filter(unit=OuterRef("community"), lifted_at=None)
    return Q(Exists(budget)) & ~Q(Exists(halted))


def _turn(claim: Claim) -> None:
    """Caps are counted one claim of a person and their household at a time."""
    with connection.cursor() as cursor:
        for letter, key in (("h", claim.household_id), ("p", claim.person_id)):
            if key is not None:
                turn = f"points.earning:{letter}{key}"
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [turn])


def _rule(claim: Claim) -> EarningRule | None:
    if claim.kind == "manual":
        return claim.rule
    return rules.rule_for(claim.district_id, claim.kind, claim.match, claim.on)


def _earner(claim: Claim, rule: EarningRule) -> None:
    """Name the household that earns, where the rule says so and none is named."""
    if rule.earner == "household" and claim.household_id is None and claim.person_id:
        stay = Stay.objects.filter(person=claim.person_id, until_on=None).select_related("household").first()
        if stay is not None:
            claim.household = stay.household
            Claim.objects.filter(pk=claim.pk, household=None).update(household=stay.household)


def _worth(claim: Claim, rule: EarningRule, standing: Claim | None) -> tuple[int, str]:
    """How many points, and why not more."""
    if claim.person is not None and claim.person.state != "here":
        return 0, f"{claim.person.name}{claim.person.get_state_display()}，不再发放。"
    if rule.earner == "household" and claim.household is None:
        return 0, "这项积分记入所在户，而本人现在没有住户登记。"
    asked = rules.worth(rule, claim.quantity)
    if not asked:
        return 0, "时长已更正为 0。" if claim.corrects_id else "数量不足，折算后不满 1 分。"
    left = caps.room(rule, claim, but=standing)
    if left.points is None or left.points >= asked:
        return asked, ""
    return left.points, left.why


def _to_second(claim: Claim, points: int, now: datetime) -> None:
    claim.state, claim.why, claim.points = "second", "", points
    clocks.start(claim, now)
    claim.save(update_fields=["state", "why", "rule", "points", "due_at", "card"])


def _give(claim: Claim, points: int, why: str, old: Claim | None, by: Actor, now: datetime) -> None:
    """Give the points; where the claim stands for another, that one's are taken back in the same breath."""
    claim.points = points
    try:
        with transaction.atomic():
            given = _exchange(claim, old, by, now)
    except IllegalState as refused:
        _later(claim, "short" if refused.field == "budget" else "owed", refused, now)
        return
    if given is None:
        _close(claim, "refused", why, now)
        return
    claim.transaction, claim.state, claim.why, claim.decided_at = given, "awarded", why, now
    claim.save(update_fields=["transaction", "state", "why", "decided_at", "rule", "points"])
    note("point.award", claim, by, now, after={"points": points, "state": "awarded"})
    messages.tell_earner(claim, now)


def _exchange(claim: Claim, old: Claim | None, by: Actor, now: datetime) -> Transaction | None:
    if old is None:
        return _award(claim, by, now)
    try:
        with transaction.atomic():
            undone = _reverse(old, by, now)
            given = _award(claim, by, now) if claim.points else None
    except IllegalState as refused:
        if refused.field == "budget" or not claim.points:
            raise
        # Some of the old points are spent: those that come now make up for them.
        given = _award(claim, by, now)
        undone = _reverse(old, by, now)
    old.undone, old.state, old.why, old.reversed_at = undone, "reversed", "时长已更正，按更正后的重新计分。", now
    old.save(update_fields=["undone", "state", "why", "reversed_at"])
    return given


def _award(claim: Claim, by: Actor, now: datetime) -> Transaction:
    rule = claim.rule
    if rule is None:
        raise LookupError(f"claim {claim.pk} has no rule")
    today = timezone.localdate(now)
    budget = accounts.budget_on(claim.community_id, today)
    if budget is None:
        raise IllegalState(_NO_BUDGET, field="budget", code="not_enough")
    cause = Cause(
        key=f"claim:{claim.pk}", unit=claim.community, by=by, now=now, source=(SOURCE, claim.pk), words=claim.title
    )
    try:
        return ledger.award(
            budget=budget, holder=account(claim, rule, now), points=claim.points,
            expires_on=rules.expires_on(rule, today), cause=cause,
        )  # fmt: skip
    except IllegalState as refused:
        if refused.code not in _LATER:
            raise
        raise IllegalState(refused.message, field="budget", code=refused.code) from None


def _reverse(claim: Claim, by: Actor, now: datetime) -> Transaction:
    if claim.transaction is None:
        raise LookupError(f"claim {claim.pk} gave nothing")
    cause = Cause(
        key=f"claim:{claim.pk}:reverse", unit=claim.community, by=by, now=now, source=(SOURCE, claim.pk),
        words=f"冲正：{claim.title}",
    )  # fmt: skip
    return ledger.reverse(transaction=claim.transaction, cause=cause)


def _later(claim: Claim, state: str, refused: IllegalState, now: datetime) -> None:
    """It stays, and is tried again."""
    if refused.code not in _LATER:
        raise refused
    claim.state, claim.tried_on = state, timezone.localdate(now)
    claim.why = (claim.why if claim.is_revoked else refused.message)[:200]
    claim.save(update_fields=["state", "tried_on", "why", "rule", "points"])
    if state == "short" and not claim.is_revoked:
        messages.tell_short(claim, now)


def _close(claim: Claim, state: str, why: str, now: datetime) -> None:
    claim.state, claim.why, claim.decided_at = state, why[:200], now
    claim.save(update_fields=["state", "why", "decided_at", "rule"])


def note(action: str, claim: Claim, by: Actor, now: datetime, **more: Any) -> None:
    """Into the audit record, beside the change."""
    audit.record(
        action=action, subject_type=SUBJECT, subject_id=claim.pk, subject_label=claim.title[:64], by=by, now=now, **more
    )
