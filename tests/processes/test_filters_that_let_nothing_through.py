"""Every analysis with a filter that lets nothing through: refused, or noted, and never "0 %" or "far from all"."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely

from dothi.core.errors import http_status
from processes.reading.layers import NothingPasses
from tests.processes.conftest import building, commune, house, station
from tests.processes.town import Loader

NONE = "code = 'none'"


def narrowed(layer: str) -> dict[str, str]:
    return {'collection': layer, 'filter': NONE}


@pytest.fixture
def town(loader: Loader) -> None:
    loader.raster('elevation', np.ones((6, 10)))
    loader.load('communes', [(shapely.MultiPolygon([shapely.box(0, 0, 100, 60)]), commune('13639'))])
    loader.load('roads', [(shapely.LineString([(0, 30), (100, 30)]), {'code': 'R', 'class': 'commune'})])
    loader.load('buildings', [(house(20, 30), building(1, 4))])
    loader.load('health_facilities', [(shapely.Point(80, 30), station(1))])
    loader.load('schools', [])
    site = shapely.MultiPolygon([shapely.box(90, 30, 95, 40)])
    loader.load('landfills', [(site, {'code': 'L', 'name': 'x', 'kind': 'sanitary', 'open': True})])
    line = shapely.LineString([(0, 0), (100, 0)])
    loader.load('power_lines', [(line, {'code': 'P', 'voltage_kv': 110, 'insulated': False})])


STATIONS, DISTANCE = {'facilities': 'health_facilities'}, {'distance_m': 100.0}
FAR = {'kind': 'distance_from', 'name': 'far', 'at_least': 30.0}


@pytest.mark.parametrize(
    ('process_id', 'inputs'),
    [
        ('service-coverage', {**STATIONS, **DISTANCE, 'filter': NONE}),
        ('service-coverage', {**STATIONS, **DISTANCE, 'zones': narrowed('communes')}),
        ('service-coverage', {**STATIONS, **DISTANCE, 'more_facilities': [narrowed('health_facilities')]}),
        ('service-capacity', {'facilities': 'schools', 'capacity_column': 'places', **DISTANCE, 'filter': NONE}),
        ('isochrones', {**STATIONS, 'distances_m': [100.0], 'filter': NONE}),
        ('nearest-facility', {**STATIONS, 'origins': narrowed('buildings')}),
        ('nearest-facility', {**STATIONS, 'origins': 'buildings', 'filter': NONE}),
        ('new-facility', {**STATIONS, **DISTANCE, 'zones': narrowed('communes')}),
        ('new-facility', {**STATIONS, **DISTANCE, 'candidates': narrowed('landfills')}),
        ('zonal-statistics', {'coverage': 'elevation', 'zones': narrowed('communes')}),
        ('flood-exposure', {'level_m': 2.0, 'zones': narrowed('communes')}),
        ('isolation-distance', {'landfills': narrowed('landfills')}),
        ('corridor-conflicts', {'lines': narrowed('power_lines'), 'kind': 'power_line'}),
        ('site-suitability', {'criteria': [{**FAR, 'layer': narrowed('landfills')}]}),
    ],
)
def test_a_filter_that_lets_nothing_through_is_refused(
    town: None, answer: Callable[..., Any], process_id: str, inputs: dict[str, Any]
) -> None:
    with pytest.raises(NothingPasses, match='passes the filter') as refused:
        answer(process_id, **inputs)
    assert http_status(refused.value) == 422


@pytest.mark.parametrize(
    ('process_id', 'inputs'),
    [
        ('zonal-statistics', {'layer': 'buildings', 'filter': NONE, 'statistics': ['count']}),
        ('group-by-units', {'layer': 'buildings', 'filter': NONE, 'date': '2024-08-31'}),
        ('new-facility', {**STATIONS, **DISTANCE, 'filter': NONE}),
    ],
)
def test_what_is_answered_all_the_same_says_so(
    town: None, answer: Callable[..., Any], process_id: str, inputs: dict[str, Any]
) -> None:
    """Nothing to count, or no facility yet: a note says that the zeros are the filter's."""
    found = answer(process_id, **inputs)
    summary = (found.get('result') or found)['summary']
    assert any('(that passes the filter)' in note['en'] for note in summary['caveats'])
