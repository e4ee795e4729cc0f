"""Boundaries from GeoJSON: checked feature by feature, the sound ones put in force, the refused given back."""

import json
import re
from io import BytesIO

import numpy as np
import pytest
import shapely
from shapely.geometry import MultiPolygon, Point, Polygon, box, mapping

from governance.audit.models import Entry
from governance.errors import IllegalState, InvalidInput, NotAllowed
from grids import boundaries, services
from grids.coordinates import System, gcj02_to_bd09, wgs84_to_gcj02
from grids.geometry import from_wkb
from grids.locate import locate
from grids.models import Boundary, Unit
from grids.services.boundaries import apply_boundaries, check_boundaries

WEST, SOUTH = 124.8, 46.5


def _feature(code, geometry):
    if hasattr(geometry, "geom_type"):
        geometry = json.loads(json.dumps(mapping(geometry)))
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry}


def _checked(district, *features, system=System.WGS84, tolerance=100.0):
    return boundaries.check(list(features), district.district, system=system, tolerance_m2=tolerance)


def _polygon(*points):
    return {"type": "Polygon", "coordinates": [[list(point) for point in points]]}


SQUARE = [(124.9, 46.5), (124.95, 46.5), (124.95, 46.6), (124.9, 46.6)]


class TestOneFeature:
    @pytest.mark.parametrize(
        ("geometry", "words"),
        [
            (None, "没有几何图形"),
            ({"type": "Point", "coordinates": [124.9, 46.5]}, "应为 Polygon"),
            ({"type": "LineString", "coordinates": [[124.9, 46.5], [124.9, 46.6]]}, "应为 Polygon"),
            ({"type": "Polygon", "coordinates": []}, "坐标为空"),
            ({"type": "Polygon", "coordinates": [[1, 2, 3]]}, "格式有误"),
            ({"type": "Polygon", "coordinates": [[["a", "b"]] * 4]}, "格式有误"),
            (_polygon(*SQUARE), "没有闭合"),
            (_polygon(*SQUARE[:2], SQUARE[0]), "至少要 4 个"),
            (_polygon(*[(y, x) for x, y in SQUARE], SQUARE[0][::-1]), r"经纬度写反了：\[46.5, 124.9\]"),
            (_polygon(*[(x * 100_000, y * 100_000) for x, y in SQUARE], (12_490_000, 4_650_000)), "投影坐标"),
            (_polygon((10, 10), (11, 10), (11, 11), (10, 10)), "不在国内范围"),
            (_polygon(SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]), "自相交，位置 124.9"),
            (_polygon(SQUARE[0], SQUARE[1], SQUARE[0], SQUARE[0]), "点太少|自相交|无效"),
            (_polygon((124.9, 46.5), (124.9000001, 46.5), (124.9000001, 46.5000001), (124.9, 46.5)), "不足 1 平方米"),
        ],
    )
    def test_a_figure_that_cannot_be_is_refused_with_the_reason(self, district, geometry, words):
        found = _checked(district, _feature(district.grid_1.code, geometry))[0]
        assert not found.is_sound
        assert re.search(words, "".join(found.problems)), found.problems

    @pytest.mark.parametrize(
        ("properties", "words"),
        [
            ({}, "缺少属性 code"),
            (None, "缺少属性 code"),
            ({"code": "1"}, "没有编码为“1”"),
            ({"code": "990001-D01"}, "没有编码"),
        ],
    )
    def test_a_feature_must_name_a_unit_of_the_line(self, district, properties, words):
        feature = {**_feature("", box(*SQUARE[0], *SQUARE[2])), "properties": properties}
        assert words in _checked(district, feature)[0].problems[0]

    def test_a_code_may_be_a_number_or_padded_with_zeros(self, district):
        figure = box(*SQUARE[0], *SQUARE[2])
        found = _checked(district, _feature(990001001000, figure))
        assert (found[0].unit_id, found[0].problems) == (district.street_1.pk, [])

    def test_a_closed_unit_gets_no_boundary(self, district, now):
        Unit.objects.filter(pk=district.grid_1.pk).update(closed_on=now.date())
        found = _checked(district, _feature(district.grid_1.code, box(*SQUARE[0], *SQUARE[2])))
        assert "已撤销" in found[0].problems[0]

    def test_a_code_twice_is_refused_twice(self, district):
        feature = _feature(district.grid_1.code, box(*SQUARE[0], *SQUARE[2]))
        assert ["出现了 2 次" in f.problems[0] for f in _checked(district, feature, feature)] == [True, True]

    def test_several_parts_holes_and_heights_are_taken(self, district):
        holed = box(124.9, 46.5, 124.92, 46.52).difference(box(124.905, 46.505, 124.91, 46.51))
        figure = shapely.force_3d(MultiPolygon([holed, box(124.93, 46.5, 124.94, 46.52)]), 140.0)
        found = _checked(district, _feature(district.grid_1.code, figure))[0]
        assert found.is_sound
        assert not found.figure.has_z


@pytest.mark.parametrize(
    ("system", "forward"),
    [
        (System.GCJ02, wgs84_to_gcj02),
        (System.BD09, lambda points: gcj02_to_bd09(wgs84_to_gcj02(points))),
    ],
)
def test_other_coordinate_systems_are_converted(district, system, forward):
    figure = box(*SQUARE[0], *SQUARE[2])
    moved = shapely.transform(figure, forward)
    found = _checked(district, _feature(district.grid_1.code, moved), system=system)[0]
    assert np.allclose(shapely.get_coordinates(found.figure), shapely.get_coordinates(figure), atol=1e-8)


class TestTogether:
    def test_what_sticks_out_of_its_parent_is_refused_by_square_metres(self, district, squares):
        wide = box(WEST - 0.01, SOUTH, WEST + 0.1, SOUTH + 0.1)
        found = _checked(district, _feature(district.grid_1.code, wide))[0]
        assert "在上级第一街道1社区之外" in found.problems[0]

    def test_what_overlaps_a_neighbour_in_force_is_refused(self, district, squares):
        tall = box(WEST, SOUTH, WEST + 0.1, SOUTH + 0.11)
        found = _checked(district, _feature(district.grid_1.code, tall))[0]
        assert "与第2网格重叠" in found.problems[0]

    def test_a_rounding_is_no_fault(self, district, squares):
        nearly = box(WEST, SOUTH, WEST + 0.1, SOUTH + 0.1 + 1e-8)
        assert _checked(district, _feature(district.grid_1.code, nearly))[0].is_sound
        assert not _checked(district, _feature(district.grid_1.code, nearly), tolerance=0)[0].is_sound

    def test_neighbours_may_change_their_line_in_one_file(self, district, squares):
        found = _checked(
            district,
            _feature(district.grid_1.code, box(WEST, SOUTH, WEST + 0.1, SOUTH + 0.12)),
            _feature(district.grid_2.code, box(WEST, SOUTH + 0.12, WEST + 0.1, SOUTH + 0.2)),
        )
        assert [feature.problems for feature in found] == [[], []]

    def test_of_two_that_overlap_in_the_file_the_first_stays(self, district):
        found = _checked(
            district,
            _feature(district.grid_2.code, box(WEST, SOUTH + 0.05, WEST + 0.1, SOUTH + 0.2)),
            _feature(district.grid_1.code, box(WEST, SOUTH, WEST + 0.1, SOUTH + 0.1)),
        )
        assert found[0].is_sound
        assert "与第2网格（第 1 个要素）重叠" in found[1].problems[0]

    def test_the_old_boundary_of_a_refused_feature_counts_again(self, district, squares):
        found = _checked(
            district,
            _feature(district.grid_2.code, box(WEST - 0.05, SOUTH + 0.15, WEST + 0.1, SOUTH + 0.2)),
            _feature(district.grid_1.code, box(WEST, SOUTH, WEST + 0.1, SOUTH + 0.15)),
        )
        assert [feature.is_sound for feature in found] == [False, False]
        assert "与第2网格重叠" in found[1].problems[0]

    def test_a_parents_new_line_counts_for_its_children_in_the_same_file(self, district, squares):
        south = box(WEST, SOUTH, WEST + 0.1, SOUTH + 0.05)
        found = _checked(
            district, _feature(district.grid_1.code, squares["grid_1"]), _feature(district.community_1.code, south)
        )
        assert "在上级第一街道1社区之外" in found[0].problems[0]
        assert "其下 2 个单位的现有边界超出" in found[1].notes[0] or found[1].is_sound

    def test_without_a_parents_boundary_it_is_said_that_nothing_was_compared(self, district):
        found = _checked(district, _feature(district.grid_1.code, box(*SQUARE[0], *SQUARE[2])))[0]
        assert found.is_sound
        assert "上级还没有边界" in found.notes[0]


class TestFile:
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "不是有效的 GeoJSON"),
            (b"\xff\xfe\x00", "不是有效的 GeoJSON"),
            (b"[1]", "FeatureCollection"),
            (b'{"type": "Feature"}', "FeatureCollection"),
            (b'{"type": "FeatureCollection", "features": []}', "没有要素"),
            (b'{"type": "FeatureCollection", "features": [NaN]}', "不是有效的 GeoJSON"),
            (b"[" * 100_000, "不是有效的 GeoJSON"),
        ],
    )
    def test_what_is_no_collection_is_refused_whole(self, content, words):
        with pytest.raises(InvalidInput, match=words) as refusal:
            boundaries.read(BytesIO(content))
        assert refusal.value.field == "file"

    def test_a_feature_that_is_no_object_is_refused_by_itself(self, district):
        raw = boundaries.read(BytesIO(b'{"type": "FeatureCollection", "features": [1, null, "x"]}'))
        found = boundaries.check(raw, district.district, system=System.WGS84)
        assert [feature.is_sound for feature in found] == [False] * 3


class TestApplying:
    def _file(self, *features):
        return BytesIO(json.dumps({"type": "FeatureCollection", "features": features}).encode())

    def _draft(self, district, cast, now, *features):
        return check_boundaries(
            file=self._file(*features), file_name="网格.geojson", system=System.WGS84, tolerance_m2=100,
            by=cast.dc, now=now,
        )  # fmt: skip

    @pytest.fixture
    def draft(self, district, squares, cast, now):
        return self._draft(
            district, cast, now,
            _feature(district.grid_1.code, box(WEST, SOUTH, WEST + 0.1, SOUTH + 0.12)),
            _feature(district.grid_2.code, box(WEST, SOUTH + 0.12, WEST + 0.1, SOUTH + 0.2)),
            _feature("404", Polygon(SQUARE)),
        )  # fmt: skip

    def test_the_sound_ones_count_at_once_and_the_old_ones_stay_as_history(self, draft, district, cast, now):
        point = (WEST + 0.05, SOUTH + 0.11)
        assert locate(*point).grid_id == district.grid_2.pk
        done = apply_boundaries(draft_id=draft.pk, by=cast.dc, now=now)
        assert done.outcome == {"applied": 2}
        assert locate(*point).grid_id == district.grid_1.pk
        assert Boundary.objects.filter(unit=district.grid_1).count() == 2
        assert Boundary.objects.current().filter(unit=district.grid_1).count() == 1
        assert Entry.objects.filter(action="unit.boundary").count() == 2

    def test_once_alone(self, draft, cast, now):
        apply_boundaries(draft_id=draft.pk, by=cast.dc, now=now)
        with pytest.raises(IllegalState, match="已经导入过"):
            apply_boundaries(draft_id=draft.pk, by=cast.dc, now=now)

    def test_what_was_checked_against_an_older_territory_is_checked_again(self, draft, district, cast, now):
        services.rename_unit(unit_id=district.grid_3.pk, name="丙网格", effective_on=now.date(), by=cast.dc, now=now)
        with pytest.raises(IllegalState, match="重新上传"):
            apply_boundaries(draft_id=draft.pk, by=cast.dc, now=now)

    def test_a_file_without_a_sound_feature_is_not_applied(self, district, squares, cast, now):
        draft = self._draft(district, cast, now, _feature("404", Point(1, 1)))
        with pytest.raises(IllegalState, match="没有可以导入的边界"):
            apply_boundaries(draft_id=draft.pk, by=cast.dc, now=now)

    def test_nobody_else_imports(self, draft, district, cast, now):
        with pytest.raises(NotAllowed):
            apply_boundaries(draft_id=draft.pk, by=cast.ss, now=now)

    def test_refused_features_come_back_as_they_were_with_the_reason(self, draft):
        found = [boundaries.Feature.from_json(kept) for kept in draft.content["features"]]
        given = boundaries.refused_collection(found)["features"]
        assert [feature["properties"]["code"] for feature in given] == ["404"]
        assert "没有编码为“404”" in given[0]["properties"]["不能导入的原因"]
        assert given[0]["geometry"]["type"] == "Polygon"

    def test_the_demonstrations_own_boundaries_pass_whole(self, territory, now):
        rows = Boundary.objects.current().select_related("unit")
        features = [_feature(row.unit.code, from_wkb(row.geometry)) for row in rows]
        found = boundaries.check(features, territory, system=System.WGS84, tolerance_m2=1)
        assert [feature.problems for feature in found if not feature.is_sound] == []
