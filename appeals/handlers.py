"""What happens to an appeal when one of its clocks reaches a step: the card, the history, the message."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.rights import DC, DL
from accounts.selectors import leaders_of, with_role
from appeals import clocks
from appeals.actions import ACTIONS, Rung
from appeals.messages import people_of, remind
from appeals.models import Appeal
from appeals.services import _orders
from appeals.services._policy import label_of, moved
from appeals.services._run import add_entry
from appeals.services.shelve import come_back
from governance.audit import services as audit
from governance.deadlines.models import Clock
from governance.deadlines.subjects import SubjectRows
from governance.scope import PLATFORM, UnitKind
from grids.models import Unit

# What a list shows; see clocks.main_clock_fields.
_SHOWN = ("clock_kind", "due_at", "card")


class AppealClocks(SubjectRows):
    """The deadline engine's handler for appeals. Called inside its transaction, with the appeal already locked."""

    model = Appeal

    def on_step(self, clock: Clock, action: str, due_at: datetime, now: datetime) -> None:
        """Draw the card or climb the ladder: on the appeal, in its history, and in the inboxes concerned."""
        appeal = Appeal.objects.select_related("policy_version__policy").get(pk=clock.subject_id)
        if action == "window_lapsed":
            _lapse(appeal, clock, now)
            return
        if action == "review_shelved":
            come_back(appeal, now)
            return
        rung = ACTIONS[action]
        before = {"card": appeal.card, "ladder": appeal.ladder, "is_supervised": appeal.is_supervised}
        if clock.kind == clocks.SUPERVISION:
            _orders.note_clock(clock)
        text = f"{rung.words}（{label_of(clock)}时限 {timezone.localtime(clock.due_at):%m-%d %H:%M}）"
        self._enter(appeal, clock, action, text, due_at, now)
        if action == "supervision_order":
            _orders.note_ladder(appeal, clock, label_of(clock), now)
        self._mark(appeal, action, rung.height, now)
        _record(appeal, action, before, now)
        _tell(appeal, clock, action, rung, text, due_at, now)

    def _enter(
        self, appeal: Appeal, clock: Clock, action: str, text: str, due_at: datetime, now: datetime
    ) -> None:  # fmt: skip
        data: dict[str, Any] = {
            "action": action, "clock": clock.kind, "clock_id": clock.pk, "unit_id": clock.unit_id,
            "due_at": due_at.isoformat(),
        }  # fmt: skip
        kind = f"card_{ACTIONS[action].level}"
        add_entry(appeal, kind, by=PLATFORM, now=now, words=text, data=data, clock=clocks.reading(appeal, now))

    def _mark(self, appeal: Appeal, action: str, height: int, now: datetime) -> None:
        for name, value in clocks.main_clock_fields(appeal).items():
            setattr(appeal, name, value)
        appeal.red_cards += action == "red"
        appeal.ladder = max(appeal.ladder, height)
        appeal.changed_at = now
        appeal.save(update_fields=[*_SHOWN, "red_cards", "ladder", "is_supervised", "changed_at"])

    def on_moved(self, clock: Clock, old_due: datetime, new_due: datetime, now: datetime) -> None:
        """A change of calendar moved the clock: the list follows, and the history says so."""
        appeal = Appeal.objects.get(pk=clock.subject_id)
        told = moved(appeal, clock, old_due)
        for name, value in clocks.main_clock_fields(appeal).items():
            setattr(appeal, name, value)
        appeal.changed_at = now
        appeal.save(update_fields=[*_SHOWN, "changed_at"])
        add_entry(appeal, "clock_moved", by=PLATFORM, now=now, words=told.words, data=told.data)


def _record(appeal: Appeal, action: str, before: dict[str, Any], now: datetime) -> None:
    audit.record(
        action=f"appeal.{action}", subject_type=clocks.SUBJECT, subject_id=appeal.pk, subject_label=appeal.number,
        before=before, after={name: getattr(appeal, name) for name in before}, by=PLATFORM, now=now,
    )  # fmt: skip


def _lapse(appeal: Appeal, clock: Clock, now: datetime) -> None:
    """The window for a return has closed: the unit owns the order (首接负责). An entry; no card, no message."""
    clocks.met(appeal, clocks.SEND_BACK, now=now, detail_id=clock.detail_id)
    name = Unit.objects.filter(pk=clock.unit_id).values_list("name", flat=True).first() or "本单位"
    words = f"退单期限已过，由{name}负责（首接负责）。"
    add_entry(appeal, "window_lapsed", by=PLATFORM, now=now, words=words, data={"unit_id": clock.unit_id})
    _record(appeal, "window_lapsed", {}, now)


def _tell(appeal: Appeal, clock: Clock, action: str, rung: Rung, text: str, due_at: datetime, now: datetime) -> None:
    """The unit that is late and its leader, always; from the first rung on who stands above."""
    people = people_of(clock.unit_id, now) | _above(appeal, clock, rung.height, now)
    if clock.kind == clocks.REVIEW and appeal.lead_unit_id is not None:
        # The unit that will have the work again is warned as well as the one that reviews.
        people |= people_of(appeal.lead_unit_id, now)
    remind(
        appeal, people, about=f"clock:{clock.pk}:{action}", title=f"{rung.words}：{appeal.title}", body=text,
        level=rung.level, due_at=due_at, now=now,
    )  # fmt: skip


def _above(appeal: Appeal, clock: Clock, height: int, now: datetime) -> set[int]:
    """The people above a late unit, by the height of the rung.

    First rung: the street's leaders, of where it happened and of where the unit is; and for a unit that no street
    leads (a department) the district centre, beside its own leader. Second: the centre. Third: the district's leaders.
    """
    if not height:
        return set()
    unit = Unit.objects.filter(pk=clock.unit_id).only("kind", "street_id").first()
    unit_street = unit.street_id if unit else None
    people = {user for street in {appeal.street_id, unit_street} - {None} for user in leaders_of(street or 0, now)}
    if height >= 2 or unit_street is None or (unit is not None and unit.kind == UnitKind.DEPARTMENT):
        people |= set(with_role(DC, appeal.district_id, now))
    if height >= 3:
        people |= set(with_role(DL, appeal.district_id, now))
    return people
