"""Networks, sites, flood zones, land use and what watches: facts of the drawing that can be checked by hand."""

from collections.abc import Callable

import numpy as np
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from demo import flooding, land, offices, sites, streetside, watching
from demo.drawing import Demo
from demo.files import Table
from demo.water_network import DIAMETERS_MM, water_network


@pytest.fixture(scope='module')
def water(demo: Demo) -> tuple[Table, Table]:
    """Pipes and valves."""
    return water_network(demo)


@pytest.fixture(scope='module')
def floods(demo: Demo) -> Table:
    """The flood zones."""
    return flooding.flood_zones(demo)


def test_pipes_meet_at_the_nodes_that_they_name(water: tuple[Table, Table]) -> None:
    """Every end that carries one node's code lies at one and the same place."""
    pipes, _ = water
    place: dict[str, list[float]] = {}
    for index, column in ((0, 'NUT_DAU'), (-1, 'NUT_CUOI')):
        ends = shapely.get_coordinates(shapely.get_point(pipes.geometry, index))
        for code, at in zip(pipes.columns[column], ends.tolist(), strict=True):
            assert place.setdefault(code, at) == at
    assert len({tuple(at) for at in place.values()}) == len(place)


def test_every_pipe_gets_water_from_a_plant(demo: Demo, water: tuple[Table, Table]) -> None:
    """Each connected part of the network has a plant in it, and mains are never fed by smaller pipes than the next."""
    pipes, _ = water
    nodes = sorted({*pipes.columns['NUT_DAU'], *pipes.columns['NUT_CUOI']})
    number = {code: i for i, code in enumerate(nodes)}
    ends = np.array([[number[code] for code in pipes.columns[name]] for name in ('NUT_DAU', 'NUT_CUOI')])
    graph = coo_array((np.ones(ends.shape[1]), ends), shape=(len(nodes), len(nodes)))
    part = connected_components(graph, directed=False)[1]
    plants = [number[code] for code in offices.water_plants(demo).columns['MA_NMN']]
    assert set(part[ends[0]]) == set(part[plants])
    assert set(pipes.columns['DUONG_KINH']) <= set(DIAMETERS_MM)


def test_valves_lie_on_the_end_of_the_pipe_that_they_name(water: tuple[Table, Table]) -> None:
    """The point of a valve is the first or last point of its pipe, at the node that it names."""
    pipes, valves = water
    row = {code: i for i, code in enumerate(pipes.columns['MA_ONG'])}
    assert len(valves.geometry) > 20
    for point, pipe, node in zip(valves.geometry, valves.columns['MA_ONG'], valves.columns['NUT'], strict=True):
        line = pipes.geometry[row[pipe]].coords
        at = line[0] if pipes.columns['NUT_DAU'][row[pipe]] == node else line[-1]
        assert (point.x, point.y) == at
        assert node in (pipes.columns['NUT_DAU'][row[pipe]], pipes.columns['NUT_CUOI'][row[pipe]])


def test_a_higher_sea_floods_what_a_lower_one_floods(floods: Table) -> None:
    """50 cm lies in 80 cm, 80 cm in 100 cm; none of the province's ground is in two depths of one scenario."""
    levels, areas = floods.columns['NUOC_DANG'], {}
    for level in (50, 80, 100):
        own = floods.geometry[levels == level]
        areas[level] = shapely.union_all(own)
        assert areas[level].area == pytest.approx(shapely.area(own).sum(), abs=1)
    assert areas[50].difference(areas[80]).area < 1
    assert areas[80].difference(areas[100]).area < 1
    assert areas[50].area < areas[80].area < areas[100].area


def test_flood_zones_lie_in_the_district_that_they_name(demo: Demo, floods: Table) -> None:
    """Cut at the border, to less than a square metre."""
    polygon = {place.unit.code: place.polygon for place in demo.province.regions}
    for area, region in zip(floods.geometry, floods.columns['MA_HUYEN'], strict=True):
        assert area.difference(polygon[region]).area < 1


def test_land_use_covers_every_commune_once(demo: Demo) -> None:
    """The rows of a commune have its area together, and nothing outside it."""
    table = land.land_use(demo)
    assert len(set(table.columns['MA_KV'])) == len(table.geometry)
    assert {'LUC', 'ONT', 'ODT', 'SON', 'NTS'} <= set(table.columns['MA_LOAI']) <= set(land.CLASSES)
    for place in demo.province.communes:
        own = table.geometry[table.columns['MA_XA'] == place.unit.code]
        assert shapely.area(own).sum() == pytest.approx(place.polygon.area, abs=5)
        assert shapely.union_all(own).area == pytest.approx(place.polygon.area, abs=5)


def test_a_camera_is_in_the_coverage_and_its_direction_is_not(demo: Demo) -> None:
    """The public cells hold each camera; their edges lie on the grid or on a border, never on a line of sight."""
    seen, public = watching.cameras(demo), watching.camera_coverage(demo)
    inside = shapely.union_all(public.geometry).buffer(0.01)
    assert shapely.contains(inside, seen.geometry).all()
    corners = shapely.get_coordinates(public.geometry)
    on_grid = np.isclose(corners % watching.CAMERA_CELL_M, 0, atol=1e-6).any(axis=1)
    borders = shapely.union_all([place.polygon.boundary for place in demo.province.communes])
    assert (on_grid | (shapely.distance(shapely.points(corners), borders) < 0.01)).all()


def test_reports_are_coarse_and_end_after_they_begin(demo: Demo) -> None:
    """On the middles of cells of 100 m, in the commune that they name; closed ones have an end, open ones none."""
    table = watching.citizen_reports(demo)
    points = shapely.get_coordinates(table.geometry)
    assert (points % 100 == 50).all()
    polygon = {place.unit.code: place.polygon for place in demo.province.communes}
    assert shapely.contains_xy([polygon[code] for code in table.columns['MA_XA']], *points.T).all()
    for status, begin, end in zip(*(table.columns[n] for n in ('TINH_TRANG', 'TIEP_NHAN', 'HOAN_THANH')), strict=True):
        assert (status == 'open') == (end == '')
        assert end == '' or begin < end <= watching.NOW.isoformat()


def test_every_station_has_every_hour(demo: Demo) -> None:
    """24 values for each of the stations of a small demo, the last an hour before the reference date."""
    table = watching.air_observations(demo)
    keys = set(zip(table.columns['MA_TRAM'], table.columns['THOI_GIAN'], strict=True))
    assert len(keys) == len(table.geometry) == 24 * len(watching.air_stations(demo).geometry)
    assert max(table.columns['THOI_GIAN']) == '2024-08-30T23:00:00+07:00'
    assert all(coarse > fine for coarse, fine in zip(table.columns['PM10'], table.columns['PM25'], strict=True))


def test_bridges_cross_water_and_stand_on_land(demo: Demo) -> None:
    """An end is dry, or at the border, where the road goes on in another province; the length is that of the line."""
    table = streetside.bridges(demo)
    water = shapely.union_all([river.water for river in demo.outline.rivers])
    assert len(table.geometry) > 10
    border = demo.outline.province.boundary
    for index in (0, -1):
        end = shapely.get_point(table.geometry, index)
        assert (~shapely.intersects(end, water) | (shapely.distance(end, border) < 0.02)).all()
    assert shapely.intersects(table.geometry, water).all()
    assert np.allclose(table.columns['CHIEU_DAI'], shapely.length(table.geometry), atol=0.06)


def test_dikes_keep_out_of_the_water_and_in_the_province(demo: Demo) -> None:
    """Beside the rivers, not in them; a large river has a dike of a higher class than a small one."""
    table = flooding.dikes(demo)
    water = shapely.union_all([river.water for river in demo.outline.rivers])
    assert shapely.intersects(table.geometry, water).sum() == 0
    assert shapely.contains(demo.outline.province, table.geometry).all()
    grade = dict(zip(table.columns['MA_DE'], table.columns['CAP_DE'], strict=True))
    assert grade['SONG-HONG-H'] == '1'
    assert grade['SONG-SO-T'] == '4'
    assert {code for code, kind in zip(grade, table.columns['LOAI_DE'], strict=True) if kind == 'sea'} == {
        'DE-BIEN-361', 'DE-BIEN-365', 'DE-BIEN-366'
    }  # fmt: skip


@pytest.mark.parametrize('draw', [sites.cemeteries, sites.landfills, sites.wastewater_plants, sites.parks])
def test_sites_lie_off_the_roads_and_in_the_province(demo: Demo, draw: Callable[..., Table]) -> None:
    """No road runs through a park, a cemetery or a landfill."""
    table = draw(demo)
    assert shapely.contains(demo.outline.province, table.geometry).all()
    assert len(shapely.STRtree(demo.roads.line).query(table.geometry, predicate='intersects')[1]) == 0


def test_every_commune_has_an_office_inside_it(demo: Demo) -> None:
    """A point in the polygon of the commune whose code it carries."""
    table = offices.commune_offices(demo)
    polygon = {place.unit.code: place.polygon for place in demo.province.communes}
    assert len(table.geometry) == 226
    assert shapely.contains([polygon[code] for code in table.columns['Mã xã']], table.geometry).all()


def test_lamps_and_stops_stand_beside_the_carriageway(demo: Demo) -> None:
    """Not on the road that they belong to: farther from its middle than half its width."""
    for table in (streetside.street_lights(demo), streetside.bus_stops(demo)):
        nearest, away = shapely.STRtree(demo.roads.line).query_nearest(
            table.geometry, return_distance=True, all_matches=False
        )
        assert np.mean(away > demo.roads.width_m[nearest[1]] / 2) > 0.9
        assert away.max() < 12
