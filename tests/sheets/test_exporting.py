"""Out: the purpose, the mark, the limit and who lifts it, masked and full numbers, what is on record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from governance.audit.models import Entry
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.jobs import services as jobs
from governance.jobs.models import Job
from governance.jobs.progress import Progress
from governance.outbox.models import InboxItem
from governance.sheets import exports
from governance.sheets.models import SheetExport
from governance.ui.models import SavedView
from tests.sheets.files import read, rows_of
from tests.sheets.specimen import PAGE

pytestmark = pytest.mark.django_db
PURPOSE = "冬季入户走访核对"


@pytest.fixture
def rows(cast):
    """`rows(cast.cs, 3)`: so many things of this person's."""

    def make(actor, count: int) -> None:
        SavedView.objects.bulk_create(
            SavedView(user_id=actor.user_id, page=PAGE, name=f"=样品{n}", query="红") for n in range(count)
        )

    return make


@pytest.fixture
def ask(now):
    """`ask(cast.cs)`: asked for."""

    def asked(by, **more) -> SheetExport:
        return exports.ask(**({"sheet_key": "specimen", "purpose": PURPOSE, "query": ""} | more), by=by, now=now)

    return asked


def made(wanted: SheetExport, now) -> Job:
    jobs.run(job_id=wanted.job_id, now=now)
    return Job.objects.get(pk=wanted.job_id)


def content_of(job: Job) -> bytes:
    with job.output.open("rb") as file:
        return bytes(file.read())


def test_a_list_leaves_with_its_mark(rows, ask, cast, now) -> None:
    rows(cast.cs, 3)
    job = made(ask(cast.cs), now)
    assert (job.state, job.message) == (Job.DONE, "已导出 3 条。")
    content = content_of(job)
    lines = rows_of(content)
    mark = lines[0][0]
    for said in ("内部资料，严禁外传", cast.cs.user_name, cast.cs.unit_name, PURPOSE, "2026-11-23"):
        assert said in mark
    assert lines[1] == ("名称", "颜色", "电话")
    assert lines[2] == ("=样品0", "红", "138****5678")
    sheet = read(content).worksheets[0]
    assert sheet["A3"].data_type == "s", "no formula"
    assert "严禁外传" in sheet.HeaderFooter.oddHeader.center.text
    assert PURPOSE in sheet.HeaderFooter.oddFooter.left.text
    assert sheet.print_title_rows == "$1:$2"


def test_it_is_on_record(rows, ask, cast, now) -> None:
    rows(cast.cs, 3)
    made(ask(cast.cs), now)
    entries = Entry.objects.filter(subject_type="sheets.export").order_by("pk")
    assert [entry.action for entry in entries] == ["sheet.export_ask", "sheet.export"]
    assert entries[1].reason == PURPOSE
    assert entries[1].after == {
        "sheet": "样品", "count": 3, "filters": "全部", "with_numbers": False, "approved": None, "rows": 3,
        "columns": "名称、颜色、电话",
    }  # fmt: skip


@pytest.mark.parametrize("purpose", ["", "   ", "查看", "一二三", "长" * 201])
def test_no_purpose_no_file(rows, ask, cast, purpose) -> None:
    rows(cast.cs, 1)
    with pytest.raises(InvalidInput) as error:
        ask(cast.cs, purpose=purpose)
    assert error.value.field == "purpose"


def test_nothing_to_export_and_too_much(ask, cast, rows, monkeypatch) -> None:
    with pytest.raises(InvalidInput, match="没有符合条件"):
        ask(cast.cs)
    monkeypatch.setattr(exports, "MOST_EXPORTED", 2)
    rows(cast.cs, 3)
    with pytest.raises(InvalidInput, match="最多导出"):
        ask(cast.cs)


def test_full_numbers_for_who_may_and_a_look_on_record(rows, ask, cast, now) -> None:
    rows(cast.cs, 1)
    job = made(ask(cast.cs, with_numbers=True), now)
    assert rows_of(content_of(job))[2][2] == "13812345678"
    entry = Entry.objects.get(action="sheet.export_numbers")
    assert entry.is_look
    assert entry.reason == PURPOSE


class TestApproval:
    @pytest.fixture(autouse=True)
    def _limit(self, monkeypatch) -> None:
        monkeypatch.setattr(exports, "FREE", 2)

    def test_above_the_limit_a_leader_of_the_unit_or_above_decides(self, rows, ask, cast, now) -> None:
        rows(cast.cs, 3)
        wanted = ask(cast.cs)
        assert (wanted.needs_approval, wanted.job) == (True, None)
        told = set(InboxItem.objects.values_list("user_id", flat=True))
        assert told == {cast.sl.user_id}
        with pytest.raises(IllegalState):
            exports.begin(export_id=wanted.pk, by=cast.cs, now=now)
        exports.decide(export_id=wanted.pk, approve=True, words="", by=cast.sl, now=now)
        begun = exports.begin(export_id=wanted.pk, by=cast.cs, now=now)
        assert made(begun, now).state == Job.DONE
        with pytest.raises(IllegalState):
            exports.begin(export_id=wanted.pk, by=cast.cs, now=now)

    def test_a_worker_asks_always(self, rows, ask, cast, now) -> None:
        rows(cast.cw, 1)
        wanted = ask(cast.cw)
        assert wanted.needs_approval
        assert set(InboxItem.objects.values_list("user_id", flat=True)) == {cast.cs.user_id, cast.sl.user_id}
        exports.decide(export_id=wanted.pk, approve=True, words="同意", by=cast.cs, now=now)
        assert made(exports.begin(export_id=wanted.pk, by=cast.cw, now=now), now).state == Job.DONE

    def test_nobody_approves_their_own_nor_another_units(self, rows, ask, cast, now) -> None:
        rows(cast.cs, 3)
        wanted = ask(cast.cs)
        with pytest.raises(NotAllowed, match="本人不能"):
            exports.decide(export_id=wanted.pk, approve=True, words="", by=cast.cs, now=now)
        for stranger in (cast.cs_2,):
            with pytest.raises(NotFound):
                exports.decide(export_id=wanted.pk, approve=True, words="", by=stranger, now=now)
        for nobody in (cast.cw, cast.ss, cast.dc, cast.gw):
            with pytest.raises(NotAllowed):
                exports.decide(export_id=wanted.pk, approve=True, words="", by=nobody, now=now)
        assert SheetExport.objects.get().approved is None

    def test_refused_with_words_and_decided_once(self, rows, ask, cast, now) -> None:
        rows(cast.cw, 1)
        wanted = ask(cast.cw)
        with pytest.raises(InvalidInput, match="意见"):
            exports.decide(export_id=wanted.pk, approve=False, words="", by=cast.cs, now=now)
        exports.decide(export_id=wanted.pk, approve=False, words="用途不明", by=cast.cs, now=now)
        with pytest.raises(IllegalState):
            exports.decide(export_id=wanted.pk, approve=True, words="", by=cast.sl, now=now)
        with pytest.raises(IllegalState):
            exports.begin(export_id=wanted.pk, by=cast.cw, now=now)
        assert "未获同意" in InboxItem.objects.get(user_id=cast.cw.user_id).title

    def test_more_rows_than_were_free_when_it_is_made(self, rows, ask, cast, now) -> None:
        rows(cast.cs, 2)
        wanted = ask(cast.cs)
        SavedView.objects.create(user_id=cast.cs.user_id, page=PAGE, name="又一个", query="红")
        with pytest.raises(InvalidInput, match="重新申请"):
            exports.work(wanted.job, Progress(wanted.job), now)


def test_the_file_is_the_askers_alone_and_for_a_week(rows, ask, cast, now) -> None:
    rows(cast.cs, 1)
    wanted = ask(cast.cs)
    job = made(wanted, now)
    wanted = SheetExport.objects.get()
    assert exports.download_of(wanted, cast.cs).pk == job.pk
    with pytest.raises(NotFound):
        exports.download_of(wanted, cast.sl)
    Job.objects.update(ended_at=now)
    assert exports.purge(now=now + timedelta(days=6)) == 0
    assert exports.purge(now=now + timedelta(days=8)) == 1
    with pytest.raises(NotFound, match="7 天"):
        exports.download_of(SheetExport.objects.select_related("job").get(), cast.cs)


def test_who_may_not_export(rows, ask, cast) -> None:
    for name in ("gw", "sl", "dc", "dl", "ds", "se", "au"):
        rows(getattr(cast, name), 1)
        with pytest.raises(NotAllowed):
            ask(getattr(cast, name))
