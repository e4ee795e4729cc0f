"""Staff from a spreadsheet: looked at first, taken over by a job, what is refused handed back.

By account, so the same file twice adds nothing: a person known by account gets what the row says of name and phone,
and the posting that they lack. No row ends a posting.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any

from django.db import transaction
from django.utils import timezone

from accounts.models import StaffImport, User
from accounts.services._common import not_oneself, require_office
from accounts.services.postings import NewPosting, grant_to, is_held, keep_offices_apart
from accounts.services.staff_rows import COLUMNS, Line, Units, Wanted, lines_of, read
from accounts.services.users import apply_change, create_user
from governance.audit import services as audit
from governance.errors import DomainError, IllegalState, NotFound
from governance.jobs import registry as job_registry
from governance.jobs import services as jobs
from governance.jobs.models import Job
from governance.jobs.progress import Progress
from governance.privacy import blind_index, open_sealed, seal
from governance.scope import Actor

KIND = "accounts.staff_import"
_BATCH = 25

NEW, POSTING, CHANGE, SAME, REFUSED = "new", "posting", "change", "same", "refused"
OUTCOMES = {NEW: "新增人员", POSTING: "增加岗位", CHANGE: "更新信息", SAME: "没有变化", REFUSED: "有问题"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a row will do, or did."""

    number: int
    cells: list[str]
    outcome: str
    message: str = ""

    @property
    def label(self) -> str:
        """The outcome in Chinese."""
        return OUTCOMES[self.outcome]

    @property
    def labelled(self) -> list[tuple[str, str]]:
        """The cells with the names of their columns."""
        return list(zip(COLUMNS, self.cells, strict=True))


# Sealed contents ----------------------------------------------------------------------------------------------------


def sealed_context(kept: StaffImport, field: str) -> str:
    """What a sealed column of an import is bound to."""
    return f"{field}:{kept.pk}"


def _put(kept: StaffImport, field: str, value: list[Any]) -> None:
    text = json.dumps(value, ensure_ascii=False) if value else ""
    setattr(kept, field, seal(text, context=sealed_context(kept, field)))


def _get(kept: StaffImport, field: str) -> list[Any]:
    text = open_sealed(getattr(kept, field), context=sealed_context(kept, field))
    return list(json.loads(text)) if text else []


def rows_of(kept: StaffImport) -> list[Line]:
    """The uploaded rows that are still to be taken over."""
    return [(number, cells) for number, cells in _get(kept, "rows_sealed")]


def refused_of(kept: StaffImport) -> list[tuple[int, list[str], str]]:
    """The rows that were refused, with why."""
    return [(number, cells, why) for number, cells, why in _get(kept, "refused_sealed")]


# Looking ------------------------------------------------------------------------------------------------------------


def upload(*, file: IO[bytes], filename: str, by: Actor, now: datetime) -> StaffImport:
    """Keep an uploaded list to look at; raises InvalidInput (field "file"), NotAllowed."""
    require_office(by)
    lines = lines_of(file, filename)
    with transaction.atomic(durable=True):
        kept = StaffImport.objects.create(file_name=filename[:200], uploaded_by_id=by.user_id, uploaded_at=now)
        _put(kept, "rows_sealed", [[number, cells] for number, cells in lines])
        kept.save(update_fields=["rows_sealed"])
        _record("account.import_upload", kept, {"rows": len(lines)}, by, now)
    return kept


def _record(action: str, kept: StaffImport, after: Mapping[str, Any], by: Actor, now: datetime) -> None:
    audit.record(
        action=action, subject_type="staff_import", subject_id=kept.pk, subject_label=kept.file_name, after=after,
        by=by, now=now,
    )  # fmt: skip


def preview(lines: Sequence[Line], *, by: Actor, now: datetime) -> list[Verdict]:
    """What each row would do, in a handful of queries whatever the size. Writing judges each row once more."""
    units, today = Units.of(by), timezone.localdate(now)
    usernames = {cells[0].strip().lower() for _, cells in lines}
    known = {user.username: user for user in User.objects.filter(username__in=usernames).prefetch_related("postings")}
    planned: dict[str, list[Any]] = {}
    return [_judged(number, cells, units, known, planned, by, today) for number, cells in lines]


def _judged(
    number: int,
    cells: list[str],
    units: Units,
    known: dict[str, User],
    planned: dict[str, list[Any]],
    by: Actor,
    today: date,
) -> Verdict:
    try:
        wanted = read(cells, units, today=today)
        user = known.get(wanted.username)
        outcome = _outcome(wanted, user, planned, by)
    except DomainError as refusal:
        return Verdict(number, cells, REFUSED, refusal.message)
    return Verdict(number, cells, outcome)


def _outcome(wanted: Wanted, user: User | None, planned: dict[str, list[Any]], by: Actor) -> str:
    if user is not None:
        not_oneself(by, user.pk)
    is_planned = wanted.username in planned
    stored = [p for p in user.postings.all() if p.cancelled_at is None] if user else []
    held = planned.setdefault(wanted.username, stored)
    has_it = is_held(held, wanted.posting)
    if not has_it:
        keep_offices_apart(wanted.name, held, wanted.posting)
        held.append(wanted.posting)
    if user is None and not is_planned:
        return NEW
    if not has_it:
        return POSTING
    return CHANGE if user is not None and _differs(user, wanted) else SAME


def _differs(user: User, wanted: Wanted) -> bool:
    return user.name != wanted.name or user.phone_index != blind_index("phone", wanted.phone)


# Taking over --------------------------------------------------------------------------------------------------------


def start(*, import_id: int, by: Actor, now: datetime) -> Job:
    """Take the list over in the background; raises NotFound, IllegalState when that has begun already."""
    require_office(by)
    with transaction.atomic(durable=True):
        kept = StaffImport.objects.select_for_update().filter(pk=import_id, uploaded_by_id=by.user_id).first()
        if kept is None:
            raise NotFound("没有找到这次导入。")
        if kept.job_id is not None:
            raise IllegalState("这份名单已经开始导入，无需重复提交。")
        job = jobs.create(kind=KIND, title=f"导入人员：{kept.file_name}", params={"import_id": kept.pk}, by=by, now=now)
        kept.job_id = job.pk
        kept.save(update_fields=["job_id"])
        _record("account.import_start", kept, {"job": job.pk}, by, now)
    return job


def run_job(job: Job, progress: Progress, now: datetime) -> job_registry.Outcome:
    """The work of the job: batch by batch, each with what is left of the list, so that it may begin again anywhere."""
    by = job_registry.actor_of(job, now)
    kept = StaffImport.objects.get(pk=job.params["import_id"])
    lines = rows_of(kept)
    units = Units.of(by)
    progress.expect(len(lines))
    for place in range(0, len(lines), _BATCH):
        batch, rest = lines[place : place + _BATCH], lines[place + _BATCH :]
        with transaction.atomic(durable=True):
            _take_over(kept.pk, batch, rest, units, by, now)
        progress.advance(len(batch))
    return _finish(kept.pk, by, now)


def _take_over(
    import_id: int, batch: Sequence[Line], rest: Sequence[Line], units: Units, by: Actor, now: datetime
) -> None:
    kept = StaffImport.objects.select_for_update().get(pk=import_id)
    passwords, refused = _get(kept, "passwords_sealed"), _get(kept, "refused_sealed")
    counts = Counter(kept.counts)
    for verdict, password in _written(batch, units, by, now):
        counts[verdict.outcome] += 1
        if verdict.outcome == REFUSED:
            refused.append([verdict.number, verdict.cells, verdict.message])
        if password:
            passwords.append(password)
    kept.counts = dict(counts)
    _put(kept, "rows_sealed", [[number, cells] for number, cells in rest])
    _put(kept, "refused_sealed", refused)
    _put(kept, "passwords_sealed", passwords)
    kept.save(update_fields=["counts", "rows_sealed", "refused_sealed", "passwords_sealed"])


def _written(
    batch: Sequence[Line], units: Units, by: Actor, now: datetime
) -> Iterator[tuple[Verdict, list[str] | None]]:
    for number, cells in batch:
        try:
            with transaction.atomic():
                wanted = read(cells, units, today=timezone.localdate(now))
                outcome, password = _write(wanted, by, now)
        except DomainError as refusal:
            yield Verdict(number, cells, REFUSED, refusal.message), None
        else:
            yield Verdict(number, cells, outcome), [wanted.username, wanted.name, password] if password else None


def _write(wanted: Wanted, by: Actor, now: datetime) -> tuple[str, str]:
    user = User.objects.select_for_update(of=("self",)).filter(username=wanted.username).first()
    if user is None:
        _, password = create_user(
            username=wanted.username,
            name=wanted.name,
            phone=wanted.phone,
            postings=[wanted.posting],
            by=by,
            now=now,
        )
        return NEW, password
    not_oneself(by, user.pk)
    changed = apply_change(user, name=wanted.name, phone=wanted.phone, by=by, now=now)
    return (POSTING if _granted(user, wanted.posting, by, now) else CHANGE if changed else SAME), ""


def _granted(user: User, posting: NewPosting, by: Actor, now: datetime) -> bool:
    if is_held(user.postings.filter(cancelled_at=None), posting):
        return False
    grant_to(user, posting, by=by, now=now)
    return True


def _finish(import_id: int, by: Actor, now: datetime) -> job_registry.Outcome:
    with transaction.atomic(durable=True):
        kept = StaffImport.objects.select_for_update().get(pk=import_id)
        kept.ended_at = now
        kept.save(update_fields=["ended_at"])
        _record("account.import", kept, kept.counts, by, now)
    said = "，".join(f"{OUTCOMES[k]} {kept.counts[k]} 行" for k in OUTCOMES if kept.counts.get(k))
    return job_registry.Outcome(message=f"导入完成：{said}。", result=kept.counts)


def take_passwords(*, import_id: int, by: Actor, now: datetime) -> list[list[str]]:
    """The temporary passwords of the people it added, as [account, name, password]; given out once, then erased.

    Raises NotFound, IllegalState when they were taken already.
    """
    require_office(by)
    with transaction.atomic(durable=True):
        kept = StaffImport.objects.select_for_update().filter(pk=import_id, uploaded_by_id=by.user_id).first()
        if kept is None:
            raise NotFound("没有找到这次导入。")
        passwords = _get(kept, "passwords_sealed")
        if not passwords:
            raise IllegalState("初始密码已下载过，不再保存。如有遗失，请在人员页面逐个重置密码。")
        kept.passwords_sealed = ""
        kept.save(update_fields=["passwords_sealed"])
        _record("account.import_passwords", kept, {"count": len(passwords)}, by, now)
    return passwords
