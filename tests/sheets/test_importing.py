"""The machinery with a small specimen: template, look, taking over, refused rows, what is kept and what goes."""

from __future__ import annotations

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings

from governance.audit.models import Entry
from governance.errors import DomainError, IllegalState, InvalidInput, NotFound
from governance.jobs import services as jobs
from governance.jobs.models import Job
from governance.sheets import imports, sealed, selectors
from governance.sheets.models import SheetRefusal, SheetUpload
from governance.sheets.template import refused, template
from governance.ui.models import SavedView
from tests.sheets.conftest import LABELS
from tests.sheets.files import read, rows_of, xlsx
from tests.sheets.specimen import PAGE, SPECIMEN

pytestmark = pytest.mark.django_db

NUMBER = "990101199003070030"
BAD = [
    ["", "红"], ["乙" * 21, "红"], ["丙", "蓝"], ["丁", ""], ["戊", "红", "", "去年"], ["己", "红", "", "", "-1"],
    ["庚", "红", "", "", "", "或许"], ["不许", "红"],
]  # fmt: skip


def views() -> list[str]:
    return list(SavedView.objects.filter(page=PAGE).order_by("pk").values_list("name", flat=True))


class TestTemplate:
    def test_it_opens_with_drop_downs_choices_and_notes(self, cast) -> None:
        book = read(template(SPECIMEN, cast.cw))
        assert book.sheetnames == ["样品", "可选内容", "填写说明"]
        sheet = book["样品"]
        assert [cell.value for cell in sheet[1]] == ["名称*", "颜色*", *LABELS[2:]]
        found = {str(one.sqref).split(":")[0]: one for one in sheet.data_validations.dataValidation}
        assert set(found) == {"B2", "F2", "G2"}
        assert found["B2"].formula1 == "'可选内容'!$A$2:$A$3"
        assert (found["B2"].showErrorMessage, found["F2"].showErrorMessage) == (True, False)
        # Longer than a drop-down of words could hold.
        assert found["G2"].formula1.endswith("$C$301")
        assert sheet.column_dimensions["C"].number_format == "@"
        assert book["填写说明"]["B3"].value.startswith("必填。红或绿。")

    def test_what_begins_like_a_formula_stays_text(self, cast) -> None:
        book = read(refused(SPECIMEN, cast.cw, [["=1+1", "红", "+86138", "", "", "", "", "名称", "@问题", 2]]))
        cell = book["样品"]["A2"]
        assert (cell.value, cell.data_type, book["样品"]["C2"].data_type) == ("=1+1", "s", "s")


class TestLook:
    def test_figures_the_refused_first_and_nothing_written(self, look) -> None:
        upload = look(["甲", "红"], *BAD, ["辛", "绿"])
        assert upload.checked == {"new": 2, "changed": 0, "same": 0, "refused": len(BAD)}
        assert selectors.stage_of(upload) == selectors.PREVIEW
        assert views() == []
        shown = selectors.shown(upload, 200)
        assert [row["outcome"] for row in shown] == ["refused"] * len(BAD) + ["new"] * 2
        assert [row["column"] for row in shown[: len(BAD)]] == [
            "名称", "名称", "颜色", "颜色", "日期", "数量", "开放", "名称",
        ]  # fmt: skip
        assert all(row["message"] for row in shown[: len(BAD)])

    def test_numbers_are_shown_masked_wherever_they_were_typed(self, look) -> None:
        upload = look([f"{NUMBER}", "红", "13812345678"], ["乙", "13812345678", "1381234567"])
        shown = str(selectors.shown(upload, 200))
        for number in (NUMBER, "13812345678", "1381234567"):
            assert number not in shown

    @pytest.mark.parametrize(
        "content",
        [b"", b"hello", b"PK\x03\x04 broken", b"%PDF-1.7", os.urandom(5000), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9,
         "编号,数量\n1,2".encode(), "名称,颜色\n".encode(), "名称,颜色\n,\n".encode(), b"\xff\xfe\x00", b'"' * 999],
        ids=range(11),
    )  # fmt: skip
    def test_garbage_is_refused_at_the_door(self, look, content) -> None:
        with pytest.raises(InvalidInput) as error:
            look(file=BytesIO(content))
        assert error.value.field == "file"
        assert not SheetUpload.objects.exists()

    def test_csv_and_a_header_below_titles(self, look) -> None:
        text = "样品登记表,\n制表：某某,\n颜色,名称*\n红,甲\n绿,乙\n"
        assert look(file=BytesIO(text.encode("gb18030")), name="a.csv").checked["new"] == 2

    def test_too_many_rows(self, look, monkeypatch) -> None:
        monkeypatch.setattr(SPECIMEN.importer, "most_rows", 2)
        with pytest.raises(InvalidInput, match="拆成几个文件"):
            look(["甲", "红"], ["乙", "红"], ["丙", "红"])


class TestTakingOver:
    def test_good_rows_go_in_and_bad_ones_come_back(self, look, cast, now) -> None:
        upload = look(["甲", "红"], *BAD, ["辛", "绿"])
        imports.start(upload_id=upload.pk, by=cast.cw, now=now)
        upload.refresh_from_db()
        assert views() == ["甲", "辛"]
        assert (upload.tally["new"], upload.tally["refused"]) == (2, len(BAD))
        assert selectors.stage_of(upload) == selectors.DONE
        told = rows_of(refused(SPECIMEN, cast.cw, selectors.refused_rows(upload)))
        assert told[0][-3:] == ("有问题的列", "问题（改好后可直接重新上传）", "原行号")
        assert [row[-1] for row in told[1:]] == list(range(3, 3 + len(BAD)))

    def test_mended_and_uploaded_again(self, look, cast, now) -> None:
        upload = look(["甲", "红"], ["乙", "蓝"])
        imports.start(upload_id=upload.pk, by=cast.cw, now=now)
        upload.refresh_from_db()
        book = read(refused(SPECIMEN, cast.cw, selectors.refused_rows(upload)))
        book["样品"]["B2"] = "绿"
        mended = BytesIO()
        book.save(mended)
        again = look(file=mended)
        assert again.checked == {"new": 1, "changed": 0, "same": 0, "refused": 0}
        imports.start(upload_id=again.pk, by=cast.cw, now=now)
        assert views() == ["甲", "乙"]

    def test_the_same_file_twice_changes_nothing_and_a_correction_one(self, look, cast, now) -> None:
        imports.start(upload_id=look(["甲", "红"], ["乙", "绿"]).pk, by=cast.cw, now=now)
        upload = look(["甲", "红"], ["乙", "绿"])
        assert upload.checked["same"] == 2
        with pytest.raises(IllegalState):
            imports.start(upload_id=upload.pk, by=cast.cw, now=now)
        assert look(["甲", "绿"], ["乙", "绿"]).checked == {"new": 0, "changed": 1, "same": 1, "refused": 0}

    def test_started_once_and_by_who_uploaded(self, look, cast, now) -> None:
        upload = look(["甲", "红"])
        with pytest.raises(NotFound):
            imports.start(upload_id=upload.pk, by=cast.cs, now=now)
        imports.start(upload_id=upload.pk, by=cast.cw, now=now)
        with pytest.raises(IllegalState):
            imports.start(upload_id=upload.pk, by=cast.cw, now=now)
        with pytest.raises(IllegalState):
            imports.discard(upload_id=upload.pk, by=cast.cw, now=now)

    def test_each_step_is_on_record_with_the_files_digest(self, look, cast, now) -> None:
        upload = look(["甲", "红"], ["乙", "蓝"])
        imports.start(upload_id=upload.pk, by=cast.cw, now=now)
        entries = Entry.objects.filter(subject_type="sheets.upload").order_by("pk")
        assert [entry.action for entry in entries] == [
            "sheet.upload", "sheet.start", "sheet.import_batch", "sheet.import",
        ]  # fmt: skip
        assert {entry.after["digest"] for entry in entries} == {upload.digest[:16]}
        assert (entries[3].after["new"], entries[3].after["refused"]) == (1, 1)


class TestKept:
    def _stored(self) -> bytes:
        return b"".join(path.read_bytes() for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())

    def test_no_number_lies_in_clear_in_a_file_or_a_row(self, look) -> None:
        text = "名称,颜色,电话\n" + f"甲,蓝,{NUMBER}\n乙,红,13812345678\n" * 20
        upload = look(file=BytesIO(text.encode()), name="a.csv")
        rows = [*SheetRefusal.objects.values(), *SheetUpload.objects.values(), *Job.objects.values(),
                *Entry.objects.values()]  # fmt: skip
        for number in (NUMBER, "13812345678"):
            assert number.encode() not in self._stored()
            assert number not in str(rows)
        with sealed.opened(upload) as file:
            assert file.read().decode() == text

    def test_what_was_changed_or_moved_does_not_open(self, look, cast, now) -> None:
        one, other = look(["甲", "红"]), look(["乙", "红"])
        SheetUpload.objects.filter(pk=one.pk).update(file=other.file.name)
        one.refresh_from_db()
        with pytest.raises(IllegalState, match="重新上传"), sealed.opened(one) as file:
            file.read()

    def test_the_file_goes_with_the_import_with_the_upload_and_after_a_day(
        self, look, cast, now, django_capture_on_commit_callbacks
    ) -> None:
        done, given_up, left = look(["甲", "红"]), look(["乙", "红"]), look(["丙", "蓝"])
        assert self._stored()
        with django_capture_on_commit_callbacks(execute=True):
            imports.start(upload_id=done.pk, by=cast.cw, now=now)
            imports.discard(upload_id=given_up.pk, by=cast.cw, now=now)
            assert imports.purge(now=now + timedelta(hours=23)) == 0
            assert imports.purge(now=now + timedelta(hours=25)) == 1
        assert self._stored() == b""
        left.refresh_from_db()
        assert (selectors.stage_of(left), left.shown_sealed) == (selectors.EXPIRED, "")
        assert SheetRefusal.objects.count() == 1
        imports.purge(now=now + timedelta(days=8))
        assert not SheetRefusal.objects.exists()


class TestLarge:
    @pytest.fixture(autouse=True)
    def _nothing_is_small(self, monkeypatch) -> None:
        monkeypatch.setattr(imports, "_SMALL_ROWS", 0)

    def test_a_worker_looks_and_takes_over_with_progress(self, look, cast, now) -> None:
        upload = look(*(["甲" + str(n), "红"] for n in range(10)))
        assert selectors.stage_of(upload) == selectors.CHECKING
        with pytest.raises(IllegalState, match="检查完"):
            imports.start(upload_id=upload.pk, by=cast.cw, now=now)
        assert jobs.run(job_id=upload.check_job_id, now=now)
        upload = selectors.uploads_of(cast.cw).get()
        assert selectors.stage_of(upload) == selectors.PREVIEW
        imports.start(upload_id=upload.pk, by=cast.cw, now=now)
        upload = selectors.uploads_of(cast.cw).get()
        assert selectors.stage_of(upload) == selectors.IMPORTING
        assert jobs.run(job_id=upload.import_job_id, now=now)
        job = Job.objects.get(pk=upload.import_job_id)
        assert (job.state, job.done, len(views())) == (Job.DONE, 10, 10)

    def test_stopped_and_given_up(self, look, cast, now) -> None:
        upload = look(["甲", "红"])
        imports.stop(upload_id=upload.pk, by=cast.cw, now=now)
        upload = selectors.uploads_of(cast.cw).get()
        assert selectors.stage_of(upload) == selectors.UNREADABLE
        imports.discard(upload_id=upload.pk, by=cast.cw, now=now)
        assert not SheetUpload.objects.exists()


def test_only_those_who_may(look, cast) -> None:
    for name in ("gw", "ss", "sl", "dc", "se"):
        with pytest.raises(DomainError):
            look(["甲", "红"], by=getattr(cast, name))


def test_any_cell_of_a_row_may_be_anything(look) -> None:
    """Nothing that a cell can hold is a server error."""
    odd = ["=1+1", "\t", "\u202e", "😀" * 30, "1e309", "NaN", "0", "-", "9" * 400, "2026-13-45", "True", "null"]
    upload = look(file=xlsx(LABELS, [[text] * len(LABELS) for text in odd]))
    assert upload.checked["refused"] == len(odd) - 2, "a row of blanks, or of formulas without a result, is none"
