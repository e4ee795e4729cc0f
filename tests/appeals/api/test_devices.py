"""What a device or the hotline needs besides the appeals themselves: files, the inbox, a whole spreadsheet."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook
from PIL import Image

from appeals.models import Appeal
from governance.jobs.models import Job
from governance.jobs.services import run as run_job

NEW = {"title": "楼道堆物", "content": "三楼堆放纸箱，消防通道变窄。", "channel": "grid"}


def picture() -> SimpleUploadedFile:
    stream = BytesIO()
    Image.new("RGB", (64, 48), "red").save(stream, "JPEG")
    return SimpleUploadedFile("楼道.jpg", stream.getvalue(), "image/jpeg")


def test_a_photo_goes_in_and_comes_out_with_its_appeal(api, rules, cast) -> None:
    worker, elsewhere = api(cast.gw), api(cast.gw_2)
    made = worker.post("/api/v1/attachments/", {"file": picture(), "kind": "photo"}, format="multipart")
    assert made.status_code == 201, made.json()
    url = f"/api/v1/attachments/{made.json()['id']}/"
    appeal = worker.post("/api/v1/appeals/", NEW | {"attachment_ids": [made.json()["id"]]})
    assert appeal.status_code == 201, appeal.json()
    answer = worker.get(url)
    assert answer["Content-Type"] == "image/jpeg"
    assert Image.open(BytesIO(answer.getvalue())).size == (64, 48)
    assert elsewhere.get(url).status_code == 404


@pytest.mark.parametrize("content", [b"", b"no picture at all"])
def test_what_is_no_picture_is_refused_in_words(api, cast, content: bytes) -> None:
    file = SimpleUploadedFile("x.jpg", content, "image/jpeg")
    answer = api(cast.gw).post("/api/v1/attachments/", {"file": file, "kind": "photo"}, format="multipart")
    assert (answer.status_code, answer.json()["field"]) == (400, "file")


def test_the_inbox_is_ones_own(api, dispatched, cast) -> None:
    department, other = api(cast.ds), api(cast.ds_2)
    (message,) = department.get("/api/v1/inbox/").json()["results"]
    assert message["subject_id"] == dispatched.pk
    assert other.get("/api/v1/inbox/").json()["results"] == []
    assert other.post(f"/api/v1/inbox/{message['id']}/read/").status_code == 404
    assert department.post(f"/api/v1/inbox/{message['id']}/read/").status_code == 204
    assert department.get("/api/v1/inbox/").json()["results"][0]["read_at"]


def spreadsheet(rows: list[list[str]]) -> SimpleUploadedFile:
    book, stream = Workbook(), BytesIO()
    for row in [["留言编号", "留言主题", "留言时间", "留言详情"], *rows]:
        book.active.append(row)
    book.save(stream)
    return SimpleUploadedFile("工单.xlsx", stream.getvalue())


def test_a_spreadsheet_is_checked_and_imported(api, rules, cast, now) -> None:
    centre = api(cast.dc)
    file = spreadsheet([["API-1", "路灯不亮", "2026/11/20 9:00:00", "南门路灯坏了一周。"]])
    made = centre.post("/api/v1/imports/", {"file": file}, format="multipart")
    assert made.status_code == 201, made.json()
    url = f"/api/v1/imports/{made.json()['id']}/"
    assert centre.post(f"{url}start/").status_code == 409
    finish(now)
    assert centre.get(url).json()["stage"] == "preview"
    assert centre.post(f"{url}start/").status_code == 200
    finish(now)
    assert centre.get(url).json()["stage"] == "done"
    assert Appeal.objects.get(source_number="API-1").state == "registered"
    assert api(cast.ss).get(url).status_code == 403


def finish(now) -> None:
    """What the worker for long work would do with the job that waits."""
    job = Job.objects.get(state=Job.WAITING)
    run_job(job_id=job.pk, now=now)
