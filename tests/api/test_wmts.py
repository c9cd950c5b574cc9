"""WMTS: its three ways of cutting the world, tiles by parameters and by address, and its reports of errors."""

import gzip
import io
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from lxml import etree
from PIL import Image

from dothi.api.app import create_app
from dothi.api.ows.matrix_sets import known_matrix
from dothi.api.tiles.matrices import matrix_sets
from dothi.core.crs import proj_string, transformer
from dothi.core.locality import Locality
from tests.api.conftest import E0, N0, Desk, building, school, square
from tests.api.ows_schemas import wmts_schema, xml_schema
from tests.pictures import bands_at, opacity_range

type Client = Callable[..., FlaskClient]
OWS_CLASSES = ('wmts 1.0.0/kvp-get', 'wmts 1.0.0/restful', 'wmts 1.0.0/feature-info')
OWS = '{http://www.opengis.net/ows/1.1}'
TILE = {'service': 'WMTS', 'request': 'GetTile', 'version': '1.0.0', 'layer': 'buildings', 'style': 'default',
        'format': 'image/png'}  # fmt: skip


@pytest.fixture(scope='module')
def app(shared_desk: Desk) -> FlaskClient:
    """A client of a service with one house of 200 m, around (E0, N0), and a school far away."""
    shared_desk.release('buildings', [(square(-100, -100, 200), building('x'))])
    shared_desk.release('schools', [('POINT(9000 9000)', school('a'))])
    return create_app('internal').test_client()


def test_the_sets_are_those_of_the_standard_and_printed_maps(locality: Locality) -> None:
    """OGC 07-057r7, annex E, and 17-083r4, annex D; scales of the own set are those of paper maps."""
    sets = matrix_sets(locality)
    assert [*sets] == ['WebMercatorQuad', 'WorldCRS84Quad', 'EPSG-9209']
    first = {name: one.matrices[0] for name, one in sets.items()}
    assert first['WebMercatorQuad'].denominator == pytest.approx(559_082_264.0287178, abs=1e-6)
    assert first['WorldCRS84Quad'].denominator == pytest.approx(279_541_132.0143589, abs=1e-6)
    assert (first['WorldCRS84Quad'].columns, first['WorldCRS84Quad'].rows) == (2, 1)
    own = sets['EPSG-9209']
    assert [one.denominator for one in own.matrices][-3:] == [2_000, 1_000, 500]
    for one in own.matrices:
        column, _, row, _ = one.reach((E0, N0, E0, N0)) or (0, 0, 0, 0)
        west, south, east, north = one.box(column, row)
        assert west <= E0 < east
        assert south < N0 <= north
        assert east - west == pytest.approx(256 * 0.00028 * one.denominator)


def test_its_capabilities_are_valid_by_the_standards_schema(app: FlaskClient) -> None:
    by_address = app.get('/ows/wmts/1.0.0/WMTSCapabilities.xml')
    wmts_schema().assertValid(etree.fromstring(by_address.get_data()))
    assert app.get('/ows?service=WMTS&request=GetCapabilities').get_data() == by_address.get_data()
    packed = app.get('/ows/wmts/1.0.0/WMTSCapabilities.xml', headers={'Accept-Encoding': 'gzip'})
    assert packed.headers['Content-Encoding'] == 'gzip'
    assert gzip.decompress(packed.get_data()) == by_address.get_data()
    asked = app.get('/ows/wmts/1.0.0/WMTSCapabilities.xml', headers={'If-None-Match': by_address.headers['ETag']})
    assert asked.status_code == 304


def test_a_tile_is_where_its_matrix_has_it(app: FlaskClient, locality: Locality) -> None:
    """In each set the house is at its pixel of its tile; the same by address and by parameters; nothing is beside."""
    lon, lat = transformer(proj_string(9209), 'EPSG:4326').transform(E0, N0)
    places = {'WebMercatorQuad': transformer('EPSG:4326', 'EPSG:3857').transform(lon, lat),
              'WorldCRS84Quad': (lon, lat), 'EPSG-9209': (E0, N0)}  # fmt: skip
    for name, level in (('WebMercatorQuad', '16'), ('WorldCRS84Quad', '15'), ('EPSG-9209', '10000')):
        matrix, (x, y) = known_matrix(matrix_sets(locality)[name], level, ''), places[name]
        column, _, row, _ = matrix.reach((x, y, x, y)) or (0, 0, 0, 0)
        west, _, _, north = matrix.box(column, row)
        pixel = int((x - west) / matrix.pixel), int((north - y) / matrix.pixel)
        address = f'/ows/wmts/1.0.0/buildings/default/current/{name}/{level}'
        answer = app.get(f'{address}/{row}/{column}.png')
        picture = Image.open(io.BytesIO(answer.get_data())).convert('RGBA')
        assert picture.size == (256, 256)
        assert bands_at(picture, pixel)[3] > 0, name
        query = TILE | {'tilematrixset': name, 'tilematrix': level}
        query |= {'tilerow': f'{row}', 'tilecol': f'{column}'}
        assert app.get('/ows', query_string=query).get_data() == answer.get_data()
        beside = app.get(f'{address}/{row}/{column - 5}.png')
        assert (beside.status_code, b'TileOutOfRange' in beside.get_data()) == (400, True)
        told = app.get(f'{address}/{row}/{column}/{pixel[1]}/{pixel[0]}.json')
        assert [one['id'] for one in told.get_json()['features']] == ['buildings.1']
        qgis = address.replace('current', '{TIME}')
        assert app.get(f'{qgis}/{row}/{column}/{pixel[1]}/{pixel[0]}.json').get_data() == told.get_data()
        again = app.get(f'{address}/{row}/{column}.png', headers={'If-None-Match': answer.headers['ETag']})
        assert again.status_code == 304


def test_each_refusal_is_a_report_with_its_code_and_status(app: FlaskClient) -> None:
    tile = TILE | {'tilematrixset': 'WebMercatorQuad', 'tilematrix': '3', 'tilerow': '3', 'tilecol': '6'}
    info = tile | {'request': 'GetFeatureInfo', 'infoformat': 'text/html', 'i': '0', 'j': '0'}
    cases: list[tuple[dict[str, str], int, str, str | None]] = [
        # of no service, or of one that is not there: OGC's tests of WMTS ask so, those of WMS do not
        ({'request': 'GetCapabilities'}, 400, 'MissingParameterValue', 'SERVICE'),
        ({'request~GetCapabilities!service~': ''}, 400, 'MissingParameterValue', 'REQUEST'),
        ({'service': 'BOGUS', 'request': 'GetCapabilities'}, 400, 'InvalidParameterValue', 'SERVICE'),
        (tile | {'sld': 'http://127.0.0.1:9/a.sld'}, 501, 'OperationNotSupported', 'SLD'),
        (tile | {'request': 'GetMap'}, 400, 'InvalidParameterValue', 'REQUEST'),
        (tile | {'version': '2.0.0'}, 400, 'InvalidParameterValue', 'VERSION'),
        (tile | {'tilerow': ''}, 400, 'MissingParameterValue', 'TILEROW'),
        (tile | {'layer': 'nowhere'}, 400, 'InvalidParameterValue', 'LAYER'),
        (tile | {'style': 'neon'}, 400, 'InvalidParameterValue', 'STYLE'),
        (tile | {'format': 'image/gif'}, 400, 'InvalidParameterValue', 'FORMAT'),
        (tile | {'tilematrixset': 'Mine'}, 400, 'InvalidParameterValue', 'TILEMATRIXSET'),
        (tile | {'tilematrix': '99'}, 400, 'InvalidParameterValue', 'TILEMATRIX'),
        (tile | {'tilerow': 'x'}, 400, 'InvalidParameterValue', 'TILEROW'),
        (tile | {'tilerow': '8'}, 400, 'TileOutOfRange', 'TILEROW'),
        (tile | {'tilecol': '-1'}, 400, 'TileOutOfRange', 'TILECOL'),
        (tile | {'time': 'never'}, 400, 'InvalidParameterValue', 'TIME'),
        (info | {'i': '256'}, 400, 'PointIJOutOfRange', 'I'),
        (info | {'infoformat': 'text/csv'}, 400, 'InvalidParameterValue', 'INFOFORMAT'),
        ({'service': 'WMTS', 'request': 'GetCapabilities', 'acceptversions': '2.0.0'}, 400,
         'VersionNegotiationFailed', None),
    ]  # fmt: skip
    for query, status, code, locator in cases:
        answer = app.get('/ows', query_string=query)
        root = etree.fromstring(answer.get_data())
        xml_schema('ows/1.1.0/owsExceptionReport.xsd').assertValid(root)
        (told,) = root.iter(f'{OWS}Exception')
        assert (answer.status_code, told.get('exceptionCode'), told.get('locator')) == (status, code, locator)
    by_address = app.get('/ows/wmts/1.0.0/nowhere/default/current/WebMercatorQuad/3/3/6.png')
    assert by_address.status_code == 400
    assert 'Có phải' in by_address.get_data(as_text=True) or 'Các tên' in by_address.get_data(as_text=True)
    by_address = app.get('/ows/wmts/1.0.0/no%00%01where/default/current/WebMercatorQuad/3/3/6.png')
    assert (by_address.status_code, 'no\ufffd\ufffdwhere' in by_address.get_data(as_text=True)) == (400, True)


def test_a_group_of_which_nothing_is_shown_has_transparent_tiles(desk: Desk, client: Client) -> None:
    """Bus stops are off when the map opens: the layer of all is announced, so its tiles are there."""
    desk.release('bus_stops', [('POINT(0 0)', {'code': 'b', 'name': 'Bến xe'})])
    place = {'tilematrixset': 'WebMercatorQuad', 'tilematrix': '9', 'tilerow': '226', 'tilecol': '406'}
    pictures = []
    for layer in ('all-layers', 'theme-transport', 'bus_stops'):
        answer = client().get('/ows', query_string=TILE | place | {'layer': layer})
        assert (answer.status_code, answer.mimetype) == (200, 'image/png'), answer.get_data(as_text=True)
        pictures.append(opacity_range(Image.open(io.BytesIO(answer.get_data()))))
    assert pictures[0] == (0, 0)
