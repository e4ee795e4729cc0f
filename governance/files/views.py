"""Sending files in, and serving them to those who may see what they belong to."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from governance.errors import DomainError, InvalidInput
from governance.files import selectors, services
from governance.files.models import Attachment

# Content never changes under an id, but the right to see it may end: kept by this browser alone, and not for long.
_CACHE = "private, max-age=600"


@require_POST
def upload(request: HttpRequest) -> JsonResponse:
    """Takes one file (field "file", and "kind": photo or document) as a draft of the person; answers JSON.

    201 with id, kind, name, size, url, thumbnail_url; or the refusal's status with code, message, field.
    """
    try:
        attachment = _stored(request)
    except DomainError as refusal:
        answer = {"code": refusal.code, "message": refusal.message, "field": refusal.field}
        return JsonResponse(answer, status=refusal.status)
    return JsonResponse(_described(attachment), status=201)


def _stored(request: HttpRequest) -> Attachment:
    file = request.FILES.get("file")
    if file is None:
        raise InvalidInput("没有收到文件，请重新选择后再上传。", field="file")
    kind = request.POST.get("kind", services.DOCUMENT)
    if kind not in (services.PHOTO, services.DOCUMENT):
        raise InvalidInput("附件类型不正确，请刷新页面后再上传。", field="kind")
    return services.store(upload=file, kind=kind, by=request.actor, now=timezone.now())  # type: ignore[attr-defined]


def _described(attachment: Attachment) -> dict[str, object]:
    return {
        "id": str(attachment.pk),
        "kind": attachment.kind,
        "name": attachment.name,
        "size": attachment.size,
        "url": attachment.url,
        "thumbnail_url": attachment.thumbnail_url,
    }


@require_POST
def discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Takes a draft back."""
    services.discard(attachment_id=pk, by=request.actor)  # type: ignore[attr-defined]
    return HttpResponse(status=204)


@require_GET
def open_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The file: a photo is shown, a document is always saved, as only what the platform wrote itself is harmless."""
    attachment = selectors.visible(pk, request.actor)  # type: ignore[attr-defined]
    return served(attachment, attachment.file, attachment.mime)


@require_GET
def thumbnail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A photo's small picture."""
    attachment = selectors.visible(pk, request.actor)  # type: ignore[attr-defined]
    if not attachment.thumbnail:
        raise Http404("这个附件没有缩略图。")
    return served(attachment, attachment.thumbnail, "image/jpeg")


def served(attachment: Attachment, file: FieldFile, mime: str) -> HttpResponse:
    """The answer that carries a file: a photo to be shown, a document to be saved."""
    response = _handed_over(file) if settings.FILES_ACCEL_PREFIX else _streamed(file)
    is_document = attachment.kind != services.PHOTO
    response["Content-Type"] = mime
    response["Content-Disposition"] = content_disposition_header(is_document, attachment.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = _CACHE
    return response


def _streamed(file: FieldFile) -> HttpResponse:
    try:
        return FileResponse(file.open())  # type: ignore[return-value]
    except FileNotFoundError as error:
        raise Http404("附件的文件已不在存储中，请联系系统管理员。") from error


def _handed_over(file: FieldFile) -> HttpResponse:
    """The web server in front sends it; here only the right was checked."""
    return HttpResponse(headers={"X-Accel-Redirect": f"{settings.FILES_ACCEL_PREFIX}{file.name}"})
