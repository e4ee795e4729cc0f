"""Points by hand: proposed, approved by somebody else, above a threshold by two; refused, and reversed.

Source: rights.md, "points: propose an award · approve: CS CW GW · CS (not one's own)". What a secretary proposes, and
what is for a community's only secretary, is decided by the street.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.selectors import with_role
from governance.copying import new_keys
from governance.deadlines.models import Clock
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.files import services as files
from governance.outbox.services import notify
from governance.scope import Actor, Role
from members.models import Household, Person, Stay
from members.words import text_of
from points.earning import clocks, rules, settling
from points.earning.clocks import SUBJECT
from points.earning.services._common import (
    APPROVE,
    PROPOSE,
    REVERSE,
    SECOND,
    beneficiaries,
    refuse_own,
    require,
)
from points.earning.settling import note
from points.models import Claim, EarningRule

BACK = timedelta(days=60)
_DECIDES = {"proposed": APPROVE, "second": SECOND}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is proposed: by which rule, for a person or a household, how much of it, when, and why."""

    rule_id: int
    words: str
    quantity: int = 1
    person_id: int | None = None
    household_id: int | None = None
    on: date | None = None
    attachment_ids: Sequence[uuid.UUID] = ()


def propose(*, asked: Asked, by: Actor, now: datetime) -> Claim:
    """Put points forward for somebody of one's own place; they wait for the secretary, or for the street.

    Raises NotFound outside, InvalidInput naming the field, NotAllowed for oneself and one's own household.
    """
    require(by, PROPOSE)
    words = text_of(asked.words, label="申报说明", field="words", most=500, least=4)
    with transaction.atomic(durable=True):
        claim = _made(asked, by, now)
        claim.words = words
        refuse_own(by, [claim], "申报")
        claim.state = "proposed" if secretaries(claim, now) else "second"
        claim.save(force_insert=True)
        clocks.start(claim, now)
        claim.save(update_fields=["due_at", "card"])
        files.attach(ids=asked.attachment_ids, subject_type=SUBJECT, subject_id=claim.pk, by=by)
        note("point.propose", claim, by, now, after={"points": claim.points, "quantity": claim.quantity})
        _tell_deciders(claim, now)
    return claim


def approve(*, claim_id: int, by: Actor, now: datetime) -> Claim:
    """The secretary agrees. The points are given at once; above the rule's threshold the street has to agree, too.

    Raises NotAllowed for one's own proposal, for oneself or one's own household; IllegalState for what is decided.
    What comes of it is the claim's state: awarded, second, short, or refused by a cap.
    """
    require(by, APPROVE)
    with transaction.atomic(durable=True):
        settling.prepare(claim_id, now)
        claim = _locked(claim_id, "proposed", by)
        claim.approved_by_user, claim.approved_by_name, claim.approved_at = by.user_id, by.user_name, now
        claim.save(update_fields=["approved_by_user", "approved_by_name", "approved_at"])
        return _agreed(claim, "point.approve", by, now)


def second(*, claim_id: int, by: Actor, now: datetime) -> Claim:
    """The street agrees as the second person, or in the place of a secretary who may not. Raises as `approve` does."""
    require(by, SECOND)
    with transaction.atomic(durable=True):
        settling.prepare(claim_id, now)
        claim = _locked(claim_id, "second", by)
        claim.second_by_user, claim.second_by_name, claim.second_at = by.user_id, by.user_name, now
        claim.save(update_fields=["second_by_user", "second_by_name", "second_at"])
        return _agreed(claim, "point.second", by, now)


def reject(*, claim_id: int, words: str, by: Actor, now: datetime) -> Claim:
    """No points, for a reason: by whose turn it is. Raises as `approve` does."""
    words = text_of(words, label="退回原因", field="words", most=200, least=2)
    with transaction.atomic(durable=True):
        claim = Claim.objects.visible_to(by).filter(pk=claim_id).first()
        require(by, _DECIDES.get(claim.state, APPROVE) if claim else APPROVE)
        claim = _locked(claim_id, claim.state if claim and claim.state in _DECIDES else "proposed", by)
        clocks.finish(claim, now)
        before = {"state": claim.state}
        claim.state, claim.why, claim.decided_at = "refused", words, now
        claim.save(update_fields=["state", "why", "decided_at", "due_at", "card"])
        note("point.reject", claim, by, now, before=before, after={"state": "refused"}, reason=words)
        _tell_proposer(claim, "未通过", by, now)
    return claim


def withdraw(*, claim_id: int, by: Actor, now: datetime) -> Claim:
    """Take back what one proposed oneself, before anybody has decided. Who would have decided is told.

    Raises NotFound out of scope, NotAllowed for another's, IllegalState once the secretary or the street has decided.
    """
    require(by, PROPOSE)
    with transaction.atomic(durable=True):
        rows = Claim.objects.visible_to(by).select_for_update(of=("self",)).select_related("community")
        claim: Claim | None = rows.filter(pk=claim_id).first()
        if claim is None:
            raise NotFound("没有找到这笔积分，或不在您的管辖范围内。")
        if claim.proposed_by_user != by.user_id:
            raise NotAllowed("只能由申报人撤回；不同意发放的，由审批人退回。")
        if claim.state not in _DECIDES or claim.approved_by_user:
            raise IllegalState(f"这笔积分{told_state(claim)}，不能再撤回，可能别人刚刚处理过，请刷新查看。")
        people, before = clocks.deciders(claim, now), {"state": claim.state}
        clocks.finish(claim, now, outcome=Clock.CANCELLED)
        claim.state, claim.why, claim.decided_at = "withdrawn", "申报人撤回。", now
        claim.save(update_fields=["state", "why", "decided_at", "due_at", "card"])
        note("point.withdraw", claim, by, now, before=before, after={"state": "withdrawn"})
        notify(
            user_ids=people, key=f"claim:{claim.pk}:withdrawn", title=f"积分申报已撤回：{claim.title}",
            body=f"{by.user_name}撤回，无需再审批。", subject_type=SUBJECT, subject_id=claim.pk, now=now,
        )  # fmt: skip
    return claim


def told_state(claim: Claim) -> str:
    """Its state, and that it has been approved once where it waits for the second person."""
    return "已由社区书记审批" if claim.state == "second" and claim.approved_by_user else claim.get_state_display()


def reverse(*, claim_id: int, words: str, by: Actor, now: datetime) -> Claim:
    """Take back what was given, for a reason. Points that are spent already are owed: taken when there are as many.

    Raises NotAllowed for oneself and one's own household, IllegalState for what was not given.
    """
    require(by, REVERSE)
    words = text_of(words, label="冲正原因", field="words", most=200, least=2)
    with transaction.atomic(durable=True):
        claim = _locked(claim_id, "awarded", by)
        claim.is_revoked, claim.why = True, words
        claim.reversed_by_name, claim.reversed_at = by.user_name, now
        claim.save(update_fields=["is_revoked", "why", "reversed_by_name", "reversed_at"])
        settling.take_back(claim, by, now)
        note("point.reverse", claim, by, now, before={"state": "awarded"}, after={"state": claim.state}, reason=words)
    return claim


def _locked(claim_id: int, state: str, by: Actor) -> Claim:
    """The claim in scope, locked and in this state; never one's own."""
    if not Claim.objects.visible_to(by).filter(pk=claim_id).exists():
        raise NotFound("没有找到这笔积分，或不在您的管辖范围内。")
    rows = Claim.objects.select_for_update(of=("self",)).filter(pk=claim_id)
    claim: Claim = rows.select_related("person", "household", "community", "rule", "transaction").get()
    if claim.state != state:
        raise IllegalState(f"这笔积分{claim.get_state_display()}，可能别人刚刚处理过，请刷新查看。")
    if state != "awarded" and by.user_id in (claim.proposed_by_user, claim.approved_by_user):
        raise NotAllowed("不能审批本人申报或本人审批过的积分，请由其他人办理。")
    refuse_own(by, [claim], "办理")
    return claim


def _agreed(claim: Claim, action: str, by: Actor, now: datetime) -> Claim:
    before = {"state": claim.state}
    clocks.finish(claim, now)
    claim.save(update_fields=["due_at", "card"])
    older = settling.corrected(claim)
    if older is None:
        raise IllegalState("系统正在处理这笔积分，请稍后再试。")
    settling.decide(claim, older, by, now)
    note(action, claim, by, now, before=before, after={"state": claim.state, "points": claim.points})
    if claim.state == "second":
        _tell_deciders(claim, now)
    else:
        _tell_proposer(claim, "已通过" if claim.state == "awarded" else claim.get_state_display(), by, now)
    return claim


def _made(asked: Asked, by: Actor, now: datetime) -> Claim:
    found = _found(asked, by)
    today = timezone.localdate(now)
    on = asked.on or today
    if not today - BACK <= on <= today:
        raise InvalidInput(f"发生日期应在最近 {BACK.days} 天内，不能晚于今天。", field="on")
    rule = EarningRule.objects.visible_to(by).in_force(on).filter(pk=asked.rule_id, kind="manual").first()
    if rule is None:
        raise InvalidInput("请选择当天有效的申报项目。", field="rule")
    if not 1 <= asked.quantity <= 1000:
        raise InvalidInput("数量应在 1 至 1000 之间。", field="quantity")
    points = rules.worth(rule, asked.quantity)
    if not points:
        raise InvalidInput(f"数量不足，{rules.told(rule)}，折算后不满 1 分。", field="quantity")
    person, household = _whom(found, rule)
    pk = new_keys(Claim, 1)[0]
    return Claim(
        pk=pk, source_type="manual", source_id=pk, kind="manual", person=person, household=household, rule=rule,
        title=rule.name, on=on, quantity=asked.quantity, points=points, at=now, proposed_by_user=by.user_id,
        proposed_by_name=by.user_name, district_id=found.district_id, street_id=found.street_id,
        community_id=found.community_id, grid_id=found.grid_id,
    )  # fmt: skip


def _found(asked: Asked, by: Actor) -> Person | Household:
    """The person or household in scope; raises NotFound."""
    if asked.person_id:
        people = Person.objects.visible_to(by).here().filter(pk=asked.person_id).defer("search")
        person: Person | None = people.first()
        if person is None:
            raise NotFound("没有找到这位居民，或不在您的管辖范围内。", field="person")
        return person
    household: Household | None = Household.objects.visible_to(by).open().filter(pk=asked.household_id).first()
    if household is None:
        raise NotFound("没有找到这一户，或不在您的管辖范围内。", field="household")
    return household


def _whom(found: Person | Household, rule: EarningRule) -> tuple[Person | None, Household | None]:
    """For whom: the person, the household, or the household that the person lives in."""
    if isinstance(found, Household):
        if rule.earner == "person":
            raise InvalidInput("这一项记入本人，请选择居民申报。", field="rule")
        return None, found
    if rule.earner == "person":
        return found, None
    stay = Stay.objects.filter(person=found, until_on=None).select_related("household").first()
    if stay is None:
        raise InvalidInput("这一项记入所在户，而这位居民现在没有住户登记。", field="rule")
    return found, stay.household


def secretaries(claim: Claim, now: datetime) -> list[int]:
    """The secretaries of the community who may decide: neither who proposed it, nor for whom it is."""
    users = set(with_role(Role.COMMUNITY_SECRETARY, claim.community_id, now)) - {claim.proposed_by_user}
    if not users:
        return []
    people = Person.objects.filter(pk__in=beneficiaries([claim])).exclude(phone_index="")
    same = User.objects.filter(pk__in=users, phone_index__in=people.values("phone_index"))
    return sorted(users - set(same.values_list("pk", flat=True)))


def _tell_deciders(claim: Claim, now: datetime) -> None:
    notify(
        user_ids=clocks.deciders(claim, now), key=f"claim:{claim.pk}:{claim.state}",
        title=f"积分申报{claim.get_state_display()}：{claim.title}",
        body=f"{claim.points} 分，{claim.proposed_by_name or '系统'}申报。", subject_type=SUBJECT, subject_id=claim.pk,
        now=now,
    )  # fmt: skip


def _tell_proposer(claim: Claim, what: str, by: Actor, now: datetime) -> None:
    if claim.proposed_by_user:
        notify(
            user_ids=[claim.proposed_by_user], key=f"claim:{claim.pk}:decided", title=f"积分申报{what}：{claim.title}",
            body=claim.why, subject_type=SUBJECT, subject_id=claim.pk, now=now,
        )  # fmt: skip
