"""The pages of service sites as people open them, and their spreadsheet there and back."""

from __future__ import annotations

import html
from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from governance.spreadsheets import read_rows
from grids.models import Cluster, ImportDraft, Site, SiteException, SiteKind, SiteProposal
from grids.sites import sheets
from tests.signing import client_of

ALWAYS = (((0, 1440),),) * 7


def _text(response) -> str:
    return html.unescape(response.content.decode())


def _url(name: str, *args) -> str:
    return reverse(f"grids:{name}", args=args)


class TestList:
    def _names(self, actor, **given) -> set[str]:
        page = client_of(actor).get(_url("sites"), given)
        assert page.status_code == 200
        return {name for name in Site.objects.values_list("name", flat=True) if f">{name}</a>" in _text(page)}

    def test_filters(self, make_site, district, cast):
        cluster = Cluster.objects.create(district=district.district, name="北部矩阵", form="matrix")
        make_site("常开", week=ALWAYS, level="city", cluster=cluster)
        make_site("常闭", week=(), kind="rest", area_m2=10, unit=district.community_3)
        make_site("移交", week=(), transferred=True, former_owner="采油厂", area_m2=None)
        make_site("停用", closed_on=date(2026, 1, 1))
        rest = SiteKind.objects.get(code="rest").pk
        for given, expected in (
            ({}, {"常开", "常闭", "移交"}),
            ({"open": "1"}, {"常开"}),
            ({"open": "0"}, {"常闭", "移交"}),
            ({"kind": rest}, {"常闭"}),
            ({"unit": district.street_2.pk}, {"常闭"}),
            ({"level": "any"}, {"常开"}),
            ({"level": "province"}, set()),
            ({"cluster": cluster.pk}, {"常开"}),
            ({"transferred": "1"}, {"移交"}),
            ({"standard": "small"}, {"常闭"}),
            ({"standard": "unknown"}, {"移交"}),
            ({"q": "常"}, {"常开", "常闭"}),
            ({"tab": "closed"}, {"停用"}),
        ):
            assert self._names(cast.cw, **given) == expected, given

    def test_a_row_says_how_much_floor_lacks(self, make_site, district, cast):
        make_site("太小", unit=district.street_1, area_m2=200)
        assert "差 1,300 ㎡" in _text(client_of(cast.dc).get(_url("sites")))

    def test_a_wrong_filter_is_told_and_not_a_failure(self, make_site, cast):
        for given in ({"unit": "x"}, {"kind": "99999999999999999999"}, {"open": "7"}, {"standard": "no"}):
            assert client_of(cast.dc).get(_url("sites"), given).status_code == 200
            assert client_of(cast.dc).get(_url("site_export"), given).status_code == 200

    def test_it_takes_few_queries_however_long_it_is(self, make_site, cast, django_assert_max_num_queries):
        for number in range(30):
            make_site(f"{number} 号中心")
        client = client_of(cast.dc)
        client.get(_url("sites"))
        with django_assert_max_num_queries(20):
            client.get(_url("sites"), {"open": "1"})


class TestSite:
    def test_the_page_tells_hours_exceptions_and_what_lacks(self, make_site, cast):
        site = make_site(area_m2=400, week=ALWAYS)
        SiteException.objects.create(
            site=site, from_date=date(2099, 1, 1), to_date=date(2099, 1, 3), windows=[[540, 600]], reason="春节值守"
        )
        page = _text(client_of(cast.gw).get(_url("site", site.pk)))
        for words in ("开放中，全天", "少 100 平方米", "春节值守", "09:00—10:00", "今后七天"):
            assert words in page
        assert _url("site_edit", site.pk) not in page

    def test_the_centre_edits_and_the_street_proposes_in_its_own(self, make_site, district, cast):
        own, other = make_site(), make_site("别街", unit=district.community_3)
        assert _url("site_edit", own.pk) in _text(client_of(cast.dc).get(_url("site", own.pk)))
        assert _url("site_propose_change", own.pk) in _text(client_of(cast.ss).get(_url("site", own.pk)))
        assert _url("site_propose_change", other.pk) not in _text(client_of(cast.ss).get(_url("site", other.pk)))
        assert client_of(cast.ss).get(_url("site_propose_change", other.pk)).status_code == 403

    def test_it_takes_few_queries(self, make_site, cast, django_assert_max_num_queries):
        site, client = make_site(), client_of(cast.dc)
        client.get(_url("site", site.pk))
        with django_assert_max_num_queries(16):
            client.get(_url("site", site.pk))


class TestWriting:
    def _form(self, district, **changes) -> dict:
        return {
            "kind": SiteKind.objects.get(code="centre").pk, "name": "新中心", "unit": district.community_1.pk,
            "address": "幸福路 9 号", "opened_on": "2024-05-01",
        } | changes  # fmt: skip

    def test_a_new_one_then_its_hours(self, make_site, district, cast):
        client = client_of(cast.dc)
        added = client.post(_url("site_add"), self._form(district))
        site = Site.objects.get()
        assert added["Location"] == _url("site_hours", site.pk)
        week = {f"day_{n}": "08:30-11:30、13:30-17:00" for n in range(5)} | {"day_5": "全天", "on_holidays": "closed"}
        assert client.post(_url("site_hours", site.pk), week).status_code == 302
        assert site.hours.count() == 11
        shown = _text(client.get(_url("site_hours", site.pk)))
        assert 'value="08:30-11:30、13:30-17:00"' in shown
        assert 'value="全天"' in shown

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"name": ""}, "请填写这一项"), ({"lon": "124.9"}, "一起填写"), ({"phone": "13912345678"}, "个人手机号"),
            ({"unit": "999999"}, "选择"), ({"area_m2": "-1"}, "大于"), ({"lon": "nan", "lat": "1"}, "数"),
            ({"transferred": "on"}, "请填写移交前单位"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_told_and_what_was_typed_is_kept(self, make_site, district, cast, changes, words):
        answer = client_of(cast.dc).post(_url("site_add"), self._form(district, **changes))
        assert answer.status_code == 400
        assert words in _text(answer)
        assert "幸福路 9 号" in _text(answer)

    def test_hours_that_are_no_hours_are_refused(self, make_site, cast):
        site, client = make_site(), client_of(cast.dc)
        for typed in ("上午", "25:00-26:00", "10:00-09:00", "08:00-10:00、09:00-11:00", "22:00-02:00"):
            answer = client.post(_url("site_hours", site.pk), {"day_0": typed, "on_holidays": "weekly"})
            assert answer.status_code == 400, typed
        assert site.hours.count() == 10

    def test_days_that_differ_come_and_go(self, make_site, cast):
        site, client = make_site(), client_of(cast.dc)
        given = {"from_date": "2099-01-01", "windows": "", "reason": "检修"}
        assert client.post(_url("site_exception_add", site.pk), given).status_code == 302
        assert client.post(_url("site_exception_add", site.pk), given).status_code == 409
        one = SiteException.objects.get()
        assert (one.to_date, one.windows) == (date(2099, 1, 1), [])
        client.post(_url("site_exception_remove", site.pk), {"exception": "x"})
        assert SiteException.objects.exists()
        client.post(_url("site_exception_remove", site.pk), {"exception": one.pk})
        assert not SiteException.objects.exists()

    def test_closing_takes_it_out_of_use(self, make_site, cast):
        site, client = make_site(), client_of(cast.dc)
        client.post(_url("site_close", site.pk), {"closed_on": "2026-11-23", "reason": "房屋到期"})
        assert "停用" in _text(client.get(_url("site", site.pk)))
        assert client.get(_url("site_edit", site.pk)).status_code == 404


class TestProposing:
    def test_from_the_street_to_the_site(self, make_site, district, cast):
        site, street, centre = make_site(), client_of(cast.ss), client_of(cast.dc)
        form = {
            "kind": site.kind_id, "name": site.name, "unit": site.unit_id, "address": "幸福路 1 号", "area_m2": "800",
            "opened_on": "2024-05-01", "words": "扩建完工",
        }  # fmt: skip
        asked = street.post(_url("site_propose_change", site.pk), form)
        proposal = SiteProposal.objects.get()
        assert asked["Location"] == _url("site_proposal", proposal.pk)
        assert "街道建议（1）" in _text(centre.get(_url("sites")))
        page = _text(centre.get(_url("site_proposal", proposal.pk)))
        assert "有变化" in page
        assert "扩建完工" in page
        assert centre.post(_url("site_proposal", proposal.pk), {"accept": "0", "answer": ""}).status_code == 400
        assert centre.post(_url("site_proposal", proposal.pk), {"accept": "1"}).status_code == 302
        site.refresh_from_db()
        assert site.area_m2 == 800
        assert "已采纳" in _text(street.get(_url("site_proposal", proposal.pk)))

    def test_a_closing_and_a_new_one_are_proposed_as_well(self, make_site, district, cast):
        site, street = make_site(), client_of(cast.ss)
        street.post(_url("site_propose_close", site.pk), {"closed_on": "2026-12-31", "words": "房屋到期"})
        form = {
            "kind": site.kind_id, "name": "新驿站", "unit": district.community_2.pk, "address": "幸福路 3 号",
            "opened_on": "2026-11-01", "words": "骑手需要",
        }  # fmt: skip
        street.post(_url("site_propose_add"), form)
        assert set(SiteProposal.objects.values_list("kind", flat=True)) == {"close", "add"}
        assert "新驿站" in _text(street.get(_url("site_proposals")))
        assert client_of(cast.ss_2).get(_url("site_proposal", SiteProposal.objects.first().pk)).status_code == 404

    def test_a_unit_of_another_street_cannot_be_chosen(self, make_site, district, cast):
        form = {
            "kind": SiteKind.objects.first().pk, "name": "越界", "unit": district.community_3.pk, "address": "路 1 号",
            "opened_on": "2026-11-01", "words": "建议",
        }  # fmt: skip
        assert client_of(cast.ss).post(_url("site_propose_add"), form).status_code == 400


class TestNearAndGaps:
    def test_near_a_point_and_near_ones_own_unit(self, make_site, squares, cast):
        make_site("常开驿站", kind="rest", week=ALWAYS, lon=124.851, lat=46.551)
        client = client_of(cast.gw)
        assert "常开驿站" in _text(client.get(_url("site_near"), {"lon": "124.85", "lat": "46.55"}))
        assert "从第1网格的中心算起" in _text(client.get(_url("site_near")))
        assert "从试验区的中心算起" in _text(client_of(cast.ds).get(_url("site_near")))
        assert "附近没有开放中的阵地" in _text(client.get(_url("site_near"), {"lon": "120", "lat": "40"}))

    def test_a_point_that_is_none_is_told(self, make_site, cast):
        for given in (
            {"lon": "x", "lat": "1"},
            {"lon": "124.9"},
            {"lon": "nan", "lat": "46"},
            {"lon": "1e400", "lat": "4"},
        ):
            assert client_of(cast.gw).get(_url("site_near"), given).status_code == 400, given

    def test_where_nothing_is_drawn_it_asks_for_a_point(self, make_site, cast):
        assert "还不知道您在哪里" in _text(client_of(cast.gw).get(_url("site_near")))

    def test_each_number_opens_the_list_behind_it(self, make_site, district, cast):
        make_site("太小", area_m2=10, level="city")
        client, kind = client_of(cast.dc), SiteKind.objects.get(code="centre").pk
        page = client.get(_url("site_gaps")).content.decode()
        missing = f"{_url('site_gaps_missing')}?kind={kind}&amp;street={district.street_2.pk}"
        assert f"?kind={kind}&amp;unit={district.street_1.pk}&amp;standard=small" in page
        assert f"{_url('sites')}?level=city" in page
        assert missing in page
        listed = _text(client.get(missing.replace("&amp;", "&")))
        assert "（2）" in listed
        assert "第二街道1社区" in listed

    def test_gaps_take_few_queries(self, make_site, cast, django_assert_max_num_queries):
        client = client_of(cast.cw)
        client.get(_url("site_gaps"))
        with django_assert_max_num_queries(14):
            client.get(_url("site_gaps"))

    def test_an_unknown_kind_is_told(self, make_site, cast):
        assert client_of(cast.cw).get(_url("site_gaps_missing"), {"kind": "x"}).status_code == 400


class TestSheet:
    def _upload(self, client, rows, name="阵地.csv"):
        text = "\n".join(",".join(row) for row in [sheets.COLUMNS, *rows])
        answer = client.post(_url("site_import"), {"file": SimpleUploadedFile(name, text.encode())})
        assert answer.status_code == 302, _text(answer)
        return ImportDraft.objects.latest("pk")

    def _row(self, **changes) -> list[str]:
        values = {
            "名称": "表格中心", "类型": "党群服务中心", "所属单位": "990001001001", "地址": "幸福路 5 号",
            "启用日期": "2024-05-01", "建筑面积": "650", "周一": "08:30-11:30", "法定节假日": "不开放",
        } | changes  # fmt: skip
        return [values.get(column, "") for column in sheets.COLUMNS]

    def test_good_rows_go_in_and_the_others_come_back(self, make_site, cast):
        client = client_of(cast.dc)
        bad = {
            "类型": {"类型": "澡堂"}, "所属单位": {"所属单位": "无此社区"}, "启用日期": {"启用日期": "去年"},
            "建筑面积": {"建筑面积": "很大"}, "联系电话": {"联系电话": "13912345678"}, "周二": {"周二": "上午"},
            "名称": {"名称": ""}, "地企移交": {"地企移交": "也许"}, "示范等级": {"示范等级": "国家级"},
        }  # fmt: skip
        draft = self._upload(
            client, [self._row(), *(self._row(**({"名称": "坏"} | faults)) for faults in bad.values())]
        )
        assert not Site.objects.exists()
        page = _text(client.get(_url("site_import_detail", draft.pk)))
        assert "导入 1 行" in page
        client.post(_url("site_import_detail", draft.pk))
        site = Site.objects.get()
        assert (site.area_m2, site.on_holidays, site.hours.count()) == (650, "closed", 1)
        draft.refresh_from_db()
        refused = [row for row in draft.content["rows"] if row["outcome"] == "refused"]
        assert [row["column"] for row in refused] == list(bad)
        back = client.get(_url("site_import_refused", draft.pk))
        head, *rows = [cells for _, cells in read_rows(BytesIO(b"".join(back.streaming_content)), "坏.xlsx")]
        assert tuple(head[: len(sheets.COLUMNS)]) == sheets.COLUMNS
        assert len(rows) == len(bad)

    def test_twice_the_same_file_adds_nothing(self, make_site, cast):
        client = client_of(cast.dc)
        for outcome in ("new", "same"):
            draft = self._upload(client, [self._row()])
            client.post(_url("site_import_detail", draft.pk))
            draft.refresh_from_db()
            assert draft.outcome[outcome] == 1
        assert Site.objects.count() == 1

    def test_what_is_exported_is_imported_without_a_difference(self, make_site, squares, cast):
        make_site(lon=124.85, lat=46.55, level="city", transferred=True, former_owner="采油厂")
        make_site("全天驿站", kind="rest", week=ALWAYS, on_holidays="closed")
        client = client_of(cast.dc)
        out = b"".join(client.get(_url("site_export")).streaming_content)
        answer = client.post(_url("site_import"), {"file": SimpleUploadedFile("导出.xlsx", out)})
        assert answer.status_code == 302
        outcomes = [row["outcome"] for row in ImportDraft.objects.latest("pk").content["rows"]]
        assert outcomes == ["same", "same"]

    def test_rows_that_collide_in_the_file_are_one_site(self, make_site, cast):
        draft = self._upload(client_of(cast.dc), [self._row(), self._row(建筑面积="700")])
        assert [row["outcome"] for row in draft.content["rows"]] == ["new", "changed"]

    def test_the_template_offers_what_may_be_chosen(self, make_site, cast):
        content = b"".join(client_of(cast.dc).get(_url("site_import_template")).streaming_content)
        book = openpyxl.load_workbook(BytesIO(content))
        assert book.sheetnames == ["阵地", "单位", "填写说明"]
        offered = [choice.formula1 for choice in book["阵地"].data_validations.dataValidation]
        assert any("党群服务中心" in formula for formula in offered)
        assert any(formula.startswith("单位!") for formula in offered)

    @pytest.mark.parametrize("content", [b"", b"\x00\x01", "名称\n甲\n".encode(), ",".join(sheets.COLUMNS).encode()])
    def test_a_file_of_no_use_is_told(self, make_site, cast, content):
        answer = client_of(cast.dc).post(_url("site_import"), {"file": SimpleUploadedFile("阵地.csv", content)})
        assert answer.status_code == 400
