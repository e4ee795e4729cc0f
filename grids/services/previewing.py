"""What a change would do, told before anybody confirms it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from governance.errors import DomainError
from governance.scope import TERRITORIAL_KINDS, Actor, UnitKind
from grids import registry
from grids.models import KIND_LABELS, Boundary, Unit, UnitChange
from grids.registry import OpenWork
from grids.services import drafting
from grids.services.drafting import subject


@dataclass(slots=True)
class Preview:
    """What a change does, in sentences; the open work that it touches; why it cannot be, if it cannot."""

    effects: list[str] = field(default_factory=list)
    open_work: list[OpenWork] = field(default_factory=list)
    refusals: list[DomainError] = field(default_factory=list)

    @property
    def is_possible(self) -> bool:
        """Whether it may be confirmed."""
        return not self.refusals


def preview_change(
    *,
    kind: str,
    unit_ids: Sequence[int],
    after: Mapping[str, Any],
    effective_on: date,
    by: Actor,
    now: datetime,
) -> Preview:
    """What a change would do; nothing is kept. Of an opening, `unit_ids` is empty. `after` as `drafting` makes it."""
    preview = Preview()
    ids: Sequence[int | None] = unit_ids or [None]
    for unit_id in ids:
        try:
            change = drafting.drafted(kind, unit_id, after, effective_on=effective_on, by=by, now=now)
            _tell(change, preview)
            drafting.check(change)
        except DomainError as refusal:
            preview.refusals.append(refusal)
    preview.effects.append(_when(effective_on, now))
    preview.open_work = _work(unit_ids) if kind in {"move", "merge", "close"} else []
    return preview


def _work(unit_ids: Sequence[int]) -> list[OpenWork]:
    below = Unit.objects.within(unit_ids).values_list("pk", flat=True)
    return registry.to_be_followed(list(below))


def _when(day: date, now: datetime) -> str:
    if day <= timezone.localdate(now):
        return "确认后立即生效。"
    return f"到{day:%Y年%-m月%-d日}零时后自动生效，生效前可以撤回。"


def _tell(change: UnitChange, preview: Preview) -> None:
    told = {"open": _opening, "rename": _renaming, "move": _moving, "merge": _merging, "close": _closing}
    preview.effects += told[change.kind](change)


def _name(unit_id: int | None) -> str:
    return Unit.objects.filter(pk=unit_id or 0).values_list("name", flat=True).first() or "（未选择）"


def _below(unit: Unit) -> str:
    """ "12 个社区（村）、96 个网格" below a unit, open ones."""
    counts = Unit.objects.within([unit.pk]).open().exclude(pk=unit.pk).count_by_kind()
    return "、".join(f"{counts[kind]} 个{KIND_LABELS[kind]}" for kind in UnitKind if counts.get(kind))


def _opening(change: UnitChange) -> list[str]:
    new, parent = change.after, change.after["parent_id"]
    label = KIND_LABELS[UnitKind(new["kind"])]
    told = [f"设立{label}“{new['name']}”，编码 {new['code']}" + (f"，隶属{_name(parent)}。" if parent else "。")]
    if new["kind"] in TERRITORIAL_KINDS:
        told.append("新单位还没有边界，导入边界后地图定位才会找到它。")
    return told


def _renaming(change: UnitChange) -> list[str]:
    return [
        f"“{subject(change).name}”更名为“{change.after['name']}”。",
        "编码、人员、在办工作不变；已办结的记录仍显示当时所在单位。",
    ]


def _moving(change: UnitChange) -> list[str]:
    unit = subject(change)
    below = _below(unit)
    return [
        f"“{unit.name}”由{_name(unit.parent_id)}调整到{_name(change.after['parent_id'])}"
        + (f"，连同其下 {below}。" if below else "。"),
        "在办工作仍由本单位办理，今后归新上级管理；此前登记的诉求仍计在原上级名下。",
        "居民、住户、党组织、队伍等随单位归新上级管理；已结束的记录仍在原上级名下。",
        *_redrawn(unit),
    ]


def _merging(change: UnitChange) -> list[str]:
    unit, into = subject(change), _name(change.after["into_id"])
    below = _below(unit)
    return [
        f"“{unit.name}”并入“{into}”，原单位撤销、编码保留。",
        *([f"其下 {below}划归“{into}”；与那里重名的，在名称前加上“{unit.short_name or unit.name}”。"] if below else []),
        f"在办工作和居民、住户、党组织、队伍等全部转给“{into}”，在岗人员的岗位随之结束。",
        *_redrawn(unit),
    ]


def _closing(change: UnitChange) -> list[str]:
    successor = change.after.get("successor_id")
    return [
        f"“{subject(change).name}”撤销，编码保留，不再出现在新的选择里；历史记录照常可查。",
        f"在办工作和居民、住户、党组织、队伍等全部转给“{_name(successor)}”，在岗人员的岗位随之结束。"
        if successor
        else "在岗人员的岗位随之结束。",
        *(["其边界随之失效，地图上将留出空白，请及时导入新边界。"] if _has_boundary(subject(change)) else []),
    ]


def _redrawn(unit: Unit) -> list[str]:
    return ["相关单位的边界按下级边界重新合成。"] if _has_boundary(unit) else []


def _has_boundary(unit: Unit) -> bool:
    return Boundary.objects.current().filter(unit=unit).exists()
