"""What happens to an appeal when one of its clocks reaches a step: the card, the history, the message."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.utils import timezone

from appeals import clocks
from appeals.messages import tell_unit
from appeals.models import Appeal
from appeals.services._run import add_entry
from governance.audit import services as audit
from governance.deadlines.models import Clock
from governance.scope import PLATFORM

CLOCK_LABELS = {
    clocks.DISPATCH: "交办",
    clocks.ACCEPT: "签收",
    clocks.CONTACT: "首次联系",
    clocks.RESOLVE: "办结",
    clocks.VISIT: "回访",
    clocks.REHANDLE: "重办",
}
# What a step does: (words, level of the message, rung of the ladder, whom it reaches besides the unit).
_STEPS: dict[str, tuple[str, str, int]] = {
    "yellow": ("黄牌预警", "soon", 0),
    "red": ("红牌：已超时", "over", 0),
    "escalate_secretary": ("超时升级：报街道书记", "over", 1),
    "supervision_order": ("超时升级：区级督办", "over", 2),
    "district_leader_list": ("超时升级：列入区领导清单", "over", 3),
    # Limits of policies that the district may use for more than cards: told, with no card.
    "window_lapsed": ("退单期限已过", "info", 0),
    "review_shelved": ("挂账期满，请复核", "soon", 0),
}
# What a list shows of the clocks; see clocks.main_clock_fields.
_SHOWN = ("clock_kind", "due_at", "card")


class AppealClocks:
    """The deadline engine's handler for appeals. Called inside its transaction, with the appeal already locked."""

    def lock(self, subject_ids: Collection[int], *, skip_locked: bool) -> list[int]:
        """Lock the appeals by primary key; the ids that were locked. The appeal first, then its clocks."""
        rows = Appeal.objects.select_for_update(of=("self",), skip_locked=skip_locked)
        return list(rows.filter(pk__in=subject_ids).order_by("pk").values_list("pk", flat=True))

    def on_step(self, clock: Clock, action: str, due_at: datetime, now: datetime) -> None:
        """Draw the card or climb the ladder: on the appeal, in its history, and in the inboxes concerned."""
        appeal = Appeal.objects.get(pk=clock.subject_id)
        words, level, rung = _STEPS[action]
        before = {"card": appeal.card, "ladder": appeal.ladder, "is_supervised": appeal.is_supervised}
        self._mark(appeal, action, rung, now)
        label = CLOCK_LABELS.get(clock.kind, clock.kind)
        text = f"{words}（{label}时限 {timezone.localtime(clock.due_at):%m-%d %H:%M}）"
        data: dict[str, Any] = {
            "action": action, "clock": clock.kind, "clock_id": clock.pk, "unit_id": clock.unit_id,
            "due_at": due_at.isoformat(),
        }  # fmt: skip
        add_entry(
            appeal, f"card_{level}", by=PLATFORM, now=now, words=text, data=data, clock=clocks.reading(appeal, now)
        )
        audit.record(
            action=f"appeal.{action}", subject_type=clocks.SUBJECT, subject_id=appeal.pk, subject_label=appeal.number,
            before=before, after={name: getattr(appeal, name) for name in before}, by=PLATFORM, now=now,
        )  # fmt: skip
        for unit_id in _concerned(appeal, clock, rung):
            tell_unit(
                appeal, unit_id, about=f"clock:{clock.pk}:{action}", title=f"{words}：{appeal.title}", body=text,
                level=level, leaders=True, now=now,
            )  # fmt: skip

    def _mark(self, appeal: Appeal, action: str, rung: int, now: datetime) -> None:
        for name, value in clocks.main_clock_fields(appeal).items():
            setattr(appeal, name, value)
        appeal.red_cards += action == "red"
        appeal.ladder = max(appeal.ladder, rung)
        appeal.is_supervised = appeal.is_supervised or rung >= 2
        appeal.changed_at = now
        appeal.save(update_fields=[*_SHOWN, "red_cards", "ladder", "is_supervised", "changed_at"])

    def on_moved(self, clock: Clock, old_due: datetime, new_due: datetime, now: datetime) -> None:
        """A change of calendar or policy moved the clock: the list follows, and the history says so."""
        appeal = Appeal.objects.get(pk=clock.subject_id)
        for name, value in clocks.main_clock_fields(appeal).items():
            setattr(appeal, name, value)
        appeal.changed_at = now
        appeal.save(update_fields=[*_SHOWN, "changed_at"])
        label = CLOCK_LABELS.get(clock.kind, clock.kind)
        words = (
            f"{label}时限由 {timezone.localtime(old_due):%m-%d %H:%M} 调整为 {timezone.localtime(new_due):%m-%d %H:%M}"
        )
        data = {"clock": clock.kind, "from": old_due.isoformat(), "to": new_due.isoformat()}
        add_entry(appeal, "clock_moved", by=PLATFORM, now=now, words=words, data=data)


def _concerned(appeal: Appeal, clock: Clock, rung: int) -> list[int]:
    """The unit that is late; from the first rung its street, from the second the district."""
    units = [clock.unit_id]
    if rung >= 1 and appeal.street_id is not None:
        units.append(appeal.street_id)
    if rung >= 2:
        units.append(appeal.district_id)
    return list(dict.fromkeys(units))
