"""Taking files in, giving them to a subject, and clearing away what became of no subject."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import IO
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from governance.errors import InvalidInput, NotFound
from governance.files import documents, names, photos
from governance.files.models import Attachment
from governance.scope import Actor

PHOTO, DOCUMENT = "photo", "document"
# How long an upload waits for the form that it belongs to, and how many one person may have waiting.
DRAFT_LIFE = timedelta(days=1)
MAX_DRAFTS = 100
MAX_PER_ENTRY = 20


def store(*, upload: File[bytes], kind: str, by: Actor, now: datetime) -> Attachment:
    """Check and keep an upload as a draft of the uploader, until `attach` gives it to a subject.

    `kind` is "photo" or "document"; a picture sent as a document is kept as the photo that it is. Photos are written
    anew without metadata; a document must be of an accepted type by its content. Raises InvalidInput (field "file").
    """
    _check_size(upload)
    if Attachment.objects.filter(subject_id=None, uploaded_by=by.user_id).count() >= MAX_DRAFTS:
        raise InvalidInput("待提交的附件太多，请先提交或删除一些再上传。", field="file")
    upload.seek(0)
    is_photo = kind == PHOTO or photos.looks_like_photo(upload.read(16))
    attachment = Attachment(pk=uuid4(), uploaded_by=by.user_id, uploaded_at=now)
    try:
        if is_photo:
            _fill_photo(attachment, upload)
        else:
            _fill_document(attachment, upload)
        attachment.save(force_insert=True)
    except BaseException:
        _delete_files([attachment.file.name, attachment.thumbnail.name])
        raise
    return attachment


def _check_size(upload: File[bytes]) -> None:
    limit: int = settings.UPLOAD_MAX_BYTES
    if not upload.size:
        raise InvalidInput("文件是空的，请重新选择。", field="file")
    if upload.size > limit:
        raise InvalidInput(f"文件超过 {limit // (1024 * 1024)} MB，请压缩或拆分后再上传。", field="file")


def _fill_photo(attachment: Attachment, upload: File[bytes]) -> None:
    photo = photos.reencode(_stream(upload))
    attachment.kind, attachment.mime = PHOTO, "image/jpeg"
    attachment.name = names.clean(upload.name or "", (".jpg", ".jpeg"))
    attachment.size, attachment.sha256 = len(photo.jpeg), hashlib.sha256(photo.jpeg).hexdigest()
    attachment.width, attachment.height = photo.width, photo.height
    attachment.file.save(f"{attachment.pk}.jpg", ContentFile(photo.jpeg), save=False)
    attachment.thumbnail.save(f"{attachment.pk}.jpg", ContentFile(photo.thumbnail), save=False)


def _fill_document(attachment: Attachment, upload: File[bytes]) -> None:
    kind = documents.identify(_stream(upload))
    attachment.kind, attachment.mime = DOCUMENT, kind.mime
    attachment.name = names.clean(upload.name or "", kind.endings)
    attachment.size, attachment.sha256 = upload.size, _sha256(upload)
    upload.seek(0)
    attachment.file.save(f"{attachment.pk}{kind.endings[0]}", upload, save=False)


def _stream(upload: File[bytes]) -> IO[bytes]:
    upload.seek(0)
    stream: IO[bytes] = upload.file  # type: ignore[assignment]
    return stream


def _sha256(upload: File[bytes]) -> str:
    upload.seek(0)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    return digest.hexdigest()


@transaction.atomic
def attach(
    *, ids: Iterable[str | UUID], subject_type: str, subject_id: int, entry_id: int = 0, by: Actor
) -> list[Attachment]:
    """Give drafts of this uploader to a subject (and the entry of its timeline), inside the caller's transaction.

    What already lies there is left as it is, so a repeated form does no harm. The caller has checked that the actor
    may add to the subject. Raises InvalidInput (field "attachments") for drafts that are gone, another's, or too many.
    """
    wanted = _uuids(ids)
    if not wanted:
        return []
    if len(wanted) > MAX_PER_ENTRY:
        raise InvalidInput(f"一次最多带 {MAX_PER_ENTRY} 个附件，请分次添加。", field="attachments")
    place = {"subject_type": subject_type, "subject_id": subject_id, "entry_id": entry_id}
    locked = Attachment.objects.select_for_update().filter(pk__in=wanted, uploaded_by=by.user_id).order_by("pk")
    found = [a for a in locked if a.subject_id is None or all(getattr(a, k) == v for k, v in place.items())]
    if missing := len(wanted) - len(found):
        raise InvalidInput(f"有 {missing} 个附件已失效，请删除后重新上传。", field="attachments")
    Attachment.objects.filter(pk__in=wanted, subject_id=None).update(**place)
    return list(Attachment.objects.filter(pk__in=wanted).order_by("uploaded_at", "pk"))


def _uuids(ids: Iterable[str | UUID]) -> set[UUID]:
    try:
        return {one if isinstance(one, UUID) else UUID(one) for one in ids}
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidInput("附件编号不正确，请重新上传附件。", field="attachments") from error


def discard(*, attachment_id: UUID, by: Actor) -> None:
    """Delete a draft of one's own; raises NotFound for any other file."""
    with transaction.atomic(durable=True):
        draft = Attachment.objects.select_for_update().filter(pk=attachment_id, uploaded_by=by.user_id, subject_id=None)
        if not _delete(draft):
            raise NotFound("没有这个附件，或它已经提交。")


def remove(*, ids: Iterable[str | UUID], subject_type: str, subject_id: int) -> int:
    """Delete files of a subject, inside the caller's transaction and after its checks; how many. They go with it."""
    place = {"subject_type": subject_type, "subject_id": subject_id}
    return _delete(Attachment.objects.select_for_update().filter(pk__in=_uuids(ids), **place).order_by("pk"))


def purge_drafts(*, now: datetime) -> int:
    """Delete drafts over a day old, with their files; how many."""
    with transaction.atomic(durable=True):
        old = Attachment.objects.select_for_update(skip_locked=True).filter(
            subject_id=None, uploaded_at__lt=now - DRAFT_LIFE
        )
        return _delete(old.order_by("uploaded_at")[:500])


def _delete(drafts: Iterable[Attachment]) -> int:
    found = list(drafts)
    paths = [name for a in found for name in (a.file.name, a.thumbnail.name)]
    Attachment.objects.filter(pk__in=[a.pk for a in found]).delete()
    transaction.on_commit(lambda: _delete_files(paths))
    return len(found)


def _delete_files(paths: Iterable[str | None]) -> None:
    for path in paths:
        if path:
            default_storage.delete(path)
