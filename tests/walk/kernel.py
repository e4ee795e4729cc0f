"""The kernel: policies and the clock, the calendar, the record, deliveries; and appeals that come under a version."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from django.utils import timezone

from appeals import services as appeals
from appeals.models import Appeal
from appeals.services.adopt import adopt
from governance.audit import work
from governance.calendars import services as calendars
from governance.calendars.announced import AnnouncedDay
from governance.calendars.changes import RemoveDay, SetAnnounced, SetDay, SetHours
from governance.calendars.models import Calendar, SpecialDay
from governance.deadlines import adoption, guard, policies
from governance.deadlines.models import Clock, Policy, PolicyVersion, SweepMark
from governance.deadlines.terms import Span, Term, Terms, Unit
from governance.errors import InvalidInput, NotFound
from governance.jobs.models import Job
from governance.outbox import quiet, retrying
from governance.outbox.models import Delivery, InboxItem, QuietHours
from governance.outbox.services import enqueue
from governance.scope import Actor
from tests.appeals.conftest import new_appeal
from tests.walk.sampling import CENTRE, MADE, SYSTEM, WALKED, Refused, Row, Sample, World

NOTE = "区政府办公室会议纪要"
BETWEEN = MADE + timedelta(minutes=30)
DAY = date(2026, 12, 1)


# Policies -----------------------------------------------------------------------------------------------------------


def _policy(world: World, by: Any) -> Policy:
    return Policy.objects.get(code="ordinary")


def _terms(policy: Policy, days: int = 7) -> Terms:
    newest = Terms.parse(policy.versions.order_by("-number")[0].terms)
    return Terms({**newest.by_kind, "resolve": Term(Span(days, Unit.WORKING_DAYS))})


def _add_version(world: World, policy: Policy, by: Actor, **changes: Any) -> PolicyVersion:
    values: dict[str, Any] = {"terms": _terms(policy), "effective_from": None, "note": NOTE, "now": WALKED} | changes
    return policies.add_version(policy_id=policy.pk, **values, by=by)


def _somebody_elses(world: World, policy: Policy) -> None:
    _add_version(world, policy, world.actor(CENTRE), terms=_terms(policy, 9), now=MADE)


def _add_policy(world: World, policy: Policy, by: Actor, **changes: Any) -> Policy:
    values = {"name": "冬季供热", "like_id": policy.pk, "note": NOTE} | changes
    return policies.add_policy(**values, by=by, now=WALKED)


def _coming(world: World, by: Any) -> PolicyVersion:
    at = WALKED + timedelta(days=7)
    return _add_version(world, _policy(world, by), world.actor(CENTRE), effective_from=at)


def _withdraw(world: World, version: PolicyVersion, by: Actor) -> None:
    policies.withdraw(policy_id=version.policy_id, number=version.number, by=by, now=WALKED)


def _new_version(world: World, by: Any) -> PolicyVersion:
    """A version in force, and an open appeal that still runs under the one before."""
    appeals.register(new=new_appeal(unit_id=world.id_of("grid_1")), by=world.actor(CENTRE), now=MADE)
    return _add_version(world, _policy(world, by), world.actor(CENTRE), now=BETWEEN)


def _apply(world: World, version: PolicyVersion, by: Actor) -> Job:
    return policies.apply_version(policy_id=version.policy_id, by=by, now=WALKED)


def _adopt(world: World, version: PolicyVersion, by: Actor) -> int:
    return adopt(list(Appeal.objects.values_list("pk", flat=True)), version, by, WALKED)


def _policy_row(action: str) -> Any:
    def row(world: World, thing: Any, result: Any) -> list[Row]:
        return [(action, "deadlines.policy", thing.pk if isinstance(thing, Policy) else thing.policy_id)]

    return row


def _closed(world: World, thing: Any) -> None:
    Appeal.objects.update(state="closed")


def _adopted(world: World, version: PolicyVersion) -> None:
    _adopt(world, version, world.actor(CENTRE))


def _not_yet(world: World, thing: Any) -> None:
    PolicyVersion.objects.update(effective_from=WALKED + timedelta(days=1))


def _no_calendar(world: World, thing: Any) -> None:
    Calendar.objects.update(code="none")


_POLICIES = [
    Sample(
        policies.add_version, _add_version,
        changes="deadlines_policyversion",
        then=lambda world, policy, made: (made.number, policies.version_in_force(policy, WALKED)) == (2, made),
        rows=_policy_row("policy.version"),
        make=_policy,
        refused=(
            Refused(
                "another was quicker", "别人刚刚保存", spoil=_somebody_elses,
                call=lambda world, policy, by: _add_version(world, policy, by, base_number=1),
            ),
            Refused(
                "a moment that has passed", "不能早于现在", InvalidInput,
                call=lambda world, policy, by: _add_version(world, policy, by, effective_from=MADE),
            ),
            Refused(
                "nothing new", "完全相同", InvalidInput,
                call=lambda world, policy, by: _add_version(
                    world, policy, by, terms=Terms.parse(policy.versions.get().terms)
                ),
            ),
            Refused(
                "no such policy", "没有找到", NotFound,
                call=lambda world, policy, by: policies.add_version(
                    policy_id=0, terms=_terms(policy), effective_from=None, note=NOTE, by=by, now=WALKED
                ),
            ),
        ),
    ),
    Sample(
        policies.add_policy, _add_policy,
        changes="deadlines_policy deadlines_policyversion",
        then=lambda world, policy, made: made.versions.get().terms == policy.versions.get().terms,
        rows=lambda world, policy, made: [("policy.add", "deadlines.policy", made.pk)],
        make=_policy,
        refused=(
            Refused("none in force to begin from", "还没有生效的版本", spoil=_not_yet),
            Refused(
                "a name that is taken", "已有名为", InvalidInput,
                call=lambda world, policy, by: _add_policy(world, policy, by, name=policy.name),
            ),
        ),
    ),
    Sample(
        policies.withdraw, _withdraw,
        changes="deadlines_policyversion",
        then=lambda world, version, result: not PolicyVersion.objects.filter(pk=version.pk).exists(),
        rows=_policy_row("policy.withdraw"),
        make=_coming,
        refused=(
            Refused(
                "in force", "已经生效，不能撤回",
                spoil=lambda world, version: PolicyVersion.objects.filter(pk=version.pk).update(effective_from=MADE),
            ),
            Refused(
                "withdrawn", "可能已被撤回", NotFound,
                spoil=lambda world, version: PolicyVersion.objects.filter(pk=version.pk).delete(),
            ),
        ),
    ),
    Sample(
        policies.apply_version, _apply,
        changes="jobs_job",
        then=lambda world, version, job: (job.kind, job.params) == (adoption.KIND, {"version": version.pk}),
        rows=_policy_row("policy.apply"),
        make=_new_version,
        refused=(
            Refused("adopted by all", "不需要换用", spoil=_adopted),
            Refused("all closed", "不需要换用", spoil=_closed),
            Refused("none in force", "还没有生效的版本", spoil=_not_yet),
        ),
    ),
    Sample(
        adopt, _adopt,
        changes="appeals_appeal appeals_appealentry deadlines_clock",
        then=lambda world, version, done: (done, Appeal.objects.get().policy_version_id) == (1, version.pk),
        rows=lambda world, version, done: [("appeal.policy_adopted", "appeals.appeal", Appeal.objects.get().pk)],
        make=_new_version,
        refused=(
            Refused(
                "under it already", error=None,
                spoil=lambda world, version: Appeal.objects.update(policy_version=version),
            ),
            Refused("closed", error=None, spoil=_closed),
        ),
    ),
]  # fmt: skip


# The clock, the calendar --------------------------------------------------------------------------------------------


def _mark(**values: Any) -> Any:
    return lambda world, by: SweepMark.objects.create(pk=1, seen_at=MADE, **values)


def _confirm(world: World, mark: SweepMark, by: Actor) -> None:
    guard.confirm(by=by, now=WALKED)


def _told(world: World) -> bool:
    people = {world.actor(person).user_id for person in (CENTRE, SYSTEM)}
    return people <= set(InboxItem.objects.values_list("user_id", flat=True))


def _edit(change: Any) -> Any:
    return lambda world, thing, by: calendars.edit(change=change, by=by, now=WALKED)


def _announce(*days: AnnouncedDay) -> Any:
    return lambda world, thing, by: calendars.import_announced(change=SetAnnounced(2027, days, NOTE), by=by, now=WALKED)


def _calendar_row(action: str) -> Any:
    return lambda world, thing, result: [(action, "calendars.calendar", Calendar.objects.get().pk)]


def _open_work(world: World, by: Any) -> Clock:
    """An appeal whose limits run over the day that changes."""
    appeal = appeals.register(new=new_appeal(unit_id=world.id_of("grid_1")), by=world.actor(CENTRE), now=MADE)
    appeals.dispatch(appeal_id=appeal.pk, to_unit_id=world.id_of("street_1"), by=world.actor(CENTRE), now=MADE)
    return Clock.objects.get(kind="resolve")


def _a_day_later(world: World, clock: Clock, moved: int) -> bool:
    return moved > 0 and Clock.objects.get(pk=clock.pk).due_at == clock.due_at + timedelta(days=1)


_TIME = [
    Sample(
        guard.confirm, _confirm,
        changes="deadlines_sweepmark",
        then=lambda world, mark, result: SweepMark.objects.get().seen_at == WALKED,
        rows=lambda world, mark, result: [("clock.confirm", "deadlines.clock_guard", 1)],
        make=_mark(),
        harmless="what is right already may be confirmed once more",
    ),
    Sample(
        guard.confirm, _confirm,
        changes="deadlines_sweepmark outbox_inboxitem",
        then=lambda world, mark, result: guard.held() is None and _told(world),
        rows=lambda world, mark, result: [
            ("clock.confirm", "deadlines.clock_guard", 1), ("clock.release", "deadlines.clock_guard", 1)
        ],
        make=_mark(held_at=MADE, reason="系统时间比上次运行时快了 3652 天"),
        variant="held",
        harmless="what is right already may be confirmed once more",
    ),
    Sample(
        calendars.edit, _edit(SetDay(date(2026, 11, 24), SpecialDay.HOLIDAY, "停电")),
        changes="calendars_calendar calendars_specialday "
        "appeals_appeal appeals_appealentry appeals_assignment deadlines_clock",
        then=_a_day_later,
        rows=_calendar_row("calendar.set_day"),
        make=_open_work,
        refused=(
            Refused("a day that is none", "没有特殊安排", call=_edit(RemoveDay(DAY))),
            Refused("neither off nor on", "请选择", InvalidInput, call=_edit(SetDay(DAY, "half"))),
            Refused("hours without a season", "作息季节", InvalidInput, call=_edit(SetHours(()))),
            Refused("no calendar yet", "还没有设置工作日历", spoil=_no_calendar),
        ),
    ),
    Sample(
        calendars.import_announced, _announce(AnnouncedDay(date(2027, 1, 1), SpecialDay.HOLIDAY, "元旦")),
        changes="calendars_calendar calendars_specialday",
        then=lambda world, thing, job: job is None and SpecialDay.objects.get(date=date(2027, 1, 1)).name == "元旦",
        rows=_calendar_row("calendar.import_days"),
        refused=(
            Refused("no days", "没有可以导入的日期", InvalidInput, call=_announce()),
            Refused("no calendar yet", "还没有设置工作日历", spoil=_no_calendar),
        ),
    ),
]  # fmt: skip


# The record, deliveries ---------------------------------------------------------------------------------------------


def _delivery(world: World, by: Any) -> Delivery:
    enqueue(channel="hotline", key="walk", address="", payload={}, now=MADE)
    Delivery.objects.update(state=Delivery.GIVEN_UP, attempts=9, last_error="无应答")
    return Delivery.objects.get()


def _retry(world: World, delivery: Delivery, by: Actor) -> int:
    return retrying.retry(delivery_ids=[delivery.pk], by=by, now=WALKED)


def _state(state: str) -> Any:
    return lambda world, delivery: Delivery.objects.filter(pk=delivery.pk).update(state=state)


def _quiet(world: World, thing: Any, by: Actor, channel: str = "sms") -> None:
    quiet.set_hours(channel=channel, starts=time(21), ends=time(8), by=by, now=WALKED)


def _is_quiet(world: World, thing: Any, result: Any) -> bool:
    return "sms" in quiet.quiet_channels(timezone.make_aware(timezone.datetime(2026, 11, 23, 21, 30)))


_RECORD = [
    Sample(
        work.start_export,
        lambda world, thing, by: work.start_export(query="action=policy.add", looks_only=False, by=by, now=WALKED),
        changes="jobs_job",
        then=lambda world, thing, job: (job.kind, job.params["query"]) == (work.EXPORT, "action=policy.add"),
        rows=lambda world, thing, job: [("audit.export", "audit", 0)],
        harmless="the record may be read at any time",
    ),
    Sample(
        work.start_verify,
        lambda world, thing, by: work.start_verify(expect_head="", by=by, now=WALKED),
        changes="jobs_job",
        then=lambda world, thing, job: job.kind == work.VERIFY,
        rows=lambda world, thing, job: [("audit.verify", "audit", 0)],
        harmless="the record may be verified at any time",
    ),
    Sample(
        retrying.retry, _retry,
        changes="outbox_delivery",
        then=lambda world, delivery, count: (count, Delivery.objects.get().state) == (1, Delivery.WAITING),
        rows=lambda world, delivery, count: [("outbox.retry", "outbox.delivery", delivery.pk)],
        make=_delivery,
        refused=(
            Refused("delivered", error=None, spoil=_state(Delivery.SENT)),
            Refused("on its way", error=None, spoil=_state(Delivery.WAITING)),
        ),
    ),
    Sample(
        quiet.set_hours, _quiet,
        changes="outbox_quiethours",
        then=_is_quiet,
        rows=lambda world, thing, result: [("outbox.quiet", "outbox.quiethours", QuietHours.objects.get().pk)],
        refused=(
            Refused(
                "a channel that sleeps never", "没有这个发送渠道", InvalidInput,
                call=lambda world, thing, by: _quiet(world, thing, by, "hotline"),
            ),
        ),
    ),
]  # fmt: skip

SAMPLES = [*_POLICIES, *_TIME, *_RECORD]
