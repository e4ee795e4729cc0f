"""Exports: with a purpose, masked, on record; a large one only after a leader has agreed."""

import openpyxl
import pytest

from appeals import export
from appeals.models import ExportRequest
from governance.audit.models import Entry
from governance.errors import IllegalState, InvalidInput, NotAllowed
from governance.jobs import services as jobs
from governance.jobs.models import Job
from governance.outbox.models import InboxItem


def ask(by, now, count=10, query=""):
    return export.ask(purpose="十月办件通报", query=query, count=count, by=by, now=now)


def sheet_of(job: Job) -> list[tuple]:
    job.refresh_from_db()
    assert job.state == Job.DONE, job.message
    with job.output.open("rb") as file:
        return list(openpyxl.load_workbook(file).active.iter_rows(values_only=True))


class TestSmall:
    def test_from_the_list_to_the_file(self, registered, browse, cast, settings, tmp_path, now) -> None:
        settings.MEDIA_ROOT = tmp_path
        appeal = registered(title="=1+1", content="请联系 13812344080 王先生")
        registered(title="路灯不亮", content="晚上看不清路。")
        client = browse(cast.dc)
        assert "导出用途" in client.post("/appeals/?q=1%2B1", {"action": "export"}).content.decode()
        done = client.post("/appeals/?q=1", {"action": "export", "confirmed": "1", "purpose": "十月办件通报"})
        wanted = ExportRequest.objects.get()
        assert done["Location"] == f"/appeals/exports/{wanted.pk}/"
        jobs.run(job_id=wanted.job_id, now=now)
        rows = sheet_of(wanted.job)
        first = dict(zip(rows[0], rows[1], strict=True))
        assert (first["工单号"], first["标题"], first["联系电话"]) == (appeal.number, "=1+1", "138****4080")
        assert first["诉求人"] == "王**"
        assert "13812344080" not in str(rows)
        assert "十月办件通报" in rows[-1][0]
        assert len(rows) == 3
        file = client.get(f"/appeals/exports/{wanted.pk}/file/")
        assert (file.status_code, b"".join(file.streaming_content)[:2]) == (200, b"PK")
        assert set(Entry.objects.values_list("action", flat=True)) >= {
            "appeal.export_ask",
            "appeal.export",
            "job.download",
        }

    def test_the_file_is_for_who_asked(self, registered, browse, cast, settings, tmp_path, now) -> None:
        settings.MEDIA_ROOT = tmp_path
        registered()
        wanted = ask(cast.ss, now)
        jobs.run(job_id=wanted.job_id, now=now)
        assert browse(cast.dc).get(f"/appeals/exports/{wanted.pk}/file/").status_code == 404
        assert browse(cast.ss_2).get(f"/appeals/exports/{wanted.pk}/").status_code == 404

    def test_only_what_one_may_see(self, registered, cast, district, settings, tmp_path, now) -> None:
        settings.MEDIA_ROOT = tmp_path
        registered(unit_id=district.community_3.pk)
        wanted = ask(cast.ss, now)
        jobs.run(job_id=wanted.job_id, now=now)
        assert len(sheet_of(wanted.job)) == 2

    def test_refused(self, cast, now) -> None:
        with pytest.raises(NotAllowed):
            ask(cast.cw, now)
        with pytest.raises(InvalidInput):
            export.ask(purpose="", query="", count=1, by=cast.dc, now=now)
        with pytest.raises(InvalidInput):
            ask(cast.dc, now, count=export.MOST + 1)


class TestLarge:
    def test_waits_for_a_leader_who_is_told(self, cast, now, browse) -> None:
        wanted = ask(cast.ss, now, count=export.FREE + 1)
        assert wanted.job_id is None
        assert InboxItem.objects.filter(user_id=cast.sl.user_id, title__contains="请审批").exists()
        assert "等您审批" in browse(cast.sl).get("/appeals/exports/").content.decode()
        done = browse(cast.sl).post(f"/appeals/exports/{wanted.pk}/", {"approve": "yes", "words": ""})
        assert done.status_code == 302
        assert browse(cast.ss).post(f"/appeals/exports/{wanted.pk}/begin/").status_code == 302
        wanted.refresh_from_db()
        assert (wanted.approved, wanted.job_id is not None) == (True, True)

    @pytest.mark.parametrize("who", ["ss", "cs", "dl", "cw_3"])
    def test_not_by_oneself_nor_from_below(self, cast, now, browse, who) -> None:
        wanted = ask(cast.ss, now, count=export.FREE + 1)
        done = browse(getattr(cast, who)).post(f"/appeals/exports/{wanted.pk}/", {"approve": "yes", "words": ""})
        assert done.status_code in {403, 404}
        wanted.refresh_from_db()
        assert wanted.approved is None

    def test_a_refusal_ends_it(self, cast, now) -> None:
        wanted = ask(cast.ss, now, count=export.FREE + 1)
        export.decide(request_id=wanted.pk, approve=False, words="范围过大", by=cast.sl, now=now)
        with pytest.raises(IllegalState):
            export.begin(request_id=wanted.pk, by=cast.ss, now=now)
        with pytest.raises(IllegalState):
            export.decide(request_id=wanted.pk, approve=True, words="", by=cast.dc, now=now)

    def test_not_begun_before_the_decision(self, cast, now) -> None:
        wanted = ask(cast.ss, now, count=export.FREE + 1)
        with pytest.raises(IllegalState):
            export.begin(request_id=wanted.pk, by=cast.ss, now=now)
