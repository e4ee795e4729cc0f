"""Shelving 挂账: work that nothing can be done about now is put aside until a review date, and comes back by itself.

Source: workflow.md, "shelved", "shelving reviewed at most every 180 days"; rights.md, "shelve". Exactly the working
time that was left is left when it comes back.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from appeals import clocks, requests
from appeals.messages import tell_unit
from appeals.models import Appeal, Shelving
from appeals.models.limits import PENDING
from appeals.services import _requests
from appeals.services._run import Run, add_entry, step
from appeals.words import clean
from appeals.workflow import IN_PROGRESS, SHELVED
from governance.audit import services as audit
from governance.calendars.loading import working_calendar
from governance.deadlines import services as deadlines
from governance.deadlines import timing
from governance.deadlines.models import Clock
from governance.deadlines.terms import Span, Unit
from governance.errors import IllegalState, InvalidInput
from governance.scope import PLATFORM, Actor, UnitKind
from grids.models import Unit as GridUnit

# Up to so many days the street's leader decides. Source: rights.md, "shelve".
STREET_DAYS = 30
# These go on while the work is put aside: the review itself, and what others wait for an answer to.
_GOING_ON = (clocks.REVIEW, clocks.SUPERVISION, clocks.HOTLINE)


def ask_shelving(
    *, appeal_id: int, kind: str, reason: str, review_on: date, by: Actor, now: datetime,
    attachment_ids: Sequence[uuid.UUID] = (), revision: int | None = None,
) -> Appeal:  # fmt: skip
    """Ask to put the work aside until `review_on`, with a kind of reason, words and evidence."""
    reason = clean(reason, label="挂账理由", field="reason", most=2000, least=10)
    if kind not in dict(Shelving.KINDS):
        raise InvalidInput("请选择挂账原因。", field="kind")
    if not attachment_ids:
        raise InvalidInput("请上传挂账的依据（如资金计划、立案通知、会议纪要）。", field="attachments")
    with step("ask_shelving", appeal_id=appeal_id, by=by, now=now, revision=revision, words=reason) as run:
        _requests.own_part(run, "申请挂账")
        _check_review(run.appeal, review_on, now)
        if Shelving.objects.filter(PENDING, appeal=run.appeal).exists():
            raise IllegalState("已有一份挂账申请等待审批，请等审批后再申请。")
        request = Shelving.objects.create(
            appeal=run.appeal, kind=kind, review_on=review_on, decider_id=_decider(run, review_on),
            **_requests.asked(run, reason),
        )  # fmt: skip
        run.attachment_ids = attachment_ids
        run.data = {
            "request": request.pk, "kind": kind, "review_on": review_on.isoformat(), "to": request.decider.name,
        }  # fmt: skip
        tell_unit(
            run.appeal, request.decider_id, about=f"shelving:{request.pk}", now=now, leaders=True,
            title=f"挂账申请待审批：{run.appeal.title}", body=reason,
        )  # fmt: skip
    return run.appeal


def decide_shelving(
    *, appeal_id: int, grant: bool, words: str, by: Actor, now: datetime, revision: int | None = None
) -> Appeal:
    """Put the work aside, its limits stopped; or refuse, and all stays as it is."""
    words = clean(words, label="审批意见", field="words", most=1000, least=2)
    with step("decide_shelving", appeal_id=appeal_id, by=by, now=now, revision=revision, words=words) as run:
        request = _requests.chosen(to_decide(run.appeal, by), None, "shelving")
        _requests.decide(request, grant, words, by, now)
        if grant:
            if request.review_on <= timezone.localdate(now):
                raise IllegalState("申请的复核日期已到，请选择“不同意”，由承办单位另选日期重新申请。")
            _put_aside(run, request)
        request.save(update_fields=_requests.DECISION)
        run.data |= {"granted": grant, "review_on": request.review_on.isoformat()}
        verdict = f"同意挂账，{request.review_on:%Y-%m-%d} 复核" if grant else "挂账未获同意，请继续办理"
        tell_unit(
            run.appeal, run.appeal.lead_unit_id or 0, about=f"shelving_decided:{request.pk}", now=now,
            title=f"{verdict}：{run.appeal.title}", body=words,
        )  # fmt: skip
    return run.appeal


def reactivate(*, appeal_id: int, words: str, by: Actor, now: datetime, revision: int | None = None) -> Appeal:
    """Take the work up again before its review date."""
    words = clean(words, label="恢复办理的理由", field="words", most=1000, least=2)
    with step("reactivate", appeal_id=appeal_id, by=by, now=now, revision=revision, words=words) as run:
        shelving = current(run.appeal)
        # Where the review was due before any sweep came, this carries it out, and the appeal is back already.
        clocks.cancel(run.appeal, clocks.REVIEW, now=now)
        run.appeal.refresh_from_db()
        run.from_state = run.appeal.state
        if run.appeal.state == SHELVED:
            _end(shelving, "by_hand", now)
            _resume(run.appeal, now)
            run.move(IN_PROGRESS)
            run.data = {"days": requests.days(shelving, now), "public": "办理已恢复。"}
            _tell_back(run.appeal, shelving, "恢复办理", now)
    return run.appeal


def come_back(appeal: Appeal, now: datetime) -> None:
    """The review date has come: the work is taken up again by itself. Called by the engine, the appeal locked."""
    if appeal.state != SHELVED:
        return
    shelving = current(appeal)
    _end(shelving, "review", now)
    clocks.cancel(appeal, clocks.REVIEW, now=now)
    _resume(appeal, now)
    before = {"state": appeal.state}
    appeal.state, appeal.changed_at, appeal.revision = IN_PROGRESS, now, appeal.revision + 1
    for name, value in clocks.main_clock_fields(appeal).items():
        setattr(appeal, name, value)
    appeal.save(update_fields=["state", "changed_at", "revision", "clock_kind", "due_at", "card"])
    audit.record(
        action="appeal.review_shelved", subject_type=clocks.SUBJECT, subject_id=appeal.pk,
        subject_label=appeal.number, before=before, after={"state": appeal.state}, by=PLATFORM, now=now,
    )  # fmt: skip
    add_entry(
        appeal, "reactivate", by=PLATFORM, now=now, from_state=SHELVED,
        words="挂账复核日期已到，自动恢复办理，剩余时限继续计算。",
        data={"days": requests.days(shelving, now), "public": "办理已恢复。"}, clock=clocks.reading(appeal, now),
    )  # fmt: skip
    _tell_back(appeal, shelving, "挂账期满，自动恢复办理", now)


def to_decide(appeal: Appeal, by: Actor) -> QuerySet[Shelving]:
    """The pending request on the appeal, if the actor may decide it."""
    return requests.decided_by(Shelving.objects.filter(PENDING, appeal=appeal).select_related("decider"), by)


def current(appeal: Appeal) -> Shelving:
    """The shelving that holds the appeal; raises IllegalState when there is none."""
    found = Shelving.objects.filter(appeal=appeal, granted=True, ended_at=None).first()
    if found is None:
        raise IllegalState("这件工单没有挂账记录，请刷新后再看。")
    return found


def longest(appeal: Appeal, now: datetime) -> date:
    """The last day that may be chosen for the review."""
    term = clocks.term_of(appeal, clocks.REVIEW)
    if term is None:
        raise IllegalState("这类工单不能挂账。")
    return timezone.localdate(timing.due(now, [term.span], working_calendar()))


def _check_review(appeal: Appeal, review_on: date, now: datetime) -> None:
    last = longest(appeal, now)
    if not timezone.localdate(now) < review_on <= last:
        raise InvalidInput(f"复核日期应在明天到 {last:%Y-%m-%d} 之间。", field="review_on")


def _decider(run: Run, review_on: date) -> int:
    """The street above the lead for up to 30 days, else the district centre."""
    lead = GridUnit.objects.only("kind", "street_id").get(pk=run.by.unit_id)
    short = (review_on - timezone.localdate(run.now)).days <= STREET_DAYS
    to_street = short and lead.kind != UnitKind.STREET and lead.street_id is not None
    return _requests.decider_above(run, (lead.street_id if to_street else None) or run.appeal.district_id)


def _put_aside(run: Run, request: Shelving) -> None:
    appeal, now = run.appeal, run.now
    # Time stands still now: a request for more of it has lost its object.
    _requests.lapse_extensions(run)
    for kind in _kinds(appeal):
        deadlines.pause(subject_type=clocks.SUBJECT, subject_id=appeal.pk, kind=kind, now=now)
    _start_review(run, request)
    run.move(SHELVED)
    run.data["public"] = f"因客观原因暂缓办理（{request.get_kind_display()}），{request.review_on:%Y年%m月%d日}前复核。"


def _kinds(appeal: Appeal) -> list[str]:
    running = clocks.open_clocks(appeal).exclude(kind__in=_GOING_ON)
    return sorted(set(running.values_list("kind", flat=True)))


def _start_review(run: Run, request: Shelving) -> None:
    """A limit that ends when the review date's work begins, against the unit that approved; the policy's warnings.

    It counts natural minutes: a day that is declared free later does not move it. Taken up on such a day the work loses
    nothing, as its working time goes on with the next opening.
    """
    appeal, now = run.appeal, run.now
    term = clocks.term_of(appeal, clocks.REVIEW)
    if term is None:
        raise IllegalState("这类工单不能挂账。")
    morning = datetime.combine(request.review_on, time(), tzinfo=timezone.get_current_timezone())
    opening = working_calendar().next_working(morning)
    begun = now.replace(second=0, microsecond=0)
    span = Span((opening - begun) // timedelta(minutes=1), Unit.NATURAL_MINUTES)
    deadlines.start(
        subject_type=clocks.SUBJECT, subject_id=appeal.pk, kind=clocks.REVIEW, unit_id=run.by.unit_id, now=now,
        term=replace(term, span=span, missed="review_shelved", ladder=()), started_at=begun,
        policy_version_id=appeal.policy_version_id,
    )  # fmt: skip


def _resume(appeal: Appeal, now: datetime) -> None:
    paused = clocks.open_clocks(appeal).filter(state=Clock.PAUSED)
    for kind in sorted(set(paused.values_list("kind", flat=True))):
        deadlines.resume(subject_type=clocks.SUBJECT, subject_id=appeal.pk, kind=kind, now=now)


def _end(shelving: Shelving, how: str, now: datetime) -> None:
    shelving.ended_at, shelving.ended_how = now, how
    shelving.save(update_fields=["ended_at", "ended_how"])


def _tell_back(appeal: Appeal, shelving: Shelving, what: str, now: datetime) -> None:
    about, title = f"back:{shelving.pk}", f"{what}：{appeal.title}"
    for unit_id in {appeal.lead_unit_id, appeal.desk_unit_id} - {None}:
        tell_unit(appeal, unit_id or 0, about=about, title=title, level="soon", leaders=True, now=now)
