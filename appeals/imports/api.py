"""Importing a hotline's spreadsheet by a call: send the file, look at the check, start the import, watch it."""

from __future__ import annotations

from typing import Any, cast

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from appeals.imports import selectors, services
from appeals.imports.mapping import ColumnMapping
from appeals.models import ImportFile
from governance.errors import NotFound
from governance.scope import Actor
from governance.ui.idempotency import Idempotent

TAG = ["热线导入"]


class ImportUpload(serializers.Serializer[Any]):
    """A spreadsheet, and the remembered template of its columns; without one the headers are matched by themselves."""

    file = serializers.FileField(allow_empty_file=True)
    template = serializers.CharField(required=False, max_length=64)


class ImportSerializer(serializers.ModelSerializer[ImportFile]):
    """An import at whatever stage it is: columns, checking, preview, importing, done, stopped."""

    stage = serializers.SerializerMethodField()
    done = serializers.SerializerMethodField(help_text="已处理的行数")
    total = serializers.SerializerMethodField(help_text="总行数")
    result = serializers.SerializerMethodField(help_text="各类件数")

    class Meta:
        model = ImportFile
        fields = ("id", "name", "size", "uploaded_at", "template_name", "stage", "done", "total", "result")

    def get_stage(self, file: ImportFile) -> str:
        """Where it stands."""
        return selectors.stage_of(file)

    def get_done(self, file: ImportFile) -> int:
        """Rows dealt with by the check or the import that runs."""
        job = selectors.shown_job(file)
        return job.done if job else 0

    def get_total(self, file: ImportFile) -> int:
        """Rows in all, as far as known."""
        job = selectors.shown_job(file)
        return job.total if job else 0

    def get_result(self, file: ImportFile) -> dict[str, Any]:
        """New, changed, unchanged, refused."""
        job = selectors.shown_job(file)
        return dict(job.result) if job else {}


def _actor(request: Request) -> Actor:
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


def _answer(file_id: int, by: Actor, code: int = status.HTTP_200_OK) -> Response:
    file = selectors.files_of(by).filter(pk=file_id).first()
    if file is None:
        raise NotFound("没有这次导入，可能已被放弃。")
    return Response(ImportSerializer(file).data, status=code)


@extend_schema(tags=TAG)
class Imports(Idempotent, APIView):
    """Spreadsheets sent in; the check begins at once."""

    parser_classes = (MultiPartParser,)

    @extend_schema(request=ImportUpload, responses={201: ImportSerializer}, operation_id="imports_upload")
    def post(self, request: Request) -> Response:
        """上传热线工单表并开始检查。"""
        body = ImportUpload(data=request.data)
        body.is_valid(raise_exception=True)
        upload, by, now = body.validated_data["file"], _actor(request), timezone.now()
        file = services.receive(upload=upload, name=upload.name, by=by, now=now)
        template = body.validated_data.get("template", "")
        mapping = services.template_mapping(template) if template else ColumnMapping.from_json(file.mapping)
        services.match_columns(file_id=file.pk, mapping=mapping, by=by, now=now)
        return _answer(file.pk, by, status.HTTP_201_CREATED)


@extend_schema(tags=TAG)
class ImportOne(APIView):
    """One import."""

    @extend_schema(responses=ImportSerializer, operation_id="imports_show")
    def get(self, request: Request, pk: int) -> Response:
        """导入进度与结果。"""
        return _answer(pk, _actor(request))


@extend_schema(tags=TAG)
class ImportStart(Idempotent, APIView):
    """A checked file is taken in."""

    @extend_schema(request=None, responses=ImportSerializer, operation_id="imports_start")
    def post(self, request: Request, pk: int) -> Response:
        """开始导入检查完的文件；被中断的从断点继续。"""
        services.start_import(file_id=pk, by=_actor(request), now=timezone.now())
        return _answer(pk, _actor(request))


urlpatterns = [
    path("imports/", Imports.as_view(), name="imports"),
    path("imports/<int:pk>/", ImportOne.as_view(), name="import"),
    path("imports/<int:pk>/start/", ImportStart.as_view(), name="import_start"),
]
