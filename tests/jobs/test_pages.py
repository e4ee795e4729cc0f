"""One's own jobs in the browser."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from django.urls import reverse

from governance.audit.models import Entry
from governance.jobs import registry, services
from governance.jobs.models import Job
from tests.jobs import kinds
from tests.signing import client_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def job(cast, now) -> Job:
    return services.create(kind="test.count", title="数一数", params={"to": 3}, by=cast.dc, now=now)


def test_ones_own_jobs_are_listed_and_no_others(cast, job):
    assert "数一数" in client_of(cast.dc).get(reverse("jobs:list")).content.decode()
    assert "数一数" not in client_of(cast.ss).get(reverse("jobs:list")).content.decode()


def test_progress_is_polled_while_it_lasts_and_no_longer(cast, job, now):
    client = client_of(cast.dc)
    url = reverse("jobs:progress", args=[job.pk])
    assert f'hx-get="{url}"' in client.get(reverse("jobs:detail", args=[job.pk])).content.decode()
    waiting = client.get(url)
    assert f'hx-get="{url}"' in waiting.content.decode()
    assert "HX-Refresh" not in waiting
    services.run(job_id=job.pk, now=now)
    ended = client.get(url)
    assert "hx-get" not in ended.content.decode()
    assert ended["HX-Refresh"] == "true"
    page = client.get(reverse("jobs:detail", args=[job.pk])).content.decode()
    assert "数完了" in page
    assert reverse("jobs:download", args=[job.pk]) in page


def test_the_result_page_of_a_kind_comes_first(cast, job, now, monkeypatch):
    monkeypatch.setattr(registry, "_kinds", {})
    registry.register("test.count", kinds.count, result_url=lambda job: f"/results/{job.pk}/")
    services.run(job_id=job.pk, now=now)
    assert f"/results/{job.pk}/" in client_of(cast.dc).get(reverse("jobs:detail", args=[job.pk])).content.decode()


def test_a_download_is_the_owners_alone_and_recorded(cast, job, now):
    url = reverse("jobs:download", args=[job.pk])
    assert client_of(cast.dc).get(url).status_code == 404
    services.run(job_id=job.pk, now=now)
    assert client_of(cast.ss).get(url).status_code == 404
    assert not Entry.objects.filter(action="job.download").exists()
    answer = client_of(cast.dc).get(url)
    assert b"".join(answer.streaming_content).decode() == "一二三"
    assert "结果.txt" in unquote(answer["Content-Disposition"])
    entry = Entry.objects.get(action="job.download")
    assert (entry.user_id, entry.subject_id, entry.after) == (cast.dc.user_id, job.pk, {"file": "结果.txt"})


def test_a_file_that_is_gone_is_said(cast, job, now):
    services.run(job_id=job.pk, now=now)
    job.refresh_from_db()
    job.output.storage.delete(job.output.name)
    answer = client_of(cast.dc).get(reverse("jobs:download", args=[job.pk]))
    assert answer.status_code == 404
    assert "已过保存期" in answer.content.decode()


def test_cancelling_in_the_browser(cast, job):
    url = reverse("jobs:cancel", args=[job.pk])
    assert client_of(cast.ss).post(url).status_code == 404
    client = client_of(cast.dc)
    assert "任务已取消" in client.post(url, follow=True).content.decode()
    assert "无需取消" in client.post(url, follow=True).content.decode()
    job.refresh_from_db()
    assert job.state == Job.CANCELLED


def test_anothers_job_is_not_there(cast, job):
    for name in ("detail", "progress"):
        assert client_of(cast.ss).get(reverse(f"jobs:{name}", args=[job.pk])).status_code == 404
