"""What an appeal's page shows beside the next action: stages, history, hand-overs, clocks, place, what is like it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import shapely
from django.conf import settings

from appeals import requests, selectors
from appeals import stages as staged
from appeals.clocks import card_of
from appeals.models import (
    Appeal,
    AppealEntry,
    Assignment,
    Extension,
    HotlineReturn,
    SendBack,
    Shelving,
    SupervisionOrder,
)
from appeals.models.hotline import EVENTS as HOTLINE_EVENTS
from appeals.services._policy import label_of
from appeals.services.extend import length_text
from appeals.services.settle import REJECT_REASONS
from appeals.workflow import CLOSED, DISPATCHED, IN_PROGRESS, MERGED, REGISTERED, REJECTED, RESOLVED, SHELVED, STEPS
from governance.deadlines.models import Clock
from governance.deadlines.terms import UNIT_NAMES
from governance.deadlines.wording import kind_label
from governance.files import selectors as files
from governance.files.models import Attachment
from governance.scope import Actor
from governance.ui import dates
from governance.ui.chips import Chip, clock
from grids.geometry import from_wkb
from grids.models import Boundary, Unit

SUBJECT = "appeals.appeal"
# The history shown at once; the rest behind a link.
ENTRIES_SHOWN = 100
# (label, icon, tone) of entries that are no steps, or whose look says more than their label.
_LOOKS: dict[str, tuple[str, str, str]] = {
    "register": ("登记受理", "check", "ok"),
    "dispatch": ("交办", "arrow-right", "ok"),
    "pass_down": ("转派下级", "arrow-down-right", "ok"),
    "transfer": ("转办", "arrows-exchange", "ok"),
    "accept": ("签收", "check", "ok"),
    "contact": ("联系诉求人", "phone", ""),
    "send_back": ("退单", "arrow-back-up", "soon"),
    "recall": ("撤回", "arrow-back", "soon"),
    "adjudicate": ("裁定退单", "gavel", ""),
    "resolve": ("办结", "checks", "ok"),
    "handle_on_the_spot": ("当场办结", "checks", "ok"),
    "visit": ("回访", "phone-call", ""),
    "reopen": ("重新办理", "refresh", "soon"),
    "reject": ("不予受理", "ban", "soon"),
    "merge": ("并案", "arrow-merge", ""),
    "merged_in": ("并入一件工单", "arrow-merge", ""),
    "unmerged": ("撤出一件工单", "arrows-split", ""),
    "marked_repeat": ("标记重复诉求", "copy", ""),
    "repeated": ("有重复诉求", "copy", ""),
    "unmarked_repeat": ("取消重复标记", "arrow-back", ""),
    "unrepeated": ("撤出重复诉求", "arrow-back", ""),
    "reveal": ("查看完整号码", "eye", ""),
    "card_soon": ("系统预警", "clock-exclamation", "soon"),
    "card_over": ("系统预警", "alert-triangle", "over"),
    "ask_extension": ("申请延期", "clock-plus", "soon"),
    "decide_extension": ("审批延期", "gavel", ""),
    "ask_shelving": ("申请挂账", "player-pause", "soon"),
    "decide_shelving": ("审批挂账", "gavel", ""),
    "reactivate": ("恢复办理", "player-play", "ok"),
    "extended": ("办理时限延长", "calendar-event", ""),
    "extension_lapsed": ("延期申请失效", "clock-exclamation", ""),
    "shelving_lapsed": ("挂账申请失效", "clock-exclamation", ""),
    "supervise": ("督办", "speakerphone", "over"),
    "finish_stage": ("完成环节", "checks", "ok"),
    "answer_supervision": ("回复督办", "message-reply", ""),
    "review_supervision": ("审核督办回复", "gavel", ""),
    "supervision_moved": ("督办单转单位", "arrow-right", ""),
    "supervision_ended": ("督办单销号", "check", ""),
    "not_solved": ("诉求人反映未解决", "mood-sad", "soon"),
    "hotline_returned": ("热线退回", "arrow-back-up", "over"),
    "resend_to_hotline": ("更正后重报", "send", "ok"),
    "rework_for_hotline": ("热线退回重办", "refresh", "soon"),
    "set_aside_return": ("热线退回存查", "archive", ""),
    "hotline_answered": ("热线退回了结", "check", ""),
    "not_sampled": ("未抽中回访", "checks", ""),
    "window_lapsed": ("退单期限已过", "clock-exclamation", ""),
    "ping_pong": ("多次退单", "arrows-exchange", "soon"),
    "policy_changed": ("时限方案变更", "clock-edit", ""),
    "clock_moved": ("时限调整", "calendar-event", ""),
    "import": ("热线导入", "file-import", "ok"),
    "import_reply": ("来源系统办结", "checks", "ok"),
    "import_update": ("来源系统更新", "refresh", ""),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One station of the way that an appeal goes: done, now or to come."""

    label: str
    note: str
    is_done: bool = False
    is_now: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of the history, ready to be drawn."""

    entry: AppealEntry
    label: str
    icon: str
    tone: str
    to: str
    note: str
    words: str
    reading: str
    attachments: list[Attachment] = field(default_factory=list)


def of(appeal: Appeal, by: Actor, now: datetime) -> dict[str, Any]:
    """The page's part of the context."""
    handed_over = list(selectors.assignments(appeal))
    attachments = files.of_subject(SUBJECT, appeal.pk)
    events = history(appeal, attachments)
    clocks = _clocks(appeal)
    return {
        "stages": stages(appeal, handed_over),
        "assignments": [(part, _part_chip(part)) for part in handed_over],
        "clocks": clock_rows(clocks, now),
        "track": track(appeal, clocks, now),
        "events": events[:ENTRIES_SHOWN],
        "events_left": max(0, len(events) - ENTRIES_SHOWN),
        "attachments": [a for a in attachments if not a.entry_id],
        "pending_return": _pending_return(appeal),
        "hotline_returns": selectors.open_returns(appeal),
        "orders": [(order, _order_chip(order, now)) for order in selectors.supervision_orders(appeal, by)],
        "children": list(selectors.for_list(by).filter(parent_id=appeal.pk)[:50]),
        "same_person": list(selectors.same_person(appeal, by)),
        "similar": list(selectors.similar(appeal, by)),
        **_requests(appeal, events, now),
        **map_of(appeal),
    }


def stages(appeal: Appeal, handed_over: list[Assignment]) -> list[Stage]:
    """The way from registration to the archive, or to the end that it came to."""
    if appeal.state in {MERGED, REJECTED}:
        return [
            Stage("登记受理", dates.short(appeal.registered_at), is_done=True),
            Stage(appeal.get_state_display(), dates.short(appeal.closed_at or appeal.changed_at), is_now=True),
        ]
    accepted = next((a.accepted_at for a in handed_over if a.part == Assignment.LEAD and a.accepted_at), None)
    at = {REGISTERED: 1, DISPATCHED: 2, IN_PROGRESS: 2, SHELVED: 2, RESOLVED: 3, CLOSED: 5}[appeal.state]
    under_way = {REGISTERED: "待交办", DISPATCHED: "待签收", SHELVED: "挂账", RESOLVED: "待回访"}
    times = [
        ("登记受理", appeal.registered_at), ("交办", appeal.first_dispatched_at),
        ("签收办理", accepted), ("群众回访", appeal.closed_at), ("办结归档", appeal.closed_at),
    ]  # fmt: skip
    return [
        Stage(
            label, under_way.get(appeal.state, "进行中") if place == at else dates.short(time) if place < at else "",
            is_done=place < at, is_now=place == at,
        )
        for place, (label, time) in enumerate(times)
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A request about a limit as the page shows it, with the evidence that came with it."""

    label: str
    request: Extension | Shelving
    chip: Chip
    note: str
    attachments: list[Attachment]
    # What the city hotline said against it.
    returned: list[HotlineReturn] = field(default_factory=list)


def _requests(appeal: Appeal, events: list[Event], now: datetime) -> dict[str, Any]:
    """What was asked for beyond the limit, newest first; most appeals have nothing, and cost no query."""
    files = {(e.entry.kind, e.entry.data.get("request")): e.attachments for e in events if e.entry.kind in _ASKING}
    found: list[Asked] = []
    if "ask_extension" in {kind for kind, _ in files}:
        refused = selectors.refused_extensions(appeal)
        for more in requests.extensions(appeal):
            note = f"新时限 {dates.moment(more.due_after)}" if more.due_after else ""
            asked = _asked(f"延期 {length_text(more)}", more, note, files.get(("ask_extension", more.pk), []))
            asked.returned.extend(one for one in refused if one.happened_at in {more.asked_at, more.decided_at})
            found.append(asked)
    shelvings = list(requests.shelvings(appeal)) if "ask_shelving" in {kind for kind, _ in files} else []
    for one in shelvings:
        label, note = f"挂账至 {one.review_on:%Y-%m-%d}（{one.get_kind_display()}）", ""
        if one.granted:
            end = f"{dates.short(one.ended_at)} {one.get_ended_how_display()}" if one.ended_at else "挂账中"
            note = f"{end}，共 {requests.days(one, now)} 天"
        found.append(_asked(label, one, note, files.get(("ask_shelving", one.pk), [])))
    newest = sorted(found, key=lambda asked: asked.request.asked_at, reverse=True)
    return {"requests": newest, "lain": requests.total(shelvings, now)}


def _asked(label: str, request: Extension | Shelving, note: str, files: list[Attachment]) -> Asked:
    return Asked(label, request, Chip(request.outcome, _OUTCOMES[request.outcome]), note, files)


_ASKING = {"ask_extension", "ask_shelving"}
_OUTCOMES = {"待审批": "soon", "已同意": "ok", "未同意": "over", "已失效": "mute"}


def _part_chip(part: Assignment) -> Chip:
    if part.ended_at is not None:
        tone = {"resolved": "ok", "sent_back": "soon"}.get(part.ended_how, "mute")
        return Chip(part.get_ended_how_display(), tone)
    return Chip("办理中", "work") if part.accepted_at else Chip("待签收", "info")


def _order_chip(order: SupervisionOrder, now: datetime) -> Chip:
    if order.state == SupervisionOrder.OPEN and order.due_at is not None:
        return clock(order.due_at, now=now, card="red" if order.is_late else "")
    return Chip(order.get_state_display(), "visit" if order.state == SupervisionOrder.ANSWERED else "mute")


def track(appeal: Appeal, clocks: list[Clock], now: datetime) -> list[dict[str, Any]]:
    """The stages that the law demands: done, not needed, running with its clock, to come."""
    return [
        {
            "name": stage.name, "record": stage.record, "is_done": stage.record is not None, "is_now": stage.is_now,
            "due_at": stage.clock.due_at, "chip": _clock_chip(stage.clock, now) if stage.record is None else None,
        }
        for stage in staged.of(appeal, clocks)
    ]  # fmt: skip


def _clocks(appeal: Appeal) -> list[Clock]:
    return list(Clock.objects.filter(subject_type=SUBJECT, subject_id=appeal.pk).order_by("ended_at", "due_at", "pk"))


def clock_rows(clocks: list[Clock], now: datetime) -> list[dict[str, Any]]:
    """Every clock of the appeal with whom it binds, open ones first."""
    names = dict(Unit.objects.filter(pk__in={c.unit_id for c in clocks}).values_list("pk", "name"))
    open_first = sorted(clocks, key=lambda c: c.ended_at is not None)
    return [
        {
            "label": label_of(c), "unit": names.get(c.unit_id, ""), "due_at": c.due_at,
            "chip": _clock_chip(c, now),
        }
        for c in open_first
    ]  # fmt: skip


def _clock_chip(row: Clock, now: datetime) -> Chip:
    if row.state == Clock.CANCELLED:
        return Chip("已取消", "mute")
    return clock(row.due_at, now=now, card=card_of(row), ended_at=row.ended_at, paused=row.state == Clock.PAUSED)


def history(appeal: Appeal, attachments: list[Attachment]) -> list[Event]:
    """The entries, newest first, each with the files that came with it."""
    by_entry: dict[int, list[Attachment]] = defaultdict(list)
    for attachment in attachments:
        by_entry[attachment.entry_id].append(attachment)
    return [_event(entry, by_entry[entry.pk]) for entry in selectors.timeline(appeal)[: ENTRIES_SHOWN + 100]]


def _event(entry: AppealEntry, attached: list[Attachment]) -> Event:
    step = STEPS.get(entry.kind)
    label, icon, tone = _LOOKS.get(entry.kind, (step.label if step else entry.kind, "point", ""))
    return Event(
        entry, label, icon, tone, str(entry.data.get("to", "")), _note(entry), _words(entry), _reading(entry), attached
    )


def _words(entry: AppealEntry) -> str:
    """What was said; of a corrected reply both, as the appeal itself keeps the new one alone."""
    if entry.kind != "resend_to_hotline" or "before" not in entry.data:
        return entry.words
    replies = f"更正后的答复：{entry.data['public_reply']}\n原答复：{entry.data['before']}"
    return f"{entry.words}\n{replies}".strip()


_RETURNS, _REJECTS = dict(SendBack.REASONS), dict(REJECT_REASONS)
_SATISFACTION = {"satisfied": "满意", "basically": "基本满意", "unsatisfied": "不满意"}
_FIELDS = {"phone": "联系电话", "identity": "身份证号"}
_EVENTS = dict(HOTLINE_EVENTS)


def _note(entry: AppealEntry) -> str:
    """What the entry's data says, in words."""
    data = entry.data
    if entry.kind == "visit":
        if not data.get("reached"):
            return "未联系上" if data.get("counts", True) else "未联系上（同一半天内或非工作日，不计次）"
        solved = "已解决" if data.get("solved") else "未解决，已解释说明" if data.get("explained") else "未解决"
        return f"{solved}，{_SATISFACTION.get(data.get('satisfaction', ''), '')}"
    if entry.kind == "adjudicate":
        return f"{'退单成立' if data.get('upheld') else '退单不成立'}（{data.get('unit', '')}）"
    notes = {
        "send_back": _RETURNS.get(data.get("reason", "")),
        "reject": _REJECTS.get(data.get("reason", "")),
        "reveal": _FIELDS.get(data.get("field", "")),
        "accept": "协办单位" if data.get("part") == Assignment.ASSISTING else "",
        "resolve": "超期办结" if data.get("late") else "按期办结",
        "register": "当场办结" if data.get("on_the_spot") else "",
        "supervise": data.get("order"),
        "answer_supervision": f"{data.get('order', '')} {'逾期回复' if data.get('late') else '按期回复'}",
        "review_supervision": f"{data.get('order', '')} {'通过，销号' if data.get('accepted') else '退回重新回复'}",
        "not_solved": f"并案工单 {data['child']} 的诉求人" if data.get("child") else "诉求人网上自述",
        "finish_stage": f"{data.get('name', '')} {_stage_note(data)}",
        "ask_extension": f"延长 {data.get('amount', '')} {UNIT_NAMES.get(data.get('unit', ''), '')}",
        "decide_extension": _decided(data), "decide_shelving": _decided(data),
        "ask_shelving": f"至 {data.get('review_on', '')}",
        "reactivate": f"挂账 {data['days']} 天" if data.get("days") else "",
        "hotline_returned": _event_returned(data), "resend_to_hotline": _event_returned(data),
        "rework_for_hotline": _event_returned(data), "set_aside_return": _event_returned(data),
        "merge": data.get("into"), "merged_in": data.get("child"), "unmerged": data.get("child"),
    }  # fmt: skip
    if data.get("assisting"):
        return "协办：" + "、".join(data["assisting"])
    return str(notes.get(entry.kind) or "")


def _decided(data: dict[str, Any]) -> str:
    if not data.get("granted"):
        return "不同意"
    if due := data.get("due_after"):
        return f"同意，新时限 {dates.short(datetime.fromisoformat(due))}"
    return f"同意，{data.get('review_on', '')} 复核"


def _event_returned(data: dict[str, Any]) -> str:
    """Which event the city hotline returned: 办结答复 R01."""
    return f"{_EVENTS.get(data.get('event', ''), '')} {data.get('code', '')}".strip()


def _stage_note(data: dict[str, Any]) -> str:
    if not data.get("needed", True):
        return "不需要"
    return "逾期完成" if data.get("late") else "按期完成"


def _reading(entry: AppealEntry) -> str:
    """How the main clock stood then."""
    left = entry.clock.get("left_seconds")
    if left is None:
        return ""
    kind = str(entry.clock.get("kind", ""))
    kind = "环节" if kind.startswith(staged.PREFIX) else kind_label(kind) if kind else ""
    return f"{kind}时限{'剩余' if left >= 0 else '已超'} {dates.span(left)}"


def _pending_return(appeal: Appeal) -> SendBack | None:
    if not appeal.send_back_pending:
        return None
    return appeal.send_backs.select_related("assignment__unit").filter(decided_at=None).first()


def map_of(appeal: Appeal) -> dict[str, Any]:
    """The grid's outline and the point, as the map draws them; nothing when neither is known."""
    unit = appeal.grid or appeal.community
    boundary = Boundary.objects.current().filter(unit=unit).first() if unit else None
    features = []
    if boundary is not None and unit is not None:
        outline = shapely.geometry.mapping(from_wkb(boundary.geometry))
        features = [{"type": "Feature", "geometry": outline, "properties": {"name": unit.name}}]
    point = {"lat": appeal.lat, "lng": appeal.lon} if appeal.lat is not None else None
    return {
        "has_map": bool(features or point), "polygons": {"type": "FeatureCollection", "features": features},
        "point": point, "tiles": settings.MAP_TILE_URL,
    }  # fmt: skip
