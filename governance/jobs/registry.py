"""What each kind of job does, and as whom; filled by the apps in their `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

from governance.errors import NotAllowed
from governance.scope import PLATFORM, Actor

if TYPE_CHECKING:
    from governance.jobs.models import Job
    from governance.jobs.progress import Progress


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job leaves: a sentence for its page, plain JSON for its app, and perhaps a file to download."""

    message: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)
    # Open for reading in binary; the platform copies and closes it.
    output: IO[bytes] | None = None
    output_name: str = ""


Work = Callable[["Job", "Progress", datetime], Outcome | None]
ResultUrl = Callable[["Job"], str]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of job."""

    work: Work
    result_url: ResultUrl | None


_kinds: dict[str, Kind] = {}
_actor_loader: list[Callable[[int, datetime], Actor]] = []


def register(kind: str, work: Work, *, result_url: ResultUrl | None = None) -> None:
    """Say what a kind of job does: `work(job, progress, now)`, run in a worker.

    It may run again from the start after a worker has died, so it must be harmless to repeat. It calls
    `progress.advance()` often, and refuses with `governance.errors`, whose message the person sees.
    `result_url(job)` is the page that shows what came of it.
    """
    _kinds[kind] = Kind(work, result_url)


def work_of(kind: str) -> Work:
    """What a kind of job does; raises KeyError for a kind that nobody registered."""
    return _kinds[kind].work


def result_url(job: Job) -> str:
    """The page that shows what came of the job; empty when its kind has none."""
    kind = _kinds.get(job.kind)
    return kind.result_url(job) if kind and kind.result_url else ""


def register_actor_loader(load: Callable[[int, datetime], Actor]) -> None:
    """Say how a posting in force becomes an actor; `load` raises NotAllowed for one that is not."""
    _actor_loader[:] = [load]


def actor_of(job: Job, now: datetime) -> Actor:
    """The actor as whom the job works: the posting that started it, as it stands now.

    Raises NotAllowed when the posting is no longer in force.
    """
    if not job.posting_id:
        return PLATFORM
    if not _actor_loader:
        raise NotAllowed("后台任务暂不能以岗位身份执行，请联系系统管理员。")
    return _actor_loader[0](job.posting_id, now)
