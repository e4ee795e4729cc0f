"""The table of routes, asked by the API: the same rows as for pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts import passwords
from accounts.models import ApiToken
from accounts.rights import AUTHENTICATED, PUBLIC, may, right_for

if TYPE_CHECKING:
    # The framework's views load this module as their default, so it cannot load them.
    from rest_framework.views import APIView


class RouteRight(BasePermission):
    """Whether the role of who asks has the right that the route asks for with this method."""

    message = "您的岗位没有此项权限。"

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Raises PermissionDenied with what to do, where it is not the role that stands in the way."""
        match = request.resolver_match
        right = right_for(match.view_name if match else "", request.method or "GET")
        if right == PUBLIC:
            return True
        if right is None or not request.user.is_authenticated:
            return False
        if not isinstance(request.auth, ApiToken) and passwords.must_change(request.user, now=timezone.now()):
            raise PermissionDenied("请先登录网页修改密码，再使用接口。", code="password_change_required")
        return right == AUTHENTICATED or self._may(request, right)

    def _may(self, request: Request, right: str) -> bool:
        if request.actor is None:  # type: ignore[attr-defined]
            raise PermissionDenied("您当前没有在任岗位，请联系安全管理员。", code="no_posting")
        return may(request.actor, right)  # type: ignore[attr-defined]
