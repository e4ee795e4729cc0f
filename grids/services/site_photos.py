"""Photos of a site: added and removed by those who write it, seen by everybody who sees the site."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from governance.audit import services as audit
from governance.errors import IllegalState, InvalidInput, NotFound
from governance.files import services as files
from governance.scope import Actor
from grids.models import SitePhoto
from grids.services.sites import SUBJECT, locked_site, require_editor

MOST = 12
CAPTION_MAX = 60


@transaction.atomic(durable=True)
def add_photos(
    *, site_id: int, attachment_ids: Sequence[UUID | str], caption: str = "", by: Actor, now: datetime
) -> list[SitePhoto]:
    """Give drafts of the actor to a site; photos alone, at most twelve a site (InvalidInput, IllegalState)."""
    require_editor(by)
    site = locked_site(site_id, by)
    caption = " ".join(caption.split())
    if len(caption) > CAPTION_MAX:
        raise InvalidInput(f"说明不超过 {CAPTION_MAX} 个字，现在是 {len(caption)} 个字。", field="caption")
    if not attachment_ids:
        raise InvalidInput("请选择照片。", field="photos")
    there = set(site.photos.values_list("attachment_id", flat=True))
    attached = files.attach(ids=attachment_ids, subject_type=SUBJECT, subject_id=site.pk, by=by)
    fresh = [one for one in attached if one.pk not in there]
    if any(one.kind != files.PHOTO for one in fresh):
        raise InvalidInput("只能上传照片，请重新选择。", field="photos")
    if len(there) + len(fresh) > MOST:
        raise IllegalState(
            f"一个阵地最多 {MOST} 张照片，已有 {len(there)} 张，请先删除一些，或少选几张。", field="photos"
        )
    made = [SitePhoto(site=site, attachment=one, caption=caption, added_by_name=by.user_name, added_at=now)
            for one in fresh]  # fmt: skip
    SitePhoto.objects.bulk_create(made)
    for photo in made:
        _record("site.photo", photo, by, now, after={"caption": caption, "sha256": photo.attachment.sha256})
    return made


@transaction.atomic(durable=True)
def remove_photo(*, site_id: int, photo_id: int, by: Actor, now: datetime) -> None:
    """Take a photo away, its file too (NotFound)."""
    require_editor(by)
    site = locked_site(site_id, by)
    photo = site.photos.select_related("attachment", "site").filter(pk=photo_id).first()
    if photo is None:
        raise NotFound("没有这张照片，可能已被删除。")
    _record("site.photo_remove", photo, by, now, before={"caption": photo.caption, "sha256": photo.attachment.sha256})
    attachment_id = photo.attachment_id
    photo.delete()
    files.remove(ids=[attachment_id], subject_type=SUBJECT, subject_id=site.pk)


def _record(
    action: str, photo: SitePhoto, by: Actor, now: datetime, *,
    before: dict[str, str] | None = None, after: dict[str, str] | None = None,
) -> None:  # fmt: skip
    audit.record(
        action=action, subject_type=SUBJECT, subject_id=photo.site_id, subject_label=photo.site.name, before=before,
        after=after, by=by, now=now,
    )  # fmt: skip
