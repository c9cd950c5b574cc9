"""The pilot's set on the demo province: through the queue, checked otherwise, kept, served and reported."""

import html
import json
import subprocess
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import shapely

from dothi.api.app import create_app
from dothi.core import database as core_database
from dothi.core.arrays import Floats, Geometries
from dothi.core.database import connection
from processes.evaluation.verdicts import VERDICTS
from processes.queue.manager import present_result, run_process
from tests.conftest import fresh
from tests.databases import Instance
from tests.matrix import thorough
from tests.present import present
from tests.processes.conftest import start_worker, stop_worker

PROVINCE, CITY = '36', '356'
# Of the census of 2019, which the demo's houses add up to.
PEOPLE = 1_780_393
EDITOR = 'evaluator'
PERIOD = {'period_from': '2026-01-01', 'period_to': '2026-12-31'}


@pytest.fixture(scope='module')
def province_of_module(
    instance: Instance, province_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    with pytest.MonkeyPatch.context() as patch:
        yield from fresh(instance, province_template, tmp_path_factory.mktemp('state'), patch)


@pytest.fixture(scope='module')
def evaluated(province_of_module: dict[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The run of the whole set for all communes, kept; its outcome and its answer."""
    rows("insert into access.person (name, title, role) values (%s, 'Lan', 'planner') returning 1", EDITOR)
    worker = start_worker(province_of_module)
    outcome = run_process('indicators', {'set': 'pilot', 'keep': True, **PERIOD}, 'internal', EDITOR)
    yield outcome.job_id, json.loads(outcome.result.content())
    stop_worker(worker)
    core_database.fresh()


def rows(query: str, *values: object) -> list[tuple[Any, ...]]:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def shapes(layer: str, condition: str = 'true') -> Geometries:
    found = rows(f'select ST_AsBinary(geom) from layer.{layer} where {condition} order by id')
    return shapely.from_wkb(np.array([bytes(one[0]) for one in found], dtype=object))


def homes() -> tuple[Geometries, Floats]:
    """Places and people of the houses."""
    found = rows(
        'select ST_X(c), ST_Y(c), n from (select ST_Centroid(geom) c, population n from layer.buildings) b where n > 0'
    )
    table = np.array(found, dtype=np.float64)
    places: Geometries = np.asarray(shapely.points(table[:, :2]))
    return places, table[:, 2]


def criterion(evaluated: tuple[str, dict[str, Any]], name: str) -> dict[str, Any]:
    return next(one for one in evaluated[1]['summary']['indicators'] if one['id'] == name)


def test_every_criterion_has_a_value_or_says_that_it_is_not_shown(evaluated: tuple[str, dict[str, Any]]) -> None:
    found = {one['id']: one for one in evaluated[1]['summary']['indicators']}
    assert len(found) == 15
    unknown = {name for name, one in found.items() if one['value'] is None}
    # nobody has recorded whether the services answered
    assert unknown == {'api_availability'}
    assert found['api_availability']['verdict'] == 'not_shown'
    # a threshold and good evidence: then there is a verdict
    judged = {name for name, one in found.items() if one['threshold'] is not None}
    assert all(found[name]['verdict'] in ('met', 'not_met') for name in judged)
    assert all(proof['fault'] is None for one in found.values() for proof in one['evidence'])


def test_nobody_is_lost_and_nobody_counted_twice(evaluated: tuple[str, dict[str, Any]]) -> None:
    assert criterion(evaluated, 'school_coverage')['denominator'] == PEOPLE
    assert criterion(evaluated, 'people_in_flood')['denominator'] == PEOPLE


def test_people_at_risk_of_flooding_are_those_whom_shapely_finds(evaluated: tuple[str, dict[str, Any]]) -> None:
    places, people = homes()
    wet = shapely.union_all(shapes('flood_zones', 'sea_level_cm = 100'))
    shapely.prepare(wet)
    assert criterion(evaluated, 'people_in_flood')['numerator'] == people[shapely.intersects(wet, places)].sum()


def test_people_in_corridors_are_those_of_the_conflicts(evaluated: tuple[str, dict[str, Any]]) -> None:
    """The other analysis finds the same buildings."""
    answer = json.loads(run_process('corridor-conflicts', {}, 'internal').result.content())
    targets = sorted({one['properties']['target_id'] for one in answer['features']})
    ((people,),) = rows('select coalesce(sum(population), 0) from layer.buildings where code = any(%s)', targets)
    assert criterion(evaluated, 'people_in_corridors')['numerator'] == people


@thorough
def test_roads_and_ground_are_those_that_shapely_measures(evaluated: tuple[str, dict[str, Any]]) -> None:
    communes = shapes('communes', "valid_from <= '2024-08-31' and (valid_to is null or valid_to > '2024-08-31')")
    density = criterion(evaluated, 'road_density')
    assert density['denominator'] == pytest.approx(shapely.area(communes).sum() / 1e6, rel=1e-9)
    inside = shapely.intersection(shapely.union_all(communes), shapes('roads'))
    # a road along the province's border is half inside
    assert density['numerator'] == pytest.approx(shapely.length(inside).sum() / 1000, rel=2e-3)


def test_the_lit_roads_of_a_ward_are_those_that_shapely_finds(evaluated: tuple[str, dict[str, Any]]) -> None:
    found = {one['id']: one for one in evaluated[1]['features']}
    (ward, _) = max(
        ((code, one['properties']['street_lighting'] or 0) for code, one in found.items() if len(code) == 5),
        key=lambda pair: pair[1],
    )
    (outline,) = shapes('communes', f"code = '{ward}' and valid_from = '2020-03-01'")
    roads = shapely.intersection(outline, shapes('roads'))
    lit = shapely.union_all(shapely.buffer(shapes('street_lights'), 30, quad_segs=8))
    share = 100 * shapely.length(shapely.intersection(roads, lit)).sum() / shapely.length(roads).sum()
    assert found[ward]['properties']['street_lighting'] == pytest.approx(share, abs=2)


def test_figures_of_larger_units_are_sums_of_their_communes(evaluated: tuple[str, dict[str, Any]]) -> None:
    wrong = rows(
        """select whole.indicator, whole.unit_code from layer.indicator_values whole
           join lateral (
               select sum(part.numerator) as numerator, sum(part.denominator) as denominator
               from layer.indicator_values part
               join unit.in_force('commune', '2024-08-31') version on version.code = part.unit_code
               where part.indicator = whole.indicator and part.unit_level = 'commune'
                 and whole.unit_code in (version.parent_code, %s)
           ) parts on parts.numerator is not null
           where whole.unit_level in ('district', 'province')
             and greatest(
                 abs(whole.numerator - parts.numerator), abs(whole.denominator - parts.denominator)
             ) > 1e-3""",
        PROVINCE,
    )
    assert wrong == []


def test_layers_within_their_cycle_are_those_of_the_status(evaluated: tuple[str, dict[str, Any]]) -> None:
    """All were delivered a moment ago; what has no release is not current."""
    ((layers, released),) = rows(
        "select count(*), count(current_release) from catalog.layer where definition ->> 'made_by' is null"
    )
    current = criterion(evaluated, 'layers_current')
    assert (current['numerator'], current['denominator']) == (released, layers)


def test_the_values_are_served_as_a_collection(evaluated: tuple[str, dict[str, Any]]) -> None:
    """With a filter, by the period, and to nobody outside."""
    client = create_app('internal').test_client()
    items = '/api/collections/indicator_values/items?limit=1000&'
    wanted = "filter=indicator='road_density' and unit_level='district'"
    answer = client.get(f'{items}{wanted}').get_json()
    assert answer['numberMatched'] == 10
    assert {one['properties']['set_id'] for one in answer['features']} == {'pilot'}
    assert all(one['geometry']['type'] == 'MultiPolygon' for one in answer['features'])
    assert client.get(f'{items}{wanted}&datetime=2026-06-01').get_json()['numberMatched'] == 10
    assert client.get(f'{items}{wanted}&datetime=2025-06-01').get_json()['numberMatched'] == 0
    assert client.get('/api/collections/indicator_values/queryables').status_code == 200
    assert create_app('public').test_client().get('/api/collections/indicator_values').status_code == 404


@thorough
def test_the_report_tells_every_criterion_in_both_languages(evaluated: tuple[str, dict[str, Any]]) -> None:
    job, answer = evaluated
    pages = {
        lang: present_result(job, None, 'html', lang, 'internal', EDITOR).result.content().decode()
        for lang in ('vi', 'en')
    }
    for lang, written in pages.items():
        page = html.unescape(written)
        for one in answer['summary']['indicators']:
            assert one['title'][lang] in page
            assert one['source'][lang] in page
        assert VERDICTS['not_shown'].pick(lang) in page
        assert 'data:image/png;base64,' in page
        assert f'buildings #{answer["summary"]["releases"]["buildings"]}' in page
    pdf = present_result(job, None, 'pdf', 'vi', 'internal', EDITOR).result.file
    text = subprocess.run(['pdftotext', '-layout', present(pdf), '-'], capture_output=True, check=True).stdout.decode()
    assert 'Không chứng minh được' in text
