"""Quiet hours: what is not urgent leaves for a channel's receivers outside them. Kept by the district centre, as data.

Nobody is to be woken by a text about a street lamp: it waits for the end of the quiet, in the order in which it came.
"""

from __future__ import annotations

from datetime import datetime, time

from django.db import transaction
from django.utils import timezone

from governance.audit import services as audit
from governance.errors import InvalidInput, NotAllowed
from governance.outbox.models import QuietHours
from governance.scope import Actor, Role

SUBJECT = "outbox.quiethours"
# Until somebody sets them. Messages between systems are nobody's sleep.
DEFAULTS: dict[str, tuple[time, time]] = {"sms": (time(22, 0), time(7, 0)), "wecom": (time(22, 0), time(7, 0))}
LABELS = {"sms": "短信", "wecom": "企业微信群", "hotline": "市热线"}


def is_quiet(at: time, starts: time, ends: time) -> bool:
    """Whether a time of day lies in [starts, ends); over midnight where it ends before it starts; equal means never."""
    if starts <= ends:
        return starts <= at < ends
    return at >= starts or at < ends


def hours() -> dict[str, tuple[time, time]]:
    """The quiet hours of each channel that may have them: as set, else the default. One query."""
    rows = QuietHours.objects.values_list("channel", "starts", "ends")
    return DEFAULTS | {channel: (starts, ends) for channel, starts, ends in rows if channel in DEFAULTS}


def quiet_channels(now: datetime) -> list[str]:
    """The channels that are quiet at `now`, by the wall clock of the district."""
    at = timezone.localtime(now).time()
    return [channel for channel, (starts, ends) in hours().items() if is_quiet(at, starts, ends)]


def set_hours(*, channel: str, starts: time, ends: time, by: Actor, now: datetime) -> None:
    """Set a channel's quiet hours; the same time twice means none. Raises NotAllowed, InvalidInput."""
    if by.role != Role.DISTRICT_CENTRE and not by.is_platform:
        raise NotAllowed("只有区网格中心可以设置免打扰时段。")
    if channel not in DEFAULTS:
        raise InvalidInput("没有这个发送渠道，请刷新页面后再试。", field="channel")
    with transaction.atomic(durable=True):
        before = hours()[channel]
        row, _ = QuietHours.objects.update_or_create(channel=channel, defaults={"starts": starts, "ends": ends})
        audit.record(
            action="outbox.quiet", subject_type=SUBJECT, subject_id=row.pk, subject_label=LABELS[channel],
            before={"starts": f"{before[0]:%H:%M}", "ends": f"{before[1]:%H:%M}"},
            after={"starts": f"{starts:%H:%M}", "ends": f"{ends:%H:%M}"}, by=by, now=now,
        )  # fmt: skip
