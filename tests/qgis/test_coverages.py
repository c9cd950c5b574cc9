"""QGIS and GDAL read the coverages of the running service as any of their users would."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import rasterio

from tests.conftest import Province

CLIENT = Path(__file__).with_name('raster_client.py')
# On the plain, in the Red River, on the shore, and outside of the province (EPSG:9209).
PLACES = [[571_025.0, 2_250_025.0], [597_325.0, 2_245_725.0], [580_525.0, 2_221_825.0], [545_025.0, 2_205_025.0]]


@pytest.fixture(scope='module')
def kept(province: Province) -> dict[str, Path]:
    """The files that are served, by coverage."""
    store = Path(province.environment['DOTHI_STORE'])
    folders = [*(store / 'coverages').iterdir(), *(store / 'internal-coverages').iterdir()]
    return {folder.name: next(folder.glob('*.tif')) for folder in folders}


def run(command: list[str], home: Path) -> str:
    """Standard output of a program with no settings but its own."""
    environment = {'PATH': os.environ['PATH'], 'HOME': str(home), 'QT_QPA_PLATFORM': 'offscreen', 'LC_ALL': 'C.UTF-8'}
    environment |= {'TMPDIR': str(home), 'GDAL_DEFAULT_WMS_CACHE_PATH': str(home / 'gdalwmscache')}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def expected(file: Path) -> list[float | None]:
    with rasterio.open(file) as raster:
        values = [value[0] for value in raster.sample(PLACES)]
        return [None if value == raster.nodata else float(value) for value in values]


def test_qgis_opens_a_coverage_by_its_address(province: Province, kept: dict[str, Path], tmp_path: Path) -> None:
    """The values are those of the store at every place, no value is no value, and the system is VN-2000."""
    url = f'{province.internal_url}/api'
    printed = run(['/usr/bin/python3', str(CLIENT), url, json.dumps(PLACES)], tmp_path)
    seen: dict[str, Any] = json.loads(printed[printed.index('{') :])
    values = expected(kept['elevation'])
    assert values[-1] is None
    assert seen['values'] == pytest.approx(values)
    assert (seen['crs'], seen['nodata'], seen['band']) == ('EPSG:9209', -9999, 'Band 1: elevation')
    assert seen['people'] == ['EPSG:4326', 2, 'Band 1: people']
    assert ' 206 ' in province.log.read_text(encoding='utf-8')


def test_gdal_reads_a_coverage_through_the_api(province: Province, kept: dict[str, Path], tmp_path: Path) -> None:
    """Its driver follows the links to domain set and range type, and asks for tiles by subset and size.

    It takes every coverage for WGS 84, whatever the domain set says (GDAL 3.10 and 3.12), so one in degrees shows more.
    """
    address = f'OGCAPI:{province.internal_url}/api/collections/population_grid'
    info = json.loads(run(['gdalinfo', '-json', address], tmp_path))
    assert info['size'] == [80, 74]
    assert [band['type'] for band in info['bands']] == ['Int32', 'Int32']
    for row, column in ((8, 29), (40, 40), (0, 0)):
        read = run(['gdallocationinfo', '-valonly', address, str(column), str(row)], tmp_path)
        with rasterio.open(kept['population_grid']) as raster:
            assert [int(value) for value in read.split()] == raster.read()[:, row, column].tolist()


def test_a_part_is_a_file_that_gdal_understands(province: Province, kept: dict[str, Path], tmp_path: Path) -> None:
    """gdalinfo of an answer: system, place, nodata, name, unit and the cells of the store."""
    url = f'{province.internal_url}/api/collections/elevation/coverage?subset=E(570000:572000),N(2250000:2251000)'
    part = tmp_path / 'part.tif'
    run(['curl', '-sgf', '-o', str(part), url], tmp_path)
    info = json.loads(run(['gdalinfo', '-json', str(part)], tmp_path))
    assert (info['size'], info['geoTransform']) == ([40, 20], [570000, 50, 0, 2251000, 0, -50])
    assert info['stac']['proj:epsg'] == 9209
    (band,) = info['bands']
    assert (band['description'], band['unit'], band['noDataValue']) == ('elevation', 'm', -9999)
    with rasterio.open(part) as one, rasterio.open(kept['elevation']) as whole:
        assert one.read().tolist() == whole.read(window=whole.window(*one.bounds)).tolist()


def test_readers_of_features_leave_coverages_out(province: Province, tmp_path: Path) -> None:
    """GDAL's driver of OGC API - Features lists the layers and none of the rasters."""
    listed = run(['ogrinfo', '-ro', f'OAPIF:{province.internal_url}/api'], tmp_path)
    assert 'districts' in listed
    assert 'elevation' not in listed
    assert 'population_grid' not in listed
