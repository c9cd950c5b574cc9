"""Figures of one day's units on those of another, over the demo of three wards that became one."""

from typing import Any

import pytest
import shapely
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from dothi.core.database import READERS, connection
from dothi.core.errors import DothiError, http_status
from dothi.core.layer import Audience
from dothi.core.locality import Locality
from dothi.core.unit_crosswalk import NoUnitsThen
from processes.data import Data
from processes.reading.layers import NoSuchColumn, NotDelivered
from processes.reading.unit_layers import BadDay, UnknownLevel, day_of, layer_of_level
from processes.reading.validation import InvalidInput, validate_inputs
from processes.registry import find_process
from processes.restate_units import BadFigures, Inputs, NoWay, divide_units
from tests.processes.conftest import building, house
from tests.processes.town import Loader

# Vị Hoàng (6,232 people), Vị Xuyên (8,770) and Trần Tế Xương (11,702) became one ward on 2024-09-01.
WEST, EAST, FAR, MERGED = '13639', '13642', '13636', '13636'
OLD, NEW = '2024-08-31', '2024-10-01'
BOXES = {WEST: (0, 0, 100, 100), EAST: (100, 0, 200, 100), FAR: (200, 0, 400, 100)}


def ward(code: str, shape: BaseGeometry, since: str, until: str) -> tuple[MultiPolygon, dict[str, str]]:
    names = {'name': f'Phường {code}', 'parent_code': '356', 'valid_from': since, 'valid_to': until}
    return shapely.MultiPolygon(list(shapely.get_parts(shape))), {'code': code, **names}


@pytest.fixture
def wards(loader: Loader) -> None:
    boxes = {code: shapely.box(*box) for code, box in BOXES.items()}
    old = [ward(code, box, '2020-03-01', '2024-09-01') for code, box in boxes.items()]
    new = [ward(MERGED, shapely.union_all(list(boxes.values())), '2024-09-01', '2025-07-01')]
    loader.load('communes', old + new)


def restate(locality: Locality, audience: Audience = 'public', **inputs: Any) -> dict[str, Any]:
    asked = {'from_date': OLD, 'to_date': NEW, **inputs}
    with connection(READERS[audience]) as db:
        data = Data(db, locality, audience)
        return find_process('restate-units', audience).run(
            validate_inputs(Inputs, asked), data, lambda share, doing: None
        )


def rows(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = (feature['properties'] for feature in answer['features'])
    return {row['code']: row for row in found if row['value'] is not None}


def test_merged_units_are_added_up_and_exact(wards: None, locality: Locality) -> None:
    answer = restate(locality, figures={WEST: 10, EAST: 20.5, FAR: 30})
    row = rows(answer)[MERGED]
    assert (row['value'], row['least'], row['most'], row['error']) == (60.5, 60.5, 60.5, 0)
    assert (row['exact'], row['complete'], row['method']) == (True, True, 'whole')
    assert row['pieces'] == {FAR: 1, WEST: 1, EAST: 1}
    assert (answer['summary']['sum_before'], answer['summary']['sum_after']) == (60.5, 60.5)
    assert 'exact' in answer['summary']['caveats'][0]['en']


def test_a_figure_that_is_missing_is_told_of_and_its_unit_is_not_complete(wards: None, locality: Locality) -> None:
    answer = restate(locality, figures={WEST: 10})
    row = rows(answer)[MERGED]
    assert (row['value'], row['complete'], row['exact']) == (10, False, False)
    assert answer['summary']['units_without_figure'][EAST] == 'Phường Vị Xuyên'
    others = [feature for feature in answer['features'] if feature['id'] != MERGED]
    assert others
    assert all(feature['properties']['value'] is None for feature in others)


BACK: dict[str, Any] = {'from_date': NEW, 'to_date': OLD, 'figures': {MERGED: 1000}}


def test_backward_the_census_divides(wards: None, locality: Locality) -> None:
    """1,000 by 6,232, 8,770 and 11,702 of 26,704: 233.37, 328.42 and 438.21; the last goes to the largest remainder."""
    answer = restate(locality, **BACK)
    found = rows(answer)
    assert {code: row['value'] for code, row in found.items()} == {WEST: 233, EAST: 329, FAR: 438}
    assert {(row['least'], row['most'], row['method']) for row in found.values()} == {(0, 1000, 'census')}
    assert found[WEST]['error'] == 767
    assert answer['summary']['sum_after'] == 1000
    assert '2019' in answer['summary']['caveats'][0]['vi']


def test_backward_area_divides(wards: None, locality: Locality) -> None:
    """Half of the ground is the far ward's."""
    found = rows(restate(locality, **BACK, method='area'))
    assert {code: (row['value'], row['method']) for code, row in found.items()} == {
        WEST: (250, 'area'),
        EAST: (250, 'area'),
        FAR: (500, 'area'),
    }


def test_backward_the_people_of_houses_divide(wards: None, loader: Loader, locality: Locality) -> None:
    """Three live in the west, one far off; in the east nobody: it may still have all of it."""
    homes = [(house(50, 50), building(1, 3)), (house(300, 50), building(2, 1))]
    loader.load('buildings', homes)
    answer = restate(locality, 'internal', **BACK, method='population')
    found = rows(answer)
    assert {code: row['value'] for code, row in found.items()} == {WEST: 750, EAST: 0, FAR: 250}
    assert (found[EAST]['least'], found[EAST]['most']) == (0, 1000)
    assert set(answer['summary']['releases']) == {'buildings', 'communes'}


def test_who_lives_where_is_not_for_the_public(wards: None, loader: Loader, locality: Locality) -> None:
    loader.load('buildings', [(house(50, 50), building(1, 3))])
    with pytest.raises(NoSuchColumn, match='population'):
        restate(locality, **BACK, method='population')


def test_the_figures_of_a_layer(wards: None, loader: Loader, locality: Locality) -> None:
    """The places of schools, one school in each ward, by its commune; a school without places has no figure."""
    columns = {'name': 'x', 'level': 'primary'}
    loader.load(
        'schools',
        [
            (shapely.Point(50, 50), {'code': WEST, 'places': 100, **columns}),
            (shapely.Point(150, 50), {'code': EAST, 'places': 200, **columns}),
            (shapely.Point(250, 50), {'code': FAR, **columns}),
        ],
    )
    answer = restate(locality, layer='schools', value_column='places')
    assert rows(answer)[MERGED]['value'] == 300
    assert FAR in answer['summary']['units_without_figure']
    assert set(answer['summary']['releases']) == {'communes', 'schools'}


def test_shares_are_those_that_postgis_finds(wards: None, loader: Loader, locality: Locality) -> None:
    """Skew borders: unit.crosswalk_by_area intersects the outlines by itself."""
    skew = [
        ward('13660', shapely.Polygon([(500, 0), (660, 30), (580, 200), (480, 160)]), '2020-03-01', '2024-09-01'),
        ward('13663', shapely.Polygon([(660, 30), (720, 0), (700, 260), (580, 200)]), '2020-03-01', '2024-09-01'),
        ward('13660', shapely.Polygon([(480, 0), (640, 0), (610, 300), (470, 200)]), '2024-09-01', '2025-07-01'),
        ward('13663', shapely.Polygon([(640, 0), (730, -10), (720, 280), (610, 300)]), '2024-09-01', '2025-07-01'),
    ]
    loader.load('communes', skew)
    inputs = Inputs(figures={}, from_date=OLD, to_date=NEW, method='area')
    with connection('reader_public') as db, db.cursor() as cursor:
        shown = layer_of_level('commune', locality)
        shares = divide_units(inputs, shown, day_of(OLD), day_of(NEW), Data(db, locality, 'public')).shares
        cursor.execute(
            "select * from unit.crosswalk_by_area('communes', 'code', 'valid_from', 'valid_to', %s, %s)", [OLD, NEW]
        )
        found = {(source, target): share for source, target, share in cursor.fetchall()}
    assert len(found) > 6
    whole = {code: sum(share for (source, _), share in found.items() if source == code) for code, _ in found}
    ours = {(source, target): share for source, parts in shares.items() for target, share in parts.items()}
    assert ours == pytest.approx({(source, target): share / whole[source] for (source, target), share in found.items()})


@pytest.mark.parametrize(
    ('change', 'error', 'says'),
    [
        ({'figures': None}, BadFigures, 'figures'),
        ({'layer': 'schools'}, BadFigures, 'one of the two'),
        ({'figures': {}}, BadFigures, 'no figures'),
        ({'figures': {'13640': 1}}, BadFigures, '13640'),
        ({'from_date': '2024-02-30'}, BadDay, '2024-02-30'),
        ({'level': 'hamlet'}, UnknownLevel, 'commune'),
        ({'level': 'district', 'to_date': '2025-08-01'}, NoUnitsThen, '2025-07-01'),
        ({'to_date': '2025-08-01', 'method': 'area'}, NotDelivered, 'derive --level commune --date 2025-08-01'),
        ({'figures': {'13633': 1}, 'method': 'area'}, NoWay, '13633'),
        ({'figures': None, 'layer': 'communes', 'value_column': 'name'}, BadFigures, 'not a number'),
        ({'figures': None, 'layer': 'communes', 'value_column': 'nam'}, NoSuchColumn, 'name'),
    ],
)  # fmt: skip
def test_what_cannot_be_restated_is_refused_with_the_reason(
    wards: None, locality: Locality, change: dict[str, Any], error: type[DothiError], says: str
) -> None:
    with pytest.raises(error, match=says) as refused:
        restate(locality, **({'figures': {WEST: 1}} | change))
    assert http_status(refused.value) in (400, 404, 422, 503)


def test_a_code_with_two_figures_is_refused(wards: None, loader: Loader, locality: Locality) -> None:
    """As a layer may have: of a layer of units without a day, say."""
    shapes = [(shapely.Point(1, 1), {'code': f'{n}', 'name': WEST, 'level': 'primary', 'places': n}) for n in (1, 2)]
    loader.load('schools', shapes)
    with pytest.raises(BadFigures, match='several figures'):
        restate(locality, layer='schools', code_column='name', value_column='places')


@pytest.mark.parametrize('figures', [{'356': 'many'}, {'356': float('nan')}, [1, 2], {'356': None}])
def test_a_figure_that_is_no_number_is_refused_before_anything_runs(figures: dict[str, Any] | list[int]) -> None:
    with pytest.raises(InvalidInput, match='figures'):
        validate_inputs(Inputs, {'figures': figures, 'from_date': OLD, 'to_date': NEW})
