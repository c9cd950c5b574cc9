"""Reports gathered in space and time, on ground of 11 x 11 cells, and on the demo by other means."""

import math
from typing import Any

import numpy as np
import pytest
import shapely
from shapely import Point

from dothi.core.database import READERS, connection
from dothi.core.errors import DothiError, http_status
from dothi.core.layer import Audience
from dothi.core.locality import Locality
from processes.data import Data
from processes.hotspots import Inputs, NoMoment, NothingReported, UnknownCategory, offset_s, periods_of
from processes.reading.layers import NoSuchColumn
from processes.reading.request_layers import store_request_layers
from processes.reading.unit_layers import BadDay
from processes.reading.validation import InvalidInput, validate_inputs
from processes.registry import find_process
from processes.zones.space_time import NoArea, Periods, TooFine
from tests.processes.conftest import commune
from tests.processes.town import Loader

# Cells of 1 km; four of them, from the fifth column and row on, have 20 reports each.
SIDE = 11
FULL = [(5, 5), (5, 6), (6, 5), (6, 6)]
DAY = '2024-08-10T09:00:00+07:00'


def reports(
    cells: list[tuple[int, int]], at: str = DAY, each: int = 20, category: str = 'waste'
) -> list[tuple[Point, dict[str, Any]]]:
    """Rows of so many reports in each cell, at its middle."""
    return [
        (
            shapely.Point(column * 1000 + 500, row * 1000 + 500),
            {
                'code': f'{category}-{at}-{column}-{row}-{n}',
                'category': category,
                'status': 'open',
                'reported_at': at,
            },
        )
        for column, row in cells
        for n in range(each)
    ]


@pytest.fixture
def ground(loader: Loader) -> None:
    box = shapely.box(1, 1, SIDE * 1000 - 1, SIDE * 1000 - 1)
    loader.load('communes', [(shapely.MultiPolygon([box]), commune('1'))])


def find(locality: Locality, audience: Audience = 'public', **inputs: Any) -> dict[str, Any]:
    asked = validate_inputs(Inputs, {'cell_m': 1000.0, 'period_days': 10, **inputs})
    with connection(READERS[audience]) as db:
        given = store_request_layers(db, asked, locality, None)
        data = Data(db, locality, audience, request_layers=given)
        return find_process('hotspots', audience).run(asked, data, lambda share, doing: None)


def rows(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [feature['properties'] for feature in answer['features']]


def test_four_full_cells_are_hot_as_worked_out_by_hand(ground: None, loader: Loader, locality: Locality) -> None:
    """121 cells, mean 80 / 121, spread sqrt(1600 / 121 - mean^2); all four lie in the nine around each of them."""
    loader.load('citizen_reports', reports(FULL))
    mean = 80 / 121
    error = math.sqrt(1600 / 121 - mean**2) * math.sqrt((121 * 9 - 81) / 120)
    answer = find(locality)
    told = {row['cell']: row for row in rows(answer)}
    assert told['E565N2235']['z'] == pytest.approx((80 - 9 * mean) / error, abs=1e-4)
    # a cell beside two of them has 40 around it
    assert told['E564N2235']['z'] == pytest.approx((40 - 9 * mean) / error, abs=1e-4)
    full = [f'E{560 + column}N{2230 + row}' for column, row in FULL]
    assert {told[cell]['reports'] for cell in full} == {20}
    assert {told[cell]['verdict'] for cell in full} == {'hot'}
    # the eight beside them have 40 of the 80 around them, and nobody in them that could be told
    assert {row['reports'] for cell, row in told.items() if cell not in full} == {None}
    assert len(told) == 4 + 8
    summary = answer['summary']
    assert (summary['reports'], summary['reports_outside'], summary['bins'], summary['bins_shown']) == (80, 0, 121, 4)
    assert (summary['since'], summary['until'], summary['periods']) == ('2024-08-01', '2024-08-10', 1)
    assert (summary['least_count_shown'], summary['norm']['verified'], summary['norms']) == (5, False, ['small_cell'])


def test_a_cell_is_drawn_where_its_reports_are(ground: None, loader: Loader, locality: Locality) -> None:
    loader.load('citizen_reports', reports(FULL[:1]))
    with connection('reader_public') as db, db.cursor() as cursor:
        cursor.execute('select st_x(geom_wgs84), st_y(geom_wgs84) from layer.citizen_reports limit 1')
        ((lon, lat),) = cursor.fetchall()
    (cell,) = [feature for feature in find(locality)['features'] if feature['properties']['reports']]
    assert shapely.distance(shapely.centroid(shapely.geometry.shape(cell['geometry'])), shapely.Point(lon, lat)) < 1e-6


def test_a_count_below_the_threshold_is_nowhere_told(ground: None, loader: Loader, locality: Locality) -> None:
    """Four in one cell and four in the next: their cells are not named, and their sum is told only as a sum."""
    loader.load('citizen_reports', [*reports(FULL), *reports([(0, 0), (1, 0)], each=3)])
    answer = find(locality)
    assert answer['summary']['reports'] == 86
    assert not {'E560N2230', 'E561N2230'} & {row['cell'] for row in rows(answer)}
    assert all(row['reports'] is None or row['reports'] >= 5 for row in rows(answer))


def test_nothing_but_small_counts_says_that_nothing_can_be_said(
    ground: None, loader: Loader, locality: Locality
) -> None:
    loader.load('citizen_reports', reports(FULL, each=2))
    answer = find(locality)
    assert answer['features'] == []
    assert 'nothing can be concluded' in answer['summary']['caveats'][0]['en']


def test_what_lies_outside_of_area_or_periods_is_told_of(ground: None, loader: Loader, locality: Locality) -> None:
    """Six beyond the border and five a period too early; fewer would not be told."""
    outside = reports([(20, 20)], each=6) + reports(FULL[:1], at='2024-07-20T12:00:00+07:00', each=5)
    loader.load('citizen_reports', [*reports(FULL), *outside])
    summary = find(locality, periods=1)['summary']
    assert (summary['reports'], summary['reports_outside']) == (80, 11)


def test_a_period_begins_at_midnight_of_the_layers_clock(ground: None, loader: Loader, locality: Locality) -> None:
    """23:30 UTC of the 10th is the 11th in Viet Nam."""
    loader.load('citizen_reports', reports(FULL, at='2024-08-10T23:30:00Z'))
    assert find(locality)['summary']['until'] == '2024-08-11'


def test_a_growing_cell_has_a_rising_trend(ground: None, loader: Loader, locality: Locality) -> None:
    """The rest stays as it is: 10, 20, ... 80 in the growing corner, in eight periods one after another."""
    days = [f'2024-{month:02}-{day:02}T12:00:00+07:00' for month in (6, 7, 8) for day in (5, 15, 25)][:8]
    for number, at in enumerate(days, start=1):
        loader.load('citizen_reports', reports(FULL[:1], at=at, each=10 * number))
    answer = find(locality, until='2024-08-15', periods=8, periods_back=0)
    growing = [row for row in rows(answer) if row['cell'] == 'E565N2235']
    assert [row['reports'] for row in growing] == [10, 20, 30, 40, 50, 60, 70, 80]
    assert {row['trend'] for row in growing} == {'rising'}
    assert {row['trend'] for row in rows(find(locality, until='2024-08-15', periods=4))} == {None}


def test_categories_and_filters_narrow_what_is_counted(ground: None, loader: Loader, locality: Locality) -> None:
    loader.load('citizen_reports', [*reports(FULL), *reports(FULL[:1], category='road', each=7)])
    assert find(locality)['summary']['reports'] == 87
    assert find(locality, category='road')['summary']['reports'] == 7
    assert find(locality, filter="category <> 'road'")['summary']['reports'] == 80


def test_moments_that_are_sent_as_text(ground: None, locality: Locality) -> None:
    """GeoJSON has no moments: `2024-08-10T09:00:00+07:00` is one all the same, `soon` is not."""
    at = {'type': 'Point', 'coordinates': [105.575 + 0.0, 20.16]}
    features = [{'type': 'Feature', 'geometry': at, 'properties': {'at': DAY}} for _ in range(6)]
    layer: dict[str, Any] = {'type': 'FeatureCollection', 'features': features}
    assert find(locality, reports=layer, moment='at')['summary']['until'] == '2024-08-10'
    layer['features'][3]['properties'] = {'at': 'soon'}
    with pytest.raises(NoMoment, match='soon'):
        find(locality, reports=layer, moment='at')


def test_periods_are_whole_and_end_with_the_last_day() -> None:
    """Ten days from the first to the last: two whole periods of four days."""
    periods = periods_of(Inputs(period_days=4), np.array([100, 109]))
    assert (periods.count, periods.begins(0).isoformat(), periods.ends(1).isoformat()) == (
        2,
        '1970-04-13',
        '1970-04-20',
    )
    days = np.array([101, 102, 105, 106, 109, 110])
    assert periods.numbers(days).tolist() == [-1, 0, 0, 1, 1, 2]
    assert Periods(periods.until, 4, 1).begins(0) == periods.begins(1)


@pytest.mark.parametrize(
    ('change', 'error', 'says'),
    [
        ({'category': 'wastes'}, UnknownCategory, 'waste'),
        ({'category': 'road'}, NothingReported, 'citizen_reports'),
        ({'category': 'x', 'category_column': 'categori'}, DothiError, 'categor'),
        ({'moment': 'reported'}, NoSuchColumn, 'reported_at'),
        ({'moment': 'status'}, NoMoment, 'reported_at'),
        ({'until': '2024-02-30'}, BadDay, '2024-02-30'),
        ({'cell_m': 100.0, 'area': 'big'}, TooFine, 'cell_m'),
        ({'area': {'collection': 'communes', 'filter': "code = 'none'"}}, NoArea, 'area'),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_refused_with_the_reason(
    ground: None, loader: Loader, locality: Locality, change: dict[str, Any], error: type[DothiError], says: str
) -> None:
    loader.load('citizen_reports', reports(FULL[:1], each=6))
    if change.get('area') == 'big':
        box = shapely.MultiPolygon([shapely.box(0, 0, 400_000, 400_000)])
        loader.load('communes', [(box, commune('2'))])
        change = {'cell_m': 100.0}
    with pytest.raises(error, match=says) as refused:
        find(locality, **change)
    assert http_status(refused.value) in (400, 422)


@pytest.mark.parametrize('wrong', [{'cell_m': 10}, {'significance': 0}, {'periods_back': -1}, {'until': 'now'}])
def test_inputs_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=next(iter(wrong))):
        validate_inputs(Inputs, wrong)


def test_the_demo_against_counts_in_sql_and_the_definition_of_gi(
    readable_province: dict[str, str], locality: Locality
) -> None:
    """Every z that is told, from counts by PostGIS and the sum over all pairs of cells."""
    side, days = 4_000, 90
    answer = find(locality, cell_m=float(side), period_days=days, periods=1)
    until = answer['summary']['until']
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(
            """select c.x, c.y, (
                   select count(*) from layer.citizen_reports r
                   where floor(st_x(r.geom) / %(side)s) = c.x and floor(st_y(r.geom) / %(side)s) = c.y
                     and (reported_at at time zone '+07:00')::date between %(until)s::date - %(days)s + 1 and %(until)s)
               from (select x, y from generate_series(130, 160) x, generate_series(540, 575) y) c
               where exists (
                   select from layer.communes u where u.valid_from <= '2024-08-31'
                     and (u.valid_to is null or u.valid_to > '2024-08-31')
                     and st_intersects(u.geom, st_makeenvelope(c.x * %(side)s, c.y * %(side)s,
                         (c.x + 1) * %(side)s, (c.y + 1) * %(side)s, %(srid)s)))""",
            {'side': side, 'until': until, 'days': days, 'srid': locality.srid},
        )
        found = np.array(cursor.fetchall(), dtype=float)
    counts = found[:, 2]
    shown = counts >= 5
    values = np.where(shown, counts, counts[~shown].mean())
    near = np.abs(found[:, None, :2] - found[None, :, :2]).max(axis=2) <= 1
    n, k, mean = len(values), near.sum(axis=1), values.mean()
    error = np.sqrt((values**2).mean() - mean**2) * np.sqrt((n * k - k**2) / (n - 1))
    z = (near @ values - mean * k) / error
    by_cell = {f'E{x * 4:g}N{y * 4:g}': (value, count) for (x, y, count), value in zip(found, z, strict=True)}
    assert answer['summary']['bins'] == n
    assert len(rows(answer)) > 10
    assert {row['cell']: row['z'] for row in rows(answer)} == pytest.approx(
        {row['cell']: by_cell[row['cell']][0] for row in rows(answer)}, abs=1e-4
    )
    assert {row['cell'] for row in rows(answer) if row['reports']} == {
        cell for cell, (_, count) in by_cell.items() if count >= 5
    }


def test_a_date_is_the_same_day_whatever_the_clock_of_its_agency(locality: Locality) -> None:
    """At UTC-5 midnight UTC is the day before; a date has no clock."""
    stations = locality.layers['air_stations']
    west = stations.model_copy(update={'source': stations.source.model_copy(update={'utc_offset': '-05:00'})})
    assert offset_s(west, 'since') == 0
    reports = locality.layers['citizen_reports']
    assert offset_s(reports, 'reported_at') == 7 * 3600
