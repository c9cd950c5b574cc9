"""Corridor conflicts on a line and houses whose distances can be read off the drawing."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from shapely import LineString, MultiPolygon

from dothi.core.layer import Audience
from dothi.core.locality import Locality
from processes.corridor_conflicts import NoWater
from processes.reading.layers import NoSuchColumn
from processes.reading.validation import InvalidInput
from tests.forked import ForkedProcess
from tests.processes.conftest import ORIGIN
from tests.processes.executing import execute
from tests.processes.town import Loader

# The line runs along y = 0 from 0 to 1,000 m; houses are given by their nearest edge.
HOUSES = {
    'UNDER': shapely.box(100, -1, 110, 1),
    'NEAR': shapely.box(200, 3, 210, 13),
    'AT': shapely.box(300, 4, 310, 14),
    'BEYOND': shapely.box(1002, -5, 1012, 5),
    'FAR': shapely.box(400, 50, 410, 60),
}


def line(code: str, kv: int, insulated: bool = False) -> tuple[LineString, dict[str, Any]]:
    return shapely.LineString([(0, 0), (1000, 0)]), {'code': code, 'voltage_kv': kv, 'insulated': insulated}


def houses(loader: Loader, **options: bool) -> int:
    rows = [(shapely.MultiPolygon([box]), {'code': code, 'use': 'residential'}) for code, box in HOUSES.items()]
    return loader.load('buildings', rows, **options)


def conflicts(audience: Audience = 'public', **inputs: Any) -> dict[str, Any]:
    return json.loads(execute('corridor-conflicts', inputs, audience))


def by_pair(answer: dict[str, Any]) -> dict[tuple[str, str], tuple[float, float, float]]:
    rows = [feature['properties'] for feature in answer['features']]
    return {(row['line_id'], row['target_id']): (row['width_m'], row['distance_m'], row['overlap_m2']) for row in rows}


def test_a_110_kv_line_has_the_conflicts_read_off_the_drawing(loader: Loader, worker: ForkedProcess) -> None:
    """4 m either side: under the line 10 x 2 m²; at 3 m a strip of 10 x 1 m²; at exactly 4 m none; 2 m beyond the end
    a segment of the circle of 4 m cut at 2 m: 16 (π/3) − 2 √12 = 9.83 m².
    """
    houses(loader)
    loader.load('power_lines', [line('L', 110)])
    found = by_pair(conflicts())
    assert found.keys() == {('L', 'UNDER'), ('L', 'NEAR'), ('L', 'BEYOND')}
    assert found['L', 'UNDER'] == pytest.approx((4, 0, 20), abs=0.01)
    assert found['L', 'NEAR'] == pytest.approx((4, 3, 10), abs=0.01)
    assert found['L', 'BEYOND'] == pytest.approx((4, 2, 9.83), abs=0.03)


def test_width_follows_from_voltage_and_insulation(loader: Loader, worker: ForkedProcess) -> None:
    """At 22 kV bare 2 m, insulated 1 m, 220 kV 6 m: then the house at 4 m is in conflict too."""
    houses(loader)
    loader.load('power_lines', [line('BARE', 22), line('INSULATED', 22, insulated=True), line('HIGH', 220)])
    found = by_pair(conflicts())
    widths = {pair[0]: values[0] for pair, values in found.items()}
    assert widths == {'BARE': 2, 'INSULATED': 1, 'HIGH': 6}
    assert ('HIGH', 'AT') in found
    assert ('BARE', 'NEAR') not in found


def test_every_conflict_names_its_clause_and_shows_the_whole_building(loader: Loader, worker: ForkedProcess) -> None:
    houses(loader)
    loader.load('power_lines', [line('L', 110)])
    feature = conflicts()['features'][0]
    assert 'art. 11' in feature['properties']['clause']
    # 10 m x 10 m, told in degrees
    assert shapely.geometry.shape(feature['geometry']).area == pytest.approx(100 / 111_320**2 / 0.938, rel=0.05)


def test_a_line_without_a_norm_is_reported_and_not_dropped(loader: Loader, worker: ForkedProcess) -> None:
    houses(loader)
    release = loader.load('power_lines', [line('L', 110), line('TOO_HIGH', 800)])
    summary = conflicts()['summary']
    assert summary['lines'] == 2
    assert summary['lines_without_norm'] == [{'line_id': 'TOO_HIGH', 'voltage_kv': 800, 'insulated': False}]
    assert summary['releases']['power_lines'] == release


def test_a_long_oblique_line_is_decided_by_its_own_distance(loader: Loader, worker: ForkedProcess) -> None:
    """30 km at 45°: a house whose corner is 3 m off it, and its mirror image 5 m off."""
    root = 2**0.5
    centre = shapely.box(-1, -1, 1, 1)
    shift = [((3 + root) / root, 'INSIDE'), (-(5 + root) / root, 'OUTSIDE')]
    rows = [
        (
            shapely.MultiPolygon([shapely.affinity.translate(centre, 9_000 + by, 9_000 - by)]),
            {'code': code, 'use': 'public'},
        )
        for by, code in shift
    ]
    loader.load('buildings', rows)
    oblique = shapely.LineString([(0, 0), (21_000, 21_000)])
    loader.load('power_lines', [(oblique, {'code': 'L', 'voltage_kv': 110, 'insulated': False})])
    found = by_pair(conflicts())
    assert found.keys() == {('L', 'INSIDE')}
    assert found['L', 'INSIDE'] == pytest.approx((4, 3, 1), abs=0.01)


def test_demonstration_data_is_named(loader: Loader, worker: ForkedProcess) -> None:
    houses(loader, demo=True)
    loader.load('power_lines', [line('L', 110)])
    assert conflicts()['summary']['demo'] is True


# A road of 8 m along y = 0; a commune road is held to be of class VI, whose strip is 4 m: 4 to 8 m off.
ROADSIDE = {'ON': (0, 100), 'BESIDE': (7.9, 300), 'OUTSIDE': (8.1, 500)}


def box_at(y: float, x: int) -> MultiPolygon:
    """A square of 10 m whose edge nearest to the line y = 0 is at y."""
    far = y + 10 if y >= 0 else y - 10
    return shapely.MultiPolygon([shapely.box(x, min(y, far), x + 10, max(y, far))])


def stand(loader: Loader, edges: Mapping[str, tuple[float, int]], people: int | None = None) -> None:
    """Houses by code, each with its nearer edge at y and its left one at x."""
    use = {'use': 'residential', 'population': people}
    loader.load('buildings', [(box_at(y, x), {'code': code, **use}) for code, (y, x) in edges.items()])


def road(code: str, kind: str, width_m: float | None = 8.0) -> tuple[LineString, dict[str, Any]]:
    return shapely.LineString([(0, 0), (1000, 0)]), {'code': code, 'class': kind, 'width_m': width_m}


def test_the_strip_of_a_road_begins_at_the_edge_of_its_land(
    loader: Loader, answer: Callable[..., Any], locality: Locality
) -> None:
    stand(loader, ROADSIDE, people=3)
    loader.load('roads', [road('R', 'commune')])
    found = answer('corridor-conflicts', lines='roads', kind='road')
    pairs, summary = by_pair(found), found['summary']
    assert pairs.keys() == {('R', 'ON'), ('R', 'BESIDE')}
    assert pairs['R', 'ON'] == pytest.approx((4, 0, 80))
    assert pairs['R', 'BESIDE'] == pytest.approx((4, 7.9, 1))
    assert (summary['targets'], summary['people']) == (2, 6)
    assert [(norm['value'], norm['conflicts'], norm['verified']) for norm in summary['by_norm']] == [(4, 2, False)]
    assert [(norm['subject'], norm['value']) for norm in summary['assumed']] == [('commune', 6)]
    assert summary['norms_version'] == locality.norms_version


@pytest.mark.parametrize(('kind', 'width_m'), [('national', 13), ('provincial', 9), ('district', 9), ('commune', 4)])
def test_the_class_of_a_road_decides_about_its_strip(
    loader: Loader, answer: Callable[..., Any], kind: str, width_m: int
) -> None:
    stand(loader, {'IN': (width_m - 0.1, 0), 'OUT': (width_m + 0.1, 100)})
    loader.load('roads', [road('R', kind, width_m=None)])
    found = by_pair(answer('corridor-conflicts', audience='public', lines='roads', kind='road'))
    assert {pair: values[0] for pair, values in found.items()} == {('R', 'IN'): width_m}


def test_people_are_told_only_to_those_who_may_see_them(loader: Loader, answer: Callable[..., Any]) -> None:
    stand(loader, ROADSIDE, people=3)
    loader.load('roads', [road('R', 'commune')])
    for_all = answer('corridor-conflicts', audience='public', lines='roads', kind='road')
    assert 'people' not in json.dumps(for_all)


def test_a_house_in_two_corridors_is_two_conflicts_and_one_target(loader: Loader, answer: Callable[..., Any]) -> None:
    stand(loader, {'BETWEEN': (1, 100)}, people=5)
    loader.load('roads', [road('R1', 'commune'), road('R2', 'national')])
    summary = answer('corridor-conflicts', lines='roads', kind='road')['summary']
    assert (summary['conflicts'], summary['targets'], summary['people']) == (2, 1, 5)


# A dike along y = 0 with its river 60 m to the south; settlement from x = 500 on. Edges at y, left edges at x.
BY_THE_DIKE = {
    'LAND_IN': (24, 100), 'LAND_OUT': (26, 200), 'RIVER_IN': (-19, 100), 'RIVER_OUT': (-21, 200),
    'TOWN_IN': (4, 600), 'TOWN_OUT': (6, 700), 'TOWN_RIVER_OUT': (-6, 800), 'TOUCHING': (0, 300),
}  # fmt: skip


@pytest.fixture
def river_dike(loader: Loader) -> Callable[..., None]:
    """Loads the dike, drawn one way or the other."""

    def load(*, backwards: bool = False, grade: str = '3', kind: str = 'river') -> None:
        xy = [(0, 0), (500, 0), (1000, 0)]
        line = shapely.MultiLineString([xy[::-1] if backwards else xy])
        loader.load('dikes', [(line, {'code': 'D', 'name': 'Đê', 'kind': kind, 'class': grade})])

    river = shapely.MultiLineString([[(-500, -60), (1500, -60)]])
    loader.load('rivers', [(river, {'code': 'S', 'name': 'Sông'})])
    settled = shapely.MultiPolygon([shapely.box(500, -500, 1500, 500)])
    fields = shapely.MultiPolygon([shapely.box(-500, -500, 500, 500)])
    loader.load('land_use', [land('T', 'ONT', settled), land('F', 'LUC', fields)])
    return load


def land(code: str, use: str, area: MultiPolygon) -> tuple[MultiPolygon, dict[str, str]]:
    return area, {'code': code, 'class': use, 'commune_code': '13741'}


@pytest.mark.parametrize('backwards', [False, True])
def test_the_side_of_a_dike_and_the_settlement_decide_whichever_way_it_is_drawn(
    loader: Loader, answer: Callable[..., Any], river_dike: Callable[..., None], backwards: bool
) -> None:
    stand(loader, BY_THE_DIKE)
    river_dike(backwards=backwards)
    found = answer('corridor-conflicts', lines='dikes', kind='dike')['features']
    widths = {one['properties']['target_id']: one['properties']['width_m'] for one in found}
    # what touches the dike stands on both sides: the wider counts
    assert widths == {'LAND_IN': 25, 'RIVER_IN': 20, 'TOWN_IN': 5, 'TOUCHING': 25}
    sides = {one['properties']['target_id']: one['properties']['condition'] for one in found}
    assert sides == {'LAND_IN': 'landward', 'RIVER_IN': 'riverward', 'TOWN_IN': 'settlement', 'TOUCHING': 'landward'}


def test_a_dike_of_class_iv_has_no_norm_and_is_listed(
    loader: Loader, answer: Callable[..., Any], river_dike: Callable[..., None]
) -> None:
    stand(loader, BY_THE_DIKE)
    river_dike(grade='4')
    summary = answer('corridor-conflicts', lines='dikes', kind='dike')['summary']
    assert summary['conflicts'] == 0
    assert summary['lines_without_norm'] == [{'line_id': 'D', 'kind': 'river', 'class': '4'}]


def test_a_sea_dike_keeps_200_m_free_towards_the_outer_border_of_the_land(
    loader: Loader, answer: Callable[..., Any], river_dike: Callable[..., None]
) -> None:
    """The districts end 300 m south of the dike and reach 5 km to the north."""
    stand(loader, {'SEA_IN': (-199, 100), 'SEA_OUT': (-201, 200), 'LAND_IN': (24, 100), 'LAND_OUT': (26, 200)})
    river_dike(kind='sea')
    halves = [shapely.box(-5000, -300, 100, 5000), shapely.box(100, -300, 6000, 5000)]
    loader.load('districts', [(shapely.MultiPolygon([half]), district(i)) for i, half in enumerate(halves)])
    found = by_pair(answer('corridor-conflicts', lines='dikes', kind='dike'))
    assert {pair[1]: values[0] for pair, values in found.items()} == {'SEA_IN': 200, 'LAND_IN': 25}


def district(number: int) -> dict[str, str]:
    return {'code': f'36{number}', 'name': f'Huyện {number}', 'parent_code': '36', 'valid_from': '2020-03-01'}


def test_without_a_river_nothing_is_guessed(
    loader: Loader, answer: Callable[..., Any], river_dike: Callable[..., None]
) -> None:
    stand(loader, BY_THE_DIKE)
    river_dike()
    with pytest.raises(NoWater, match='nothing in the layer "rivers"'):
        answer('corridor-conflicts', lines='dikes', kind='dike', water={'collection': 'rivers', 'filter': "code = 'X'"})


def test_a_layer_without_the_columns_of_its_kind_is_refused_by_name(loader: Loader, answer: Callable[..., Any]) -> None:
    stand(loader, ROADSIDE)
    loader.load('power_lines', [line('L', 110)])
    with pytest.raises(NoSuchColumn, match='"power_lines" has no column "class"'):
        answer('corridor-conflicts', lines='power_lines', kind='road')


def test_an_unknown_kind_is_answered_with_those_that_there_are(answer: Callable[..., Any]) -> None:
    with pytest.raises(InvalidInput, match='kind'):
        answer('corridor-conflicts', kind='canal')


def test_lines_sent_along_are_judged_like_those_of_a_layer(
    loader: Loader, answer: Callable[..., Any], locality: Locality
) -> None:
    """The same line, once delivered and once sent in degrees."""
    houses(loader)
    loader.load('power_lines', [line('L', 110)])
    sent = answer('corridor-conflicts', lines=as_geojson(locality, *line('L', 110)))
    assert by_pair(sent).keys() == by_pair(answer('corridor-conflicts')).keys()


def as_geojson(locality: Locality, shape: LineString, attributes: dict[str, Any]) -> dict[str, Any]:
    there = shapely.affinity.translate(shape, *ORIGIN)
    to_degrees = pyproj.Transformer.from_crs(locality.srid, 4326, always_xy=True)
    shown = shapely.transform(there, lambda xy: np.column_stack(to_degrees.transform(*xy.T)))
    feature = {'type': 'Feature', 'geometry': shapely.geometry.mapping(shown), 'properties': attributes}
    return {'type': 'FeatureCollection', 'features': [feature]}
