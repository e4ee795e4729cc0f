"""Attachments for devices: send a file in, then name its id where a subject is written; fetch it again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.files import selectors, services
from governance.files.models import Attachment
from governance.files.views import served
from governance.ui.idempotency import Idempotent

TAG = ["附件"]


class AttachmentSerializer(serializers.ModelSerializer[Attachment]):
    """What a file became when it was taken in."""

    class Meta:
        model = Attachment
        fields = ("id", "kind", "name", "mime", "size", "sha256", "width", "height", "uploaded_at")
        read_only_fields = fields


class UploadSerializer(serializers.Serializer[Any]):
    """A file, and whether it is meant as a photo."""

    file = serializers.FileField(allow_empty_file=True)
    kind = serializers.ChoiceField(choices=[(services.PHOTO, "照片"), (services.DOCUMENT, "文件")])


@extend_schema(tags=TAG)
class Attachments(Idempotent, APIView):
    """Files sent in. Until a subject names it, a file is a draft of the sender, and goes after a day."""

    parser_classes = (MultiPartParser,)

    @extend_schema(request=UploadSerializer, responses={201: AttachmentSerializer}, operation_id="attachments_upload")
    def post(self, request: Request) -> Response:
        """上传照片或文件，返回的 id 用于登记、办结时的 attachment_ids。"""
        body = UploadSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        data = body.validated_data
        made = services.store(upload=data["file"], kind=data["kind"], by=request.actor, now=timezone.now())  # type: ignore[attr-defined]
        return Response(AttachmentSerializer(made).data, status=status.HTTP_201_CREATED)


@extend_schema(tags=TAG)
class AttachmentContent(APIView):
    """A file's content, for whoever may see its subject."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, operation_id="attachments_open")
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """下载附件。"""
        attachment = selectors.visible(pk, request.actor)  # type: ignore[attr-defined]
        return served(attachment, attachment.file, attachment.mime)


urlpatterns = [
    path("attachments/", Attachments.as_view(), name="attachments"),
    path("attachments/<uuid:pk>/", AttachmentContent.as_view(), name="attachment"),
]
