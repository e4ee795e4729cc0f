"""The limit for confirming the hours of an activity: its policy, its start, and what happens when it is missed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.selectors import leaders_of, staff_of
from governance.audit import services as audit
from governance.deadlines import actions, defaults, registry, wording
from governance.deadlines import services as deadlines
from governance.deadlines.models import Clock
from governance.deadlines.subjects import SubjectRows
from governance.deadlines.terms import Terms
from governance.outbox import gathering
from governance.scope import PLATFORM
from members.models import Activity

SUBJECT, KIND, POLICY = "members.activity", "hours_confirm", "volunteer_hours"


def _span(amount: int, unit: str = "working_days") -> dict[str, Any]:
    return {"amount": amount, "unit": unit}


TERMS = {
    KIND: _span(5)
    | {
        "warnings": [{"before": _span(1), "action": "hours_soon"}],
        "missed": "hours_late",
        "ladder": [{"after": _span(3), "action": "hours_to_street"}],
    }
}
# action → its name in the editor, the card it draws, the message's level, the words.
_ACTIONS = {
    "hours_soon": ("将到期提醒", "yellow", "soon", "服务时长将到确认时限"),
    "hours_late": ("超期提醒", "red", "over", "服务时长超期未确认"),
    "hours_to_street": ("报街道", "red", "over", "服务时长超期未确认，报街道"),
}


def register() -> None:
    """Called once, when Django is ready."""
    wording.name_kinds({KIND: "时长确认"})
    places = (actions.WARNING, actions.MISSED, actions.LADDER)
    for (code, (label, *_)), place in zip(_ACTIONS.items(), places, strict=True):
        actions.register_action(SUBJECT, code, label, places=(place,))
    defaults.ship_policy(SUBJECT, POLICY, "志愿服务时长确认", TERMS)
    registry.register(SUBJECT, ActivityClocks())


def start(activity: Activity, now: datetime) -> None:
    """Hours wait to be confirmed: the clock runs for the community, or the street; nothing when it does already.

    The caller saves `confirm_due_at` and `card`.
    """
    if not activity.pending or _open(activity).exists():
        return
    version = deadlines.policy_version_at(POLICY, now)
    term = Terms.parse(version.terms).get(KIND)
    if term is None:
        return
    clock = deadlines.start(
        subject_type=SUBJECT, subject_id=activity.pk, kind=KIND, term=term, started_at=now, now=now,
        unit_id=activity.community_id or activity.street_id, policy_version_id=version.pk,
    )  # fmt: skip
    activity.confirm_due_at, activity.card = clock.due_at, ""


def finish(activity: Activity, now: datetime) -> None:
    """No hours wait any more. The caller saves `confirm_due_at` and `card`."""
    deadlines.finish(subject_type=SUBJECT, subject_id=activity.pk, kind=KIND, now=now)
    activity.confirm_due_at, activity.card = None, ""


def _open(activity: Activity) -> Any:
    return Clock.objects.filter(subject_type=SUBJECT, subject_id=activity.pk, kind=KIND, state__in=Clock.OPEN)


class ActivityClocks(SubjectRows):
    """The deadline engine's handler for activities. Called inside its transaction, the activity already locked."""

    model = Activity

    def on_step(self, clock: Clock, action: str, due_at: datetime, now: datetime) -> None:
        """Mark the activity, and tell who should have confirmed; from the first rung on the street's leaders too."""
        activity = Activity.objects.get(pk=clock.subject_id)
        _, card, level, words = _ACTIONS[action]
        before, activity.card = activity.card, card
        activity.save(update_fields=["card"])
        audit.record(
            action=f"volunteer.{action}", subject_type=SUBJECT, subject_id=activity.pk, subject_label=activity.title,
            before={"card": before}, after={"card": card}, by=PLATFORM, now=now,
        )  # fmt: skip
        people = set(staff_of(clock.unit_id, now))
        if action == "hours_to_street":
            people |= set(leaders_of(activity.street_id, now)) | set(staff_of(activity.street_id, now))
        gathering.remind(
            user_ids=people, key=f"volunteer:{clock.pk}:{action}", title=f"{words}：{activity.title}",
            body=f"还有 {activity.pending} 人的时长待确认，时限 {timezone.localtime(clock.due_at):%m-%d %H:%M}。",
            level=level, subject_type=SUBJECT, subject_id=activity.pk, due_at=due_at, now=now,
        )  # fmt: skip

    def on_moved(self, clock: Clock, old_due: datetime, new_due: datetime, now: datetime) -> None:
        """A change of the calendar moved the limit: the list follows."""
        Activity.objects.filter(pk=clock.subject_id).update(confirm_due_at=new_due)
