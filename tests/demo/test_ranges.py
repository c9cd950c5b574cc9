"""Figures of the demo are ones that the locality's layers take, however few and large its communes are."""

import csv
from pathlib import Path

import numpy as np
import pytest
import shapely
import yaml

from demo.drawing import Demo
from demo.files import Table
from demo.ranges import within_ranges
from demo.send_basics import health, schools
from dothi.core.locality import Locality, load_locality
from dothi.local.new_locality import make_locality
from tests.conftest import DEMO_BUILDINGS
from tests.matrix import thorough

pytestmark = thorough


@pytest.fixture(scope='module')
def few_large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve wards of 240 km² whose people nobody has counted: 528,000 each, by the density of wards."""
    folder = tmp_path_factory.mktemp('few')
    rows = [
        f'{30001 + i},Phường {i},{105.7 + 0.13 * (i % 4) + 0.01 * (i // 4):.3f},{20.2 + 0.13 * (i // 4):.3f},240'
        for i in range(12)
    ]
    (folder / 'units.csv').write_text('\n'.join(['code,name,lon,lat,area_km2', *rows]), encoding='utf-8')
    answers = {
        'id': 'few', 'title': {'vi': 'X', 'en': 'X'}, 'unit_code': '98', 'central_meridian_deg': 105.5,
        'units': 'units.csv',
    }  # fmt: skip
    (folder / 'answers.yml').write_text(yaml.safe_dump(answers), encoding='utf-8')
    return make_locality(folder / 'few', folder / 'answers.yml').folder


def figures(file: Path, column: str) -> list[int]:
    """The numbers in one column of a file of the demo."""
    with file.open(encoding='utf-8') as lines:
        return [int(row[column]) for row in csv.DictReader(lines, delimiter=';')]


def test_schools_of_large_wards_have_no_more_places_than_the_layer_takes(few_large: Path, tmp_path: Path) -> None:
    """5.5 % of 528,000 people are 29,000 in one kindergarten; the layer takes 10,000."""
    demo = Demo(few_large, DEMO_BUILDINGS, seed=1)
    most = load_locality(few_large).layers['schools'].columns['places'].max
    (file,) = schools(tmp_path, demo)
    assert max(figures(file.path, 'SO_CHO')) == most == 10_000
    assert health(tmp_path, demo)[0].path.exists()


def test_only_numbers_outside_the_range_of_their_column_are_moved(locality: Locality) -> None:
    """A row of bridges: width 1 … 60 m, built 1850 … 2100; text and unknown columns stay."""
    columns = {
        'BE_RONG': np.array([0.2, 12.5, np.nan, 900.0]),
        'NAM_XD': np.array([1700, 1990, 2100, 2300], dtype=np.int32),
        'TEN_CAU': np.array(['a', 'b', 'c', '70'], dtype=object),
        'KHAC': np.array([-1, 0, 1, 10**6]),
    }
    table = Table(np.array([shapely.Point(0, 0)] * 4), columns, 9209)
    moved = within_ranges(table, locality.layers['bridges']).columns
    assert moved['BE_RONG'].tolist()[:2] == [1.0, 12.5]
    assert np.isnan(moved['BE_RONG'][2])
    assert moved['BE_RONG'][3] == 60.0
    assert moved['NAM_XD'].tolist() == [1850, 1990, 2100, 2100]
    assert moved['NAM_XD'].dtype == np.int32
    assert moved['TEN_CAU'].tolist() == ['a', 'b', 'c', '70']
    assert moved['KHAC'].tolist() == [-1, 0, 1, 10**6]
