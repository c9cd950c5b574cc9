"""Rows against the units that they name: two zones in one file, codes exchanged, a unit left out."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely

from dothi.core.crs import proj_string
from dothi.core.layer import Column
from dothi.core.locality import Locality
from dothi.core.text import Text
from etl.doctor.columns import Matching
from etl.doctor.rows.unit_names import names_of_other_units
from etl.doctor.rows.units import Parent, outside_parents
from etl.moving import move
from etl.register import RegisterRows
from tests.etl.conftest import Agency, Query, Send
from tests.etl.test_checks_rows import as_they_are, layer

DAY = date(2024, 8, 31)
UNIT = Parent('unit', 'districts', DAY, {}, {'1': shapely.box(0, 0, 1_000, 1_000)}, Text(vi='Huyện', en='Districts'))


def findings(*points: tuple[int, int], tolerance_m: int | None = None) -> dict[str, list[int]]:
    """Faults of rows that all name the unit 1, by code."""
    geometry = np.array([shapely.Point(point) for point in points])
    typed = {'unit': pa.array(['1'] * len(points))}
    found = outside_parents(typed, geometry, [UNIT], as_they_are(['unit']), tolerance_m)
    return {finding.code: finding.rows.tolist() for finding in found}


def test_a_row_far_from_its_unit_is_told_for_every_layer_that_names_units() -> None:
    """2,000 m from a square of 1 km is far; 1,999 m is not, and only told where the layer wants it."""
    points = [(500, 500), (3_000, 500), (2_999, 500)]
    assert findings(*points) == {'far_from_unit': [1]}
    assert findings(*points, tolerance_m=200) == {'outside_parent': [2], 'far_from_unit': [1]}


def register(**names: str) -> RegisterRows:
    return RegisterRows('code', DAY, {code: {'name': name} for code, name in names.items()})


def named(codes: list[str], names: list[str], known: RegisterRows) -> list[tuple[str, str | None, list[int]]]:
    typed = {'code': pa.array(codes), 'name': pa.array(names)}
    text = Column(type='text', title=Text(vi='x', en='x'))
    columns = {'code': text, 'name': text}
    found = names_of_other_units(typed, layer(columns), Matching({'code': 'ma', 'name': 'ten'}, [], []), known)
    return [(finding.code, finding.column, finding.rows.tolist()) for finding in found]


def test_codes_that_were_exchanged_are_told() -> None:
    """Accents and case do not matter; a name that the register lacks, or has twice, tells nothing."""
    known = register(a='Xã Hải An', b='Xã Hải Bắc', c='Xã Trùng', d='Xã Trùng')
    assert named(['a', 'b'], ['xa hai bac', 'Xã Hải An'], known) == [('other_unit_name', 'ten', [0, 1])]
    assert named(['a', 'b'], ['Xã Hải An', 'Xã Mới'], known) == []
    assert named(['a'], ['Xã Trùng'], known) == []
    assert named(['x'], ['Xã Hải An'], known) == []


@pytest.fixture
def districts_released(send: Send, real_data: Path, agency: Agency, locality: Locality) -> dict[str, Any]:
    """The districts as they are, without a release of communes."""
    document: dict[str, Any] = json.loads((real_data / 'districts_2020.geojson').read_text(encoding='utf-8'))
    file = agency.text('huyen.geojson', json.dumps(document))
    report = send(file, 'districts')
    assert report.verdict == 'accepted', report.notes
    return document


@pytest.mark.real_data
def test_a_file_joined_of_two_zones_waits_and_names_the_other_zone(
    agency: Agency, send: Send, districts_released: dict[str, Any], real_data: Path, query: Query
) -> None:
    """Commune points in 9209, but those of two districts in UTM: 52 km off, many still in the extent."""
    points = json.loads((real_data / 'commune_points_2020.geojson').read_text(encoding='utf-8'))['features']
    rows = []
    for feature in points:
        code = feature['properties']
        srid = 3405 if code['district_code'] in ('358', '359') else 9209
        place = np.array([shapely.Point(feature['geometry']['coordinates'])])
        (moved,) = move(place, proj_string(4326), proj_string(srid))
        rows.append(({'MA_XA': code['commune_code'], 'TEN_XA': code['commune']}, moved))
    report = send(agency.geojson('xa.geojson', rows), 'commune_offices')
    wrong = sum(feature['properties']['district_code'] in ('358', '359') for feature in points)
    assert report.verdict == 'undecided'
    assert 'misplaced' in report.held, (report.held, report.notes)
    (note,) = [note.en for note in report.notes if 'far' in note.en or 'km from the unit' in note.en]
    assert f'{wrong} rows' in note
    assert 'EPSG:3405' in note
    assert query('select count(*) from layer.commune_offices') == [(0,)]
