"""The inbox for devices: what is new, and saying that it was read."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.outbox import registry, services
from governance.outbox.models import InboxItem

TAG = ["消息"]


class InboxSerializer(serializers.ModelSerializer[InboxItem]):
    """A message; `url` leads to the page of what it is about."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = InboxItem
        fields = ("id", "level", "title", "body", "subject_type", "subject_id", "url", "created_at", "read_at")

    def get_url(self, item: InboxItem) -> str:
        """The address inside the platform, empty when there is none."""
        return registry.url_of(item.subject_type, item.subject_id)


class NewestFirst(CursorPagination):
    """By the last message seen."""

    page_size = 50
    ordering = ("-created_at", "-id")


@extend_schema(tags=TAG)
class Inbox(generics.ListAPIView[InboxItem]):
    """One's own messages, newest first."""

    serializer_class = InboxSerializer
    pagination_class = NewestFirst
    filter_backends = ()
    queryset = InboxItem.objects.none()

    def get_queryset(self) -> Any:
        """Nobody sees another's."""
        return InboxItem.objects.visible_to(self.request.actor)  # type: ignore[attr-defined]


@extend_schema(tags=TAG)
class InboxRead(APIView):
    """A message that was read."""

    @extend_schema(request=None, responses={204: None}, operation_id="inbox_read")
    def post(self, request: Request, pk: int) -> Response:
        """标记已读。"""
        services.mark_read(item_id=pk, by=request.actor, now=timezone.now())  # type: ignore[attr-defined]
        return Response(status=status.HTTP_204_NO_CONTENT)


urlpatterns = [
    path("inbox/", Inbox.as_view(), name="inbox"),
    path("inbox/<int:pk>/read/", InboxRead.as_view(), name="inbox_read"),
]
