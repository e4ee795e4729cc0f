"""Imports that are killed, taken over, cancelled, or run twice at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction

from appeals.imports import services, work, writing
from appeals.models import Appeal, AppealEntry, ImportFile, ImportOrigin, ImportProblem, NumberCounter
from governance.ahead import ahead
from governance.audit.models import Entry
from governance.copying import copy_in_new
from governance.deadlines.models import Clock
from governance.jobs import services as jobs
from governance.jobs.models import Job
from governance.jobs.progress import JobCancelled
from tests.appeals.imports.conftest import answered, check, counts, fresh, row
from tests.fixtures import Cast

pytestmark = pytest.mark.django_db(transaction=True)


class Killed(BaseException):
    """Stands for a worker that is gone from one moment to the next."""


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "BATCH", 10)


def rows(count: int) -> list[list[Any]]:
    """Rows of which every seventh is refused and every third answered."""
    made = [answered(f"A{i}") if i % 3 == 0 else row(f"A{i}") for i in range(count)]
    return [[*cells[:5], "1", *cells[6:]] if i % 7 == 6 else cells for i, cells in enumerate(made)]


def nothing_twice_nothing_lost(count: int) -> None:
    """Every accepted row is one appeal with its history, origin and clock; every refused one a problem."""
    refused = count // 7
    assert Appeal.objects.count() == count - refused
    assert len(set(Appeal.objects.values_list("source_number", flat=True))) == count - refused
    assert ImportOrigin.objects.count() == count - refused
    assert AppealEntry.objects.filter(kind="import").count() == count - refused
    assert Clock.objects.filter(state="running").count() == count - refused


def die_after(batches: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kill the work in the midst of the batch after `batches` whole ones."""
    insert, done = writing._insert, []

    def insert_or_die(*args: Any) -> Any:
        result = insert(*args)
        done.append(1)
        if len(done) > batches:
            raise Killed
        return result

    monkeypatch.setattr(writing, "_insert", insert_or_die)


def test_a_killed_import_goes_on_behind_its_last_batch(
    receive: Callable[..., ImportFile], cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = services.start_import(file_id=check(receive(rows(45)), cast.dc, now).pk, by=cast.dc, now=now)
    with monkeypatch.context() as patch:
        die_after(2, patch)
        with pytest.raises(Killed):
            jobs.run(job_id=file.import_job_id, now=now)
    assert fresh(file).tally["row"] == 21
    later = now + timedelta(minutes=5)
    Job.objects.filter(pk=file.import_job_id).update(heartbeat_at=now)
    assert jobs.recover(now=later) == 1
    assert jobs.run(job_id=file.import_job_id, now=later)
    file = fresh(file)
    assert file.import_job.state == Job.DONE
    assert counts(file.import_job) == {"new": 39, "refused": 6}
    assert ImportProblem.objects.filter(job=file.import_job, refused=True).count() == 6
    nothing_twice_nothing_lost(45)


def test_a_row_seen_before_the_interruption_still_counts_as_the_first_of_its_number(
    receive: Callable[..., ImportFile], cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    twice = [*(row(f"A{i}") for i in range(25)), row("A3")]
    file = services.start_import(file_id=check(receive(twice), cast.dc, now).pk, by=cast.dc, now=now)
    with monkeypatch.context() as patch:
        die_after(1, patch)
        with pytest.raises(Killed):
            jobs.run(job_id=file.import_job_id, now=now)
    Job.objects.filter(pk=file.import_job_id).update(state=Job.WAITING)
    jobs.run(job_id=file.import_job_id, now=now)
    assert counts(fresh(file).import_job) == {"new": 25, "refused": 1}
    problem = ImportProblem.objects.get(job=file.import_job_id)
    assert "与第 5 行" in problem.problems[0]["message"]


def test_a_worker_that_was_given_up_for_dead_writes_nothing_more(
    receive: Callable[..., ImportFile], cast: Cast, now: datetime
) -> None:
    file = check(receive([row("A1")]), cast.dc, now)
    tally = writing.Tally()
    ImportFile.objects.filter(pk=file.pk).update(tally=writing.Tally(row=2).as_json())
    with pytest.raises(JobCancelled):
        writing.write_batch(rows=[], import_file_id=file.pk, tally=tally, batch=None)  # type: ignore[arg-type]


def test_a_cancelled_import_keeps_what_is_in_and_can_go_on(
    receive: Callable[..., ImportFile], cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = services.start_import(file_id=check(receive(rows(35)), cast.dc, now).pk, by=cast.dc, now=now)
    with monkeypatch.context() as patch:
        die_after(1, patch)
        with pytest.raises(Killed):
            jobs.run(job_id=file.import_job_id, now=now)
    jobs.cancel(job_id=file.import_job_id, by=cast.dc, now=now)
    file = services.start_import(file_id=file.pk, by=cast.dc, now=now)
    jobs.run(job_id=file.import_job_id, now=now)
    file = fresh(file)
    assert counts(file.import_job) == {"new": 30, "refused": 5}
    assert ImportProblem.objects.filter(job=file.import_job, refused=True).count() == 5
    nothing_twice_nothing_lost(35)


def test_a_worker_that_dies_after_the_last_of_the_work_leaves_a_whole_import(
    receive: Callable[..., ImportFile], cast: Cast, now: datetime
) -> None:
    file = services.start_import(file_id=check(receive(rows(15)), cast.dc, now).pk, by=cast.dc, now=now)
    jobs.run(job_id=file.import_job_id, now=now)
    Job.objects.filter(pk=file.import_job_id).update(state=Job.WAITING, result={}, ended_at=None)
    jobs.run(job_id=file.import_job_id, now=now)
    job = fresh(file).import_job
    assert (job.state, counts(job)) == (Job.DONE, {"new": 13, "refused": 2})
    assert Entry.objects.filter(action="appeal.import").count() == 1
    nothing_twice_nothing_lost(15)


def import_at_once(files: list[ImportFile], now: datetime) -> None:
    """Run the imports of the files in threads that begin together."""
    gate = threading.Barrier(len(files))

    def run(job_id: int) -> None:
        try:
            gate.wait()
            jobs.run(job_id=job_id, now=now)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(file.import_job_id,)) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def two_started(receive: Callable[..., ImportFile], cast: Cast, now: datetime) -> list[ImportFile]:
    checked = [check(receive(rows(70)), cast.dc, now) for _ in range(2)]
    return [services.start_import(file_id=file.pk, by=cast.dc, now=now) for file in checked]


def test_the_same_file_imported_twice_at_once_arrives_once(
    receive: Callable[..., ImportFile], cast: Cast, now: datetime
) -> None:
    files = two_started(receive, cast, now)
    import_at_once(files, now)
    results = [fresh(file).import_job for file in files]
    assert [job.state for job in results] == [Job.DONE, Job.DONE]
    assert sum(job.result["new"] for job in results) == 60
    assert all(job.result["new"] + job.result["unchanged"] == 60 for job in results)
    assert all(job.result["refused"] == 10 for job in results)
    nothing_twice_nothing_lost(70)
    assert NumberCounter.objects.get().last == 60


def test_without_taking_turns_the_constraint_alone_still_keeps_duplicates_out(
    receive: Callable[..., ImportFile], cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race that the turns avoid: both compare before either writes. It costs numbers, and nothing else."""
    gate, compare = threading.Barrier(2, timeout=20), writing.compare

    def compare_together(*args: Any) -> Any:
        compared = compare(*args)
        gate.wait()
        return compared

    monkeypatch.setattr(work, "BATCH", 100)
    monkeypatch.setattr(writing, "_take_turn", lambda: None)
    monkeypatch.setattr(writing, "compare", compare_together)
    files = two_started(receive, cast, now)
    import_at_once(files, now)
    results = [fresh(file).import_job.result for file in files]
    assert sorted(result["new"] for result in results) == [0, 60]
    assert sorted(result["unchanged"] for result in results) == [0, 60]
    nothing_twice_nothing_lost(70)
    assert NumberCounter.objects.get().last == 120


def test_a_copy_tells_which_rows_went_in(receive: Callable[..., ImportFile], bring_in: Callable[..., Job]) -> None:
    bring_in([row("A1")])
    twin = Appeal.objects.get()
    taken = twin.seal_key
    twin.pk, twin.search = None, ["路灯", "灯不"]
    with transaction.atomic():
        assert copy_in_new(Appeal, [twin], key="seal_key") == {}
        twin.number, twin.source_number, twin.title = "MH-2", "B1", 'A\\N "引号",逗号\n换行\\'
        inserted = copy_in_new(Appeal, [twin], key="seal_key")
    assert Appeal.objects.get(pk=inserted[taken]).title == twin.title
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.stage_appeals_appeal')")
        assert cursor.fetchone() == (None,)


def test_reading_ahead_keeps_order_and_raises_in_its_place() -> None:
    def items() -> Iterator[int]:
        yield from range(600)
        raise ValueError("broken here")

    seen: list[int] = []
    with pytest.raises(ValueError, match="broken here"):
        seen.extend(ahead(items(), 1000))
    assert seen == list(range(500))


def test_reading_ahead_ends_when_nobody_reads_on() -> None:
    taken: list[int] = []
    items = ahead((taken.append(i) or i for i in range(10**9)), 500)  # type: ignore[func-returns-value]
    assert next(items) == 0
    items.close()
    assert len(taken) <= 2000
    assert not [thread for thread in threading.enumerate() if thread.name == "import-reader"]
