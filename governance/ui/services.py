"""Writes of what a person keeps of the interface."""

from __future__ import annotations

from urllib.parse import unquote_plus

from django.db import transaction

from governance.errors import InvalidInput, NotFound
from governance.privacy import mask_text
from governance.ui.models import ColumnChoice, SavedView

MAX_VIEWS = 30
MAX_COLUMNS = 60


def _checked(page: str, text: str, limit: int, message: str, field: str) -> None:
    if not page or len(page) > 64 or not text or len(text) > limit:
        raise InvalidInput(message, field=field)


@transaction.atomic(durable=True)
def save_view(*, user_id: int, page: str, name: str, query: str, is_default: bool = False) -> SavedView:
    """Saves a list's query string under a name; the same name again replaces it, and one default replaces another."""
    name = name.strip()
    _checked(page, name, 32, "请填写视图名称，不超过 32 个字。", "name")
    if len(query) > 2000:
        raise InvalidInput("筛选条件过长，请减少条件后再保存。", field="query")
    told = unquote_plus(f"{name} {query}")
    if mask_text(told) != told:
        raise InvalidInput("视图里不能保存手机号、身份证号，请去掉号码后再保存。", field="query")
    own = SavedView.objects.select_for_update().filter(user_id=user_id, page=page).order_by("pk")
    others = [view for view in own if view.name != name]
    if len(others) >= MAX_VIEWS:
        raise InvalidInput(f"每个列表最多保存 {MAX_VIEWS} 个视图，请先删除不用的。", field="name")
    if is_default:
        SavedView.objects.filter(user_id=user_id, page=page, is_default=True).update(is_default=False)
    view, _ = SavedView.objects.update_or_create(
        user_id=user_id,
        page=page,
        name=name,
        defaults={"query": query.lstrip("?"), "is_default": is_default},
    )
    return view


@transaction.atomic(durable=True)
def delete_view(*, user_id: int, view_id: int) -> None:
    """Deletes a saved view of the person's own; raises NotFound for any other."""
    deleted, _ = SavedView.objects.filter(user_id=user_id, pk=view_id).delete()
    if not deleted:
        raise NotFound("没有找到这个视图，可能已被删除。")


@transaction.atomic(durable=True)
def choose_columns(*, user_id: int, page: str, columns: list[str]) -> None:
    """Keeps a list's columns, in order; an empty list goes back to the list's own choice."""
    _checked(page, page, 64, "页面名称有误，请刷新后再试。", "page")
    if len(columns) > MAX_COLUMNS or any(len(key) > 64 or key[:1].isdigit() for key in (page, *columns)):
        raise InvalidInput("列设置有误，请刷新页面后再试。", field="columns")
    if not columns:
        ColumnChoice.objects.filter(user_id=user_id, page=page).delete()
        return
    ColumnChoice.objects.update_or_create(
        user_id=user_id, page=page, defaults={"columns": list(dict.fromkeys(columns))}
    )
