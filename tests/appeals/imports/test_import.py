"""A file's way into the platform: what arrives, what a second file changes, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import openpyxl
import pytest

from accounts.models import Posting
from appeals import services as appeal_services
from appeals.imports import selectors, services
from appeals.imports.mapping import ColumnMapping
from appeals.imports.work import BATCH
from appeals.models import Appeal, AppealEntry, ImportFile, ImportOrigin, ImportProblem, ImportTemplate
from governance import privacy
from governance.audit.models import Entry
from governance.deadlines.models import Clock
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.jobs.models import Job
from governance.outbox.models import InboxItem
from governance.search import query
from tests.appeals.imports.conftest import (
    CONTENT,
    HEADERS,
    TITLE,
    answered,
    appeal,
    check,
    counts,
    fresh,
    row,
    start,
    workbook,
)
from tests.fixtures import Cast, District

BringIn = Callable[..., Job]
SOLVED = appeal_services.VisitReport(method="phone", reached=True, solved=True, satisfaction="satisfied")
UNSOLVED = appeal_services.VisitReport(
    method="phone", reached=True, solved=False, satisfaction="unsatisfied", words="路灯仍然不亮"
)


def clocks(number: str) -> list[tuple[str, str, int]]:
    """The clocks of an imported appeal."""
    found = Clock.objects.filter(subject_type="appeals.appeal", subject_id=appeal(number).pk).order_by("pk")
    return [(clock.kind, clock.state, clock.unit_id) for clock in found]


def test_a_row_without_a_reply_waits_for_its_dispatch(
    bring_in: BringIn, cast: Cast, district: District, now: datetime
) -> None:
    job = bring_in([row("A1", street="第一街道", community="第一街道1社区")])
    assert counts(job) == {"new": 1}
    found = appeal("A1")
    assert (found.state, found.title, found.content, found.channel) == ("registered", TITLE, CONTENT, "hotline")
    assert (found.desk_unit, found.district, found.street, found.community) == (
        district.district, district.district, district.street_1, district.community_1,
    )  # fmt: skip
    assert found.number.startswith("MH20261123-")
    assert found.raised_at.isoformat() == "2026-11-20T01:32:09+00:00"
    assert (found.registered_at, found.registered_by_user) == (now, cast.dc.user_id)
    assert clocks("A1") == [("dispatch", "running", district.district.pk)]
    clock = Clock.objects.get(subject_id=found.pk)
    assert (found.clock_kind, found.due_at, clock.started_at) == ("dispatch", clock.due_at, now)
    assert [(e.kind, e.to_state, e.data["row"]) for e in found.entries.all()] == [("import", "registered", 2)]


def test_a_row_with_a_reply_arrives_resolved_and_waits_for_its_visit(
    bring_in: BringIn, district: District, now: datetime
) -> None:
    bring_in([answered("A1"), answered("A2", street="第二街道")])
    found = appeal("A1")
    assert (found.state, found.public_reply) == ("resolved", "路灯已修复，感谢反映。")
    assert found.resolved_at is not None
    assert found.resolved_at.isoformat() == "2026-11-21T06:00:00+00:00"
    assert found.desk_unit == district.district
    assert appeal("A2").desk_unit == district.street_2
    assert clocks("A1") == [("visit", "running", district.district.pk)]
    assert Clock.objects.get(subject_id=found.pk).started_at == now
    assert found.due_at is not None
    assert found.due_at > now
    assert [e.kind for e in found.entries.order_by("pk")] == ["import", "import_reply"]


def test_an_imported_appeal_goes_on_like_any_other(
    bring_in: BringIn, cast: Cast, district: District, now: datetime
) -> None:
    bring_in([row("A1"), answered("A2", street="第一街道")])
    handed = appeal_services.dispatch(
        appeal_id=appeal("A1").pk, to_unit_id=district.department_1.pk, by=cast.dc, now=now
    )
    assert handed.state == "dispatched"
    assert appeal_services.visit(appeal_id=appeal("A2").pk, report=SOLVED, by=cast.ss, now=now).state == "closed"


def test_what_the_hotline_calls_solved_and_the_person_does_not_comes_back(
    bring_in: BringIn, cast: Cast, now: datetime
) -> None:
    bring_in([answered("A1")])
    assert appeal_services.visit(appeal_id=appeal("A1").pk, report=UNSOLVED, by=cast.dc, now=now).state == "registered"


def test_the_unit_that_answered_is_on_record_and_may_not_visit(
    bring_in: BringIn, cast: Cast, district: District, now: datetime
) -> None:
    bring_in([[*answered("A1", street="第一街道"), "第一街道"]], [*HEADERS, "承办单位"])
    found = appeal("A1")
    assert (found.lead_unit, found.desk_unit) == (district.street_1, district.district)
    part = found.assignments.get()
    assert (part.unit, part.ended_how, part.ended_at) == (district.street_1, "resolved", found.resolved_at)
    with pytest.raises(NotAllowed):
        appeal_services.visit(appeal_id=found.pk, report=SOLVED, by=cast.ss, now=now)


def test_personal_numbers_are_sealed_and_found(bring_in: BringIn) -> None:
    bring_in([row("A1", phone=13812344080.0)])
    found = appeal("A1")
    assert found.phone_masked == "138****4080"
    assert privacy.open_sealed(found.phone_sealed, context=f"appeal.phone:{found.seal_key}") == "13812344080"
    assert Appeal.objects.get(phone_index=privacy.blind_index("phone", "138 1234 4080")) == found
    assert "13812344080" not in str(list(AppealEntry.objects.values())) + str(list(Entry.objects.values()))
    assert "13812344080" not in str(list(ImportOrigin.objects.values())) + str(list(Job.objects.values()))


def test_an_imported_appeal_is_found_by_its_words(bring_in: BringIn) -> None:
    bring_in([row("A1"), row("A2", title="暖气不热", content="室温只有十四度")])
    assert [a.source_number for a in Appeal.objects.filter(search=query("路灯"))] == ["A1"]
    assert [a.source_number for a in Appeal.objects.filter(search=query("A2"))] == ["A2"]


def test_the_same_file_twice_adds_nothing(bring_in: BringIn) -> None:
    rows = [row("A1"), answered("A2"), row("A3", phone=None)]
    bring_in(rows)
    before = list(Appeal.objects.order_by("pk").values())
    assert counts(bring_in(rows)) == {"unchanged": 3}
    assert list(Appeal.objects.order_by("pk").values()) == before


def test_the_same_number_on_another_channel_is_another_appeal(
    receive: Callable[..., ImportFile], bring_in: BringIn, cast: Cast, now: datetime
) -> None:
    bring_in([row("A1")])
    file = receive([row("A1")])
    mapping = ColumnMapping(ColumnMapping.from_json(file.mapping).columns, "online")
    file = start(check(file, cast.dc, now, mapping), cast.dc, now)
    assert counts(file.import_job) == {"new": 1}
    assert Appeal.objects.filter(source_number="A1").count() == 2


def test_a_changed_row_updates_what_waits_for_its_dispatch(
    bring_in: BringIn, district: District, now: datetime
) -> None:
    bring_in([row("A1"), row("A2")])
    later = now + timedelta(hours=1)
    changed = row("A1", title="小区北门路灯全部不亮", phone="13900001111", street="第一街道")
    assert counts(bring_in([changed, row("A2")], at=later)) == {"changed": 1, "unchanged": 1}
    found = appeal("A1")
    assert (found.title, found.phone_masked, found.street) == ("小区北门路灯全部不亮", "139****1111", district.street_1)
    assert (found.content, found.changed_at, found.revision) == (CONTENT, later, 2)
    assert privacy.open_sealed(found.phone_sealed, context=f"appeal.phone:{found.seal_key}") == "13900001111"
    assert Appeal.objects.filter(search=query("全部不亮")).get() == found
    update = found.entries.get(kind="import_update")
    assert update.words == "来源系统更新了标题、联系电话、所属街道"
    record = Entry.objects.get(action="appeal.import_update")
    assert record.before["title"] == TITLE
    assert record.after["title"] == "小区北门路灯全部不亮"
    assert counts(bring_in([changed, row("A2")], at=later)) == {"unchanged": 2}


def test_a_change_at_the_source_leaves_alone_what_was_corrected_here(
    bring_in: BringIn, cast: Cast, now: datetime
) -> None:
    bring_in([row("A1")])
    Appeal.objects.filter(source_number="A1").update(title="更正后的标题")
    assert counts(bring_in([row("A1")])) == {"unchanged": 1}
    assert counts(bring_in([row("A1", name="王小姐")])) == {"changed": 1}
    assert (appeal("A1").title, appeal("A1").complainant) == ("更正后的标题", "王小姐")


def test_a_column_that_the_second_file_lacks_says_nothing(bring_in: BringIn) -> None:
    bring_in([row("A1")])
    narrow = [0, 1, 2, 3]
    job = bring_in([[row("A1")[i] for i in narrow]], [HEADERS[i] for i in narrow])
    assert counts(job) == {"unchanged": 1}
    assert appeal("A1").phone_masked == "138****4080"


def test_a_reply_that_comes_later_resolves_what_waits_for_its_dispatch(
    bring_in: BringIn, district: District, now: datetime
) -> None:
    bring_in([row("A1")])
    later = now + timedelta(minutes=30)
    assert counts(bring_in([answered("A1")], at=later)) == {"changed": 1}
    found = appeal("A1")
    assert (found.state, found.public_reply) == ("resolved", "路灯已修复，感谢反映。")
    assert clocks("A1") == [("dispatch", "met", district.district.pk), ("visit", "running", district.district.pk)]
    visit = Clock.objects.get(subject_id=found.pk, kind="visit")
    assert (found.clock_kind, found.due_at, visit.started_at) == ("visit", visit.due_at, later)
    assert [e.kind for e in found.entries.order_by("pk")] == ["import", "import_update", "import_reply"]


def test_what_is_being_handled_is_not_changed_but_reported(
    bring_in: BringIn, cast: Cast, district: District, now: datetime
) -> None:
    bring_in([row("A1"), answered("A2")])
    appeal_services.dispatch(appeal_id=appeal("A1").pk, to_unit_id=district.department_1.pk, by=cast.dc, now=now)
    job = bring_in([row("A1", title="别的标题"), answered("A2", reply="改过的答复")])
    assert counts(job) == {"handled": 2}
    assert appeal("A1").title == TITLE
    remarks = ImportProblem.objects.filter(job=job, refused=False).order_by("row")
    assert [remark.row for remark in remarks] == [2, 3]
    assert remarks[0].problems[0]["message"] == f"工单 {appeal('A1').number} 已办理，未更新"


def test_what_came_back_from_an_unsatisfied_visit_counts_as_handled(
    bring_in: BringIn, cast: Cast, now: datetime
) -> None:
    bring_in([answered("A1")])
    appeal_services.visit(appeal_id=appeal("A1").pk, report=UNSOLVED, by=cast.dc, now=now)
    assert counts(bring_in([answered("A1", reply="又说修好了")])) == {"handled": 1}
    assert appeal("A1").state == "registered"


def test_a_refused_row_is_kept_sealed_with_its_reason_and_the_others_go_in(bring_in: BringIn) -> None:
    job = bring_in([row("A1"), row("A2", phone="1381234"), row("A1"), row("A3")])
    assert counts(job) == {"new": 2, "refused": 2}
    problems = list(ImportProblem.objects.filter(job=job, refused=True).order_by("row"))
    assert [(p.row, p.problems[0]["field"]) for p in problems] == [(3, "phone"), (4, "source_number")]
    assert "与第 2 行" in problems[1].problems[0]["message"]
    assert "1381234" not in problems[0].cells_sealed


def test_the_refused_rows_can_be_mended_and_imported_again(
    receive: Callable[..., ImportFile], cast: Cast, now: datetime, tmp_path: Any
) -> None:
    rows = [row("A1"), row("A2", phone="1381234", title="=HYPERLINK(1)"), row("A3", raised=datetime(2026, 12, 1, 8))]
    file = start(check(receive(rows), cast.dc, now), cast.dc, now)
    target = tmp_path / "refused.xlsx"
    assert selectors.write_refused(file, str(target)) == 2
    book = openpyxl.load_workbook(target)
    sheet = book.active
    assert [cell.value for cell in sheet[1]] == [*HEADERS, "未导入原因"]
    assert sheet["B2"].value == "=HYPERLINK(1)"
    assert sheet["B2"].data_type == "s"
    assert sheet["K2"].value.startswith("第 3 行：手机号应为 11 位")
    sheet["F2"], sheet["D3"] = "13812344080", "2026/11/22 8:00:00"
    book.save(target)
    with target.open("rb") as stream:
        again = services.receive(upload=stream, name="refused.xlsx", by=cast.dc, now=now)
    assert again.mapping == file.mapping
    again = start(check(again, cast.dc, now), cast.dc, now)
    assert counts(again.import_job) == {"new": 2}
    assert appeal("A2").title == "=HYPERLINK(1)"


def test_the_check_says_what_an_import_would_do_and_writes_no_appeal(
    bring_in: BringIn, receive: Callable[..., ImportFile], cast: Cast, now: datetime
) -> None:
    bring_in([row("A1"), row("A2")])
    rows = [row("A1"), row("A2", title="新标题"), answered("A3", street="第一街道"), row("A4", raised=None)]
    file = check(receive(rows), cast.dc, now)
    assert counts(file.check_job) == {"new": 1, "changed": 1, "unchanged": 1, "refused": 1}
    assert Appeal.objects.count() == 2
    shown = file.check_job.result["shown"]
    assert [(r["source_number"], r["outcome"], r["replied"]) for r in shown] == [
        ("A1", "unchanged", False), ("A2", "changed", False), ("A3", "new", True),
    ]  # fmt: skip
    assert (shown[2]["place"], shown[2]["phone"]) == ("第一街道", "138****4080")


def test_the_import_goes_on_record_once_a_batch_and_once_as_a_whole(bring_in: BringIn, cast: Cast) -> None:
    job = bring_in([row(f"A{i}") for i in range(BATCH + 1)])
    batches = Entry.objects.filter(action="appeal.import_batch", subject_id=job.pk).order_by("pk")
    assert [entry.after["rows"] for entry in batches] == [f"2-{BATCH + 1}", f"{BATCH + 2}-{BATCH + 2}"]
    whole = Entry.objects.get(action="appeal.import")
    assert (whole.user_id, whole.after["new"]) == (cast.dc.user_id, BATCH + 1)


def test_numbers_have_no_gaps(bring_in: BringIn) -> None:
    bring_in([row("A1"), row("A1"), row("A2", phone="1"), row("A3")])
    bring_in([row("A1"), row("A4")])
    numbers = sorted(Appeal.objects.values_list("number", flat=True))
    assert [number[-4:] for number in numbers] == ["0001", "0002", "0003"]


def test_each_desk_is_told_once(bring_in: BringIn, cast: Cast) -> None:
    bring_in([row("A1"), row("A2"), answered("A3", street="第一街道")])
    titles = {item.user_id: item.title for item in InboxItem.objects.all()}
    assert titles[cast.dc.user_id] == "热线导入 2 件诉求，待交办"
    assert titles[cast.ss.user_id] == "热线导入 1 件诉求，已有答复，待回访"


@pytest.mark.django_db(transaction=True)
def test_the_uploaded_file_is_deleted_once_its_rows_are_in(
    receive: Callable[..., ImportFile], cast: Cast, now: datetime
) -> None:
    file = receive([row("A1")])
    name, storage = file.file.name, file.file.storage
    assert storage.exists(name)
    file = start(check(file, cast.dc, now), cast.dc, now)
    assert not file.file
    assert not file.samples_sealed
    assert not storage.exists(name)


def test_samples_are_sealed(receive: Callable[..., ImportFile]) -> None:
    file = fresh(receive([row("A1")]))
    assert "13812344080" not in file.samples_sealed
    assert services.samples_of(file)[0][5] == "13812344080"


def test_a_template_is_remembered_and_offered_by_itself(
    receive: Callable[..., ImportFile], cast: Cast, now: datetime
) -> None:
    headers = ["号", "事", "时", "人"]
    rows = [["A1", CONTENT, "2026/11/20", "王女士"]]
    first = receive(rows, headers)
    mapping = ColumnMapping({"source_number": "号", "content": "事", "raised_at": "时", "complainant": "人"}, "online")
    services.match_columns(file_id=first.pk, mapping=mapping, remember_as=" 省网 ", by=cast.dc, now=now)
    second = receive(rows, headers)
    assert (second.template_name, ColumnMapping.from_json(second.mapping)) == ("省网", mapping)
    assert receive([row("A1")]).template_name == ""
    services.delete_template(template_id=ImportTemplate.objects.get().pk, by=cast.dc, now=now)
    assert receive(rows, headers).template_name == ""


def test_an_unusable_mapping_starts_nothing(receive: Callable[..., ImportFile], cast: Cast, now: datetime) -> None:
    file = receive([row("A1")])
    with pytest.raises(InvalidInput, match="还缺"):
        services.match_columns(file_id=file.pk, mapping=ColumnMapping({"title": "诉求标题"}), by=cast.dc, now=now)
    assert fresh(file).check_job is None


def test_only_the_district_centre_imports(receive: Callable[..., ImportFile], cast: Cast, now: datetime) -> None:
    file = receive([row("A1")])
    for actor in (cast.ss, cast.dl, cast.sy):
        with pytest.raises(NotAllowed):
            receive([row("A2")], by=actor)
        with pytest.raises(NotAllowed):
            services.start_import(file_id=file.pk, by=actor, now=now)


def test_an_import_waits_for_its_check_and_starts_once(
    receive: Callable[..., ImportFile], cast: Cast, now: datetime
) -> None:
    file = receive([row("A1")])
    with pytest.raises(IllegalState, match="还没有检查完"):
        services.start_import(file_id=file.pk, by=cast.dc, now=now)
    check(file, cast.dc, now)
    services.start_import(file_id=file.pk, by=cast.dc, now=now)
    with pytest.raises(IllegalState, match="已经开始导入"):
        services.start_import(file_id=file.pk, by=cast.dc, now=now)
    with pytest.raises(IllegalState, match="不能再改列"):
        services.match_columns(file_id=file.pk, mapping=ColumnMapping.from_json(file.mapping), by=cast.dc, now=now)
    with pytest.raises(IllegalState, match="不能放弃"):
        services.discard(file_id=file.pk, by=cast.dc, now=now)


@pytest.mark.django_db(transaction=True)
def test_a_discarded_upload_is_gone_with_its_file(
    receive: Callable[..., ImportFile], cast: Cast, now: datetime
) -> None:
    file = check(receive([row("A1", phone="1")]), cast.dc, now)
    name, storage = file.file.name, file.file.storage
    services.discard(file_id=file.pk, by=cast.dc, now=now)
    assert not ImportFile.objects.exists()
    assert not ImportProblem.objects.exists()
    with pytest.raises(NotFound):
        services.discard(file_id=file.pk, by=cast.dc, now=now)
    assert not storage.exists(name)


def test_an_abandoned_upload_is_deleted_with_the_next(
    receive: Callable[..., ImportFile], cast: Cast, now: datetime
) -> None:
    old = receive([row("A1")])
    ImportFile.objects.filter(pk=old.pk).update(uploaded_at=now - timedelta(days=8))
    receive([row("A1")])
    assert not ImportFile.objects.filter(pk=old.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_a_posting_that_has_ended_imports_nothing(
    receive: Callable[..., ImportFile], cast: Cast, now: datetime
) -> None:
    file = check(receive([row("A1")]), cast.dc, now)
    Posting.objects.filter(pk=cast.dc.posting_id).update(ends_on=now.date() - timedelta(days=1))
    file = start(file, cast.dc, now)
    assert file.import_job.state == Job.FAILED
    assert Appeal.objects.count() == 0


def test_rows_without_anything_are_passed_over(bring_in: BringIn) -> None:
    assert counts(bring_in([row("A1"), [None] * 10, ["", " "], row("A2")])) == {"new": 2}


def test_a_workbook_may_have_more_columns_in_any_order(bring_in: BringIn) -> None:
    headers = ["备注", *reversed(HEADERS)]
    assert counts(bring_in([["无", *reversed(row("A1"))]], headers)) == {"new": 1}
    assert appeal("A1").title == TITLE


def test_the_upload_needs_rows(cast: Cast, rules: None, now: datetime) -> None:
    with pytest.raises(InvalidInput, match="没有任何数据行"):
        services.receive(upload=workbook([]), name="空.xlsx", by=cast.dc, now=now)
