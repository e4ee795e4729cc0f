"""Hours: confirmed, refused and corrected by somebody else than who served them."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.scope import Actor
from members.accounts import is_oneself, user_of
from members.models import Activity, Person, ServiceHours
from members.models.volunteers import MOST_MINUTES
from members.volunteers import clocks, registry
from members.volunteers.minutes import told
from members.volunteers.services import _common, _hours
from members.volunteers.services._common import CONFIRM, PROPOSE, record, require, save, sign_up_of
from members.words import text_of


def confirm_hours(*, hours_id: int, by: Actor, now: datetime) -> ServiceHours:
    """These hours count from now on, and what is earned by them follows in the same transaction.

    Raises NotAllowed for one's own, IllegalState for what is decided already or beyond the day's limit.
    """
    require(by, CONFIRM)
    with transaction.atomic(durable=True):
        hours, activity = _locked(hours_id, by)
        _check_waiting(hours)
        used = _hours.used_on([hours.person_id], hours.on, but=hours.pk).get(hours.person_id, 0)
        if used + hours.minutes > MOST_MINUTES:
            raise IllegalState(f"{hours.person.name}当天累计将超过每天 8 小时（另有 {told(used)}），请退回。")
        _decide(hours, "confirmed", by, now)
        _one_less(activity, now)
        record("hours.confirm", hours, by=by, now=now, after={"minutes": hours.minutes, "state": hours.state})
        registry.hours_confirmed(hours=hours, by=by, now=now)
    return hours


def refuse_hours(*, hours_id: int, words: str, by: Actor, now: datetime) -> ServiceHours:
    """These hours do not count, for a reason. Raises NotAllowed for one's own, IllegalState for what is decided."""
    require(by, CONFIRM)
    words = text_of(words, label="退回原因", field="words", most=200, least=2)
    with transaction.atomic(durable=True):
        hours, activity = _locked(hours_id, by)
        _check_waiting(hours)
        hours.words = words
        _decide(hours, "refused", by, now)
        _one_less(activity, now)
        record("hours.refuse", hours, by=by, now=now, after={"state": hours.state}, reason=words)
    return hours


def correct_hours(*, hours_id: int, minutes: int, words: str, by: Actor, now: datetime) -> ServiceHours:
    """Other minutes stand for those that were decided: a new row that names the old one, which stays as it was.

    0 takes them back. Raises InvalidInput naming the field; IllegalState for what waits or was corrected already.
    """
    require(by, CONFIRM)
    words = text_of(words, label="更正原因", field="words", most=200, least=2)
    with transaction.atomic(durable=True):
        old, activity = _locked(hours_id, by)
        if old.state not in ("confirmed", "refused"):
            raise IllegalState(f"这条时长{old.get_state_display()}，不能更正。")
        _check_minutes(old, minutes)
        # The row itself is history; that another stands for it is all that may still be said on it.
        ServiceHours.objects.filter(pk=old.pk).update(state="corrected")
        new = _hours.proposal(activity, old.person_id, minutes, by, now)
        new.corrects, new.words, new.on, new.person = old, words, old.on, old.person
        _insert_decided(new, by, now)
        before = {"minutes": old.minutes if old.state == "confirmed" else 0}
        record("hours.correct", new, by=by, now=now, before=before, after={"minutes": minutes}, reason=words)
        registry.hours_confirmed(hours=new, by=by, now=now)
    return new


def propose_hours(*, sign_up_id: int, minutes: int, words: str, by: Actor, now: datetime) -> ServiceHours:
    """Put forward hours of somebody on the list of an activity that has ended, who was there and not checked in.

    Raises InvalidInput naming the field; IllegalState before its end, or where there are hours of the person.
    """
    require(by, PROPOSE)
    words = text_of(words, label="补报原因", field="words", most=200, least=2)
    with transaction.atomic(durable=True):
        found = sign_up_of(sign_up_id, by)
        _common.lock_persons([found.person_id])
        activity = _common.locked_activity(found.activity_id, by)
        return write_proposal(activity, found.person_id, minutes, words, by=by, now=now)


def write_proposal(
    activity: Activity, person_id: int, minutes: int, words: str, *, by: Actor, now: datetime
) -> ServiceHours:
    """Put forward hours of a locked person in a locked activity, in the caller's transaction: they wait.

    Raises as `propose_hours` does.
    """
    if activity.state != "ended":
        raise IllegalState("活动结束后才能补报时长；现在请在名单上点到。")
    if activity.hours.filter(person=person_id, state__in=("proposed", "confirmed", "refused")).exists():
        raise IllegalState("这个人已有本场时长，请在原记录上更正。")
    hours = _hours.proposal(activity, person_id, minutes, by, now)
    hours.words = words
    _check_minutes(hours, minutes, least=1)
    hours.save(force_insert=True)
    activity.pending += 1
    clocks.start(activity, now)
    save(activity, now, "pending", "confirm_due_at", "card")
    record("hours.propose", hours, by=by, now=now, after={"minutes": minutes}, reason=words)
    return hours


def _locked(hours_id: int, by: Actor) -> tuple[ServiceHours, Activity]:
    """The row with its person and activity, all locked in order; never one's own."""
    found = ServiceHours.objects.visible_to(by).filter(pk=hours_id).first()
    if found is None:
        raise NotFound("没有找到这条时长，或不在您的管辖范围内。")
    _common.lock_persons([found.person_id])
    activity = _common.locked_activity(found.activity_id, by)
    hours: ServiceHours = ServiceHours.objects.select_for_update(of=("self",)).select_related("person").get(pk=hours_id)
    if hours.person_id != found.person_id:
        raise IllegalState("这个人的档案刚刚合并，请刷新后再试。")
    if is_oneself(by, hours.person):
        raise NotAllowed("不能确认、退回或更正本人的服务时长，请由其他工作人员或街道办理。")
    return hours, activity


def _check_waiting(hours: ServiceHours) -> None:
    if hours.state != "proposed":
        raise IllegalState(f"这条时长{hours.get_state_display()}，可能别人刚刚处理过，请刷新查看。")


def _check_minutes(hours: ServiceHours, minutes: int, least: int = 0) -> None:
    person = Person.objects.only("pk").get(pk=hours.person_id)
    most = _hours.left_on(person, hours.on, but=hours.pk or 0)
    if not least <= minutes <= most:
        raise InvalidInput(f"时长应在 {least} 至 {most} 分钟之间（每人每天最多 8 小时）。", field="minutes")


def _decide(hours: ServiceHours, state: str, by: Actor, now: datetime) -> None:
    _sign(hours, state, by, now)
    hours.save(update_fields=["state", "words", "volunteer_user", "decided_by_user", "decided_by_name", "decided_at"])


def _sign(hours: ServiceHours, state: str, by: Actor, now: datetime) -> None:
    hours.state, hours.volunteer_user = state, user_of(hours.person, prefer=by.user_id)
    hours.decided_by_user, hours.decided_by_name, hours.decided_at = by.user_id, by.user_name, now


def _insert_decided(hours: ServiceHours, by: Actor, now: datetime) -> None:
    _sign(hours, "confirmed", by, now)
    try:
        with transaction.atomic():
            hours.save(force_insert=True)
    except IntegrityError:
        raise IllegalState("这个人在本场活动已有别的时长，请在那一条上更正。") from None


def _one_less(activity: Activity, now: datetime) -> None:
    activity.pending = activity.hours.waiting().count()
    if not activity.pending:
        clocks.finish(activity, now)
    save(activity, now, "pending", "confirm_due_at", "card")
