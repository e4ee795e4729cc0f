"""Tree, path and search: scoped, ranked, with few queries."""

import pytest

from governance.scope import UnitKind
from grids import selectors, services
from grids.models import Unit


def _names(nodes):
    return {node.unit.name: _names(node.children) for node in nodes}


class TestTree:
    def test_it_is_nested_and_takes_one_query(self, district, cast, django_assert_num_queries):
        with django_assert_num_queries(1):
            tree = selectors.tree(cast.dc)
        assert [node.unit.name for node in tree] == ["试验区"]
        streets = tree[0].children
        assert [node.unit.kind for node in streets] == ["street", "street", "department", "department"]
        assert set(_names(streets)["第一街道"]) == {"第一街道1社区", "第一街道2社区", "第一街道执法中队"}

    def test_it_begins_with_ones_own_unit(self, district, cast):
        assert [node.unit for node in selectors.tree(cast.cs)] == [district.community_1]
        assert [unit.name for unit in selectors.roots(cast.gw)] == ["第1网格"]
        assert [unit.name for unit in selectors.roots(cast.au)] == ["试验区"]

    def test_a_branch_counts_what_lies_below_with_one_query(self, district, cast, django_assert_num_queries):
        with django_assert_num_queries(1):
            units = selectors.children(cast.dc, district.street_1.pk)
        assert [(unit.name, unit.below) for unit in units] == [
            ("第一街道1社区", 2), ("第一街道2社区", 1), ("第一街道执法中队", 0),
        ]  # fmt: skip

    def test_outside_ones_scope_a_branch_is_empty(self, district, cast):
        assert selectors.children(cast.cs, district.street_2.pk) == []

    def test_the_path_leads_from_the_district_down(self, district, django_assert_num_queries):
        grid = Unit.objects.get(pk=district.grid_1.pk)
        with django_assert_num_queries(1):
            path = selectors.path(grid)
        assert path == [district.district, district.street_1, district.community_1, district.grid_1]
        assert selectors.path(district.squad_1) == [district.district, district.street_1, district.squad_1]

    def test_descendants_are_all_below(self, district):
        assert set(selectors.descendants(district.street_1)) == {
            district.community_1, district.community_2, district.grid_1, district.grid_2, district.grid_3,
            district.squad_1,
        }  # fmt: skip


class TestSearch:
    @pytest.fixture
    def found(self, territory, now):
        from governance.scope import Actor, Role

        actor = Actor(1, "中心", 1, Role.DISTRICT_CENTRE, territory.pk, "区", UnitKind.DISTRICT, territory.pk)
        return lambda text, **more: selectors.search(actor, text, **more)

    @pytest.mark.parametrize("text", ["景园社区", "景园", "JYSQ", "jysq", "230604014013", "景园社区居委会"])
    def test_by_name_initials_and_code(self, found, text):
        assert found(text)[0].code == "230604014013"

    @pytest.mark.parametrize("text", ["旭园 景园", "XYJD jysq", "旭园街道 景园"])
    def test_earlier_words_name_what_it_lies_in(self, found, text):
        assert found(text)[0].code == "230604014013"

    def test_a_grid_by_its_community_and_number(self, found):
        assert [unit.code for unit in found("景园 第三")] == ["230604014013003"]

    def test_the_very_name_comes_before_what_merely_has_it(self, found):
        names = [unit.short_name for unit in found("远望")]
        assert names[:2] == ["远望二社区", "远望社区第一"] or names[0].startswith("远望")
        assert found("东湖街道")[0].kind == "street"

    def test_streets_come_before_communities_where_they_fit_alike(self, found):
        kinds = [unit.kind for unit in found("乘风")]
        assert kinds[0] == "street"
        assert set(kinds[1:]) == {"community", "squad"}

    @pytest.mark.parametrize("text", ["", "  ", "不存在的单位", "%", "_", "\\", "'", "\0", "x" * 500])
    def test_nothing_is_found_by_nothing(self, found, text):
        assert found(text) == []

    def test_with_one_query_and_no_more_than_is_shown(self, found, django_assert_num_queries):
        with django_assert_num_queries(1):
            assert len(found("网格")) == selectors.SEARCH_LIMIT

    def test_in_scope_alone_and_open_alone(self, district, cast, now):
        assert selectors.search(cast.cs, "第二街道") == []
        assert [unit.pk for unit in selectors.search(cast.cs, "第2网格")] == [district.grid_2.pk]
        services.close_unit(unit_id=district.grid_2.pk, effective_on=now.date(), by=cast.dc, now=now)
        assert selectors.search(cast.cs, "第2网格") == []

    def test_of_some_kinds_alone(self, found):
        assert {unit.kind for unit in found("景园", kinds=[UnitKind.GRID])} <= {"grid"}


def test_history_tells_what_was_merged_in_as_well(district, cast, now):
    services.merge_units(
        unit_ids=[district.grid_1.pk], into_id=district.grid_2.pk, effective_on=now.date(), by=cast.dc, now=now
    )
    assert [change.unit for change in selectors.history(district.grid_2)] == [district.grid_1]
