"""What a change must satisfy, asked when it is decided and again when it takes effect."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.scope import Actor, Role, UnitKind
from grids import codes, registry
from grids.models import KIND_LABELS, Unit, UnitChange

MOVABLE = {UnitKind.COMMUNITY, UnitKind.GRID, UnitKind.SQUAD}
NAME_MAX = 64


def require_editor(by: Actor, district_id: int | None) -> None:
    """Refuse whoever may not change this district's units: the district centre does, and the platform itself.

    The route's right is `unit.edit`; a test holds the two together.
    """
    if by.is_platform:
        return
    if by.role != Role.DISTRICT_CENTRE:
        raise NotAllowed("只有区网格中心可以调整单位和边界，请联系区网格中心办理。")
    if district_id is not None and by.district_id != district_id:
        raise NotFound("没有这个单位，或不在您的管辖范围内。")


def unit_of(unit_id: int | None, field: str = "unit") -> Unit:
    """A unit by its key (NotFound)."""
    unit = Unit.objects.filter(pk=unit_id).first() if unit_id else None
    if unit is None:
        raise NotFound("没有这个单位，请刷新页面后重新选择。", field=field)
    return unit


def open_one(unit_id: int | None, field: str = "unit") -> Unit:
    """A unit that has not been closed (NotFound, IllegalState)."""
    unit = unit_of(unit_id, field)
    if not unit.is_open:
        raise IllegalState(f"{unit.name}已于{unit.closed_on:%Y年%-m月%-d日}撤销，不能再调整。", field=field)
    return unit


def open_one_beside(unit: Unit, unit_id: int | None, field: str) -> Unit:
    """Another unit of the same district that has not been closed; one of another district is not there (NotFound)."""
    if unit_of(unit_id, field).district_id != unit.district_id:
        raise NotFound("没有这个单位，请刷新页面后重新选择。", field=field)
    return open_one(unit_id, field)


def checked_name(name: str) -> str:
    """A name without blanks around it (InvalidInput)."""
    name = " ".join(name.split())
    if not name:
        raise InvalidInput("请填写单位名称。", field="name")
    if len(name) > NAME_MAX:
        raise InvalidInput(f"单位名称不超过 {NAME_MAX} 个字，现在是 {len(name)} 个字。", field="name")
    return name


def unique_among_siblings(
    name: str, parent_id: int | None, but: int | None = None, way_on: str = "请换一个名称"
) -> None:
    """Refuse a name that an open unit beside it has."""
    twin = Unit.objects.open().filter(parent_id=parent_id, name=name).exclude(pk=but or 0).first()
    if twin is not None:
        raise InvalidInput(f"同一上级下已有“{name}”（编码 {twin.code}），{way_on}。", field="name")


def fits_under(kind: UnitKind, parent: Unit | None) -> None:
    """Refuse a parent of the wrong kind."""
    wanted = codes.PARENT_KIND.get(kind)
    found = UnitKind(parent.kind) if parent else None
    if wanted != found:
        words = f"应隶属于{KIND_LABELS[wanted]}" if wanted else "没有上级单位"
        raise InvalidInput(f"{KIND_LABELS[kind]}{words}，请重新选择上级。", field="parent")


def check_open(change: UnitChange) -> None:
    """A unit can be opened: code free and well formed, name unique, parent open."""
    new = change.after
    kind = UnitKind(new["kind"])
    parent = open_one(new["parent_id"], "parent") if new["parent_id"] else None
    fits_under(kind, parent)
    codes.check(new["code"], kind, parent.code if parent else "")
    if Unit.objects.filter(code=new["code"]).exists():
        raise InvalidInput(f"编码“{new['code']}”已被使用，撤销的单位也保留其编码，请换一个。", field="code")
    unique_among_siblings(new["name"], parent.pk if parent else None)


def check_rename(change: UnitChange) -> None:
    """A unit can take the name."""
    unit = open_one(change.unit_id)
    if (unit.name, unit.short_name) == (change.after["name"], change.after["short_name"]):
        raise InvalidInput("新名称与现名称相同，无需更名。", field="name")
    unique_among_siblings(change.after["name"], unit.parent_id, but=unit.pk)


def check_move(change: UnitChange) -> None:
    """A unit can move under the parent."""
    unit = open_one(change.unit_id)
    parent = open_one_beside(unit, change.after["parent_id"], "parent")
    if unit.kind not in MOVABLE:
        raise InvalidInput(f"{KIND_LABELS[UnitKind(unit.kind)]}不能调整隶属关系。", field="unit")
    fits_under(UnitKind(unit.kind), parent)
    if parent.pk == unit.parent_id:
        raise InvalidInput(f"{unit.name}现在就隶属于{parent.name}，无需调整。", field="parent")
    unique_among_siblings(unit.name, parent.pk, but=unit.pk, way_on="请先将其中一个更名，再调整隶属")


def check_merge(change: UnitChange) -> None:
    """A unit can be merged into the other: both open, of one kind, and no two children of one name."""
    unit = open_one(change.unit_id)
    into = open_one_beside(unit, change.after["into_id"], "into")
    if unit.pk == into.pk:
        raise InvalidInput("不能并入自身，请选择另一个单位。", field="into")
    if unit.kind != into.kind or unit.kind == UnitKind.DISTRICT:
        raise InvalidInput(f"{unit.name}与{into.name}类别不同，只能并入同类单位。", field="into")


def check_close(change: UnitChange) -> None:
    """A unit can be closed: nothing open below it, and its open work has somewhere to go."""
    unit = open_one(change.unit_id)
    below = Unit.objects.open().filter(parent=unit).count()
    if below:
        raise IllegalState(f"{unit.name}下还有 {below} 个未撤销的下级单位，请先调整、合并或撤销它们。", field="unit")
    if successor_id := change.after.get("successor_id"):
        successor = open_one_beside(unit, successor_id, "successor")
        if successor.pk == unit.pk:
            raise InvalidInput("承接单位不能是被撤销的单位自身。", field="successor")
        _can_take_over(unit, successor)
        return
    if left := [work for work in registry.to_be_followed([unit.pk]) if work.blocks]:
        told = "、".join(work.told for work in left)
        raise IllegalState(f"{unit.name}还有{told}，请指定承接单位后再撤销。", field="successor")


def _can_take_over(unit: Unit, successor: Unit) -> None:
    for work in registry.to_be_followed([unit.pk]):
        if work.blocks and work.takers and UnitKind(successor.kind) not in work.takers:
            kinds = "、".join(label for kind, label in KIND_LABELS.items() if kind in work.takers)
            raise IllegalState(
                f"{unit.name}还有{work.told}，{KIND_LABELS[UnitKind(successor.kind)]}不能承接，请选择{kinds}。",
                field="successor",
            )


CHECKS: dict[str, Callable[[UnitChange], None]] = {
    "open": check_open,
    "rename": check_rename,
    "move": check_move,
    "merge": check_merge,
    "close": check_close,
}


def check_day(change: UnitChange) -> None:
    """Refuse a date before the day of the decision: what has happened is not rewritten."""
    today = timezone.localdate(change.decided_at)
    if change.effective_on < today:
        raise InvalidInput(f"生效日期不能早于今天（{today:%Y年%-m月%-d日}）。", field="effective_on")


def check_alone(change: UnitChange) -> None:
    """Refuse a second decision while one of the same kind waits, or while the unit's end is already decided."""
    waiting = UnitChange.objects.waiting().exclude(pk=change.pk)
    if change.kind == "open":
        if waiting.filter(kind="open", after__code=change.after["code"]).exists():
            raise IllegalState(
                f"编码“{change.after['code']}”已有一项待生效的设立，请先撤回或换一个编码。", field="code"
            )
        return
    kinds = {change.kind, "merge", "close"}
    if other := waiting.filter(unit=change.unit, kind__in=kinds).first():
        raise IllegalState(
            f"该单位已有一项{other.effective_on:%Y年%-m月%-d日}生效的{other.get_kind_display()}，请先撤回。",
            field="unit",
        )
