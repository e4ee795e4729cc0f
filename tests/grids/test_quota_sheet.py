"""Quotas as a spreadsheet: totals in by the district centre alone, written as changes; out for who reads them."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from governance.audit.models import Entry
from governance.errors import InvalidInput, NotAllowed
from governance.sheets import exports, registry
from grids.models import Quota, QuotaEvent
from grids.quotas import counts
from grids.quotas.demo import build_quotas
from grids.services import quotas
from tests.sheets.bringing import Desk, reasons
from tests.sheets.bringing import counts as tally
from tests.signing import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> None:
    """Uploads of a test go with it."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def desk(cast, now) -> Desk:
    return Desk("quotas", cast.dc, now)


@pytest.fixture
def row(district) -> dict[str, str]:
    unit = district.street_1
    return {
        "unit": f"{unit.code} {unit.name}", "kind": "事业编制", "approved": "24", "document": "让编发〔2026〕3号",
        "approved_on": "2026-03-02", "words": "机构改革", "filled": "20", "filled_on": "2026-03-02",
        "grounds": "期初实有",
    }  # fmt: skip


@pytest.fixture
def workers(district) -> dict[str, str]:
    unit = district.community_1
    return {
        "unit": unit.code, "kind": "社区工作者", "approved": "12", "document": "让编发〔2026〕4号",
        "approved_on": "2026-03-02",
    }  # fmt: skip


@pytest.fixture
def three_serve(monkeypatch, district) -> None:
    """A higher room counts three community workers."""
    monkeypatch.setattr(counts, "_sources", {"workers": lambda ids: dict.fromkeys(ids, 3)})


def test_totals_are_written_as_changes_with_their_papers(desk, row, district, cast) -> None:
    assert tally(desk.bring(row)) == {"new": 1}
    quota = Quota.objects.get()
    assert (quota.unit, quota.kind, quota.approved, quota.filled) == (district.street_1, "institution", 24, 20)
    kept = QuotaEvent.objects.order_by("pk").values_list("what", "delta", "after", "document", "on", "grounds")
    assert list(kept) == [
        ("approved", 24, 24, "让编发〔2026〕3号", date(2026, 3, 2), "机构改革"),
        ("filled", 20, 20, "", date(2026, 3, 2), "期初实有"),
    ]
    rows = Entry.objects.filter(subject_type="quota", user_id=cast.dc.user_id).order_by("pk")
    assert list(rows.values_list("action", "subject_id")) == [("quota.approve", quota.pk), ("quota.fill", quota.pk)]


def test_the_same_file_twice_writes_nothing(desk, row) -> None:
    assert tally(desk.bring(row, row)) == {"new": 1, "same": 1}
    before = Entry.objects.filter(subject_type="quota").count()
    assert tally(desk.bring(row)) == {"same": 1}
    assert (QuotaEvent.objects.count(), Entry.objects.filter(subject_type="quota").count()) == (2, before)


def test_a_look_writes_nothing(desk, row) -> None:
    assert tally(desk.look(row)) == {"new": 1}
    assert not Quota.objects.exists()
    assert not QuotaEvent.objects.exists()


def test_what_differs_is_written_and_empty_cells_leave_alone(desk, row) -> None:
    desk.bring(row)
    less = {**row, "approved": "", "filled": "19", "filled_on": "2026-05-06", "grounds": "退休 1 名"}
    assert tally(desk.bring(less)) == {"changed": 1}
    quota = Quota.objects.get()
    assert (quota.approved, quota.filled) == (24, 19)
    last = quota.events.latest("pk")
    assert (last.what, last.delta, last.grounds) == ("filled", -1, "退休 1 名")


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"unit": ""}, "unit", "不能为空"),
        ({"unit": "火星街道"}, "unit", "没有在您的辖区内"),
        ({"unit": "community_1"}, "unit", "按街道核定"),
        ({"kind": ""}, "kind", "不能为空"),
        ({"kind": "公益岗"}, "kind", "可填"),
        ({"kind": "社区工作者"}, "unit", "按社区核定"),
        ({"approved": "", "filled": ""}, "approved", "至少一项"),
        ({"approved": "廿四"}, "approved", "整数"),
        ({"approved": "-1"}, "approved", "整数"),
        ({"approved": "10000"}, "approved", "不超过"),
        ({"document": ""}, "document", "文号"),
        ({"document": "文" * 101}, "document", "100"),
        ({"approved_on": ""}, "approved_on", "核定日期"),
        ({"approved_on": "春天"}, "approved_on", "不是日期"),
        ({"approved_on": "2099-01-01"}, "approved_on", "不晚于今天"),
        ({"filled": "1.5"}, "filled", "整数"),
        ({"filled_on": ""}, "filled_on", "实有日期"),
        ({"filled_on": "2099-01-01"}, "filled_on", "不晚于今天"),
        ({"grounds": ""}, "grounds", "依据"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_bad_row_and_only_that(desk, row, district, cells, column, words) -> None:
    if cells.get("unit") == "community_1":
        cells = {"unit": district.community_1.code}
    good = {**row, "unit": district.street_2.code}
    upload = desk.bring({**row, **cells}, good)
    assert tally(upload) == {"new": 1, "refused": 1}
    told = reasons(upload)[2]
    assert (told[0], words in told[1]) == (column, True), told
    # Nothing of a refused row stays, also where its first number was good.
    assert Quota.objects.get().unit == district.street_2


def test_what_a_refused_row_set_does_not_stay_for_the_next(desk, row) -> None:
    desk.bring(row)
    bad = {**row, "approved": "30", "document": "让编发〔2026〕8号", "approved_on": "2026-06-01", "filled": "21",
           "grounds": ""}  # fmt: skip
    upload = desk.bring(bad, {**row, "filled": "22", "filled_on": "2026-06-02", "grounds": "录用 2 名"})
    assert tally(upload) == {"changed": 1, "refused": 1}
    assert Quota.objects.values_list("approved", "filled").get() == (24, 22)


def test_an_old_file_does_not_undo_what_came_since(desk, row, district, cast, now) -> None:
    desk.bring(row)
    change = {"unit_id": district.street_1.pk, "kind": "institution", "by": cast.dc, "now": now}
    quotas.change_approved(delta=2, document="让编发〔2026〕7号", on=date(2026, 6, 1), **change)
    assert desk.refused(row)[0] == "approved_on"
    # The same paper again, be it with another day.
    column, words = desk.refused({**row, "approved_on": "2026-06-01"})
    assert (column, "已登记过" in words) == ("document", True)
    assert Quota.objects.get().approved == 26


def test_who_serves_is_counted_and_never_read_from_a_sheet(desk, workers, three_serve) -> None:
    assert tally(desk.bring({**workers, "filled": "99"})) == {"new": 1}
    assert (Quota.objects.get().filled, QuotaEvent.objects.count()) == (0, 1)
    column, words = desk.refused({**workers, "approved": "", "filled": "99"})
    assert (column, "自动统计" in words) == ("approved", True)


def test_who_may_bring(desk, row, cast) -> None:
    """rights.md: "units, boundaries, sites, quotas: DC; SS proposes"."""
    for name, actor in cast.actors.items():
        if name != "dc":
            with pytest.raises(NotAllowed):
                desk.look(row, by=actor)
    assert not Quota.objects.exists()


def test_the_template_offers_units_and_kinds(desk, district) -> None:
    offered = desk.choices()
    assert offered["编制类别"] == ["行政编制", "事业编制", "行政领导职数", "事业领导职数", "社区工作者"]
    assert f"{district.community_1.code} {district.community_1.name}" in offered["单位"]
    assert not any("网格" in unit for unit in offered["单位"])


def test_out_as_it_came_and_in_again(desk, row, workers, three_serve) -> None:
    desk.bring(row, workers)
    wanted, (mark, header, street, community) = desk.export()
    assert "严禁外传" in mark[0]
    assert (wanted.count, wanted.needs_approval) == (2, False)
    told = dict(zip(header, street, strict=True))
    assert (told["核定数"], told["文号"], told["实有数"], told["空缺"]) == (24, "让编发〔2026〕3号", 20, 4)
    assert dict(zip(header, community, strict=True))["实有数"] == 3
    keys = [column.key for column in desk.columns]
    again = [dict(zip(keys, (str(cell or "") for cell in line), strict=False)) for line in (street, community)]
    assert tally(desk.bring(*again)) == {"same": 2}
    assert Entry.objects.filter(action="sheet.export", reason="年底核对名册").count() == 1


def test_who_takes_away_and_what(desk, row, workers, district, cast, now) -> None:
    desk.bring(row, workers, {**row, "unit": district.street_2.code})
    exporter = registry.get("quotas").exporter
    assert [exporter.rows("", actor).count() for actor in (cast.dc, cast.ss, cast.cs)] == [3, 2, 1]
    for actor in (cast.dl, cast.sl, cast.cw, cast.gw):
        with pytest.raises(NotAllowed):
            exports.ask(sheet_key="quotas", purpose="核对编制", query="", by=actor, now=now)
    with pytest.raises(NotAllowed):
        exports.ask(sheet_key="quotas", purpose="核对编制", query="", with_numbers=True, by=cast.dc, now=now)
    with pytest.raises(InvalidInput):
        exports.ask(sheet_key="quotas", purpose="", query="", by=cast.dc, now=now)


def test_an_export_costs_few_queries(cast, district, now, three_serve, django_assert_max_num_queries) -> None:
    build_quotas(now=now, by=cast.dc)
    exporter = registry.get("quotas").exporter
    with django_assert_max_num_queries(2):
        rows = [exporter.row(thing, with_numbers=False) for thing in exporter.rows("", cast.dc)]
    assert len(rows) == Quota.objects.count()


def test_the_page_offers_what_one_may(cast, district) -> None:
    page = client_of(cast.dc).get(reverse("grids:quotas")).content.decode()
    assert reverse("sheets:import", args=["quotas"]) in page
    assert reverse("sheets:ask", args=["quotas"]) in page
    page = client_of(cast.ss).get(reverse("grids:quotas")).content.decode()
    assert reverse("sheets:import", args=["quotas"]) not in page
    assert reverse("sheets:ask", args=["quotas"]) in page
