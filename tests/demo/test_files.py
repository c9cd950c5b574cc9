"""The demo as agencies' files: formats, systems, columns, and the same bytes every time."""

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import shapely
from numpy.typing import NDArray

from demo.drawing import Demo
from demo.files import Table, _tab_bounds, write_tab_zip
from demo.sent import DemoFile
from demo.write import _write_all, write_demo
from dothi.core.arrays import Geometries
from dothi.core.crs import parse_crs, proj_string, transformer
from dothi.core.locality import load_locality
from dothi.core.progress import silent
from tests.matrix import thorough
from tests.nam_dinh import NAM_DINH

COORDINATES = {'lon', 'lat', 'e', 'n', 'x', 'y'}
# what GDAL gives every KML
OF_KML = {'id', 'description', 'timestamp', 'begin', 'end', 'altitudemode', 'tessellate', 'extrude', 'visibility'} | {
    'draworder', 'icon'
}  # fmt: skip


def read(path: Path) -> tuple[str, Geometries, dict[str, NDArray[Any]]]:
    """Crs text, geometries and columns of a file."""
    meta, _, geometry, columns = pyogrio.raw.read(str(path))
    return meta['crs'], shapely.from_wkb(geometry), dict(zip(meta['fields'], columns, strict=True))


@pytest.mark.parametrize(
    ('name', 'srid', 'rows'),
    [
        ('districts', 9209, 10),
        ('communes', 9209, 226),
        ('roads', 9209, None),
        ('buildings', 9209, 2_000),
        ('power_lines', 9209, 17),
        ('rivers', 3405, 5),
        ('health_facilities', 4326, None),
    ],
)
def test_the_system_of_every_file_is_recognised(file: dict[str, Path], name: str, srid: int, rows: int | None) -> None:
    """What GDAL reads back means the system that was written."""
    crs, geometry, _ = read(file[name])
    assert parse_crs(crs).srid == srid
    assert rows in (None, len(geometry))


def test_columns_come_under_names_that_the_layers_know(written: list[DemoFile]) -> None:
    """Each column but coordinates is a source name of exactly one column of its layer, and all required ones come."""
    layers = load_locality(NAM_DINH).layers
    for item in (item for item in written if item.layer in layers):
        columns = {name.casefold() for name in pyogrio.read_info(str(item.path))['fields']} - COORDINATES - OF_KML
        taken = layers[item.layer].columns.items()
        known = {source.casefold(): name for name, column in taken for source in (*column.sources, name)}
        assert columns <= set(known), item.path.name
        required = {name for name, column in layers[item.layer].columns.items() if column.required}
        assert required <= {known[column] for column in columns}, item.path.name


def test_tab_keeps_its_datum_and_its_centimetres(demo: Demo, file: dict[str, Path]) -> None:
    """MapInfo would otherwise come back 224 m off, or rounded."""
    crs, geometry, columns = read(file['power_lines'])
    written = shapely.get_coordinates([line.line for line in demo.power_lines])
    there = transformer(proj_string(9209), 'EPSG:4326').transform(*written.T)
    back = transformer(crs, 'EPSG:4326').transform(*shapely.get_coordinates(geometry).T)
    assert np.abs(shapely.get_coordinates(geometry) - written).max() < 0.001
    assert np.abs(np.subtract(there, back)).max() < 1e-7
    assert columns['BOC_CD'].dtype == bool
    assert columns['TEN_TUYEN'][0] == '220 kV Ninh Bình - Nam Định 220'


def test_every_district_sends_its_own_schools(demo: Demo, written: list[DemoFile]) -> None:
    """Ten senders, ten scopes; together all schools, and points that lie in the sender's district."""
    sent = [item for item in written if item.layer == 'schools']
    polygon = {place.unit.code: place.polygon for place in demo.province.regions}
    count = 0
    for item in sent:
        code = item.scope.removeprefix('unit=')
        assert item.agency == f'district_{code}'
        rows = [line.split(';') for line in item.path.read_text(encoding='utf-8').splitlines()]
        x, y = np.array([row[-2:] for row in rows[1:]], dtype=float).T
        east, north = transformer(proj_string(parse_crs(item.crs).srid), proj_string(9209)).transform(x, y)
        assert shapely.contains_xy(polygon[code], east, north).all()
        count += len(rows) - 1
    assert len(sent) == 10
    assert {item.crs for item in sent} == {'EPSG:4326', 'EPSG:9209'}
    assert count == len(demo.facilities.among(('kindergarten', 'primary', 'secondary', 'high')))


def test_files_come_in_an_order_in_which_they_can_be_delivered(written: list[DemoFile]) -> None:
    """Units before the schools whose scope names them; every layer is there, from an agency of the locality."""
    layers = [item.layer for item in written]
    assert layers[:2] == ['districts', 'communes']
    locality = load_locality(NAM_DINH)
    delivered = {name for name, layer in locality.layers.items() if layer.made_by is None}
    assert set(layers) == {*delivered, 'elevation', 'population_grid'}
    assert {item.agency for item in written} <= set(locality.agencies)


@thorough
def test_the_same_demo_gives_the_same_bytes(demo: Demo, written: list[DemoFile], tmp_path: Path) -> None:
    """A redelivered demo must be recognised by its hash: drawn twice, written into two folders."""
    again = _write_all(tmp_path, demo, silent)
    assert [item.path.name for item in again] == [item.path.name for item in written]
    for first, second in zip(written, again, strict=True):
        assert hashlib.sha256(first.path.read_bytes()).digest() == hashlib.sha256(second.path.read_bytes()).digest()


def test_a_finished_demo_is_not_written_again(written: list[DemoFile]) -> None:
    """The manifest of the same size, seed and program brings back the same list without touching a file."""
    before = {item.path: item.path.stat().st_mtime_ns for item in written}
    assert write_demo(written[0].path.parent, buildings=2_000, locality_path=NAM_DINH) == written
    assert {item.path: item.path.stat().st_mtime_ns for item in written} == before


def test_the_manifest_holds_no_path_of_this_machine(written: list[DemoFile]) -> None:
    """A demo folder can be moved."""
    manifest = json.loads((written[0].path.parent / 'manifest.json').read_text(encoding='utf-8'))
    assert [item['path'] for item in manifest['files']] == [item.path.name for item in written]


def test_nothing_but_the_files_is_left_in_the_folder(written: list[DemoFile]) -> None:
    """No half-written file, no working folder."""
    names = {item.path.name for item in written} | {'manifest.json'}
    assert {path.name for path in written[0].path.parent.iterdir()} == names


def test_a_tab_that_was_written_twice_is_the_same(tmp_path: Path) -> None:
    """GDAL leaves memory in the header of a .dat: the padding after column names is cleared."""
    line = np.array([shapely.LineString([(570_000.25, 2_240_000.5), (570_300.75, 2_240_100.0)])], dtype=object)
    table = Table(line, {'MA': np.array(['1'], dtype=object)}, 9209)
    for name in ('a', 'b'):
        (tmp_path / name).mkdir()
        write_tab_zip(tmp_path / name / 'line.zip', table)
    assert (tmp_path / 'a' / 'line.zip').read_bytes() == (tmp_path / 'b' / 'line.zip').read_bytes()
    with zipfile.ZipFile(tmp_path / 'a' / 'line.zip') as archive:
        assert archive.read('line.dat')[32:43] == b'MA'.ljust(11, b'\0')


@pytest.mark.parametrize(
    ('corner', 'bounds'),
    [
        ((545_000.0, 2_198_000.0), '500000,2100000,700000,2300000'),
        ((599_999.0, 2_310_000.0), '500000,2300000,700000,2500000'),
    ],
)
def test_a_tab_file_keeps_places_wherever_its_province_lies(
    tmp_path: Path, corner: tuple[float, float], bounds: str
) -> None:
    """MapInfo moves what lies outside its bounds onto them: a line north of 2,300 km once lay 12 km too far south."""
    east, north = corner
    line = shapely.LineString([(east, north), (east + 60_000.01, north + 70_000.02)])
    table = Table(np.array([line], dtype=object), {'TEN': np.array(['A'], dtype=object)}, 9209)
    assert _tab_bounds(table) == bounds
    write_tab_zip(tmp_path / 'lines.zip', table)
    _, _, wkb, _ = pyogrio.raw.read(f'/vsizip/{tmp_path}/lines.zip/lines.tab')
    assert shapely.from_wkb(wkb[0]).equals_exact(line, 0.005)
