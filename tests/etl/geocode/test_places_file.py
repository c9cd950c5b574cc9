"""Rows that wait for their place go to QGIS as a GeoPackage, and come back with what a person has done there."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import fiona
import fiona.transform
import pytest
from typer.testing import CliRunner

from dothi.cli.app import app
from dothi.core.locality import Locality
from etl.desk.placed_rows import PlaceShown, RowShown
from etl.desk.places_file import ROWS, NoPlacesFile, read_places, write_places
from tests.etl.conftest import Agency
from tests.etl.geocode.test_rows import DOUBTFUL, ONLY_A_COMMUNE, SURE, places, send, table
from tests.present import present

MOVE = Path(__file__).parents[2] / 'qgis' / 'move_points.py'
HOUSE = PlaceShown(label='12 Lê Lợi', precision='house', radius_m=30, lon=106.2, lat=20.4)
STREET = PlaceShown(label='Lê Lợi', precision='street', radius_m=300, lon=106.25, lat=20.45)
WAITING = [
    RowShown(row_number=2, address='12 Lê Lợi', sure=False, places=[HOUSE, STREET]),
    RowShown(row_number=5, address='đâu đó', sure=False, places=[]),
]


def move_in_qgis(file: Path, home: Path, changes: dict[int, int | tuple[float, float]]) -> str:
    """How many features QGIS has changed."""
    environment = {
        'PATH': os.environ['PATH'],
        'HOME': str(home),
        'QT_QPA_PLATFORM': 'offscreen',
        'LC_ALL': 'C.UTF-8',
    }
    command = ['/usr/bin/python3', str(MOVE), str(file), ROWS, json.dumps(changes)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.split()[-1]


def run(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    return done.output + str(done.exception or '')


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / 'waiting.gpkg'
    write_places(path, WAITING)
    return path


def test_rows_are_moved_and_numbered_in_qgis_and_released(
    town: dict[str, str], locality: Locality, agency: Agency, tmp_path: Path
) -> None:
    number = str(present(send(table(agency, SURE, DOUBTFUL, ONLY_A_COMMUNE), locality).delivery))
    file = tmp_path / 'cho-vi-tri.gpkg'
    run('places', number, '--output', str(file))
    assert move_in_qgis(file, tmp_path, {3: 2, 4: (106.25, 20.4)}) == '2'
    # (106.25, 20.4) lies outside Hải An
    assert 'Hàng 4' in run('accept', number, '-r', 'Gọi hỏi trường', '--places', str(file))
    assert 'C' not in places()
    run('accept', number, '-r', 'Gọi hỏi trường', '--places', str(file), '--yes')
    placed = places()
    assert set(placed) == {'A', 'B', 'C', 'T1'}
    assert placed['B'] == (10_500, 550)


def test_what_nobody_has_touched_stays_open(file: Path) -> None:
    assert read_places(file, WAITING) == {}


def test_a_file_that_was_saved_in_another_system_says_the_same(file: Path, tmp_path: Path) -> None:
    """As QGIS exports it; the moved point comes back to a centimetre, the other has not moved."""
    other = tmp_path / 'utm.gpkg'
    with fiona.open(file, layer=ROWS) as source:
        schema = {**source.schema, 'geometry': 'Point'}
        with fiona.open(other, 'w', driver='GPKG', layer=ROWS, crs='EPSG:32648', schema=schema) as target:
            for feature, point in zip(source, [(106.2, 20.4), (106.3, 20.5)], strict=True):
                (x,), (y,) = fiona.transform.transform('EPSG:4326', 'EPSG:32648', [point[0]], [point[1]])
                target.write({'properties': feature.properties, 'geometry': {'type': 'Point', 'coordinates': (x, y)}})
    assert read_places(other, WAITING) == {5: pytest.approx((106.3, 20.5), abs=1e-7)}


def test_a_file_of_another_delivery_is_refused_by_the_row_that_differs(file: Path) -> None:
    others = [RowShown(row_number=2, address='9 Hàng Sắt', sure=False, places=[]), WAITING[1]]
    with pytest.raises(NoPlacesFile, match=r'row 2 .*12 Lê Lợi'):
        read_places(file, others)


@pytest.mark.parametrize('kind', ['text', 'empty', 'missing', 'other layer', 'without a column'])
def test_other_files_are_refused_with_the_command_that_writes_them(file: Path, tmp_path: Path, kind: str) -> None:
    other = tmp_path / 'other.gpkg'
    if kind in ('text', 'empty'):
        other.write_text('hang;dia_chi\n' if kind == 'text' else '', encoding='utf-8')
    elif kind != 'missing':
        shutil.copy(file, other)
        statement = f'alter table {ROWS} drop column noi_so' if kind == 'without a column' else f'drop table {ROWS}'
        subprocess.run(['ogrinfo', str(other), '-sql', statement], check=True, capture_output=True)
    with pytest.raises(NoPlacesFile, match='--output'):
        read_places(other, WAITING)
