"""The examples of the analyses along the roads on the demo province, held against each other and against PostGIS."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import shapely
from psycopg2 import sql

from dothi.core.arrays import Geometries, point_geometries
from dothi.core.database import READERS, connection
from dothi.core.locality import Locality
from processes.data import Data
from processes.reading.validation import validate_inputs
from processes.registry import find_process
from tests.conftest import fresh
from tests.databases import Instance


@pytest.fixture(scope='module')
def data(
    instance: Instance, province_template: str, locality: Locality, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Data]:
    """Reads the demo province, in one snapshot."""
    with pytest.MonkeyPatch.context() as patch:
        for _ in fresh(instance, province_template, tmp_path_factory.mktemp('state'), patch):
            with connection(READERS['internal']) as db:
                db.set_session(isolation_level='REPEATABLE READ', readonly=True)
                yield Data(db, locality, 'internal')


def run(data: Data, process_id: str, **changed: Any) -> dict[str, Any]:
    chosen = find_process(process_id, 'internal')
    inputs = validate_inputs(chosen.inputs, {**chosen.example, **changed})
    return chosen.run(inputs, data, lambda share, doing: None)


def shapes(answer: dict[str, Any]) -> Geometries:
    return np.asarray([shapely.geometry.shape(feature['geometry']) for feature in answer['features']], dtype=object)


def column(answer: dict[str, Any], name: str) -> list[float]:
    return [feature['properties'][name] for feature in answer['features']]


def test_coverage_counts_everybody_once_and_grows_with_the_way(data: Data) -> None:
    near, far = (run(data, 'service-coverage', distance_m=distance_m)['result'] for distance_m in (1_000, 3_000))
    for answer in (near, far):
        summary = answer['summary']
        assert sum(column(answer, 'population')) == summary['population']
        assert sum(column(answer, 'population_covered')) == summary['population_covered']
    assert 0 < near['summary']['population_covered'] < far['summary']['population_covered']
    total = data.rows(sql.SQL('select sum(population)::int as people from layer.buildings'))[0]['people']
    assert near['summary']['population'] + near['summary']['population_outside_zones'] == total


def test_schools_by_the_norm_are_stricter_in_the_wards(data: Data) -> None:
    """The demo has 226 communes, of which wards and townships are urban: both norms are used and cited."""
    summary = run(
        data, 'service-coverage', facilities='schools', filter="level <> 'high'", kind_column='level', distance_m=None
    )['result']['summary']
    assert [kind['kind'] for kind in summary['kinds']] == ['kindergarten', 'primary', 'secondary']
    for kind in summary['kinds']:
        assert {norm['condition'] for norm in kind['norms']} == {'rural', 'urban'}
        assert summary['population_covered'] <= kind['population_covered'] < summary['population']


def test_rivers_change_nothing_where_every_crossing_has_its_bridge(data: Data) -> None:
    """And without the bridges many are farther from a hospital."""
    asked = {'filter': "kind = 'hospital'", 'distance_m': 8_000, 'barriers': 'rivers'}
    bridged = run(data, 'service-coverage', **asked)['result']['summary']
    cut = run(data, 'service-coverage', **asked, bridges={'collection': 'bridges', 'filter': 'length_m < 0'})
    assert bridged['roads_cut'] == 0
    assert cut['result']['summary']['roads_cut'] > 10
    assert cut['result']['summary']['population_covered'] < bridged['population_covered']


def test_new_sites_gain_what_coverage_then_counts(data: Data) -> None:
    answer = run(data, 'new-facility')
    sites, summary = answer['result'], answer['result']['summary']
    gains = column(sites, 'population_gained')
    assert len(gains) == 5
    assert gains == sorted(gains, reverse=True)
    assert sum(gains) == summary['population_gained'] <= summary['population_gained_at_most']
    assert sum(column(answer['zones'], 'population_gained')) == summary['population_gained']
    before = run(data, 'service-coverage', distance_m=2_000)['result']['summary']
    assert summary['population_covered_before'] == before['population_covered']


def test_homes_within_the_isochrone_are_those_that_coverage_counts(data: Data) -> None:
    """Up to the edge of the cells: at 25 m fewer than 2 % of those live on the other side of it."""
    hospitals = {'filter': "kind = 'hospital'"}
    area = shapes(run(data, 'isochrones', **hospitals, distances_m=[2_000], minutes=[], cell_m=25))[0]
    covered = run(data, 'service-coverage', **hospitals, distance_m=2_000)['result']['summary']['population_covered']
    homes = data.rows(
        sql.SQL(
            'select ST_X(centre) as x, ST_Y(centre) as y, population from layer.buildings,'
            ' lateral ST_Transform(ST_Centroid(geom), 4326) centre where population > 0'
        )
    )
    xy, people = (
        np.asarray([(home['x'], home['y']) for home in homes]),
        np.asarray([home['population'] for home in homes]),
    )
    shapely.prepare(area)
    inside = people[shapely.contains(area, point_geometries(xy))].sum()
    assert inside == pytest.approx(covered, rel=0.02)


def test_routes_keep_to_the_roads_and_are_as_long_as_told(data: Data) -> None:
    """PostGIS measures each route, and how much of it lies farther than a metre from every road."""
    answer = run(data, 'nearest-facility')
    assert len(answer['features']) == answer['summary']['origins'] > 200
    routes = shapely.to_wkb(shapes(answer), hex=True)
    measured = data.rows(
        sql.SQL(
            """with route as (
                   select number, ST_Transform(ST_SetSRID(wkb::geometry, 4326), {srid}) as line
                   from unnest({routes}::text[]) with ordinality as sent (wkb, number) where number % 20 = 1)
               select number, ST_Length(line) as length_m,
                   ST_Length(ST_Difference(line, ST_Union(ST_Buffer(road.geom, 1)))) as off_m
               from route join layer.roads road on road.geom && line group by number, line order by number"""
        ).format(srid=sql.Literal(data.locality.srid), routes=sql.Literal(list(routes)))
    )
    told = column(answer, 'distance_m')
    assert len(measured) > 10
    for row in measured:
        assert row['length_m'] == pytest.approx(told[row['number'] - 1], abs=1)
        # the office stands beside the road, and so does the hospital
        assert row['off_m'] < 500
