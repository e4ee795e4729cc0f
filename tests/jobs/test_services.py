"""A job from its creation to its end, without a broker."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from celery import Celery
from django.core.files.base import ContentFile
from django.utils import timezone

from governance.audit.models import Entry
from governance.errors import IllegalState, NotAllowed, NotFound
from governance.jobs import registry, services
from governance.jobs.models import Job
from governance.jobs.progress import JobCancelled, Progress
from governance.scope import Actor, Role, UnitKind
from tests.jobs import kinds  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ME = Actor(7, "王丽", 70, Role.DISTRICT_CENTRE, 1, "区网格中心", UnitKind.DISTRICT, district_id=1)
OTHER = Actor(8, "赵强", 80, Role.DISTRICT_CENTRE, 1, "区网格中心", UnitKind.DISTRICT, district_id=1)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def create(kind: str = "test.count", now: datetime = NOW, **params: object) -> Job:
    return services.create(kind=kind, title="数一数", params=params, by=ME, now=now)


def eventually(condition) -> None:
    """Wait for another thread, at most ten seconds."""
    pause = threading.Event()
    for _ in range(200):
        if condition():
            return
        pause.wait(0.05)
    raise AssertionError("it never happened")


def test_a_job_runs_once_and_leaves_what_it_made():
    job = create(to=5)
    assert services.run(job_id=job.pk, now=NOW)
    assert not services.run(job_id=job.pk, now=NOW)
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.percent, job.message) == (Job.DONE, 5, 5, 100, "数完了")
    assert job.result == {"counted": 5}
    with job.output.open() as made:
        assert made.read().decode() == "一二三"
    assert job.output_name == "结果.txt"
    assert job.attempts == 1


def test_the_source_file_is_kept_under_a_name_of_our_own():
    source = ContentFile("内容".encode(), name="../../诉求 清单.XLSX")
    job = services.create(kind="test.count", title="导入", params={"to": 1}, source_file=source, by=ME, now=NOW)
    job.refresh_from_db()
    with job.source.open() as kept:
        assert kept.read().decode() == "内容"
    assert Path(job.source.name).suffix == ".xlsx"
    assert "诉求" not in job.source.name


def test_a_kind_that_nobody_registered_is_refused_at_once():
    with pytest.raises(KeyError):
        create("test.unheard_of")


def test_a_refusal_reaches_the_person_in_its_own_words():
    job = create("test.refuse")
    services.run(job_id=job.pk, now=NOW)
    job.refresh_from_db()
    assert (job.state, job.message) == (Job.FAILED, "第 3 行没有标题，请补上。")


def test_a_bug_reaches_the_log_and_the_person_only_a_number(caplog):
    job = create("test.crash")
    services.run(job_id=job.pk, now=NOW)
    job.refresh_from_db()
    assert job.state == Job.FAILED
    assert str(job.pk) in job.message
    assert "secret" not in job.message
    assert "secret detail" in caplog.text


def test_progress_shows_while_the_work_sits_in_one_transaction(tmp_path):
    gate = tmp_path / "gate"
    job = create("test.wait_until_free", gate=str(gate))
    worker = threading.Thread(target=services.run, kwargs={"job_id": job.pk, "now": NOW})
    worker.start()
    eventually(lambda: Job.objects.get(pk=job.pk).done == 4)
    assert Job.objects.get(pk=job.pk).message == "等待中"
    gate.touch()
    worker.join(10)
    assert Job.objects.get(pk=job.pk).state == Job.DONE


def test_a_running_job_is_cancelled_at_its_next_step(tmp_path):
    job = create("test.wait_until_free", gate=str(tmp_path / "never"))
    worker = threading.Thread(target=services.run, kwargs={"job_id": job.pk, "now": NOW})
    worker.start()
    eventually(lambda: Job.objects.get(pk=job.pk).state == Job.RUNNING)
    services.cancel(job_id=job.pk, by=ME, now=NOW)
    worker.join(10)
    assert not worker.is_alive()
    job.refresh_from_db()
    assert (job.state, job.ended_at) == (Job.CANCELLED, NOW)


def test_a_waiting_job_that_was_cancelled_never_starts():
    job = create(to=5)
    services.cancel(job_id=job.pk, by=ME, now=NOW)
    assert not services.run(job_id=job.pk, now=NOW)
    entry = Entry.objects.get(subject_type="job")
    assert (entry.action, entry.subject_id, entry.user_id) == ("job.cancel", job.pk, ME.user_id)


def test_only_the_person_who_started_it_may_cancel_and_only_once():
    job = create(to=5)
    with pytest.raises(NotFound):
        services.cancel(job_id=job.pk, by=OTHER, now=NOW)
    services.cancel(job_id=job.pk, by=ME, now=NOW)
    with pytest.raises(IllegalState, match="已取消"):
        services.cancel(job_id=job.pk, by=ME, now=NOW)


def test_the_job_of_a_dead_worker_goes_to_another_three_times_at_most():
    job = create(to=5)
    for attempt in range(1, 4):
        Job.objects.filter(pk=job.pk).update(
            state=Job.RUNNING, attempts=attempt, heartbeat_at=NOW - timedelta(seconds=61), nudged_at=NOW
        )
        assert services.recover(now=NOW) == 1
        job.refresh_from_db()
        assert job.state == (Job.WAITING if attempt < 3 else Job.FAILED)
    assert "中断 3 次" in job.message


def test_a_worker_that_still_beats_keeps_its_job():
    job = create(to=5)
    Job.objects.filter(pk=job.pk).update(state=Job.RUNNING, heartbeat_at=NOW - timedelta(seconds=59))
    assert services.recover(now=NOW) == 0


def test_a_broker_that_is_away_loses_no_job(monkeypatch, settings, caplog):
    away = Celery(broker="redis://127.0.0.1:1/0", set_as_current=False)
    away.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    monkeypatch.setattr(services, "current_app", away)
    job = create(to=5)
    assert Job.objects.get(pk=job.pk).state == Job.WAITING
    assert "no worker could be told" in caplog.text
    assert services.recover(now=NOW + timedelta(seconds=121)) == 1


def test_a_lost_message_is_sent_again_after_two_minutes_and_not_each_minute():
    create(to=5)
    assert services.recover(now=NOW + timedelta(seconds=100)) == 0
    assert services.recover(now=NOW + timedelta(seconds=121)) == 1
    assert services.recover(now=NOW + timedelta(seconds=180)) == 0


def test_a_worker_taken_for_dead_can_write_no_more():
    job = create(to=5)
    Job.objects.filter(pk=job.pk).update(state=Job.RUNNING, attempts=1)
    job.refresh_from_db()
    Job.objects.filter(pk=job.pk).update(attempts=2)
    with Progress(job) as progress, pytest.raises(JobCancelled):
        eventually(lambda: progress.advance(1))
    job.refresh_from_db()
    assert job.done == 0


def test_files_go_thirty_days_after_the_end():
    job = create(to=5)
    services.run(job_id=job.pk, now=NOW)
    ended = timezone.now()
    assert services.purge_files(now=ended + timedelta(days=29)) == 0
    job.refresh_from_db()
    path = Path(job.output.path)
    assert path.exists()
    assert services.purge_files(now=ended + timedelta(days=31)) == 1
    assert not path.exists()
    job.refresh_from_db()
    assert not job.output


def test_the_worker_acts_as_the_posting_or_not_at_all(monkeypatch):
    job = create(to=5)
    monkeypatch.setattr(registry, "_actor_loader", [])
    with pytest.raises(NotAllowed):
        registry.actor_of(job, NOW)
    registry.register_actor_loader(lambda posting_id, now: ME)
    assert registry.actor_of(job, NOW) is ME
