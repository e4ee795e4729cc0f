"""The demonstration's territory: the real divisions, 775 grids, every one on the map."""

from collections import Counter

import shapely

from governance.audit.models import Entry
from governance.scope import PLATFORM
from grids import demo
from grids.geometry import from_wkb
from grids.models import Boundary, TerritoryRevision, Unit


def test_the_districts_facts_are_all_there(territory):
    kinds = Counter(Unit.objects.values_list("kind", flat=True))
    assert (kinds["district"], kinds["street"], kinds["community"], kinds["grid"]) == (1, 13, 102, 775)
    assert kinds["squad"] == 13
    assert kinds["department"] >= 20
    community = Unit.objects.get(code="230604014013")
    assert (community.name, community.street.name, community.initials) == ("景园社区居委会", "旭园街道", "JYSQ")


def test_every_unit_of_the_line_has_its_place_and_a_code_under_its_parent(territory):
    for unit in Unit.objects.filter(kind__in=["community", "grid"]).select_related("parent"):
        assert unit.code.startswith(unit.parent.code)
        assert (unit.district_id, unit.street_id) == (territory.pk, unit.parent.street_id)
    assert not Unit.objects.filter(kind="grid").exclude(community_id__isnull=False).exists()


def test_the_grids_cover_the_district_without_gap_or_overlap(territory):
    stored = Boundary.objects.filter(unit__kind="grid").values_list("geometry", flat=True)
    grids = [from_wkb(geometry) for geometry in stored]
    assert len(grids) == 775
    assert shapely.coverage_is_valid(grids)
    whole = from_wkb(Boundary.objects.get(unit=territory).geometry)
    assert abs(sum(grid.area for grid in grids) - whole.area) < 1e-12
    assert shapely.union_all(grids).equals(whole)


def test_building_it_again_adds_nothing_and_keeps_what_people_changed(territory, now):
    Unit.objects.filter(code="230604014013").update(name="景园新村社区")
    before = (Unit.objects.count(), Boundary.objects.count(), TerritoryRevision.objects.get().number)
    demo.build_territory(now, PLATFORM)
    assert (Unit.objects.count(), Boundary.objects.count(), TerritoryRevision.objects.get().number) == before
    assert Unit.objects.get(code="230604014013").name == "景园新村社区"
    assert Entry.objects.filter(action="unit.demo").count() == 1
