"""Keeping the category tree: what is in use is switched off, never deleted, and history keeps its name's path."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Value
from django.db.models.functions import Concat, Substr

from accounts.rights import may
from appeals.models import Category
from appeals.words import clean
from governance.audit import services as audit
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.scope import Actor, UnitKind
from grids.models import Unit
from grids.names import initials_of

SUBJECT = "appeals.category"
LEVELS = 3
LEAD_KINDS = [
    ("", "沿用上级"),
    (UnitKind.DEPARTMENT.value, "区直部门"),
    (UnitKind.STREET.value, "街道（镇）"),
    (UnitKind.COMMUNITY.value, "社区（村）"),
    (UnitKind.GRID.value, "网格"),
]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a category decides; empty means that its parent's counts."""

    lead_kind: str = ""
    lead_unit_id: int | None = None


def add_category(*, name: str, parent_id: int | None, settings: Settings, by: Actor, now: datetime) -> Category:
    """A new category below `parent_id`, last of its siblings; a main category without one."""
    _allowed(by)
    with transaction.atomic(durable=True):
        parent = _locked(parent_id) if parent_id is not None else None
        level = parent.level + 1 if parent else 1
        if level > LEVELS:
            raise InvalidInput("诉求类别最多三级，请选择上一级的类别。", field="parent")
        order = (Category.objects.filter(parent=parent).aggregate(last=Max("order"))["last"] or 0) + 1
        category = Category(parent=parent, level=level, order=order)
        _name(category, name, parent)
        _settle(category, settings, by)
        category.save(force_insert=True)
        _on_record("category.add", category, {}, by, now)
    return category


def change_category(
    *, category_id: int, name: str, parent_id: int | None, settings: Settings, by: Actor, now: datetime
) -> Category:
    """Rename, move or set a category; the paths of all below it follow."""
    _allowed(by)
    with transaction.atomic(durable=True):
        category = _locked(category_id)
        before = _facts(category)
        old_path = category.path
        parent = _new_parent(category, parent_id)
        _name(category, name, parent)
        _settle(category, settings, by)
        category.save(update_fields=["parent", "level", "name", "path", "initials", "lead_kind", "lead_unit"])
        _follow(category, old_path, before["level"])
        _on_record("category.change", category, before, by, now)
    return category


def set_category_active(*, category_id: int, active: bool, by: Actor, now: datetime) -> Category:
    """Switch a category, and all below it, on or off: what is off is offered no more, what it was given to keeps it."""
    _allowed(by)
    with transaction.atomic(durable=True):
        category = _locked(category_id)
        if active and category.parent is not None and not category.parent.is_active:
            raise IllegalState(f"上级类别“{category.parent.name}”已停用，请先启用上级。")
        Category.objects.filter(path__startswith=f"{category.path}/").update(is_active=active)
        before = {"is_active": category.is_active}
        category.is_active = active
        category.save(update_fields=["is_active"])
        action = "category.enable" if active else "category.disable"
        _on_record(action, category, before, by, now, after={"is_active": active})
    return category


def _allowed(by: Actor) -> None:
    if not may(by, "category.edit"):
        raise NotAllowed("诉求类别由区网格中心维护，您没有这项权限。")


def _locked(category_id: int) -> Category:
    found = Category.objects.select_for_update(of=("self",)).select_related("parent").filter(pk=category_id).first()
    if found is None:
        raise NotFound("没有找到这个诉求类别。")
    return found


def _new_parent(category: Category, parent_id: int | None) -> Category | None:
    """The parent, if the category with all below it fits there."""
    depth = Category.objects.filter(path__startswith=f"{category.path}/").aggregate(most=Max("level"))["most"]
    below = (depth or category.level) - category.level
    if parent_id is None:
        category.level = 1
        return None
    parent = _locked(parent_id)
    if parent.pk == category.pk or parent.path.startswith(f"{category.path}/"):
        raise InvalidInput("不能移到自己或自己的下级之下。", field="parent")
    if parent.level + 1 + below > LEVELS:
        raise InvalidInput("移动后会超过三级，请另选上级类别。", field="parent")
    category.level = parent.level + 1
    return parent


def _name(category: Category, name: str, parent: Category | None) -> None:
    name = clean(name, label="名称", field="name", most=40, least=1)
    if "/" in name:
        raise InvalidInput("名称中不能有“/”，它用来分隔上下级。", field="name")
    siblings = Category.objects.filter(parent=parent, name=name).exclude(pk=category.pk)
    if siblings.exists():
        raise InvalidInput(f"同一上级下已有“{name}”，请换一个名称。", field="name")
    category.parent, category.name, category.initials = parent, name, initials_of(name)
    category.path = f"{parent.path}/{name}" if parent else name


def _settle(category: Category, settings: Settings, by: Actor) -> None:
    if settings.lead_kind not in dict(LEAD_KINDS):
        raise InvalidInput("请选择默认主办单位类别。", field="lead_kind")
    unit = None
    if settings.lead_unit_id is not None:
        unit = Unit.objects.open().filter(pk=settings.lead_unit_id, district_id=by.district_id).first()
        if unit is None:
            raise InvalidInput("没有找到所选的默认主办单位，请重新选择。", field="lead_unit")
    category.lead_kind, category.lead_unit = settings.lead_kind, unit


def _follow(category: Category, old_path: str, old_level: int) -> None:
    """Paths and levels of all below a renamed or moved category."""
    below = Category.objects.filter(path__startswith=f"{old_path}/")
    rest = Substr("path", len(old_path) + 1)
    below.update(path=Concat(Value(category.path), rest), level=F("level") + (category.level - old_level))


def _facts(category: Category) -> dict[str, Any]:
    names = ("path", "level", "lead_kind", "lead_unit_id")
    return {name: getattr(category, name) for name in names}


def _on_record(
    action: str, category: Category, before: dict[str, Any], by: Actor, now: datetime,
    after: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    audit.record(
        action=action, subject_type=SUBJECT, subject_id=category.pk, subject_label=category.path, before=before,
        after=after or _facts(category), by=by, now=now,
    )  # fmt: skip
