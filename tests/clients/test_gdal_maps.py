"""GDAL reads our maps as WMS, WMTS, OGC API - Maps and its tiles in VN-2000: the same land at the same place."""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
import rasterio

from tests.clients.conftest import Served

LAND = (0xFB, 0xF9, 0xF3)
LAYER = 'districts'
# Inland, in Web Mercator.
BOX = (11_821_000.0, 2_299_000.0, 11_829_000.0, 2_305_000.0)
SIZE = (256, 192)
OPTIONS = {
    'Maps': ['-oo', 'API=MAP', '-oo', 'IMAGE_FORMAT=PNG'],
    'Tiles': ['-oo', 'API=TILES', '-oo', 'TILEMATRIXSET=EPSG-9209', '-oo', 'IMAGE_FORMAT=PNG'],
}


def gdal(home: Path, *command: str) -> str:
    """What a program of GDAL prints; it keeps what it downloads in `home`."""
    environment = {'PATH': os.environ['PATH'], 'HOME': str(home), 'GDAL_DEFAULT_WMS_CACHE_PATH': str(home / 'cache')}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    assert 'ERROR' not in done.stderr, done.stderr
    return done.stdout


@pytest.fixture(scope='module')
def addresses(served: Served) -> dict[str, str]:
    """What GDAL's users would write."""
    ows = served.url.removesuffix('/api') + '/ows'
    wms = 'SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&CRS=EPSG:3857&FORMAT=image/png&STYLES='
    return {
        'WMS': f'WMS:{ows}?{wms}&LAYERS={LAYER}&BBOX={",".join(map(str, BOX))}',
        'WMTS': f'WMTS:{ows}?SERVICE=WMTS&REQUEST=GetCapabilities,layer={LAYER},tilematrixset=WebMercatorQuad',
        'Maps': f'OGCAPI:{served.url}/collections/{LAYER}',
        'Tiles': f'OGCAPI:{served.url}/collections/{LAYER}',
    }


def test_it_reads_maps_in_every_way(addresses: dict[str, str], tmp_path: Path) -> None:
    west, south, east, north = map(str, BOX)
    for name, address in addresses.items():
        picture = tmp_path / f'{name}.tif'
        gdal(tmp_path, 'gdalwarp', '-q', *OPTIONS.get(name, []), '-t_srs', 'EPSG:3857', '-te', west, south, east, north,
             '-ts', *map(str, SIZE), address, str(picture))  # fmt: skip
        with rasterio.open(picture) as read:
            bands = read.read((1, 2, 3))
        share = float(np.mean((bands == np.array(LAND)[:, None, None]).all(axis=0)))
        assert share > 0.8, (name, share)
