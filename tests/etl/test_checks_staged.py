"""Checks among all rows of a delivery, from file to report: near-duplicates, coverages, networks, missing units."""

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from shapely import Polygon

from dothi.core.crs import WGS84, proj_string, transformer
from dothi.core.layer import Checks
from dothi.core.locality import Locality
from dothi.core.text import Text
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.doctor.rows.near_duplicates import Places, near_pairs
from etl.report.html import page
from etl.report.model import BadRow, Report
from etl.report.table import renderable
from tests.etl.conftest import Agency, Query


@pytest.fixture
def send_with(database: dict[str, str], locality: Locality) -> Callable[..., Report]:
    """Delivers a file into a layer whose file asks for these checks; everything may be bad."""

    def send(file: Path, layer: str, options: dict[str, Any] | None = None, **checks: Any) -> Report:
        given_layer = locality.layers[layer]
        asked = Checks(bad_rows_share=1, lost_rows_share=1, **checks)
        layers = locality.layers | {layer: given_layer.model_copy(update={'checks': asked})}
        return deliver(file, DeliveryOptions(layer=layer, **(options or {})), replace(locality, layers=layers))

    return send


def building(code: str, shape: Polygon, use: str = 'public', floors: int = 1) -> tuple[dict[str, Any], Polygon]:
    return {'ma': code, 'cong_nang': use, 'so_tang': floors}, shape


def told(rows: Sequence[BadRow]) -> list[tuple[int, str]]:
    return [(row.row, row.code) for row in rows]


@given(st.lists(st.tuples(st.integers(-40, 40), st.integers(-40, 40)), max_size=14))
def test_near_pairs_are_those_that_a_comparison_of_all_finds(points: list[tuple[int, int]]) -> None:
    """On a grid of a quarter of the tolerance, across all edges of cells; up to 14 points no crowd is cut short."""
    xy = np.array(points, dtype=float).reshape(-1, 2)
    every = {(i, j) for i in range(len(xy)) for j in range(i) if (np.abs(xy[i] - xy[j]) <= 4).all()}
    assert {(max(pair), min(pair)) for pair in near_pairs(xy, 4).tolist()} == every


@pytest.mark.parametrize('strip_rows', [1, 7, 40, 1_000])
def test_neighbours_are_pairs_also_where_strips_meet(strip_rows: int) -> None:
    """40 points in a row, 1 m apart, each of which comes in a batch of its own, the eastern ones first."""
    places = Places()
    for x in reversed(range(40)):
        places.add(np.array([x]), np.array([shapely.Point(x, 0)], dtype=object))
    assert places.pairs(1.5, strip_rows).tolist() == [[x + 1, x] for x in range(39)]
    assert places.pairs(0.5, strip_rows).tolist() == []


def test_a_crowd_in_one_place_costs_its_number_and_not_its_square() -> None:
    assert len(near_pairs(np.full((10_000, 2), 5.0), 1)) <= 16 * 10_000


def test_near_duplicates_are_told_and_released(agency: Agency, send_with: Callable[..., Report], query: Query) -> None:
    """5 cm off with the same values is a duplicate, 20 cm off is not, nor is 5 cm off with another use."""
    rows = [
        building('a', agency.box(0, 0, 10)),
        building('b', agency.box(0.05, 0, 10)),
        building('c', agency.box(0.2, 0, 10)),
        building('d', agency.box(0, 0.05, 10), use='commercial'),
        building('e', agency.box(0, 0, 10), floors=9),
    ]
    report = send_with(agency.geojson('t.geojson', rows), 'buildings', near_duplicate_m=0.1)
    assert told(report.rows.warnings) == [(2, 'near_duplicate'), (5, 'duplicate_geometry')]
    assert report.rows.warnings[0].message.startswith('Hàng 2, cột ma: "b" gần như trùng hàng 1')
    assert report.rows.warnings[0].element == 'completeness_commission'
    assert (report.rows.good, report.rows.by_code) == (5, {})
    assert report.rows.warnings_by_code == {'duplicate_geometry': 1, 'near_duplicate': 1}
    assert report.rows.quality == {'completeness_commission': 2}
    assert query('select count(*) from layer.buildings') == [(5,)]
    assert query('select row_number, severity, attributes ->> %s from quarantine.row order by 1', 'ma') == [
        (2, 'warning', 'b'),
        (5, 'warning', 'e'),
    ]


def test_a_layer_may_call_near_duplicates_errors(
    agency: Agency, send_with: Callable[..., Report], query: Query
) -> None:
    rows = [building('a', agency.box(0, 0, 10)), building('b', agency.box(0.05, 0, 10))]
    checks = {'near_duplicate_m': 0.1, 'severity': {'near_duplicate': 'error'}}
    report = send_with(agency.geojson('t.geojson', rows), 'buildings', **checks)
    assert (told(report.rows.bad), report.rows.warnings) == ([(2, 'near_duplicate')], [])
    assert query('select code from layer.buildings') == [('a',)]
    assert query('select severity from quarantine.row') == [('error',)]


def test_points_may_share_a_place_if_they_differ_in_a_value(agency: Agency, send_with: Callable[..., Report]) -> None:
    rows = [(agency.school(code), agency.point()) for code in 'ab']
    report = send_with(agency.geojson('t.geojson', rows), 'schools', near_duplicate_m=1)
    assert report.rows.warnings == [], 'their names differ'


def test_overlaps_and_gaps_of_a_coverage_are_told_with_size_and_place(
    agency: Agency, send_with: Callable[..., Report]
) -> None:
    """Squares of 100 m in a row: the second overlaps the first by 2 m × 100 m, and leaves 0.5 m to the third.

    The fourth is 5 m off: a road may lie there. The fifth shares an edge with the fourth, as it should.
    """
    west = [0, 98, 198.5, 303.5, 403.5]
    rows = [building(str(i), agency.box(x, 0, 100)) for i, x in enumerate(west)]
    report = send_with(agency.geojson('t.geojson', rows), 'buildings', coverage=True, gap_width_m=1)
    assert told(report.rows.warnings) == [(2, 'overlap'), (3, 'gap')]
    overlap, gap = report.rows.warnings
    assert 'overlaps row 1: 200 m²' in overlap.message_en
    assert 'leaves a gap 100 m long to row 2' in gap.message_en
    assert (overlap.element, gap.element) == ('conceptual_consistency', 'topological_consistency')
    middle = transformer(proj_string(9209), proj_string(WGS84)).transform(agency.east + 99, agency.north + 50)
    assert overlap.place == pytest.approx(middle, abs=1e-6)


def test_a_coverage_that_tiles_is_silent(agency: Agency, send_with: Callable[..., Report]) -> None:
    rows = [building(f'{x}{y}', agency.box(x * 100, y * 100, 100)) for x in range(4) for y in range(4)]
    report = send_with(agency.geojson('t.geojson', rows), 'buildings', coverage=True, gap_width_m=5)
    assert report.rows.warnings == []


def test_an_end_that_falls_short_is_told_and_one_that_touches_is_not(
    agency: Agency, send_with: Callable[..., Report]
) -> None:
    """A street of 100 m; the second ends on it, the third 1.5 m short of it, the fourth 30 m away.

    The fifth goes on from the first's end; the sixth is a ring, whose two ends meet.
    """
    at = agency.point
    lines = [
        [at(0, 0), at(100, 0)],
        [at(50, 80), at(50, 0)],
        [at(70, 80), at(70, 1.5)],
        [at(20, 80), at(20, 30)],
        [at(100, 0), at(200, 0)],
        [at(500, 0), at(510, 0), at(510, 10), at(500, 0)],
    ]
    rows = [({'ma': str(i), 'cap': 'national'}, shapely.LineString(line)) for i, line in enumerate(lines)]
    report = send_with(agency.geojson('t.geojson', rows), 'roads', snap_m=2)
    assert told(report.rows.warnings) == [(3, 'dangle')]
    assert 'ends 1.5 m short of row 1' in report.rows.warnings[0].message_en


def test_units_without_a_row_are_named(agency: Agency, send_with: Callable[..., Report]) -> None:
    """Nine of the ten districts: the report names the tenth, and the file is accepted."""
    codes = ['356', '358', '359', '360', '361', '362', '363', '364', '365']
    rows = [({'ma': code, 'ten': 'x'}, agency.box(i * 10, 0, 10)) for i, code in enumerate(codes)]
    report = send_with(agency.geojson('t.geojson', rows), 'districts', complete=True)
    assert report.rows.missing == ['366']
    assert report.rows.quality['completeness_omission'] == 1
    assert 'Add them' in report.notes[-1].en
    assert report.verdict == 'accepted'


def test_nothing_is_missing_from_a_delivery_that_only_adds(agency: Agency, send_with: Callable[..., Report]) -> None:
    file = agency.geojson('t.geojson', [({'ma': '356', 'ten': 'x'}, agency.box(0, 0, 10))])
    assert send_with(file, 'districts', options={'mode': 'upsert'}, complete=True).rows.missing == []


def test_repairs_are_listed_and_their_rows_are_good(
    agency: Agency, send_with: Callable[..., Report], query: Query
) -> None:
    """A ring that touches itself: 10,000 m² with 100 m² cut out, the same before and after."""
    corner = np.array([agency.east, agency.north])
    ring = np.array([(0, 0), (50, 0), (45, 20), (55, 20), (50, 0), (100, 0), (100, 100), (0, 100)])
    rows = [building('a', shapely.Polygon(corner + ring)), building('b', agency.box(200, 0, 10))]
    file = agency.geojson('t.geojson', rows)
    refused = send_with(file, 'buildings', options={'dry_run': True})
    assert told(refused.rows.bad) == [(1, 'geometry_invalid')]
    report = send_with(file, 'buildings', repair=['make_valid'])
    (repair,) = report.rows.repairs
    assert (repair.row, repair.repair, repair.area_before_m2, repair.area_after_m2) == (1, 'make_valid', 9_900, 9_900)
    assert (report.rows.good, report.rows.repairs_by_kind) == (2, {'make_valid': 1})
    assert query('select st_isvalid(geom), st_area(geom) from layer.buildings where code = %s', 'a') == [(True, 9_900)]


def test_slivers_are_warnings_with_their_row_as_the_file_gave_it(
    agency: Agency, send_with: Callable[..., Report], query: Query
) -> None:
    east, north = agency.east, agency.north
    rows = [building('a', shapely.box(east, north, east + 0.3, north + 50))]
    report = send_with(agency.geojson('t.geojson', rows), 'buildings', sliver_width_m=0.5)
    assert told(report.rows.warnings) == [(1, 'sliver')]
    assert query('select severity, crs from quarantine.row') == [('warning', 'EPSG:9209')]
    assert query('select count(*) from layer.buildings') == [(1,)]


def test_a_column_in_another_unit_is_told_once(agency: Agency, send_with: Callable[..., Report]) -> None:
    """Three of four roads have their width in millimetres: one note, and no line for each of them."""
    rows = [
        (
            {'ma': str(i), 'cap': 'national', 'BE_RONG': width},
            shapely.LineString([agency.point(0, i), agency.point(9, i)]),
        )
        for i, width in enumerate([3_500, 7_000, 12_000, 9])
    ]
    report = send_with(agency.geojson('t.geojson', rows), 'roads')
    assert (report.rows.by_code, report.rows.bad) == ({'range': 3}, [])
    assert any('3 of 4 values seem to be in mm; the layer has m' in note.en for note in report.notes)


def test_the_page_shows_warnings_repairs_and_their_dots(agency: Agency, send_with: Callable[..., Report]) -> None:
    east, north = agency.east, agency.north
    again = [(east, north), (east + 9, north), (east + 9, north), (east + 9, north + 9)]
    rows = [
        building('thin', shapely.box(east + 100, north, east + 100.3, north + 50)),
        building('again', shapely.Polygon(again)),
    ]
    report = send_with(
        agency.geojson('t.geojson', rows), 'buildings', sliver_width_m=0.5, repair=['drop_repeated_points']
    )
    html = page(report, Text(vi='Lớp', en='Layer'))
    assert 'Cảnh báo: các hàng vẫn được nhận' in html
    assert 'class="noted"' in html
    assert html.count('40,50') == html.count('40.50') == 2
    assert 'Nhất quán topo' in html
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(renderable(report))
    assert 'sliver: 1' in (shown := console.export_text())
    assert 'drop_repeated_points: 1' in shown
