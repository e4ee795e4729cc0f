"""An API write for the tests of idempotency and of the refusals' shape."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from governance.errors import IllegalState, InvalidInput
from governance.outbox.models import InboxItem
from governance.ui.idempotency import Idempotent


class ByHeader(BaseAuthentication):
    """Whoever the header names: who asks is not what these tests are about."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        name = request.headers.get("X-User")
        return (User.objects.get(username=name), None) if name else None


class Body(serializers.Serializer):
    title = serializers.CharField(max_length=20, label="标题")
    photos = serializers.ListField(child=serializers.IntegerField(), required=False)


class Writes(Idempotent, APIView):
    authentication_classes = [ByHeader]
    permission_classes = [AllowAny]

    def post(self, request: Request) -> Response:
        """Adds a message with the title; some titles are refused in one way or another."""
        form = Body(data=request.data)
        form.is_valid(raise_exception=True)
        title = form.validated_data["title"]
        self._refuse(title)
        item = InboxItem.objects.create(
            user_id=1, key=f"write-{InboxItem.objects.count()}", title=title, created_at=timezone.now()
        )
        return Response({"id": item.pk, "title": title}, status=201)

    def get(self, request: Request) -> Response:
        """Refuses as the query asks."""
        raise {"404": Http404(), "raw": ValueError("A string literal cannot contain NUL (0x00) characters.")}[
            request.query_params["kind"]
        ]

    def _refuse(self, title: str) -> None:
        refusals: dict[str, Any] = {
            "状态": IllegalState("工单已被办结。"),
            "字段": InvalidInput("标题重复。", field="title"),
            "崩溃": RuntimeError("broken on purpose"),
        }
        if title in refusals:
            raise refusals[title]
