"""Reading files: by subject for those who have the subject already, by id for whoever may see it."""

from __future__ import annotations

from uuid import UUID

from governance.errors import NotFound
from governance.files import registry
from governance.files.models import Attachment
from governance.scope import Actor


def of_subject(subject_type: str, subject_id: int) -> list[Attachment]:
    """The files of a subject in the order in which they came; the caller has checked that it may be seen."""
    files = Attachment.objects.filter(subject_type=subject_type, subject_id=subject_id)
    return list(files.order_by("uploaded_at", "pk"))


def visible(attachment_id: UUID, actor: Actor) -> Attachment:
    """The file, for whoever may see its subject, or its uploader while it has none; raises NotFound otherwise."""
    found = Attachment.objects.filter(pk=attachment_id).first()
    if found is None or not _may_see(found, actor):
        raise NotFound("没有这个附件。")
    return found


def _may_see(attachment: Attachment, actor: Actor) -> bool:
    if attachment.subject_id is None:
        return attachment.uploaded_by == actor.user_id
    return registry.may_see(actor, attachment.subject_type, attachment.subject_id)
