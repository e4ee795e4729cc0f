"""Putting open subjects under a new version of their policy: the app's part signs up here, the rest is shared.

A subject keeps its version until a person decides otherwise; then its clocks are counted anew from the same start.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from governance.calendars.followers import Effect, Moved
from governance.calendars.loading import Loaded, load
from governance.deadlines.models import Clock, Policy, PolicyVersion
from governance.deadlines.reterming import due_under
from governance.deadlines.terms import Terms
from governance.errors import IllegalState
from governance.jobs import registry as jobs
from governance.scope import Actor

if TYPE_CHECKING:
    from governance.jobs.models import Job
    from governance.jobs.progress import Progress

KIND = "policy_adopt"
BATCH = 100
EXAMPLES = 10
# A preview looks at so many clocks at most, the next due first: a page is waited for.
LOOKED_AT = 20_000


@dataclass(frozen=True, slots=True)
class Adopter:
    """What an app gives: `waiting(version)` are the ids of its open subjects under another version of the policy,
    `adopt(ids, version, by, now)` puts them under it in a transaction and returns how many, and `kept` are clock kinds
    whose length a person decided, which no version changes."""

    waiting: Callable[[PolicyVersion], QuerySet[Any]]
    adopt: Callable[[Sequence[int], PolicyVersion, Actor, datetime], int]
    kept: frozenset[str] = frozenset()
    # The name of the page that says which subjects follow which policy, and what that page is called.
    rules_page: str = ""
    rules_name: str = "时限规则"
    # What the subjects are called: 未办结的诉求.
    noun: str = "事项"


_adopters: dict[str, Adopter] = {}


def register(subject_type: str, adopter: Adopter) -> None:
    """Sign up (in `AppConfig.ready`); the last one counts."""
    _adopters[subject_type] = adopter


def rules_page(subject_type: str) -> str:
    """The name of the app's page of rules; "" where it has none."""
    adopter = _adopters.get(subject_type)
    return adopter.rules_page if adopter else ""


def rules_name(subject_type: str) -> str:
    """What the app's page of rules is called; "" where it has none."""
    adopter = _adopters.get(subject_type)
    return adopter.rules_name if adopter and adopter.rules_page else ""


def noun(subject_type: str) -> str:
    """What the subjects of this type are called."""
    adopter = _adopters.get(subject_type)
    return adopter.noun if adopter else "事项"


def waiting(version: PolicyVersion) -> int:
    """How many open subjects of the policy are under another version than this."""
    adopter = _adopters.get(version.policy.subject_type)
    return adopter.waiting(version).count() if adopter else 0


def preview(policy: Policy, terms: Terms, now: datetime) -> Effect:
    """What these terms would do to the policy's open clocks; nothing is written."""
    adopter = _adopters.get(policy.subject_type)
    kept = adopter.kept if adopter else frozenset()
    clocks = Clock.objects.filter(policy_version__policy=policy, state__in=Clock.OPEN).exclude(kind__in=kept)
    calendars: dict[str, Loaded] = {}
    count = later = earlier = over = 0
    examples: list[Moved] = []
    for clock in clocks.order_by("due_at", "pk")[:LOOKED_AT].iterator(chunk_size=2000):
        count += 1
        term = terms.get(clock.kind)
        if term is None:
            continue
        calendar = calendars.get(clock.calendar_code)
        if calendar is None:
            calendar = calendars.setdefault(clock.calendar_code, load(clock.calendar_code))
        new = due_under(clock, term, calendar, now)
        later, earlier = later + (new > clock.due_at), earlier + (new < clock.due_at)
        over += clock.state == Clock.RUNNING and clock.due_at > now >= new
        if new != clock.due_at and len(examples) < EXAMPLES:
            examples.append(Moved(clock.subject_type, clock.subject_id, clock.kind, clock.due_at, new))
    return Effect(count, later, earlier, over, tuple(examples))


def adopt_work(job: Job, progress: Progress, now: datetime) -> jobs.Outcome:
    """The job: every open subject of the policy comes under the version, a batch at a time. Harmless to repeat."""
    by = jobs.actor_of(job, now)
    version = PolicyVersion.objects.select_related("policy").get(pk=job.params["version"])
    adopter = _adopters[version.policy.subject_type]
    ids = list(adopter.waiting(version).order_by("pk").values_list("pk", flat=True))
    progress.expect(len(ids), "正在重新计算时限")
    done = 0
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        done += adopter.adopt(batch, version, by, now)
        progress.advance(len(batch))
    return jobs.Outcome(
        f"“{version.policy.name}”第 {version.number} 版已用于 {done} 件未办结的{noun(version.policy.subject_type)}。"
    )


def adopter_of(version: PolicyVersion) -> Adopter:
    """The app's part. Raises IllegalState where no app has one."""
    found = _adopters.get(version.policy.subject_type)
    if found is None:
        raise IllegalState("这个方案的事项不支持换用新版本。")
    return found
