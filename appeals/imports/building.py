"""From a checked row to the rows of the database that it becomes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils import timezone

from appeals import clocks
from appeals.imports.checking import Incoming
from appeals.imports.lookups import Lookups
from appeals.models import Appeal, AppealEntry, Assignment, Category, ImportOrigin
from appeals.numbers import query_code
from appeals.people import sealed_person
from appeals.rules import Rulebook, case_of
from appeals.services.register import searched
from appeals.workflow import REGISTERED, RESOLVED
from governance import search
from governance.calendars.loading import DISTRICT, load
from governance.deadlines import timing
from governance.deadlines.models import PolicyVersion
from governance.deadlines.services import ClockSpec
from governance.deadlines.terms import Term, Terms
from governance.scope import Actor, UnitKind

IMPORTED, ANSWERED, UPDATED = "import", "import_reply", "import_update"


@dataclass(slots=True)
class Limit:
    """A clock to be started for an appeal of some policy version, and when it will end."""

    kind: str
    term: Term
    version_id: int
    due_at: datetime


@dataclass
class Batch:
    """What all rows of one batch share: who imports what, when, and limits that were looked up."""

    by: Actor
    now: datetime
    channel: str
    file_name: str
    job_id: int
    lookups: Lookups
    _versions: dict[tuple[int | None, int], PolicyVersion] = field(default_factory=dict)
    _limits: dict[tuple[int, str], Limit | None] = field(default_factory=dict)

    @cached_property
    def district_id(self) -> int:
        return self.lookups.district_id

    @cached_property
    def _categories(self) -> dict[int, Category]:
        return {category.pk: category for category in Category.objects.select_related("parent__parent")}

    @cached_property
    def _rulebook(self) -> Rulebook:
        return Rulebook.read()

    def version(self, category_id: int | None, urgency: int) -> PolicyVersion:
        """The policy version that an appeal of this category and urgency starts under."""
        key = category_id, urgency
        if key not in self._versions:
            category = self._categories[category_id] if category_id is not None else None
            case = case_of(category, urgency=urgency, channel=self.channel, handling_kind="ordinary")
            self._versions[key] = clocks.pick_policy(case, self.now, self._rulebook)
        return self._versions[key]

    def limit(self, version: PolicyVersion, kind: str) -> Limit | None:
        """The limit of a kind under a version, from now; None when the version has none."""
        key = (version.pk, kind)
        if key not in self._limits:
            self._limits[key] = self._new_limit(version, kind)
        return self._limits[key]

    def _new_limit(self, version: PolicyVersion, kind: str) -> Limit | None:
        term = Terms.parse(version.terms).get(kind)
        if term is None:
            return None
        due = timing.due(timing.whole_second(self.now), [term.span], load(DISTRICT).working_time)
        return Limit(kind, term, version.pk, due)


def build_appeal(incoming: Incoming, batch: Batch) -> Appeal:
    """The appeal that the row brings, all but its number. With a reply it is resolved at the reply's time."""
    version = batch.version(incoming.category_id, incoming.urgency)
    appeal = Appeal(
        source_number=incoming.source_number, channel=batch.channel, query_code=query_code(), seal_key=uuid.uuid4(),
        title=incoming.title, content=incoming.content, category_id=incoming.category_id, urgency=incoming.urgency,
        address=incoming.address, lon=incoming.lon, lat=incoming.lat, **incoming.place,
        registered_by_user=batch.by.user_id, registered_by_name=batch.by.user_name,
        registered_by_unit_id=batch.district_id, desk_unit_id=batch.district_id,
        raised_at=incoming.raised_at, registered_at=batch.now, changed_at=batch.now, policy_version=version,
    )  # fmt: skip
    sealed_person(appeal, complainant=incoming.complainant, phone=incoming.phone, identity=incoming.identity)
    if incoming.reply:
        for name, value in answered_fields(incoming, batch).items():
            setattr(appeal, name, value)
    set_limit(appeal, batch)
    appeal.search = search.lexemes(*searched(appeal))
    return appeal


def answered_fields(incoming: Incoming, batch: Batch) -> dict[str, Any]:
    """What the hotline's reply makes of an appeal: resolved when it was given, and waiting for its visit."""
    return {
        "state": RESOLVED,
        "resolved_at": incoming.replied_at,
        "public_reply": incoming.reply,
        "result": f"{_answerer(incoming)}已办结并答复，答复内容见公开答复。",
        "lead_unit_id": incoming.handler_unit_id,
        "desk_unit_id": visiting_desk(incoming, batch),
    }


def _answerer(incoming: Incoming) -> str:
    return f"来源系统由“{incoming.handler}”" if incoming.handler else "来源系统"


def visiting_desk(incoming: Incoming, batch: Batch) -> int:
    """Who visits: the street where it happened, unless the street handled it itself; else the district."""
    street = incoming.place.get("street_id")
    handler = batch.lookups.units.get(incoming.handler_unit_id or 0)
    handled_by_street = handler is not None and handler.kind == UnitKind.STREET
    return batch.district_id if street is None or handled_by_street else street


def set_limit(appeal: Appeal, batch: Batch) -> Limit | None:
    """Put the clock that will be started into what a list shows of the appeal."""
    limit = limit_of(appeal, batch)
    appeal.clock_kind, appeal.due_at = (limit.kind, limit.due_at) if limit else ("", None)
    return limit


def limit_of(appeal: Appeal, batch: Batch) -> Limit | None:
    """The limit of a fresh import: on its visit when it came with a reply, else on its dispatch."""
    kind = clocks.VISIT if appeal.state == RESOLVED else clocks.DISPATCH
    version = appeal.policy_version
    return batch.limit(version, kind) if version is not None else None


def clock_spec(appeal: Appeal, limit: Limit, now: datetime) -> ClockSpec:
    """The clock to start for the appeal, answered for by its desk."""
    return ClockSpec(
        subject_type=clocks.SUBJECT, subject_id=appeal.pk, kind=limit.kind, term=limit.term,
        unit_id=appeal.desk_unit_id, started_at=now, policy_version_id=limit.version_id,
    )  # fmt: skip


def entries_of(appeal: Appeal, incoming: Incoming, batch: Batch) -> list[AppealEntry]:
    """The history of a new appeal: that it was imported, and that the hotline had answered it."""
    data = {"file": batch.file_name, "row": incoming.row, "source_number": incoming.source_number}
    if incoming.handler:
        data["handler"] = incoming.handler
    entries = [entry(appeal, IMPORTED, batch, to_state=REGISTERED, data={**data, "channel": batch.channel})]
    if incoming.reply:
        entries.append(answered_entry(appeal, incoming, batch))
    return entries


def answered_entry(appeal: Appeal, incoming: Incoming, batch: Batch) -> AppealEntry:
    """That the source had resolved it; at the moment of the import, with the moment of the reply in words."""
    replied_at = timezone.localtime(incoming.replied_at)
    return entry(
        appeal, ANSWERED, batch, from_state=REGISTERED, to_state=RESOLVED,
        words=f"{_answerer(incoming)}于 {replied_at:%Y年%-m月%-d日 %H:%M} 办结答复",
        data={"replied_at": replied_at.isoformat(), "handler": incoming.handler},
    )  # fmt: skip


def entry(
    appeal: Appeal, kind: str, batch: Batch, *, to_state: str, from_state: str = "", words: str = "",
    data: dict[str, Any] | None = None,
) -> AppealEntry:  # fmt: skip
    """A step in the appeal's history, not saved."""
    by = batch.by
    return AppealEntry(
        appeal=appeal, kind=kind, at=batch.now, user_id=by.user_id, user_name=by.user_name,
        posting_id=by.posting_id, role=by.role or "", unit_id=by.unit_id, unit_name=by.unit_name,
        from_state=from_state, to_state=to_state, words=words, data=data or {},
    )  # fmt: skip


def assignment_of(appeal: Appeal, incoming: Incoming, batch: Batch) -> Assignment | None:
    """The ended part of the unit that handled it at the source: it may not visit, and has it again if need be."""
    if not incoming.reply or incoming.handler_unit_id is None or incoming.replied_at is None:
        return None
    return Assignment(
        appeal=appeal, unit_id=incoming.handler_unit_id, part=Assignment.LEAD, given_by_unit_id=batch.district_id,
        given_by_user=batch.by.user_id, given_at=incoming.raised_at, words="来源系统交办",
        send_back_until=incoming.raised_at, accepted_at=incoming.raised_at, accepted_by_name="（来源系统）",
        ended_at=incoming.replied_at, ended_how="resolved", result=appeal.result,
    )  # fmt: skip


def origin_of(appeal: Appeal, incoming: Incoming, batch: Batch) -> ImportOrigin:
    """Where the appeal came from."""
    return ImportOrigin(
        appeal=appeal, job_id=batch.job_id, row=incoming.row, marks=incoming.marks, imported_at=batch.now
    )
