"""Logging an appeal: at the desk, on a phone, through the API; and closing a small one on the spot."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.rights import may
from appeals import clocks
from appeals.messages import tell_unit
from appeals.models import CHANNELS, HANDLING_KINDS, URGENCIES, Appeal, Assignment, Category
from appeals.numbers import query_code, take_numbers
from appeals.people import sealed_person
from appeals.place import place
from appeals.services._run import SUBJECT, Run, add_entry, column_of, step
from appeals.words import clean
from appeals.workflow import RESOLVED
from governance import search
from governance.audit import services as audit
from governance.errors import IllegalState, InvalidInput, NotAllowed
from governance.files import services as files
from governance.scope import Actor, UnitKind
from grids.models import Unit

MAX_ATTACHMENTS = 9


@dataclass(frozen=True, slots=True)
class NewAppeal:
    """What a person wrote down. `unit_id` names a unit of the line, when the person chose one; degrees are WGS-84.

    `client_key` is the phone's own key: the same report sent twice arrives once. With `result` the appeal was
    handled on the spot, and arrives resolved.
    """

    title: str
    content: str
    channel: str
    category_id: int | None = None
    urgency: int = 0
    handling_kind: str = "ordinary"
    complainant: str = ""
    phone: str = ""
    identity: str = ""
    is_confidential: bool = False
    address: str = ""
    unit_id: int | None = None
    lon: float | None = None
    lat: float | None = None
    raised_at: datetime | None = None
    device_at: datetime | None = None
    client_key: uuid.UUID | None = None
    # The number in the system that it comes from; one appeal for each within a channel.
    source_number: str = ""
    result: str = ""
    public_reply: str = ""
    attachment_ids: Sequence[uuid.UUID] = field(default_factory=tuple)


def register(*, new: NewAppeal, by: Actor, now: datetime) -> Appeal:
    """Log an appeal. It lands on the desk of the registering unit, or of the community of a grid worker.

    Raises NotAllowed without the right, InvalidInput with the field at fault. A repeated `client_key` of the same
    person gives the appeal that it made the first time.
    """
    if not may(by, "appeal.register") or (new.result and not may(by, "appeal.handle_on_the_spot")):
        raise NotAllowed("您的岗位没有登记诉求的权限。" if not new.result else "您的岗位不能当场办结，请交办。")
    if (earlier := _earlier(new, by)) is not None:
        return earlier
    appeal = _build(new, by, now)
    try:
        with transaction.atomic(durable=True):
            _refuse_known_source(appeal)
            _insert(appeal, new, by, now)
    except IntegrityError:
        # The phone sent the same report twice at once, and the other one was quicker.
        if (earlier := _earlier(new, by)) is None:
            _refuse_known_source(appeal)
            raise
        return earlier
    return appeal


def _refuse_known_source(appeal: Appeal) -> None:
    """A message that names the appeal which has the source's number already."""
    if not appeal.source_number:
        return
    known = Appeal.objects.filter(channel=appeal.channel, source_number=appeal.source_number)
    if number := known.values_list("number", flat=True).first():
        raise IllegalState(f"来源编号 {appeal.source_number} 已登记为 {number}，不重复登记。", field="source_number")


def _earlier(new: NewAppeal, by: Actor) -> Appeal | None:
    if new.client_key is None:
        return None
    return Appeal.objects.filter(client_key=new.client_key, registered_by_user=by.user_id).first()


def _build(new: NewAppeal, by: Actor, now: datetime) -> Appeal:
    """The appeal as it will stand, everything checked, nothing written."""
    category = category_of(new.category_id)
    appeal = Appeal(
        channel=choice(new.channel, CHANNELS, "来源渠道", "channel"),
        urgency=choice(new.urgency, URGENCIES, "紧急程度", "urgency"),
        handling_kind=choice(new.handling_kind, HANDLING_KINDS, "办理类型", "handling_kind"),
        title=clean(new.title, label="标题", field="title", most=100, least=2),
        content=clean(new.content, label="诉求内容", field="content", most=10_000, least=5),
        address=clean(new.address, label="事发地址", field="address", most=200),
        source_number=clean(new.source_number, label="来源编号", field="source_number", most=64),
        category=category, is_confidential=new.is_confidential, lon=new.lon, lat=new.lat,
        client_key=new.client_key, query_code=query_code(), seal_key=uuid.uuid4(),
        raised_at=_raised_at(new, now), registered_at=now, changed_at=now,
        registered_by_user=by.user_id, registered_by_name=by.user_name, registered_by_unit_id=by.unit_id,
        result=clean(new.result, label="办理情况", field="result", most=10_000),
        public_reply=clean(new.public_reply, label="公开答复", field="public_reply", most=10_000),
        **place(unit_id=new.unit_id, lon=new.lon, lat=new.lat, by=by),
    )  # fmt: skip
    sealed_person(appeal, complainant=new.complainant, phone=new.phone, identity=new.identity)
    if len(new.attachment_ids) > MAX_ATTACHMENTS:
        raise InvalidInput(f"附件最多 {MAX_ATTACHMENTS} 个，请删减后再提交。", field="attachments")
    appeal.desk_unit_id = desk_at_registration(appeal, by)
    appeal.policy_version = clocks.pick_policy(clocks.case(appeal), now)
    return appeal


def _insert(appeal: Appeal, new: NewAppeal, by: Actor, now: datetime) -> None:
    appeal.search = search_document(appeal)
    appeal.number = take_numbers(1, timezone.localdate(now))[0]
    appeal.save(force_insert=True)
    clocks.start(appeal, clocks.DISPATCH, unit_id=appeal.desk_unit_id, now=now)
    if appeal.result:
        _resolve_on_the_spot(appeal, by, now)
    for name, value in clocks.main_clock_fields(appeal).items():
        setattr(appeal, name, value)
    appeal.save(update_fields=["state", "resolved_at", "handler_name", "desk_unit", "clock_kind", "due_at", "card"])
    entry = add_entry(
        appeal, "register", by=by, now=now, from_state="", device_at=new.device_at,
        words=appeal.result, data={"channel": appeal.channel, "on_the_spot": bool(appeal.result)},
    )  # fmt: skip
    files.attach(ids=new.attachment_ids, subject_type=SUBJECT, subject_id=appeal.pk, entry_id=entry.pk, by=by)
    audit.record(
        action="appeal.register", subject_type=SUBJECT, subject_id=appeal.pk, subject_label=appeal.number,
        after={"title": appeal.title, "state": appeal.state, "channel": appeal.channel}, by=by, now=now,
    )  # fmt: skip
    _tell_desk(appeal, now)


def _tell_desk(appeal: Appeal, now: datetime) -> None:
    verb = "待回访" if appeal.state == RESOLVED else "待交办"
    tell_unit(appeal, appeal.desk_unit_id, about="registered", title=f"新诉求{verb}：{appeal.title}", now=now)


def handle_on_the_spot(
    *, appeal_id: int, result: str, public_reply: str, by: Actor, now: datetime, revision: int | None = None
) -> Appeal:
    """Resolve a registered appeal without a dispatch (自办): the unit on whose desk it is has settled it."""
    with step("handle_on_the_spot", appeal_id=appeal_id, by=by, now=now, revision=revision) as run:
        run.words = clean(result, label="办理情况", field="result", most=10_000, least=5)
        reply = clean(public_reply, label="公开答复", field="public_reply", most=10_000, least=5)
        run.move(RESOLVED)
        run.set(result=run.words, public_reply=reply)
        _resolve_on_the_spot(run.appeal, by, now, run)
    return run.appeal


def _resolve_on_the_spot(appeal: Appeal, by: Actor, now: datetime, run: Run | None = None) -> None:
    """The appeal becomes resolved by the acting unit, and the desk moves to who has to visit."""
    Assignment.objects.create(
        appeal=appeal, unit_id=by.unit_id, part=Assignment.LEAD, given_by_unit_id=by.unit_id, given_by_user=by.user_id,
        given_at=now, send_back_until=now, accepted_at=now, accepted_by_user=by.user_id, accepted_by_name=by.user_name,
        contacted_at=now, ended_at=now, ended_by_user=by.user_id, ended_how="resolved", result=appeal.result,
    )  # fmt: skip
    clocks.met(appeal, clocks.DISPATCH, now=now)
    changes: dict[str, Any] = {
        "state": RESOLVED, "resolved_at": now, "handler_name": by.user_name, "lead_unit": by.unit_id,
        "desk_unit": visiting_unit(appeal, by.unit_id),
    }  # fmt: skip
    for name, value in changes.items():
        if run is not None and name != "state":
            run.set(**{name: value})
        else:
            setattr(appeal, column_of(name), value)
    clocks.start(appeal, clocks.VISIT, unit_id=changes["desk_unit"], now=now)


def visiting_unit(appeal: Appeal, handling_unit_id: int) -> int:
    """The unit that visits: the nearest on the appeal's line that did not handle it. Source: rights.md, "visit"."""
    line = [appeal.community_id, appeal.street_id, appeal.district_id]
    handler = Unit.objects.get(pk=handling_unit_id)
    above = {
        UnitKind.GRID: line,
        UnitKind.COMMUNITY: line[1:],
        UnitKind.DEPARTMENT: line[1:],
        UnitKind.SQUAD: line[1:],
    }.get(UnitKind(handler.kind), line[2:])
    return next(unit for unit in above if (unit is not None and unit != handling_unit_id) or unit == appeal.district_id)


def desk_at_registration(appeal: Appeal, by: Actor) -> int:
    """Whose desk a new appeal lands on: the registering unit's, where that unit can dispatch at all."""
    if by.unit_kind in {UnitKind.DISTRICT, UnitKind.STREET, UnitKind.COMMUNITY}:
        return by.unit_id
    if by.unit_kind == UnitKind.GRID and by.community_id is not None:
        return by.community_id
    if by.unit_kind == UnitKind.SQUAD and by.street_id is not None:
        return by.street_id
    if by.unit_kind == UnitKind.ENTERPRISE:
        return appeal.street_id or appeal.district_id
    return appeal.district_id


def search_document(appeal: Appeal) -> Any:
    """The expression for `Appeal.search`."""
    return search.document(*searched(appeal))


def searched(appeal: Appeal) -> tuple[str, ...]:
    """The texts that are found by their words. Personal numbers are not in it: those are searched by keyed hash."""
    return appeal.title, appeal.content, appeal.address, appeal.complainant, appeal.source_number


def category_of(category_id: int | None) -> Category | None:
    """The active category with its line of policies; raises InvalidInput for one that is not to be chosen."""
    if category_id is None:
        return None
    category = Category.objects.select_related("parent__parent")
    found = category.filter(pk=category_id, is_active=True).first()
    if found is None:
        raise InvalidInput("所选诉求类别不存在或已停用，请重新选择。", field="category")
    return found


def choice(value: Any, choices: Sequence[tuple[Any, str]], label: str, name: str) -> Any:
    """The value, if it is one of the choices; else InvalidInput naming the field."""
    if value not in {key for key, _ in choices}:
        raise InvalidInput(f"{label}不在可选范围内，请重新选择。", field=name)
    return value


def _raised_at(new: NewAppeal, now: datetime) -> datetime:
    raised = new.raised_at or new.device_at or now
    if raised > now:
        # A phone's clock that runs ahead must not put an appeal into the future.
        if new.raised_at is None:
            return now
        raise InvalidInput("诉求时间不能晚于现在，请更正。", field="raised_at")
    return raised
