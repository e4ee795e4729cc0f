"""The territory's pages as people open them."""

import json
import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from shapely.geometry import box, mapping

from governance.spreadsheets import read_rows
from grids import registry, services
from grids.models import ImportDraft, Unit, UnitChange
from grids.registry import OpenWork
from tests.signing import client_of

WEST, SOUTH = 124.8, 46.5


def _text(response):
    return response.content.decode()


class TestTree:
    def test_it_shows_ones_part_of_the_territory(self, district, cast):
        page = _text(client_of(cast.dc).get("/territory/"))
        assert "第一街道" in page
        assert "设立单位" in page
        own = _text(client_of(cast.cs).get("/territory/"))
        assert "第1网格" in own
        assert "第二街道" not in own
        assert "设立单位" not in own

    def test_branches_come_when_they_are_opened(self, district, cast):
        client = client_of(cast.dc)
        branch = _text(
            client.get(reverse("grids:children", args=[district.community_1.pk]), headers={"HX-Request": "true"})
        )
        assert branch.count("第1网格") == 1
        assert "<html" not in branch

    def test_search_answers_htmx_and_works_without_scripts(self, district, cast):
        client = client_of(cast.dc)
        part = _text(client.get("/territory/search/", {"q": "第二街道"}, headers={"HX-Request": "true"}))
        assert "第二街道1社区" in part
        assert "<html" not in part
        assert "找到" in _text(client.get("/territory/", {"q": "第二街道"}))
        assert "没有找到“无此单位”" in _text(client.get("/territory/search/", {"q": "无此单位"}))

    def test_a_name_with_markup_in_it_stays_text(self, district, cast):
        Unit.objects.filter(pk=district.street_1.pk).update(name="<script>x</script>")
        assert "<script>x" not in _text(client_of(cast.dc).get("/territory/"))

    def test_it_takes_few_queries(self, territory, district, cast, django_assert_max_num_queries):
        client = client_of(cast.dc)
        client.get("/territory/")
        with django_assert_max_num_queries(12):
            client.get("/territory/")


class TestUnit:
    def test_facts_work_map_and_history_are_there(self, district, squares, cast, now):
        registry.register_open_work(lambda ids: [OpenWork("待办诉求", 12, "/appeals/?unit=1")])
        services.rename_unit(
            unit_id=district.community_1.pk, name="新名社区", effective_on=timezone.localdate(now) + timedelta(days=9),
            reason="区政发〔2026〕8 号", by=cast.dc, now=now,
        )  # fmt: skip
        page = _text(client_of(cast.dc).get(reverse("grids:unit", args=[district.community_1.pk])))
        for words in (
            "990001001001",
            "待办诉求",
            "/appeals/?unit=1",
            "FeatureCollection",
            "更名为“新名社区”",
            "待生效",
            "区政发",
        ):
            assert words in page

    def test_outside_ones_scope_there_is_no_such_unit(self, district, cast):
        assert client_of(cast.cs).get(reverse("grids:unit", args=[district.street_2.pk])).status_code == 404
        assert client_of(cast.cs).get(reverse("grids:children", args=[district.street_2.pk])).status_code == 404

    def test_a_closed_one_is_still_read_but_not_changed(self, district, cast, now):
        services.close_unit(unit_id=district.grid_1.pk, effective_on=timezone.localdate(now), by=cast.dc, now=now)
        client = client_of(cast.dc)
        page = _text(client.get(reverse("grids:unit", args=[district.grid_1.pk])))
        assert "已撤销" in page
        assert reverse("grids:rename", args=[district.grid_1.pk]) not in page
        assert client.get(reverse("grids:rename", args=[district.grid_1.pk])).status_code == 404

    def test_sections_of_other_rooms_stand_on_it(self, district, cast, monkeypatch):
        monkeypatch.setattr(registry, "_sections", [])
        registry.register_unit_section(lambda request, unit: f"<p>某节：{unit.code}</p>")
        registry.register_unit_section(lambda request, unit: None)
        assert f"某节：{district.grid_1.code}" in _text(
            client_of(cast.dc).get(reverse("grids:unit", args=[district.grid_1.pk]))
        ).replace("&lt;p&gt;", "<p>")

    def test_it_takes_few_queries(self, district, squares, cast, django_assert_max_num_queries):
        client = client_of(cast.dc)
        with django_assert_max_num_queries(22):
            client.get(reverse("grids:unit", args=[district.street_1.pk]))


class TestChanging:
    def _post(self, client, page, pk=None, /, **data):
        address = reverse(f"grids:{page}", args=[pk] if pk else [])
        return client.post(address, {"effective_on": timezone.localdate().isoformat(), "reason": "", **data})

    def test_what_it_would_do_is_shown_first_and_nothing_is_done(self, district, cast):
        registry.register_open_work(lambda ids: [OpenWork("待办诉求", 3)])
        page = self._post(client_of(cast.dc), "move", district.grid_2.pk, parent=district.community_2.pk)
        assert page.status_code == 200
        text = _text(page)
        assert "由第一街道1社区调整到第一街道2社区" in text
        assert "待办诉求 3" in text
        assert f'name="parent" value="{district.community_2.pk}"' in text
        assert not UnitChange.objects.exists()

    def test_confirming_does_it_and_leads_to_the_unit(self, district, cast):
        done = self._post(
            client_of(cast.dc), "move", district.grid_2.pk, parent=district.community_2.pk, step="confirm"
        )
        assert done.url == reverse("grids:unit", args=[district.grid_2.pk])
        district.grid_2.refresh_from_db()
        assert district.grid_2.parent == district.community_2

    def test_going_back_keeps_what_was_chosen(self, district, cast):
        page = _text(self._post(client_of(cast.dc), "rename", district.grid_1.pk, name="新名", step="edit"))
        assert 'value="新名"' in page
        assert "下一步" in page

    def test_an_opening_without_a_code_gets_the_next_one_and_shows_it(self, district, cast):
        client = client_of(cast.dc)
        asked = {"kind": "grid", "parent": district.community_1.pk, "name": "第三网格"}
        page = _text(self._post(client, "open", **asked))
        assert 'name="code" value="990001001001003"' in page
        done = self._post(client, "open", **asked, code="990001001001003", step="confirm")
        assert Unit.objects.get(code="990001001001003").name == "第三网格"
        assert done.status_code == 302

    def test_a_merger_of_several_carries_them_all(self, district, cast):
        page = _text(
            self._post(
                client_of(cast.dc), "merge", district.grid_1.pk, units=[district.grid_2.pk], into=district.grid_1.pk
            )
        )
        assert f'name="units" value="{district.grid_2.pk}"' in page
        self._post(
            client_of(cast.dc), "merge", district.grid_1.pk, units=[district.grid_2.pk], into=district.grid_1.pk,
            step="confirm",
        )  # fmt: skip
        district.grid_2.refresh_from_db()
        assert district.grid_2.merged_into == district.grid_1

    def test_a_refusal_stands_beside_its_field_with_what_was_typed(self, district, cast):
        registry.register_open_work(lambda ids: [OpenWork("待办诉求", 3)])
        page = self._post(client_of(cast.dc), "close", district.grid_1.pk, reason="撤并")
        assert page.status_code == 409
        assert "待办诉求 3 件" in _text(page)
        assert "撤并" in _text(page)

    @pytest.mark.parametrize("data", [{"effective_on": "2020-01-01"}, {"effective_on": "昨天"}, {"name": ""}])
    def test_bad_input_is_a_form_with_errors(self, district, cast, data):
        page = self._post(client_of(cast.dc), "rename", district.grid_1.pk, **{"name": "新名", **data})
        assert page.status_code == 400
        assert page["X-Form"] == "errors"

    @pytest.mark.parametrize("who", ["ss", "cs", "gw", "ds", "dl", "au"])
    def test_nobody_else_finds_a_form(self, district, cast, who):
        client = client_of(getattr(cast, who))
        for name in ("rename", "move", "merge", "close", "describe"):
            assert client.get(reverse(f"grids:{name}", args=[district.grid_1.pk])).status_code == 403
        assert client.get(reverse("grids:open")).status_code == 403

    def test_a_later_change_is_listed_and_withdrawn(self, district, cast):
        client = client_of(cast.dc)
        day = (timezone.localdate() + timedelta(days=5)).isoformat()
        self._post(client, "rename", district.grid_1.pk, name="以后的名", effective_on=day, step="confirm")
        change = UnitChange.objects.get()
        assert "以后的名" in _text(client.get(reverse("grids:changes")))
        client.post(reverse("grids:change_cancel", args=[change.pk]))
        change.refresh_from_db()
        assert change.cancelled_at is not None
        assert "已经生效或已撤回" in _text(client.post(reverse("grids:change_cancel", args=[change.pk]), follow=True))

    def test_facts_are_changed_at_once(self, district, cast):
        client_of(cast.dc).post(
            reverse("grids:describe", args=[district.grid_1.pk]),
            {"address": "某路 1 号", "phone": "0459-1", "order": "3"},
        )
        district.grid_1.refresh_from_db()
        assert (district.grid_1.address, district.grid_1.order) == ("某路 1 号", 3)


class TestMap:
    def test_the_page_lists_what_the_map_shows(self, district, squares, cast):
        page = _text(client_of(cast.dc).get("/territory/map/"))
        assert 'data-show="124.800000,46.500000,125.000000,46.700000"' in page
        assert reverse("grids:unit", args=[district.community_1.pk]) in page

    def test_the_figures_come_by_level_and_part(self, district, squares, cast):
        client = client_of(cast.dc)
        streets = client.get("/territory/map/data/").json()
        assert [f["properties"]["name"] for f in streets["features"]] == ["第一街道", "第二街道"]
        grids = client.get("/territory/map/data/", {"level": "grid", "within": district.street_1.pk}).json()
        assert len(grids["features"]) == 3

    def test_a_part_of_the_territory_is_all_that_one_gets(self, district, squares, cast):
        client = client_of(cast.cs_2)
        assert client.get("/territory/map/data/").json()["features"] == []
        grids = client.get("/territory/map/data/", {"level": "grid"}).json()["features"]
        assert [f["properties"]["id"] for f in grids] == [district.grid_3.pk]
        assert client.get("/territory/map/data/", {"within": district.street_2.pk}).status_code == 404

    def test_unchanged_figures_are_not_sent_again(self, district, squares, cast, now):
        client = client_of(cast.dc)
        services.rename_unit(unit_id=district.grid_3.pk, name="丙", effective_on=now.date(), by=cast.dc, now=now)
        etag = client.get("/territory/map/data/")["ETag"]
        assert client.get("/territory/map/data/", headers={"If-None-Match": etag}).status_code == 304
        services.rename_unit(unit_id=district.street_1.pk, name="新街道", effective_on=now.date(), by=cast.dc, now=now)
        again = client.get("/territory/map/data/", headers={"If-None-Match": etag})
        assert again.status_code == 200
        assert "新街道" in _text(again)

    @pytest.mark.parametrize("query", [{"level": "moon"}, {"within": "x"}, {"within": "9" * 30}, {"within": "-1"}])
    def test_nonsense_is_refused(self, district, cast, query):
        assert client_of(cast.dc).get("/territory/map/data/", query).status_code in {400, 404}


class TestLocate:
    def test_a_point_of_the_district_has_its_units(self, district, squares, cast):
        found = client_of(cast.gw).get("/territory/locate/", {"lon": WEST + 0.01, "lat": SOUTH + 0.01}).json()
        assert found["grid"] == {"id": district.grid_1.pk, "code": district.grid_1.code, "name": "第1网格"}
        assert found["label"] == "第一街道 / 第一街道1社区 / 第1网格"

    def test_elsewhere_it_says_what_to_do(self, district, squares, cast):
        found = client_of(cast.gw).get("/territory/locate/", {"lon": 116.4, "lat": 39.9}).json()
        assert (found["found"], "手动选择" in found["message"]) == (False, True)

    @pytest.mark.parametrize(
        "query",
        [
            {},
            {"lon": "x", "lat": "1"},
            {"lon": "nan", "lat": "46"},
            {"lon": "46", "lat": "124"},
            {"lon": "1e999", "lat": "46"},
        ],
    )
    def test_what_is_no_point_is_refused(self, district, cast, query):
        refused = client_of(cast.gw).get("/territory/locate/", query)
        assert refused.status_code == 400
        assert refused.json()["field"] == "lon"


class TestImports:
    def test_a_whole_districts_sheet_is_taken_though_a_page_lists_but_its_beginning(self, district, cast):
        client = client_of(cast.dc)
        rows = "".join(f"990001001001{n:03d},第{n}新网格\n" for n in range(100, 420))
        client.post("/territory/divisions/", {"file": SimpleUploadedFile("网格.csv", f"编码,名称\n{rows}".encode())})
        url = reverse("grids:divisions_compare", args=[ImportDraft.objects.get().pk])
        page = client.get(url).content.decode()
        boxes = re.findall(r'name="chosen" value="(new:[^"]+)"', page)
        assert "没有列出的其余 170 行一并执行" in page
        assert (len(boxes), boxes[-1]) == (151, "new:rest")
        client.post(url, {"chosen": boxes, "effective_on": timezone.localdate().isoformat()})
        assert Unit.objects.filter(name__endswith="新网格").count() == 320

    def test_divisions_from_upload_to_result(self, district, cast):
        client = client_of(cast.dc)
        text = "编码,名称\n990001002,改名街道\n990001003,新街道\n990001004,\n"
        sent = client.post("/territory/divisions/", {"file": SimpleUploadedFile("区划.csv", text.encode())})
        draft = ImportDraft.objects.get()
        assert sent.url == reverse("grids:divisions_compare", args=[draft.pk])
        page = _text(client.get(sent.url))
        for words in ("改名街道", "第二街道", "新街道", "名称为空"):
            assert words in page
        chosen = ["renamed:990001002", "new:990001003"]
        done = client.post(sent.url, {"chosen": chosen, "effective_on": timezone.localdate().isoformat()}, follow=True)
        assert "新增 1 个，更名 1 个" in _text(done)
        assert Unit.objects.get(code="990001003").street_id

    def test_nothing_chosen_comes_back_with_the_reason(self, district, cast):
        client = client_of(cast.dc)
        sent = client.post(
            "/territory/divisions/", {"file": SimpleUploadedFile("a.csv", "编码,名称\n990001003,新街道\n".encode())}
        )
        refused = client.post(sent.url, {"effective_on": timezone.localdate().isoformat()})
        assert refused.status_code == 400
        assert "至少勾选一项" in _text(refused)

    def test_a_useless_file_is_refused_on_the_form(self, district, cast):
        refused = client_of(cast.dc).post(
            "/territory/divisions/", {"file": SimpleUploadedFile("a.csv", b"\x89PNG\r\n\x1a\n")}
        )
        assert refused.status_code == 400
        assert not ImportDraft.objects.exists()

    def test_the_present_divisions_and_the_refused_rows_come_as_files(self, district, cast):
        client = client_of(cast.dc)
        book = client.get("/territory/divisions/template/")
        assert len(list(read_rows(BytesIO(b"".join(book.streaming_content)), "x.xlsx"))) == 11
        sent = client.post("/territory/divisions/", {"file": SimpleUploadedFile("a.csv", "编码,名称\n99,x\n".encode())})
        refused = client.get(sent.url + "refused/")
        rows = list(read_rows(BytesIO(b"".join(refused.streaming_content)), "x.xlsx"))
        assert rows[1][1][0] == "99"

    def _geojson(self, *features):
        content = {"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {"code": code}, "geometry": mapping(figure)} for code, figure in features
        ]}  # fmt: skip
        return SimpleUploadedFile("网格.geojson", json.dumps(content).encode())

    def test_boundaries_from_upload_to_the_map(self, district, squares, cast):
        client = client_of(cast.dc)
        file = self._geojson(("990001001001001", squares["grid_1"].buffer(-0.01)), ("404", box(124.9, 46.5, 125, 46.6)))
        sent = client.post("/territory/boundaries/", {"file": file, "system": "wgs84", "tolerance_m2": "100"})
        page = _text(client.get(sent.url))
        assert "确认导入 1 个边界" in page
        assert "没有编码为“404”" in page
        done = client.post(sent.url, follow=True)
        assert "已导入 1 个边界" in _text(done)
        refused = json.loads(b"".join(client.get(sent.url + "refused/").streaming_content))
        assert [f["properties"]["code"] for f in refused["features"]] == ["404"]
        assert client.post(sent.url).status_code == 409

    @pytest.mark.parametrize("who", ["ss", "cs", "dl", "sy"])
    def test_nobody_else_imports(self, district, cast, who):
        client = client_of(getattr(cast, who))
        assert client.get("/territory/divisions/").status_code == 403
        assert client.get("/territory/boundaries/").status_code == 403
