"""Rasters and layers by zones: cells and houses that can be counted by hand, and QGIS on the demo."""

import json
import math
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from shapely import Polygon

from dothi.core.database import READERS, connection
from dothi.core.errors import DothiError, http_status
from dothi.core.layer import Audience
from dothi.core.locality import Locality, UnknownLayer
from processes.data import Data
from processes.inputs import LayerRef
from processes.reading.layers import NoSuchColumn, NotDelivered
from processes.reading.request_layers import store_request_layers
from processes.reading.validation import InvalidInput, check_layers, validate_inputs
from processes.registry import find_process
from processes.zonal_statistics import Inputs
from processes.zones.statistics import DoesNotFit, UnknownBand
from tests.matrix import thorough
from tests.processes.conftest import area, building, commune, features, house
from tests.processes.town import Loader

CLIENT = Path(__file__).with_name('qgis_zonal.py')
# Cells of 10 m, north up: two rows of three, the one in the middle above has no value.
HEIGHTS = np.array([[1, math.nan, 3], [4, 5, 6]])
# 1: the western half of the block, through the middle column; 2: the eastern; 3: beyond.
ZONES = {'1': (0, 0, 15, 20), '2': (15, 0, 30, 20), '3': (100, 100, 120, 120)}
ALL = ['count', 'sum', 'mean', 'min', 'max', 'majority', 'variety']


@pytest.fixture
def zones(loader: Loader) -> None:
    loader.load('communes', [(shapely.MultiPolygon([shapely.box(*box)]), commune(code)) for code, box in ZONES.items()])


@pytest.fixture
def heights(zones: None, loader: Loader) -> None:
    loader.raster('elevation', HEIGHTS)


def ask(locality: Locality, audience: Audience = 'public', **inputs: Any) -> dict[str, Any]:
    asked = validate_inputs(Inputs, inputs)
    with connection(READERS[audience]) as db:
        data = Data(db, locality, audience, request_layers=store_request_layers(db, asked, locality))
        return find_process('zonal-statistics', audience).run(asked, data, lambda share, doing: None)


def rows(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {feature['id']: feature['properties'] for feature in answer['features']}


def test_cells_count_by_the_share_that_lies_inside(heights: None, locality: Locality) -> None:
    """West: 1 + 4 + 5 / 2 = 7.5 in 2.5 cells; east: 3 + 6 + 2.5; half a cell of three is empty."""
    answer = ask(locality, coverage='elevation', statistics=ALL)
    west, east = rows(answer)['1'], rows(answer)['2']
    assert [west[name] for name in ALL] == [2.5, 7.5, 3, 1, 5, 4, 3]
    assert [east[name] for name in ALL] == pytest.approx([2.5, 11.5, 4.6, 3, 6, 6, 3])
    assert west['covered_share'] == pytest.approx(2.5 / 3, abs=1e-6)
    assert (answer['summary']['sum_of_zones'], answer['summary']['unit']) == (19, 'm')


def test_a_zone_without_data_says_so(heights: None, locality: Locality) -> None:
    answer = ask(locality, coverage='elevation', statistics=['mean', 'sum', 'count'])
    row = rows(answer)['3']
    assert (row['mean'], row['sum'], row['count'], row['has_data'], row['covered_share']) == (None, None, 0, False, 0)
    assert answer['summary']['zones_without_data'] == ['3']
    assert 'has_data' in answer['summary']['caveats'][0]['vi']


def test_the_median_is_the_value_at_which_half_of_the_area_is_reached(
    loader: Loader, zones: None, locality: Locality
) -> None:
    """Sixteen cells of 0.25 and nine of 0.6: 64 % of the ground is at 0.25, and so is its median."""
    loader.raster('elevation', np.array([[0.25] * 16 + [0.6] * 9]).reshape(5, 5))
    square = features(area('z', 0, 0, 50, 50))
    (row,) = rows(ask(locality, coverage='elevation', statistics=['median', 'mean'], zones=square)).values()
    assert row['median'] == 0.25
    assert row['mean'] == pytest.approx(0.64 * 0.25 + 0.36 * 0.6, abs=1e-4)


def test_zones_that_overlap_each_have_all_and_the_summary_has_it_once(
    heights: None, loader: Loader, answer: Callable[..., Any]
) -> None:
    """The block, and its western column once more; a house in the west and one in the east, a road through both."""
    loader.load('buildings', [(house(*xy), building(i, 1)) for i, xy in enumerate([(5, 5), (25, 5)])])
    loader.load('roads', [(shapely.LineString([(0, 10), (30, 10)]), {'code': 'R', 'class': 'commune'})])
    both = features(area('all', 0, 0, 30, 20), area('west', 0, 0, 10, 20))
    for asked, by_zone, whole in (
        ({'layer': 'buildings', 'statistics': ['count']}, [2, 1], ('count_of_zones', 2)),
        ({'layer': 'roads', 'statistics': ['length_m']}, [30, 10], ('length_m_of_zones', 30)),
        ({'coverage': 'elevation', 'statistics': ['sum']}, [19, 5], ('sum_of_zones', 19)),
    ):
        found = answer('zonal-statistics', **asked, zones=both)
        (statistic,) = asked['statistics']
        assert [one[statistic] for one in rows(found).values()] == pytest.approx(by_zone, abs=0.01)
        assert found['summary'][whole[0]] == pytest.approx(whole[1], abs=0.01)
        assert 'Zones overlap' in found['summary']['caveats'][0]['en']


HOMES = [((5, 5), 3), ((5, 15), 1), ((25, 5), 2), ((15, 16), 4)]


@pytest.fixture
def homes(loader: Loader) -> None:
    loader.load('buildings', [(house(*xy), building(n, people)) for n, (xy, people) in enumerate(HOMES)])


def test_by_population_everybody_counts_once(heights: None, homes: None, locality: Locality) -> None:
    """West: three live at 4 m, one at 1 m, four where nothing is known (on the border, in the lower code): 13 / 4."""
    asked: dict[str, Any] = {'coverage': 'elevation', 'weight': 'population', 'statistics': ['mean', 'max', 'median']}
    found = rows(ask(locality, 'internal', **asked))
    assert [found['1'][name] for name in ('mean', 'max', 'median', 'people', 'covered_share')] == [3.25, 4, 4, 4, 0.5]
    assert [found['2'][name] for name in ('mean', 'max', 'people', 'covered_share')] == [6, 6, 2, 1]
    assert found['3']['has_data'] is False
    with pytest.raises(NoSuchColumn, match='population'):
        ask(locality, **asked)


def test_by_a_grid_of_people_whose_cells_the_zones_cut(heights: None, loader: Loader, locality: Locality) -> None:
    """One cell of 30 m by 30 m with 90 people: 10 m2 a person, so half of those in the block on each side.

    West 7.5 / 2.5 as by area, as they live evenly; the raster covers two of the three rows.
    """
    loader.raster('worldpop', np.array([[90.0]]), cell_m=30)
    asked: dict[str, Any] = {
        'coverage': 'elevation',
        'weight': 'population',
        'population': 'worldpop',
        'statistics': ['mean'],
    }
    found = rows(ask(locality, **asked))
    assert found['1']['people'] == pytest.approx(30)
    assert found['1']['mean'] == pytest.approx(3)
    assert found['1']['covered_share'] == pytest.approx(1)


def test_values_of_points(zones: None, loader: Loader, locality: Locality) -> None:
    """Two schools in the west, one on the border (lower code), one in the east without a figure, one nowhere."""
    places = {'a': ((5, 5), 100), 'b': ((6, 6), 300), 'c': ((15, 5), 50), 'd': ((20, 5), None), 'e': ((50, 50), 7)}
    schools = [
        (shapely.Point(xy), {'code': code, 'name': code, 'level': 'primary', **({'places': n} if n else {})})
        for code, (xy, n) in places.items()
    ]
    loader.load('schools', schools)
    answer = ask(locality, layer='schools', column='places', statistics=['count', 'sum', 'mean', 'median'])
    found = rows(answer)
    assert [found['1'][name] for name in ('count', 'sum', 'mean', 'median')] == [3, 450, 150, 100]
    assert [found['2'][name] for name in ('count', 'sum', 'mean', 'has_data')] == [1, None, None, False]
    assert (answer['summary']['features'], answer['summary']['features_outside']) == (5, 1)
    assert rows(ask(locality, layer='schools', statistics=['count'], filter='places > 60'))['1']['count'] == 2


def test_values_of_areas_are_shared_out_by_what_lies_inside(zones: None, loader: Loader, locality: Locality) -> None:
    """A house of 20 m by 2 m with 8 floors, three quarters in the west; one with 4 floors wholly in the west."""
    across = shapely.MultiPolygon([shapely.box(0, 0, 20, 2)])
    inside = shapely.MultiPolygon([shapely.box(1, 10, 11, 12)])
    loader.load('buildings', [(across, building(1) | {'floors': 8}), (inside, building(2) | {'floors': 4})])
    found = rows(
        ask(locality, layer='buildings', column='floors', statistics=['count', 'sum', 'mean', 'area_m2', 'max'])
    )
    assert [found['1'][name] for name in ('count', 'sum', 'area_m2', 'max')] == pytest.approx([2, 6 + 4, 30 + 20, 8])
    assert found['1']['mean'] == pytest.approx((8 * 30 + 4 * 20) / 50)
    assert [found['2'][name] for name in ('count', 'sum', 'mean', 'area_m2')] == pytest.approx([0, 2, 8, 10])


def test_people_weigh_the_areas_that_they_live_in(zones: None, homes: None, loader: Loader, locality: Locality) -> None:
    """Three people on ground of class 10 in the west, one on 20: mean 12.5."""
    ground = {'10': (0, 0, 10, 10), '20': (0, 10, 10, 20)}
    features = [
        {
            'type': 'Feature',
            'geometry': shapely.geometry.mapping(_wgs84(shapely.box(*box), locality)),
            'properties': {'price': int(price)},
        }
        for price, box in ground.items()
    ]
    layer = {'type': 'FeatureCollection', 'features': features}
    asked = {'layer': layer, 'column': 'price', 'weight': 'population', 'statistics': ['mean', 'count']}
    found = rows(ask(locality, 'internal', **asked))
    assert found['1']['mean'] == pytest.approx(12.5)
    assert (found['1']['people'], found['1']['covered_share'], found['1']['count']) == (4, 0.5, 2)


def test_lengths_of_lines(zones: None, loader: Loader, locality: Locality) -> None:
    loader.load('roads', [(shapely.LineString([(5, 5), (25, 5)]), {'code': 'a', 'class': 'commune'})])
    found = rows(ask(locality, layer='roads', statistics=['length_m']))
    assert {code: row['length_m'] for code, row in found.items()} == pytest.approx({'1': 10, '2': 10, '3': 0})


def _wgs84(shape: Polygon, locality: Locality) -> Polygon:
    from dothi.core.crs import WGS84, proj_string
    from etl.moving import move
    from tests.processes.conftest import ORIGIN

    placed = shapely.affinity.translate(shape, *ORIGIN)
    return move(np.array([placed]), proj_string(locality.srid), proj_string(WGS84))[0]


@pytest.mark.parametrize(
    ('change', 'error', 'says'),
    [
        ({'layer': 'schools'}, DoesNotFit, 'one of the two'),
        ({'coverage': None}, DoesNotFit, 'one of the two'),
        ({'coverage': 'elevatio'}, UnknownLayer, 'elevation'),
        ({'coverage': 'surface_elevation'}, NotDelivered, 'surface_elevation'),
        ({'band': 'height'}, UnknownBand, 'elevation'),
        ({'statistics': ['area_m2']}, DoesNotFit, 'area_m2'),
        ({'population': 'worldpop'}, DoesNotFit, 'population'),
        ({'filter': 'floors > 2'}, DoesNotFit, 'filter'),
        ({'column': 'floors'}, DoesNotFit, 'column'),
        ({'coverage': None, 'layer': 'schools'}, DoesNotFit, 'column'),
        ({'coverage': None, 'layer': 'schools', 'column': 'name'}, DoesNotFit, 'not a number'),
        ({'coverage': None, 'layer': 'schools', 'column': 'place'}, NoSuchColumn, 'places'),
        ({'coverage': None, 'layer': 'schools', 'statistics': ['length_m']}, DoesNotFit, 'Point'),
        ({'coverage': None, 'layer': 'schools', 'column': 'places', 'weight': 'population'}, DoesNotFit, 'areas'),
    ],
)  # fmt: skip
def test_what_cannot_be_had_is_refused_with_the_reason(
    heights: None, loader: Loader, locality: Locality, change: dict[str, Any], error: type[DothiError], says: str
) -> None:
    loader.load('schools', [(shapely.Point(5, 5), {'code': 'a', 'name': 'a', 'level': 'primary', 'places': 1})])
    with pytest.raises(error, match=says) as refused:
        ask(locality, **({'coverage': 'elevation'} | change))
    assert http_status(refused.value) in (400, 404, 503)


def test_a_filter_without_its_layer_gets_as_far_as_the_reason(locality: Locality) -> None:
    """The check before the run has no layer to hold it against; `must_fit` says what is wrong."""
    check_layers(validate_inputs(Inputs, {'coverage': 'elevation', 'filter': 'floors > 2'}), locality, 'public')


@pytest.mark.parametrize('wrong', [{'statistics': []}, {'statistics': ['average']}, {'weight': 'money'}])
def test_inputs_of_no_meaning_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=next(iter(wrong))):
        validate_inputs(Inputs, {'coverage': 'elevation', **wrong})


@thorough
def test_the_demo_against_qgis(readable_province: dict[str, str], locality: Locality, tmp_path: Path) -> None:
    """QGIS takes a cell by its middle and we by its share, so a commune's mean may differ by what its border cuts."""
    asked: dict[str, Any] = {'coverage': 'elevation', 'statistics': ['count', 'sum', 'mean', 'median', 'stdev']}
    found = rows(ask(locality, **asked))
    with connection('reader_public') as db:
        zones = Data(db, locality, 'public').zones(LayerRef('communes'))
        raster = Data(db, locality, 'public').raster('elevation').path
    file = tmp_path / 'zones.gpkg'
    codes = np.array(zones.codes, dtype=object)
    pyogrio.raw.write(
        file, shapely.to_wkb(zones.shapes), [codes], ['code'], geometry_type='MultiPolygon', crs='EPSG:9209'
    )
    own = {'PATH': os.environ['PATH'], 'HOME': str(tmp_path), 'QT_QPA_PLATFORM': 'offscreen', 'LC_ALL': 'C.UTF-8'}
    # the store is everybody's: GDAL would put what it learns of a raster beside it
    own['GDAL_PAM_ENABLED'] = 'NO'
    done = subprocess.run(
        ['/usr/bin/python3', str(CLIENT), str(raster), str(file)],
        env=own, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    qgis = json.loads(done.stdout)
    assert len(qgis) == len(found) > 200
    for code, row in found.items():
        assert row['count'] == pytest.approx(qgis[code]['count'], rel=0.02), code
        assert row['mean'] == pytest.approx(qgis[code]['mean'], abs=0.05), code
        assert row['stdev'] == pytest.approx(qgis[code]['stdev'], abs=0.05), code
    assert sum(row['sum'] for row in found.values()) == pytest.approx(
        sum(row['sum'] for row in qgis.values()), rel=0.002
    )


def test_people_who_live_on_ground_that_is_counted_next_door(
    zones: None, homes: None, loader: Loader, locality: Locality
) -> None:
    """One field over both zones, counted in one of them by its point: in both it is what people live on.

    Four in the west, and six on the border or in the east, of which the border counts in the west.
    """
    field = shapely.geometry.mapping(_wgs84(shapely.box(-1, -1, 31, 21), locality))
    layer = {
        'type': 'FeatureCollection',
        'features': [{'type': 'Feature', 'geometry': field, 'properties': {'price': 7}}],
    }
    asked = {'layer': layer, 'column': 'price', 'weight': 'population', 'statistics': ['mean', 'count', 'area_m2']}
    found = rows(ask(locality, 'internal', **asked))
    assert [found[code]['mean'] for code in '123'] == [7, 7, None]
    assert [found[code]['has_data'] for code in '123'] == [True, True, False]
    assert [found[code]['area_m2'] for code in '123'] == pytest.approx([300, 300, 0], rel=1e-3)
    assert sum(found[code]['count'] for code in '123') == 1


def test_a_zone_as_large_as_the_world_is_refused(heights: None, locality: Locality) -> None:
    """The projection of the raster has no place for it; its statistics were no numbers, and the run a fault."""
    world = {'type': 'Feature', 'geometry': shapely.geometry.mapping(shapely.box(-180, -90, 180, 90)), 'properties': {}}
    zones = {'type': 'FeatureCollection', 'features': [world]}
    with pytest.raises(DoesNotFit, match='zone number 1'):
        ask(locality, 'internal', coverage='elevation', statistics=['mean', 'count'], zones=zones)


def test_zones_that_overlap_have_all_that_lies_in_each(loader: Loader, locality: Locality) -> None:
    """A house wholly in one zone, half in another that overlaps it."""
    boxes = {'1': (0, 0, 40, 40), '2': (10, 0, 40, 40)}
    loader.load('communes', [(shapely.MultiPolygon([shapely.box(*box)]), commune(code)) for code, box in boxes.items()])
    loader.load('buildings', [(shapely.MultiPolygon([shapely.box(5, 5, 15, 15)]), building(1))])
    found = rows(ask(locality, layer='buildings', statistics=['area_m2']))
    assert (found['1']['area_m2'], found['2']['area_m2']) == pytest.approx((100, 50))
