"""One step on one appeal: lock it, check state, right and standing, and write history and audit beside the change."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from accounts.rights import may
from appeals import clocks, hotline, points, standing
from appeals.models import Appeal, AppealEntry
from appeals.workflow import STEPS, Step
from governance.audit import services as audit
from governance.errors import IllegalState, NotAllowed, NotFound
from governance.files import services as files
from governance.scope import PLATFORM, Actor

SUBJECT = "appeals.appeal"
# Whoever joins or parts two appeals takes turns with all others who do: chains and matters reach further than a pair.
_TURN = 0x4D48_5245_5054
_STATE_LABELS = dict(Appeal._meta.get_field("state").flatchoices)


def column_of(field: str) -> str:
    """The attribute that holds the field's own value: `lead_unit` → `lead_unit_id`."""
    return str(getattr(Appeal._meta.get_field(field), "attname"))  # noqa: B009 - typed as a relation, too


class Run:
    """A step under way. The appeal is locked; `set` notes old values; leaving the block writes everything."""

    def __init__(self, step: Step, appeal: Appeal, by: Actor, now: datetime) -> None:
        self.step, self.appeal, self.by, self.now = step, appeal, by, now
        self.from_state = appeal.state
        self.words = ""
        self.device_at: datetime | None = None
        self.data: dict[str, Any] = {}
        # Files that came with the step: they lie with its entry.
        self.attachment_ids: Sequence[uuid.UUID] = ()
        self._before: dict[str, Any] = {}
        self._later: list[tuple[str, str, dict[str, Any]]] = []
        self._afterwards: list[Callable[[], object]] = []
        # How the clock stood when the step was taken, before the step itself moved it.
        self._clock = clocks.reading(appeal, now)

    def set(self, **values: Any) -> None:
        """Set fields of the appeal; what was there goes to the audit record."""
        for name, value in values.items():
            column = column_of(name)
            value = value.pk if hasattr(value, "pk") else value
            self._before.setdefault(column, getattr(self.appeal, column))
            setattr(self.appeal, column, value)

    def note_change(self, before: dict[str, Any]) -> None:
        """Note columns that were changed outside `set`, with what was there before."""
        for column, value in before.items():
            self._before.setdefault(column, value)

    def changed(self) -> list[str]:
        """The columns whose value is another now."""
        return sorted(column for column, value in self._before.items() if getattr(self.appeal, column) != value)

    def move(self, state: str) -> None:
        """Change the state; only to where the table lets this step lead."""
        if state not in self.step.targets:
            raise AssertionError(f"{self.step.name} does not lead to {state}")
        self.set(state=state)

    def then(self, kind: str, words: str, **data: Any) -> None:
        """What the platform did because of this step: an entry of its own, after the step's."""
        self._later.append((kind, words, data))

    def afterwards(self, work: Callable[[], object]) -> None:
        """What must see the appeal as the step leaves it: done once it is written, in the same transaction."""
        self._afterwards.append(work)

    def write(self) -> AppealEntry:
        """Save what was set, with the clock's fields, the history entry and the audit row."""
        if "desk_unit_id" in self.changed():
            clocks.follow_desk(self.appeal)
        self.set(**clocks.main_clock_fields(self.appeal), changed_at=self.now, revision=self.appeal.revision + 1)
        self.appeal.save(update_fields=sorted(self._before))
        audit.record(
            action=f"appeal.{self.step.name}",
            subject_type=SUBJECT,
            subject_id=self.appeal.pk,
            subject_label=self.appeal.number,
            before=self._before,
            after={name: getattr(self.appeal, name) for name in self._before},
            by=self.by,
            now=self.now,
        )
        entry = add_entry(
            self.appeal, self.step.name, by=self.by, now=self.now, words=self.words, data=self.data,
            from_state=self.from_state, device_at=self.device_at, clock=self._clock,
        )  # fmt: skip
        files.attach(
            ids=self.attachment_ids, subject_type=SUBJECT, subject_id=self.appeal.pk, entry_id=entry.pk, by=self.by
        )
        for kind, words, data in self._later:
            add_entry(self.appeal, kind, by=PLATFORM, now=self.now, words=words, data=data)
        for work in self._afterwards:
            work()
        points.follow(self.appeal, self.from_state, self.now)
        return entry


def add_entry(
    appeal: Appeal, kind: str, *, by: Actor, now: datetime, words: str = "", data: dict[str, Any] | None = None,
    from_state: str | None = None, device_at: datetime | None = None, clock: dict[str, Any] | None = None,
) -> AppealEntry:  # fmt: skip
    """Append to the appeal's history, inside the caller's transaction; the city hotline is told of its own."""
    entry = AppealEntry.objects.create(
        appeal=appeal, kind=kind, at=now, device_at=device_at,
        user_id=by.user_id, user_name=by.user_name, posting_id=by.posting_id, role=by.role or "",
        unit_id=by.unit_id, unit_name=by.unit_name,
        from_state=appeal.state if from_state is None else from_state, to_state=appeal.state,
        words=words, data=data or {}, clock=clock or {},
    )  # fmt: skip
    hotline.report(appeal, entry)
    return entry


def lock(appeal_id: int, by: Actor, also: int | None = None) -> Appeal:
    """The appeal, locked, if the actor may see it. Raises NotFound for what is outside the scope.

    The appeal's row is always locked first and its clocks after it, here and in the sweep. `also` names a second
    appeal that the step will change: after the turn both are locked by primary key, so that two mergers never wait in
    a circle.
    """
    if also is not None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])
    ids = {appeal_id} | ({also} if also is not None else set())
    rows = Appeal.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    appeal = {row.pk: row for row in rows}.get(appeal_id)
    if appeal is None or not (by.is_platform or Appeal.objects.visible_to(by).filter(pk=appeal_id).exists()):
        raise NotFound("没有找到这件诉求，或它不在您的管辖范围内。")
    return appeal


def check(step: Step, appeal: Appeal, by: Actor, revision: int | None = None) -> None:
    """Raise NotAllowed or IllegalState when the actor may not take the step on the appeal as it stands."""
    if not (by.is_platform or may(by, step.right)):
        raise NotAllowed(f"您的岗位没有“{step.label}”的权限。")
    if appeal.state not in step.sources:
        raise IllegalState(f"工单现为“{_STATE_LABELS[appeal.state]}”，不能{step.label}。请刷新后再看。")
    if revision is not None and revision != appeal.revision:
        raise IllegalState("您打开页面之后，别人已处理过这件工单。请刷新查看最新情况，您填写的内容仍保留在页面上。")
    if not standing.stands(step.who, appeal, by):
        raise NotAllowed(standing.refusal(step))


@contextmanager
def step(
    name: str,
    *,
    appeal_id: int,
    by: Actor,
    now: datetime,
    revision: int | None = None,
    words: str = "",
    also: int | None = None,
) -> Iterator[Run]:
    """Take the step `name`: the block changes the appeal through the run, then all is written in one transaction."""
    with transaction.atomic(durable=True):
        appeal = lock(appeal_id, by, also)
        check(STEPS[name], appeal, by, revision)
        run = Run(STEPS[name], appeal, by, now)
        run.words = words
        yield run
        run.write()
