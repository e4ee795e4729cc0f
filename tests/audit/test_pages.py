"""The auditor's pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from governance.audit import sealing, services, work
from governance.audit.models import Entry, Seal
from governance.jobs import services as jobs
from governance.jobs.models import Job
from governance.scope import Actor
from tests.signing import client_of


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def auditor(cast) -> Client:
    return client_of(cast.au)


def write(by: Actor, now: datetime, n: int = 1, **fact: object) -> None:
    base = {"action": "case.change", "subject_type": "case", "subject_id": 1, "by": by}
    services.record_many({**base, "now": now + timedelta(seconds=i), **fact} for i in range(n))


def test_the_auditor_reads_the_record_newest_first_and_nobody_else_does(cast, auditor, now):
    write(cast.ss, now, 3, subject_label="MH20261123-0001", reason="核对地址")
    page = auditor.get(reverse("audit:list")).content.decode()
    assert "MH20261123-0001" in page
    assert "核对地址" in page
    for other in (cast.dc, cast.dl, cast.se, cast.sy, cast.gw):
        assert client_of(other).get(reverse("audit:list")).status_code == 403
        assert not Entry.objects.visible_to(other).exists()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("user_name=张三", {"a"}),
        ("subject_label=MH2", {"b"}),
        ("action=case.reveal", {"b"}),
        ("tab=looks", {"b"}),
        ("subject_type=other&subject_id=9", {"c"}),
        ("subject_id=99999999999999999999999", set()),
        ("subject_id=1.5", set()),
        ("ip=10.0.0.9", {"c"}),
        ("at_after=2026-11-24", {"c"}),
        ("at_before=2026-11-23", {"a", "b"}),
        ("action=case.reveal&user_name=张三", set()),
    ],
)
def test_filters_find_what_they_name(cast, auditor, now, monkeypatch, query, found):
    from governance.audit import actions

    monkeypatch.setattr(actions, "_actions", {})
    monkeypatch.setattr(actions, "_subjects", {"other": "其他"})
    actions.register_action("case.reveal", "查看电话")
    zhang = Actor(500, "张三", 1, None, 1, "甲", None)
    li = Actor(501, "李四", 1, None, 1, "甲", None)
    write(zhang, now, reason="原因a")
    write(li, now, action="case.reveal", subject_label="MH2", reason="原因b")
    away = Actor(501, "李四", 1, None, 1, "甲", None, ip="10.0.0.9")
    write(away, now + timedelta(days=1), subject_type="other", subject_id=9, reason="原因c")
    page = auditor.get(f"{reverse('audit:list')}?{query}").content.decode()
    assert {letter for letter in "abc" if f"原因{letter}" in page} == found


def test_an_unreadable_filter_is_said_and_finds_nothing(cast, auditor, now):
    write(cast.ss, now, reason="核对地址")
    answer = auditor.get(reverse("audit:list"), {"at_after": "never"})
    assert answer.status_code == 200
    assert "核对地址" not in answer.content.decode()


def test_the_list_pages_with_few_queries_however_deep(cast, auditor, now, django_assert_max_num_queries):
    write(cast.ss, now, 130)
    url, seen = reverse("audit:list"), []
    while url:
        with django_assert_max_num_queries(16):
            answer = auditor.get(url)
        seen += [row.object.pk for row in answer.context["rows"]]
        after = answer.context["page"].next
        url = f"{reverse('audit:list')}?after={after}" if after else ""
    changes = Entry.objects.filter(action="case.change").order_by("-at", "-pk")
    assert [pk for pk in seen if pk in set(changes.values_list("pk", flat=True))] == list(
        changes.values_list("pk", flat=True)
    )


def test_an_entry_shows_what_it_changed(cast, auditor, now):
    write(cast.ss, now, before={"address": "旧址", "same": 1}, after={"address": "<b>新址</b>", "same": 1})
    entry = Entry.objects.get(action="case.change")
    page = auditor.get(reverse("audit:detail", args=[entry.pk])).content.decode()
    assert "旧址" in page
    assert "&lt;b&gt;新址&lt;/b&gt;" in page
    assert "same" not in page
    assert auditor.get(reverse("audit:detail", args=[10**6])).status_code == 404
    assert client_of(cast.dc).get(reverse("audit:detail", args=[entry.pk])).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_an_export_is_a_job_is_recorded_and_holds_what_was_filtered(cast, auditor, now):
    write(cast.ss, now, 2, reason="=HYPERLINK(1)")
    write(cast.gw, now)
    url = f"{reverse('audit:list')}?user_name={cast.ss.user_name}"
    answer = auditor.post(url, {"action": "export", "confirmed": "1"})
    job = Job.objects.get()
    assert answer["Location"] == reverse("jobs:detail", args=[job.pk])
    recorded = Entry.objects.get(action=work.EXPORT)
    assert (recorded.user_id, recorded.after["filters"]) == (cast.au.user_id, {"user_name": cast.ss.user_name})
    jobs.run(job_id=job.pk, now=now)
    job.refresh_from_db()
    assert (job.state, job.result) == (Job.DONE, {"rows": 2})
    download = auditor.get(reverse("jobs:download", args=[job.pk]))
    sheet = openpyxl.load_workbook(BytesIO(b"".join(download.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:3] == ("编号", "时间", "操作人")
    assert [row[2] for row in rows[1:]] == [cast.ss.user_name] * 2
    reason = sheet.cell(2, rows[0].index("事由") + 1)
    assert (reason.value, reason.data_type) == ("=HYPERLINK(1)", "s")


@pytest.mark.django_db(transaction=True)
def test_the_check_is_a_job_that_says_what_it_found(cast, auditor, now):
    write(cast.ss, now, 5)
    sealing.seal(now=now)
    head = Seal.objects.get().digest
    assert head in auditor.get(reverse("audit:verify")).content.decode()
    refused = auditor.post(reverse("audit:verify"), {"expect_head": "abc"})
    assert "64 位" in refused.content.decode()
    for expected, state in ((head.upper(), "全部相符"), ("a" * 64, "发现 1 处问题")):
        answer = auditor.post(reverse("audit:verify"), {"expect_head": expected})
        job = Job.objects.latest("pk")
        assert answer["Location"] == reverse("jobs:detail", args=[job.pk])
        jobs.run(job_id=job.pk, now=now)
        job.refresh_from_db()
        assert (job.state, state in job.message) == (Job.DONE, True)
    assert Entry.objects.filter(action=work.VERIFY, user_id=cast.au.user_id).count() == 2
    with job.output.open() as file:
        assert "不在链上" in file.read().decode()
