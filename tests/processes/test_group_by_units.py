"""Layers grouped by the units of any day, on ground small enough to be counted by hand."""

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
from processes.group_by_units import DoesNotFit, Inputs
from processes.inputs import LayerRef
from processes.reading.layers import NoSuchColumn, NotDelivered
from processes.reading.unit_layers import BadDay, UnknownLevel
from processes.reading.validation import InvalidInput, validate_inputs
from processes.registry import find_process
from tests.processes.town import Loader

# Vị Hoàng (6,232 people) lies west of Vị Xuyên (8,770), both 100 m square; Trần Tế Xương (11,702) is 50 m farther off.
# On 2024-09-01 the three became one ward, which took the last one's code.
WEST, EAST, FAR, MERGED = '13639', '13642', '13636', '13636'
OLD, NEW = '2024-08-31', '2024-10-01'
BOXES = {WEST: (0, 0, 100, 100), EAST: (100, 0, 200, 100), FAR: (250, 0, 350, 100)}


def ward(code: str, shape: BaseGeometry, since: str, until: str) -> tuple[MultiPolygon, dict[str, str]]:
    names = {'name': f'Phường {code}', 'parent_code': '356', 'valid_from': since, 'valid_to': until}
    return shapely.MultiPolygon(list(shapely.get_parts(shape))), {'code': code, **names}


@pytest.fixture
def wards(loader: Loader) -> None:
    boxes = {code: shapely.box(*box) for code, box in BOXES.items()}
    old = [ward(code, box, '2020-03-01', '2024-09-01') for code, box in boxes.items()]
    new = [ward(MERGED, shapely.union_all(list(boxes.values())), '2024-09-01', '2025-07-01')]
    loader.load('communes', old + new)


@pytest.fixture
def schools(loader: Loader) -> None:
    """One in the west, two in the east, one on the border between them, one in the gap before the far ward."""
    points = {'a': (50, 50), 'b': (150, 50), 'c': (160, 50), 'border': (100, 50), 'gap': (225, 50)}
    places = {'a': 100, 'b': 200, 'c': 400, 'border': 50, 'gap': 1_000}
    loader.load(
        'schools',
        [
            (shapely.Point(xy), {'code': name, 'name': name, 'level': 'primary', 'places': places[name]})
            for name, xy in points.items()
        ],
    )


def group(locality: Locality, layer: str, on: str, audience: Audience = 'public', **more: Any) -> dict[str, Any]:
    inputs = Inputs(layer=LayerRef(layer), date=on, **more)
    with connection(READERS[audience]) as db:
        return find_process('group-by-units', audience).run(
            inputs, Data(db, locality, audience), lambda share, doing: None
        )


def values(answer: dict[str, Any]) -> dict[str, float | None]:
    return {feature['id']: feature['properties']['value'] for feature in answer['features']}


def test_points_count_once_in_the_units_of_the_day(wards: None, schools: None, locality: Locality) -> None:
    """That on the border goes to the lower code; that in the gap to none, and is told of."""
    before = group(locality, 'schools', OLD)
    assert values(before) == {WEST: 2, EAST: 2, FAR: 0}
    assert before['summary']['features_outside'] == 1
    assert values(group(locality, 'schools', NEW)) == {MERGED: 4}


def test_sum_and_mean_of_a_column(wards: None, schools: None, locality: Locality) -> None:
    """100 + 50 in the west and 200 + 400 in the east; the mean of nothing is nothing, the sum of it 0."""
    assert values(group(locality, 'schools', OLD, statistic='sum', column='places')) == {WEST: 150, EAST: 600, FAR: 0}
    means = values(group(locality, 'schools', OLD, statistic='mean', column='places'))
    assert means == {WEST: 75, EAST: 300, FAR: None}


def test_a_filter_narrows_what_is_counted(wards: None, schools: None, locality: Locality) -> None:
    assert values(group(locality, 'schools', OLD, filter='places > 150')) == {WEST: 0, EAST: 2, FAR: 0}


def test_lines_are_cut_at_the_borders_and_a_border_is_shared(wards: None, loader: Loader, locality: Locality) -> None:
    """A road of 100 m across the border is 50 m on each side, and so is one along it; in the gap nothing counts."""
    lines = {'across': [(50, 50), (150, 50)], 'along': [(100, 0), (100, 100)], 'out': [(190, 10), (260, 10)]}
    loader.load('roads', [(shapely.LineString(xy), {'code': name, 'class': 'commune'}) for name, xy in lines.items()])
    assert values(group(locality, 'roads', OLD, statistic='length_m')) == pytest.approx({WEST: 100, EAST: 110, FAR: 10})
    merged = group(locality, 'roads', NEW, statistic='length_m')
    assert values(merged) == pytest.approx({MERGED: 100 + 100 + 20})


def test_polygons_are_cut_for_their_area_and_counted_whole(wards: None, loader: Loader, locality: Locality) -> None:
    """A building of 40 m by 10 m, of which 10 m lie in the west: 100 and 300 m2, one building, in the east."""
    house = shapely.MultiPolygon([shapely.box(90, 0, 130, 10)])
    loader.load('buildings', [(house, {'code': 'B', 'use': 'residential', 'floors': 1})])
    assert values(group(locality, 'buildings', OLD, statistic='area_m2')) == pytest.approx(
        {WEST: 100, EAST: 300, FAR: 0}
    )
    assert values(group(locality, 'buildings', OLD)) == {WEST: 0, EAST: 1, FAR: 0}


def test_old_counts_add_up_on_the_merged_unit_and_are_exact(wards: None, schools: None, locality: Locality) -> None:
    """Counted by the units of 2020, told by those of 2024: 2 + 2 + 0, and no estimate."""
    answer = group(locality, 'schools', NEW, counted_on=OLD)
    assert values(answer) == {MERGED: 4}
    assert answer['features'][0]['properties']['estimated'] is False
    assert 'exact' in answer['summary']['note']['en']


def test_a_merged_count_told_by_the_old_units_says_that_it_is_an_estimate(
    wards: None, schools: None, locality: Locality
) -> None:
    """4 schools by population: 6,232, 8,770 and 11,702 of 26,704. The true counts, 2, 2 and 0, cannot be had back."""
    answer = group(locality, 'schools', OLD, counted_on=NEW)
    shares = {WEST: 6_232, EAST: 8_770, FAR: 11_702}
    assert values(answer) == pytest.approx({code: 4 * people / 26_704 for code, people in shares.items()})
    assert all(feature['properties']['estimated'] for feature in answer['features'])
    assert 'ESTIMATES' in answer['summary']['note']['en']
    assert '2019' in answer['summary']['note']['vi']


def test_counted_on_the_same_day_nothing_is_re_expressed(wards: None, schools: None, locality: Locality) -> None:
    assert group(locality, 'schools', OLD, counted_on=OLD)['summary']['note'] is None


def test_the_answer_names_its_units_and_releases(wards: None, schools: None, locality: Locality) -> None:
    """Code, name and parent from the register; and units whose outline was not delivered, here all but three."""
    answer = group(locality, 'schools', OLD)
    assert answer['features'][1]['properties'] == {
        'code': WEST, 'name': 'Phường Vị Hoàng', 'parent_code': '356', 'features': 2, 'value': 2, 'estimated': False,
    }  # fmt: skip
    assert answer['features'][0]['geometry']['type'] == 'MultiPolygon'
    assert set(answer['summary']['releases']) == {'communes', 'schools'}
    assert len(answer['summary']['units_without_outline']) == 223


@pytest.mark.parametrize(
    ('change', 'error', 'says'),
    [
        ({'on': '2024-02-30'}, BadDay, '2024-02-30'),
        ({'level': 'hamlet'}, UnknownLevel, 'commune'),
        ({'level': 'district', 'on': '2025-08-01'}, NoUnitsThen, '2025-07-01'),
        ({'on': '2025-08-01'}, NotDelivered, 'derive --level commune --date 2025-08-01'),
        ({'statistic': 'sum'}, DoesNotFit, 'column'),
        ({'column': 'places'}, DoesNotFit, 'column'),
        ({'statistic': 'sum', 'column': 'name'}, DoesNotFit, 'not a number'),
        ({'statistic': 'sum', 'column': 'place'}, NoSuchColumn, 'places'),
        ({'statistic': 'length_m'}, DoesNotFit, 'Point'),
        ({'statistic': 'mean', 'column': 'places', 'counted_on': NEW}, DoesNotFit, 'mean'),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_refused_with_the_reason(
    wards: None, schools: None, locality: Locality, change: dict[str, Any], error: type[DothiError], says: str
) -> None:
    with pytest.raises(error, match=says) as refused:
        group(locality, 'schools', **{'on': OLD, **change})
    assert http_status(refused.value) in (400, 404, 503)


def test_people_per_house_are_not_for_the_public(wards: None, loader: Loader, locality: Locality) -> None:
    """A column that the public may not see is as unknown to its analyses as to its items."""
    house = shapely.MultiPolygon([shapely.box(10, 10, 20, 20)])
    loader.load('buildings', [(house, {'code': 'B', 'use': 'residential', 'floors': 1, 'population': 4})])
    asked: dict[str, Any] = {'statistic': 'sum', 'column': 'population'}
    assert values(group(locality, 'buildings', OLD, audience='internal', **asked))[WEST] == 4
    with pytest.raises(NoSuchColumn):
        group(locality, 'buildings', OLD, **asked)


def test_a_day_that_is_not_written_as_one_is_refused_before_anything_runs() -> None:
    with pytest.raises(InvalidInput, match='date'):
        validate_inputs(Inputs, {'layer': 'schools', 'date': 'yesterday'})
