"""WMS: what it says of itself, what it refuses and in which words, what it tells of a point."""

import io
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from flask.testing import FlaskClient
from lxml import etree
from PIL import Image
from werkzeug.test import TestResponse

from dothi.core.crs import proj_string, transformer
from tests.api.conftest import E0, N0, Desk, building, school, square
from tests.api.ows_schemas import dtd, xml_schema
from tests.pictures import opacity_range

type Client = Callable[..., FlaskClient]
OWS_CLASSES = (
    'wms 1.3.0/basic', 'wms 1.3.0/queryable', 'wms 1.3.0/time', 'wms 1.1.1/basic', 'wms 1.1.1/queryable',
)  # fmt: skip
OGC, WMS = '{http://www.opengis.net/ogc}', '{http://www.opengis.net/wms}'
# 400 m around the first school, in the working system.
BOX = f'{E0 - 200},{N0 - 200},{E0 + 200},{N0 + 200}'
MAP = {'service': 'WMS', 'version': '1.3.0', 'layers': 'schools', 'styles': '', 'crs': 'EPSG:9209', 'bbox': BOX,
       'width': '400', 'height': '400', 'format': 'image/png'}  # fmt: skip
INFO = MAP | {'request': 'GetFeatureInfo', 'query_layers': 'schools', 'i': '200', 'j': '200',
              'info_format': 'application/json'}  # fmt: skip


@pytest.fixture
def wms(desk: Desk, client: Client) -> Callable[..., TestResponse]:
    """Asks for something, with two schools and a house there; the house lies to the east and to the north."""
    desk.release('schools', [('POINT(0 0)', school('a', 'Trường A')), ('POINT(100 0)', school('b', places=300))])
    desk.release('buildings', [(square(100, 50, 60), building('x'))])
    asked = client()
    return lambda **query: asked.get('/ows', query_string=query)


def box(corners: Iterable[Iterable[float]]) -> str:
    """The value of BBOX for two corners."""
    return ','.join(f'{number!r}' for corner in corners for number in corner)


def refused(answer: TestResponse, code: str, locator: str = '') -> str:
    """What an exception document of WMS 1.3.0 says, which is valid by the standard's schema."""
    assert answer.status_code == 200
    assert answer.mimetype == 'text/xml'
    root = etree.fromstring(answer.get_data())
    xml_schema('wms/1.3.0/exceptions_1_3_0.xsd').assertValid(root)
    (told,) = root.iter(f'{OGC}ServiceException')
    assert (told.get('code'), told.get('locator', '')) == (code, locator), told.text
    return str(told.text)


def test_both_capabilities_are_valid_by_the_standards_schemas(wms: Callable[..., TestResponse]) -> None:
    new = wms(service='WMS', request='GetCapabilities')
    assert new.mimetype == 'text/xml'
    xml_schema('wms/1.3.0/capabilities_1_3_0.xsd').assertValid(etree.fromstring(new.get_data()))
    old = wms(SERVICE='WMS', Request='GetCapabilities', VERSION='1.1.0')
    assert old.mimetype == 'application/vnd.ogc.wms_xml'
    dtd('wms/1.1.1/capabilities_1_1_1.dtd').assertValid(etree.fromstring(old.get_data()))


def test_layers_come_by_theme_in_both_languages_with_their_places(
    wms: Callable[..., TestResponse], client: Client
) -> None:
    """A box of EPSG:4326 has the latitude first, as 1.3.0 wants it; 0.002° are left around two points in a row."""
    root = etree.fromstring(wms(service='WMS', request='GetCapabilities', language='en').get_data())
    titles = [(one.findtext(f'{WMS}Name'), one.findtext(f'{WMS}Title')) for one in root.iter(f'{WMS}Layer')]
    assert titles == [
        (None, 'Nam Dinh province'), ('all-layers', 'Nam Dinh province: all layers'), (None, 'Society'),
        ('theme-society', 'Society: all layers'), ('schools', 'Schools'), ('buildings', 'Buildings'),
    ]  # fmt: skip
    # below a layer that has styles none may have styles of the same names
    assert not [
        one
        for one in root.iter(f'{WMS}Layer')
        if one.find(f'{WMS}Style') is not None and one.find(f'{WMS}Layer') is not None
    ]
    vietnamese = wms(service='WMS', request='GetCapabilities').get_data(as_text=True)
    assert '<Title>Trường học</Title>' in vietnamese
    assert 'ows?language=en&amp;' not in vietnamese
    assert 'ows?language=en&amp;' in etree.tostring(root, encoding='unicode')
    (layer,) = (one for one in root.iter(f'{WMS}Layer') if one.findtext(f'{WMS}Name') == 'schools')
    for kind in ('MetadataURL', 'DataURL', 'FeatureListURL'):
        (address,) = layer.find(f'{WMS}{kind}').findall(f'{WMS}OnlineResource')
        served = client().get('/api' + address.get('{http://www.w3.org/1999/xlink}href').partition('/api')[2])
        assert served.mimetype == layer.findtext(f'{WMS}{kind}/{WMS}Format')
    boxes = {one.get('CRS'): [float(one.get(side)) for side in ('minx', 'miny', 'maxx', 'maxy')]
             for one in layer.iter(f'{WMS}BoundingBox')}  # fmt: skip
    assert boxes['EPSG:9209'] == pytest.approx([E0 - 209, N0 - 221, E0 + 309, N0 + 221], abs=2)
    lon, lat = transformer(proj_string(9209), 'EPSG:4326').transform(E0, N0)
    assert boxes['EPSG:4326'][:2] == pytest.approx([lat - 0.002, lon - 0.002], abs=1e-5)
    assert boxes['CRS:84'][:2] == pytest.approx([lon - 0.002, lat - 0.002], abs=1e-5)


def test_a_layer_shows_at_every_scale_at_which_one_of_its_styles_does(desk: Desk, client: Client) -> None:
    """Communes by kind are drawn at any scale, in the usual style not above 1:500,000; schools in none."""
    desk.release('schools', [('POINT(0 0)', school('a'))])
    commune = {'code': '13600', 'name': 'Xã A', 'parent_code': '356', 'valid_from': '2020-01-01'}
    desk.release('communes', [(square(0, 0, 9000), commune)])
    asked = client()
    root = etree.fromstring(asked.get('/ows?service=WMS&request=GetCapabilities').get_data())
    limited = {one.findtext(f'{WMS}Name'): one.find(f'{WMS}MaxScaleDenominator') is not None
               for one in root.iter(f'{WMS}Layer')}  # fmt: skip
    assert (limited['schools'], limited['communes']) == (True, False)
    answer = asked.get('/ows/wmts/1.0.0/communes/urban/current/WebMercatorQuad/7/56/101.png')
    assert answer.status_code == 200
    assert opacity_range(Image.open(io.BytesIO(answer.get_data())))[1] > 0


def test_each_refusal_has_its_code_and_says_what_would_be_right(wms: Callable[..., TestResponse]) -> None:
    assert 'REQUEST' in refused(wms(service='WMS'), 'MissingParameterValue', 'REQUEST')
    assert 'GetMap' in refused(wms(service='WMS', request='GetMapp'), 'OperationNotSupported', 'REQUEST')
    cases: list[tuple[dict[str, str], str, str]] = [
        ({'layers': 'shools'}, 'LayerNotDefined', 'LAYERS'),
        ({'query_layers': 'roads'}, 'LayerNotDefined', 'QUERY_LAYERS'),
        ({'styles': 'neon'}, 'StyleNotDefined', 'STYLES'),
        ({'styles': 'default,default'}, 'InvalidParameterValue', 'STYLES'),
        ({'crs': 'EPSG:2154'}, 'InvalidCRS', 'CRS'),
        ({'bbox': '1,2,3'}, 'InvalidParameterValue', 'BBOX'),
        ({'bbox': '3,2,1,4'}, 'InvalidParameterValue', 'BBOX'),
        ({'bbox': '1,1,1,2'}, 'InvalidParameterValue', 'BBOX'),
        ({'bbox': '-1e308,-1e308,1e308,1e308'}, 'InvalidParameterValue', 'BBOX'),
        ({'bbox': 'nan,2,3,4'}, 'InvalidParameterValue', 'BBOX'),
        ({'width': '0'}, 'InvalidParameterValue', 'WIDTH'),
        ({'width': ''}, 'MissingParameterValue', 'WIDTH'),
        ({'i': '400'}, 'InvalidPoint', 'I'),
        ({'j': '-1'}, 'InvalidPoint', 'J'),
        ({'j': 'a'}, 'InvalidPoint', 'J'),
        ({'info_format': 'text/xml'}, 'InvalidFormat', 'INFO_FORMAT'),
        ({'time': ''}, 'MissingDimensionValue', 'TIME'),
        ({'time': 'yesterday'}, 'InvalidDimensionValue', 'TIME'),
        ({'time': '2024-13'}, 'InvalidDimensionValue', 'TIME'),
        ({'time': '2024-01-01,2024-02-01'}, 'InvalidDimensionValue', 'TIME'),
        ({'dpi': '0'}, 'InvalidParameterValue', 'DPI'),
        ({'cql_filter': 'levle = 1'}, 'InvalidParameterValue', 'CQL_FILTER'),
        ({'sld': 'http://127.0.0.1:9/a.sld'}, 'OperationNotSupported', 'SLD'),
        ({'sld_body': '<StyledLayerDescriptor/>'}, 'OperationNotSupported', 'SLD_BODY'),
        ({'map': 'file:///etc/passwd'}, 'InvalidParameterValue', 'MAP'),
        ({'layers': 'schools\x00'}, 'InvalidParameterValue', 'LAYERS'),
        ({'layers': 'schools\x01\ufffe'}, 'LayerNotDefined', 'LAYERS'),
        ({'a\x01': 'file:///etc/passwd'}, 'InvalidParameterValue', 'A\ufffd'),
        ({'version': '9' * 5000, 'crs': 'EPSG:2154'}, 'InvalidCRS', 'CRS'),
        ({'query_layers': ','.join(['schools'] * 41)}, 'InvalidParameterValue', 'QUERY_LAYERS'),
    ]
    for change, code, locator in cases:
        refused(wms(**INFO | change), code, locator)
    assert 'Có phải "schools"?' in refused(wms(**INFO | {'layers': 'shools'}), 'LayerNotDefined', 'LAYERS')
    assert 'Did you mean "schools"?' in refused(
        wms(**INFO | {'layers': 'shools', 'language': 'en'}), 'LayerNotDefined', 'LAYERS'
    )


def test_the_older_version_has_its_own_words_for_errors(wms: Callable[..., TestResponse]) -> None:
    query = {name: value for name, value in INFO.items() if name not in {'crs', 'i', 'j'}}
    answer = wms(**query | {'version': '1.1.1', 'srs': 'EPSG:2154', 'x': '1', 'y': '1'})
    assert answer.mimetype == 'application/vnd.ogc.se_xml'
    assert b'exception_1_1_1.dtd' in answer.get_data()
    dtd('wms/1.1.1/exception_1_1_1.dtd').assertValid(etree.fromstring(answer.get_data()))
    (told,) = etree.fromstring(answer.get_data())
    assert told.get('code') == 'InvalidSRS'


def test_an_error_is_drawn_where_pictures_are_wanted(wms: Callable[..., TestResponse]) -> None:
    """Its letters are there, in the size and format that was asked for; BLANK has none."""
    asked = MAP | {'request': 'GetMap', 'layers': 'nowhere', 'exceptions': 'INIMAGE', 'width': '300', 'height': '90'}
    for wanted, form in (('INIMAGE', 'png'), ('application/vnd.ogc.se_inimage', 'jpeg'), ('BLANK', 'png')):
        answer = wms(**asked | {'exceptions': wanted, 'format': f'image/{form}'})
        assert (answer.status_code, answer.mimetype) == (200, f'image/{form}')
        picture = Image.open(io.BytesIO(answer.get_data())).convert('RGB')
        assert picture.size == (300, 90)
        red, green, _ = np.asarray(picture).transpose(2, 0, 1)
        inked = np.count_nonzero((red > 120) & (green < 90))
        assert (inked > 200) == (wanted != 'BLANK')
        assert answer.headers['Cache-Control'] == 'no-store'
    large = wms(**asked | {'format': 'image/tiff', 'width': '1024', 'height': '768'})
    assert Image.open(io.BytesIO(large.get_data())).size == (1024, 768)
    assert len(large.get_data()) < 100_000


def test_a_point_tells_of_the_features_there_in_every_form(wms: Callable[..., TestResponse]) -> None:
    document = wms(**INFO).get_json()
    (feature,) = document['features']
    assert feature['id'] == 'schools.1'
    assert feature['properties'] == {'code': 'a', 'name': 'Trường A', 'level': 'primary', 'places': 100}
    text = wms(**INFO | {'info_format': 'text/plain', 'language': 'en'}).get_data(as_text=True)
    assert text.startswith('Schools\n  Code: a\n  Name: Trường A\n')
    assert '100 places' in text
    page = wms(**INFO | {'info_format': 'text/html'}).get_data(as_text=True)
    assert '<th>Tên</th><td>Trường A</td>' in page
    wide = f'{E0 - 1000},{N0 - 1000},{E0 + 1000},{N0 + 1000}'
    both = INFO | {'layers': 'schools,buildings', 'query_layers': 'schools,buildings', 'bbox': wide, 'buffer': '40'}
    both |= {'feature_count': '9'}
    assert [one['id'] for one in wms(**both).get_json()['features']] == ['buildings.1', 'schools.1', 'schools.2']
    filtered = both | {'cql_filter': "places > 200;use = 'a;b'"}
    assert [one['id'] for one in wms(**filtered).get_json()['features']] == ['schools.2']
    at_most_one = both | {'feature_count': '1'}
    assert [one['id'] for one in wms(**at_most_one).get_json()['features']] == ['buildings.1', 'schools.1']
    assert not wms(**INFO | {'i': '20'}).get_json()['features']
    assert not wms(**INFO | {'time': '2020-01-01'}).get_json()['features']
    assert wms(**INFO | {'time': '2020/2200'}).get_json()['features']


def test_each_version_reads_a_box_in_its_own_axis_order(wms: Callable[..., TestResponse]) -> None:
    """The house is in the upper right quarter, 100 to 160 m east and from 50 m north: it is drawn and told of there.

    A box whose axes are read the wrong way lies beyond the poles, where nothing is.
    """
    corners = (E0, N0), (E0 + 200, N0 + 100)
    degrees = [transformer(proj_string(9209), 'EPSG:4326').transform(*corner) for corner in corners]
    metres = [transformer('EPSG:4326', 'EPSG:3857').transform(*corner) for corner in degrees]
    asked = INFO | {'layers': 'buildings', 'query_layers': 'buildings', 'width': '200', 'height': '100'}
    asked |= {'i': '130', 'j': '25', 'x': '130', 'y': '25'}
    old = {'version': '1.1.1', 'crs': ''}
    for change, seen in (
        ({'crs': 'EPSG:9209', 'bbox': box(corners)}, True),
        ({'crs': 'EPSG:3857', 'bbox': box(metres)}, True),
        ({'crs': 'EPSG:4326', 'bbox': box([point[::-1] for point in degrees])}, True),
        ({'crs': 'CRS:84', 'bbox': box(degrees)}, True),
        ({'crs': 'EPSG:4326', 'bbox': box(degrees)}, False),
        (old | {'srs': 'EPSG:4326', 'bbox': box(degrees)}, True),
        (old | {'srs': 'EPSG:4326', 'bbox': box([point[::-1] for point in degrees])}, False),
    ):
        assert len(wms(**asked | change).get_json()['features']) == int(seen), change
        answer = wms(**asked | change | {'request': 'GetMap', 'bgcolor': '0xFFFFFF'})
        assert answer.mimetype == 'image/png', answer.get_data(as_text=True)
        picture = Image.open(io.BytesIO(answer.get_data())).convert('RGB')
        there, elsewhere = picture.getpixel((130, 25)), picture.getpixel((40, 75))
        assert ((there != (255, 255, 255)), elsewhere) == (seen, (255, 255, 255)), change


def test_a_picture_comes_in_every_format_and_is_kept_until_a_release(
    wms: Callable[..., TestResponse], desk: Desk
) -> None:
    asked = MAP | {'request': 'GetMap', 'layers': 'all-layers', 'width': '64', 'height': '32'}
    for form in ('png', 'jpeg', 'webp', 'tiff'):
        answer = wms(**asked | {'format': f'image/{form}', 'transparent': 'true'})
        assert answer.mimetype == f'image/{form}'
        picture = Image.open(io.BytesIO(answer.get_data()))
        assert picture.size == (64, 32)
        corner = picture.convert('RGBA').getpixel((0, 0))
        assert corner == ((255, 255, 255, 255) if form == 'jpeg' else (0, 0, 0, 0))
    for svg in ('image/svg+xml', 'image/svg xml'):
        assert b'<svg' in wms(**asked | {'format': svg}).get_data()
    assert wms(**asked | {'format': 'application/pdf'}).get_data().startswith(b'%PDF')
    assert wms(**asked | {'transparent': 'maybe'}).mimetype == 'text/xml'
    refused(wms(**asked | {'format': 'image/gif'}), 'InvalidFormat', 'FORMAT')
    assert wms(**asked | {'width': '99999', 'height': '99999'}).status_code == 400
    filtered = [wms(**asked | {'cql_filter': 'INCLUDE', 'layers': one}).get_data() for one in ('schools', 'buildings')]
    empty = wms(**asked | {'layers': 'schools', 'cql_filter': "code = 'nobody'"}).get_data()
    assert len({*filtered, empty}) == 3
    first = wms(**asked)
    assert first.headers['Cache-Control'] == 'no-cache'
    desk.release('schools', [('POINT(0 100)', school('a'))])
    assert wms(**asked).headers['ETag'] != first.headers['ETag']


def test_a_legend_is_as_large_as_its_layer_says(wms: Callable[..., TestResponse]) -> None:
    root = etree.fromstring(wms(service='WMS', request='GetCapabilities').get_data())
    (legend,) = root.xpath(
        '//w:Layer[w:Name="buildings"]/w:Style[w:Name="default"]/w:LegendURL', namespaces={'w': WMS[1:-1]}
    )
    (href,) = legend.xpath('.//@x:href', namespaces={'x': 'http://www.w3.org/1999/xlink'})
    answer = wms(**dict(parse_qsl(urlsplit(href).query)))
    size = Image.open(io.BytesIO(answer.get_data())).size
    assert size == (int(legend.get('width')), int(legend.get('height')))
    told = wms(service='WMS', request='GetLegendGraphic', layer='buildings', format='application/json', lang='en')
    assert 'Residential' in [entry['label'] for entry in told.get_json()['layers'][0]['entries']]
    refused(
        wms(service='WMS', request='GetLegendGraphic', layer='buildings', scale='x'), 'InvalidParameterValue', 'SCALE'
    )


def test_a_point_tells_only_of_what_its_style_draws(desk: Desk, client: Client) -> None:
    """Of two stops at one place the style of shelters draws the one that says whether it has one; the usual style
    draws both. Too far out neither does.
    """
    stops: list[dict[str, Any]] = [{'code': 'a', 'name': 'A', 'shelter': True}, {'code': 'b', 'name': 'B'}]
    desk.release('bus_stops', [('POINT(0 0)', stop) for stop in stops])
    asked = INFO | {'layers': 'bus_stops', 'query_layers': 'bus_stops', 'feature_count': '9'}
    far = {'bbox': f'{E0 - 1e5},{N0 - 1e5},{E0 + 1e5},{N0 + 1e5}'}
    for change, told in (({}, ['a', 'b']), ({'styles': 'shelter'}, ['a']), ({'styles': 'shelter'} | far, [])):
        document = client().get('/ows', query_string=asked | change).get_json()
        assert [one['properties']['code'] for one in document['features']] == told, change


def test_the_public_service_tells_of_no_column_of_others(desk: Desk, client: Client) -> None:
    """How many live in a building is for the internal service."""
    desk.release('buildings', [(square(-20, -20, 40), building('A', population=424242))])
    asked = INFO | {'layers': 'buildings', 'query_layers': 'buildings'}
    answers = [client(audience).get('/ows', query_string=asked) for audience in ('public', 'internal')]
    assert ['424242' in answer.get_data(as_text=True) for answer in answers] == [False, True]
    assert answers[0].get_json()['features'][0]['properties']['code'] == 'A'
    assert answers[0].headers['Access-Control-Allow-Origin'] == '*'
    hidden = client('public').get('/ows', query_string=asked | {'cql_filter': 'population > 1'})
    assert 'population' in refused(hidden, 'InvalidParameterValue', 'CQL_FILTER')


def test_what_is_not_shown_cannot_be_asked_about(desk: Desk, client: Client) -> None:
    """Bus stops are off when the map opens: the whole map draws nothing here, and has nothing to tell."""
    desk.release('bus_stops', [('POINT(0 0)', {'code': 'b', 'name': 'Bến xe'})])
    asked = INFO | {'layers': 'all-layers', 'query_layers': 'all-layers'}
    refused(client().get('/ows', query_string=asked), 'LayerNotQueryable', 'QUERY_LAYERS')
    refused(client().get('/ows', query_string=asked | {'request': 'GetMap'}), 'LayerNotDefined', 'LAYERS')


def test_capabilities_are_asked_for_again_only_when_they_changed(
    wms: Callable[..., TestResponse], client: Client
) -> None:
    asked = client()
    first = asked.get('/ows?service=WMS&request=GetCapabilities')
    again = asked.get('/ows?service=WMS&request=GetCapabilities', headers={'If-None-Match': first.headers['ETag']})
    assert (first.status_code, again.status_code) == (200, 304)
