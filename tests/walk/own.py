"""What is a person's own, whatever their role: messages, files not given yet, jobs, views and columns of lists."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from governance.errors import InvalidInput, NotFound
from governance.files import services as files
from governance.files.models import Attachment
from governance.jobs import services as jobs
from governance.jobs.models import Job
from governance.outbox import services as outbox
from governance.outbox.models import InboxItem
from governance.scope import Actor
from governance.ui import services as ui
from governance.ui.models import ColumnChoice, SavedView
from tests.files.crafted import PDF
from tests.walk.sampling import MADE, WALKED, Refused, Sample, World

INTERFACE = "how a person's own pages look is no business of the district"
MESSAGE = "that a person has read a message stands on the message"
DRAFT = "a draft is nobody's business yet; the step that it is given to is recorded with it"


def _message(world: World, by: Actor) -> InboxItem:
    outbox.notify(user_ids=[by.user_id], key="walk", title="有新工单", now=MADE)
    return InboxItem.objects.get(user_id=by.user_id, key="walk")


def _is_read(world: World, item: InboxItem, result: Any) -> bool:
    return InboxItem.objects.get(pk=item.pk).read_at == WALKED


def _read(world: World, item: InboxItem) -> None:
    InboxItem.objects.filter(pk=item.pk).update(read_at=MADE)


def _come_since(world: World, item: InboxItem) -> None:
    InboxItem.objects.filter(pk=item.pk).update(created_at=WALKED + timedelta(seconds=1))


def _store(world: World, thing: Any, by: Actor, content: bytes = PDF) -> Attachment:
    return files.store(upload=SimpleUploadedFile("通知.pdf", content), kind="document", by=by, now=WALKED)


def _draft(world: World, by: Actor) -> Attachment:
    return _store(world, None, by)


def _given(world: World, draft: Attachment) -> None:
    Attachment.objects.filter(pk=draft.pk).update(subject_type="appeals.appeal", subject_id=1, entry_id=1)


def _too_many(world: World, by: Any) -> None:
    Attachment.objects.bulk_create(
        Attachment(uploaded_by=actor.user_id, uploaded_at=MADE, kind="photo", mime="image/jpeg", name="a", size=1)
        for actor in world.company.actors.values() for _ in range(files.MAX_DRAFTS)
    )  # fmt: skip


def _attach(world: World, draft: Attachment, by: Actor, count: int = 1) -> list[Attachment]:
    ids = [draft.pk, *(f"{number:032x}" for number in range(1, count))]
    return files.attach(ids=ids, subject_type="appeals.appeal", subject_id=7, entry_id=9, by=by)


def _job(world: World, by: Actor) -> Job:
    return jobs.create(kind="appeals.export", title="导出诉求", params={}, by=by, now=MADE)


def _in_state(state: str) -> Any:
    return lambda world, job: Job.objects.filter(pk=job.pk).update(state=state)


def _view(world: World, by: Actor) -> SavedView:
    return ui.save_view(user_id=by.user_id, page="appeals", name="超期的", query="tab=late")


def _save_view(world: World, thing: Any, by: Actor, name: str = "快到期的") -> SavedView:
    return ui.save_view(user_id=by.user_id, page="appeals", name=name, query="tab=soon", is_default=True)


def _as_many_as_fit(world: World, thing: Any) -> None:
    SavedView.objects.bulk_create(
        SavedView(user_id=actor.user_id, page="appeals", name=f"视图{number}")
        for actor in world.company.actors.values() for number in range(ui.MAX_VIEWS)
    )  # fmt: skip


def _columns(world: World, thing: Any, by: Actor, count: int = 1) -> None:
    ui.choose_columns(user_id=by.user_id, page="appeals", columns=["number", *map(str, range(1, count))])


# Of these each person has their own: another's is not there. What begins from nothing has no stranger.
OWNED = [
    Sample(
        outbox.mark_read,
        lambda world, item, by: outbox.mark_read(item_id=item.pk, by=by, now=WALKED),
        changes="outbox_inboxitem", then=_is_read, make=_message, unrecorded=MESSAGE,
        refused=(Refused("read already", error=None, spoil=_read),),
    ),
    Sample(
        files.attach, _attach,
        changes="files_attachment",
        then=lambda world, draft, given: Attachment.objects.filter(subject_id=7, entry_id=9).get() == draft == given[0],
        make=_draft, unrecorded=DRAFT,
        # Told beside the field of the form that names it.
        stranger=InvalidInput,
        refused=(
            Refused("given already", "已失效", InvalidInput, spoil=_given),
            Refused("gone", "已失效", InvalidInput, spoil=lambda world, draft: Attachment.objects.all().delete()),
            Refused(
                "too many", "一次最多", InvalidInput,
                call=lambda world, draft, by: _attach(world, draft, by, files.MAX_PER_ENTRY + 1),
            ),
        ),
    ),
    Sample(
        files.discard,
        lambda world, draft, by: files.discard(attachment_id=draft.pk, by=by),
        changes="files_attachment",
        then=lambda world, draft, result: not Attachment.objects.exists(),
        make=_draft, unrecorded=DRAFT,
        refused=(Refused("given already", "已经提交", NotFound, spoil=_given),),
    ),
    Sample(
        jobs.cancel,
        lambda world, job, by: jobs.cancel(job_id=job.pk, by=by, now=WALKED),
        changes="jobs_job",
        then=lambda world, job, result: Job.objects.get(pk=job.pk).state == Job.CANCELLED,
        rows=lambda world, job, result: [("job.cancel", "job", job.pk)],
        make=_job,
        refused=(
            Refused("done", "已完成", spoil=_in_state(Job.DONE)),
            Refused("failed", "未完成", spoil=_in_state(Job.FAILED)),
            Refused("cancelled", "已取消", spoil=_in_state(Job.CANCELLED)),
        ),
    ),
    Sample(
        ui.delete_view,
        lambda world, view, by: ui.delete_view(user_id=by.user_id, view_id=view.pk),
        changes="ui_savedview",
        then=lambda world, view, result: not SavedView.objects.exists(),
        make=_view, unrecorded=INTERFACE,
        refused=(
            Refused("deleted", "可能已被删除", NotFound, spoil=lambda world, view: SavedView.objects.all().delete()),
        ),
    ),
]  # fmt: skip
BEGUN = [
    Sample(
        outbox.mark_all_read,
        lambda world, item, by: outbox.mark_all_read(by=by, now=WALKED),
        changes="outbox_inboxitem", then=_is_read, make=_message, unrecorded=MESSAGE,
        refused=(
            Refused("read already", error=None, spoil=_read),
            Refused("come since", error=None, spoil=_come_since),
        ),
    ),
    Sample(
        files.store, _store,
        changes="files_attachment",
        then=lambda world, thing, made: Attachment.objects.get().subject_id is None,
        unrecorded=DRAFT,
        refused=(
            Refused(
                "an empty file", "文件是空的", InvalidInput, call=lambda world, thing, by: _store(world, thing, by, b"")
            ),
            Refused("too many waiting", "待提交的附件太多", InvalidInput, spoil=_too_many),
        ),
    ),
    Sample(
        ui.save_view, _save_view,
        changes="ui_savedview",
        then=lambda world, thing, made: (made.query, made.is_default) == ("tab=soon", True),
        unrecorded=INTERFACE,
        refused=(
            Refused(
                "without a name", "请填写视图名称", InvalidInput,
                call=lambda world, thing, by: _save_view(world, thing, by, " "),
            ),
            Refused("too many", "请先删除不用的", InvalidInput, spoil=_as_many_as_fit),
        ),
    ),
    Sample(
        ui.choose_columns, _columns,
        changes="ui_columnchoice",
        then=lambda world, thing, result: ColumnChoice.objects.get().columns == ["number"],
        unrecorded=INTERFACE,
        refused=(
            Refused(
                "too many", "列设置有误", InvalidInput,
                call=lambda world, thing, by: _columns(world, thing, by, ui.MAX_COLUMNS + 1),
            ),
        ),
    ),
]  # fmt: skip

SAMPLES = [*OWNED, *BEGUN]
