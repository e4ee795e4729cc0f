"""Who a token or a session speaks for."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import ROLE_LABELS
from governance.scope import Actor


class MeSerializer(serializers.Serializer[Any]):
    """The actor of a request."""

    user_id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True, source="user_name")
    posting_id = serializers.IntegerField(read_only=True)
    role = serializers.CharField(read_only=True)
    role_name = serializers.SerializerMethodField()
    unit_id = serializers.IntegerField(read_only=True)
    unit_name = serializers.CharField(read_only=True)
    unit_kind = serializers.CharField(read_only=True)

    def get_role_name(self, actor: Actor) -> str:
        """The role in Chinese."""
        return ROLE_LABELS[actor.role] if actor.role else ""


class Me(APIView):
    """The posting that this token or session acts as: a device asks it first, to see that its token works."""

    @extend_schema(responses=MeSerializer, tags=["账号"], operation_id="me")
    def get(self, request: Request) -> Response:
        """当前身份。"""
        return Response(MeSerializer(request.actor).data)  # type: ignore[attr-defined]
