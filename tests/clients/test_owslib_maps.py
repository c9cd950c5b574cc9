"""OWSLib parses the capabilities of WMS and WMTS, and gets pictures by what it read there."""

import io

import pytest
from owslib.wms import WebMapService
from owslib.wmts import WebMapTileService
from PIL import Image

from tests.clients.conftest import Served


@pytest.fixture(scope='module')
def ows(served: Served) -> str:
    return served.url.removesuffix('/api') + '/ows'


def size_of(picture: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(picture)) as image:
        return image.size


@pytest.mark.parametrize('version', ['1.1.1', '1.3.0'])
def test_it_reads_wms(ows: str, served: Served, version: str) -> None:
    service = WebMapService(ows, version=version)
    assert service.identification.version == version
    assert set(served.collections('feature')) <= set(service.contents)
    districts = service['districts']
    assert 'default' in districts.styles
    west, south, east, north = districts.boundingBoxWGS84
    assert 105 < west < east < 107
    assert 19 < south < north < 21
    assert {'EPSG:3857', 'EPSG:9209'} <= set(districts.crsOptions)
    size = (200, 150)
    picture = service.getmap(layers=['districts'], styles=['default'], srs='EPSG:3857', size=size, format='image/png',
                             bbox=(11_821_000, 2_299_000, 11_829_000, 2_305_000))  # fmt: skip
    assert size_of(picture.read()) == size
    told = service.getfeatureinfo(layers=['districts'], srs='EPSG:3857', size=size, xy=(100, 75),
                                  bbox=(11_821_000, 2_299_000, 11_829_000, 2_305_000), info_format='text/plain',
                                  query_layers=['districts'])  # fmt: skip
    assert 'Huyện' in told.read().decode()


def test_it_reads_wmts(ows: str, served: Served) -> None:
    service = WebMapTileService(f'{ows}?SERVICE=WMTS&REQUEST=GetCapabilities')
    assert set(served.collections('feature')) <= set(service.contents)
    districts = service['districts']
    assert 'WebMercatorQuad' in districts.tilematrixsetlinks
    assert len(service.tilematrixsets['WebMercatorQuad'].tilematrix) > 18
    tile = service.gettile(layer='districts', tilematrixset='WebMercatorQuad', tilematrix='10', row=453, column=814,
                           format='image/png')  # fmt: skip
    assert size_of(tile.read()) == (256, 256)
