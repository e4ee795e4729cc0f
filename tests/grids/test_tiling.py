"""The generated boundaries: whole, connected, the same every time."""

import shapely

from grids.tiling import tile

SHAPE = [[5, 7, 6], [8, 4], [6, 6, 6, 5], [2]]


def _flat(tiled):
    return [cell for street in tiled for community in street for cell in community]


def test_there_is_one_polygon_for_each_grid_in_the_shape_that_was_asked_for():
    tiled = tile(SHAPE)
    assert [[len(community) for community in street] for street in tiled] == SHAPE
    assert all(cell.geom_type == "Polygon" and cell.is_valid for cell in _flat(tiled))


def test_nothing_overlaps_and_nothing_is_left_out():
    cells = _flat(tile(SHAPE))
    whole = shapely.union_all(cells)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    assert abs(sum(cell.area for cell in cells) - whole.area) < 1e-12


def test_neighbours_share_their_edges_vertex_by_vertex():
    cells = _flat(tile(SHAPE))
    assert shapely.coverage_is_valid(cells)
    assert not shapely.coverage_is_valid([cells[0].buffer(1e-5), *cells[1:]])


def test_communities_and_streets_are_connected():
    for street in tile(SHAPE):
        communities = [shapely.union_all(cells) for cells in street]
        assert {figure.geom_type for figure in [*communities, shapely.union_all(communities)]} == {"Polygon"}


def test_the_same_seed_gives_the_same_polygons_and_another_gives_others():
    first = _flat(tile(SHAPE))
    assert all(a.equals_exact(b, 0) for a, b in zip(first, _flat(tile(SHAPE)), strict=True))
    assert not first[0].equals(_flat(tile(SHAPE, seed=1))[0])
