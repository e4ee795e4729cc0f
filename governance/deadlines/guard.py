"""The guard of the clock: when the machine's time cannot be right, nothing is carried out that cannot be undone.

A card, an escalation, a supervision order stays on record for ever. Each sweep notes the moment that it saw; a moment
far ahead of the last one, behind it, or far from the database's own clock holds the engine until the time is right
again, or a person has confirmed it. An outage of days is no such leap: see LEAP.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from governance.audit import services as audit
from governance.deadlines.models import SweepMark
from governance.errors import NotAllowed
from governance.scope import PLATFORM, Actor, Role

logger = logging.getLogger(__name__)
LEAP = timedelta(days=settings.CLOCK_LEAP_DAYS)
BACK = timedelta(minutes=10)
APART = timedelta(minutes=5)
SUBJECT = "deadlines.clock_guard"

Tell = Callable[[str, str, datetime], None]
_tell: list[Tell] = []


def register_tell(tell: Tell) -> None:
    """Sign up who tells the people in charge: called with (title, body, now) when the engine stops and goes on."""
    if tell not in _tell:
        _tell.append(tell)


def database_now() -> datetime:
    """The database server's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def wrong(seen_at: datetime, now: datetime, database: datetime) -> str:
    """Why `now` cannot be right, in words; "" when it can."""
    if now - seen_at > LEAP:
        return f"系统时间比上次运行时快了 {(now - seen_at).days} 天"
    if seen_at - now > BACK:
        return f"系统时间比上次运行时慢了 {_long(seen_at - now)}"
    if abs(now - database) > APART:
        return f"系统时间与数据库时间相差 {_long(abs(now - database))}"
    return ""


def pass_on(now: datetime, database: datetime) -> bool:
    """Whether a sweep may go on at `now`. Notes the moment; on the first wrong one tells the people in charge."""
    with transaction.atomic(durable=True):
        mark = _locked(now)
        reason = wrong(mark.seen_at, now, database)
        if reason and not mark.is_held:
            _hold(mark, reason, now)
        elif not reason and mark.is_held:
            _release(mark, "系统时间已恢复正常", PLATFORM, now)
        if not reason:
            SweepMark.objects.filter(pk=mark.pk).update(seen_at=max(now, mark.seen_at))
    return not reason


def holds(now: datetime) -> bool:
    """Whether nothing may be carried out at `now`: for what people do between two sweeps. One small query."""
    mark = SweepMark.objects.first()
    return mark is not None and (mark.is_held or now - mark.seen_at > LEAP)


def held() -> SweepMark | None:
    """The mark, if the engine is held now."""
    return SweepMark.objects.filter(held_at__isnull=False).first()


def confirm(*, by: Actor, now: datetime) -> None:
    """A person has looked: `now` is right. The engine goes on with the next sweep, and what is due happens.

    Raises NotAllowed for anyone but a system administrator (and the platform, for whoever has the machine itself).
    """
    if by.role != Role.SYSTEM_ADMIN and not by.is_platform:
        raise NotAllowed("只有系统管理员可以确认系统时间，请联系系统管理员办理。")
    with transaction.atomic(durable=True):
        mark = _locked(now)
        before = mark.seen_at
        SweepMark.objects.filter(pk=mark.pk).update(seen_at=now)
        audit.record(
            action="clock.confirm", subject_type=SUBJECT, subject_id=mark.pk, subject_label="系统时钟",
            before={"seen_at": before}, after={"seen_at": now}, by=by, now=now,
        )  # fmt: skip
        if mark.is_held:
            _release(mark, f"{by.user_name or '系统管理员'}确认系统时间无误", by, now)


def _locked(now: datetime) -> SweepMark:
    SweepMark.objects.bulk_create([SweepMark(pk=1, seen_at=now)], ignore_conflicts=True)
    return SweepMark.objects.select_for_update().get(pk=1)


def _hold(mark: SweepMark, reason: str, now: datetime) -> None:
    logger.critical("the engine is held: %s (last %s, now %s)", reason, mark.seen_at, now)
    SweepMark.objects.filter(pk=mark.pk).update(held_at=now, reason=reason)
    _record("clock.hold", mark, reason, PLATFORM, now)
    body = f"{reason}。时限引擎已暂停：不亮牌、不升级、不恢复挂账。请校准服务器时间；时间无误的，请系统管理员确认。"
    _say("系统时间异常，时限引擎已暂停", body, now)


def _release(mark: SweepMark, why: str, by: Actor, now: datetime) -> None:
    logger.warning("the engine goes on: %s", why)
    SweepMark.objects.filter(pk=mark.pk).update(held_at=None, reason="")
    _record("clock.release", mark, why, by, now)
    _say("时限引擎已恢复运行", f"{why}，到期的预警和升级将依次执行。", now)


def _record(action: str, mark: SweepMark, reason: str, by: Actor, now: datetime) -> None:
    audit.record(
        action=action, subject_type=SUBJECT, subject_id=mark.pk, subject_label="系统时钟", reason=reason, by=by,
        now=now,
    )  # fmt: skip


def _say(title: str, body: str, now: datetime) -> None:
    for tell in _tell:
        tell(title, body, now)


def _long(span: timedelta) -> str:
    return f"{span.days} 天" if span.days else f"{int(span.total_seconds()) // 60} 分钟"
