"""What OGC's executable tests ask of WMS 1.3.0 (OGC 06-042) and WMTS 1.0.0 (OGC 07-057r7), by requirement."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from lxml import etree
from PIL import Image
from werkzeug.test import TestResponse

from dothi.core.crs import proj_string, transformer
from dothi.core.locality import load_locality
from dothi.core.migrate import migrate
from dothi.core.settings import PROJECT
from tests.api.conftest import E0, N0, Desk, building, school, square
from tests.api.ows_schemas import wmts_schema, xml_schema
from tests.nam_dinh import NAM_DINH, whole_copy
from tests.pictures import opacity_range

type Client = Callable[..., FlaskClient]
OWS_CLASSES = ('wms 1.3.0/basic', 'wms 1.3.0/recommendations', 'wmts 1.0.0/kvp-get', 'wmts 1.0.0/restful')
NAMES = {
    'w': 'http://www.opengis.net/wms',
    't': 'http://www.opengis.net/wmts/1.0',
    'o': 'http://www.opengis.net/ows/1.1',
    'e': 'http://www.opengis.net/ogc',
    'x': 'http://www.w3.org/1999/xlink',
}
GET_MAP = {'service': 'WMS', 'version': '1.3.0', 'request': 'GetMap', 'layers': 'schools', 'styles': '',
           'crs': 'EPSG:9209', 'bbox': f'{E0 - 200},{N0 - 200},{E0 + 200},{N0 + 200}', 'width': '64', 'height': '64',
           'format': 'image/png'}  # fmt: skip
INFO = GET_MAP | {'request': 'GetFeatureInfo', 'query_layers': 'schools', 'info_format': 'text/html',
                  'i': '32', 'j': '32'}  # fmt: skip
GET_TILE = {'service': 'WMTS', 'version': '1.0.0', 'request': 'GetTile', 'layer': 'buildings', 'style': 'default',
            'format': 'image/png', 'tilematrixset': 'WebMercatorQuad', 'tilematrix': '3', 'tilerow': '3',
            'tilecol': '6'}  # fmt: skip
MOST = 40


@pytest.fixture
def ask(desk: Desk, client: Client) -> Callable[..., TestResponse]:
    """Asks for something, with a school and, around it, a house of 60 m there, of one theme."""
    desk.release('schools', [('POINT(0 0)', school('a'))])
    desk.release('buildings', [(square(-30, -30, 60), building('x'))])
    http = client()
    return lambda **query: http.get('/ows', query_string=query)


def document(answer: TestResponse) -> Any:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return etree.fromstring(answer.get_data())


def xpath(node: Any, path: str) -> list[Any]:
    return list(node.xpath(path, namespaces=NAMES))


def wms_refusal(answer: TestResponse) -> tuple[str, str]:
    """Code and locator of a valid exception document."""
    root = document(answer)
    xml_schema('wms/1.3.0/exceptions_1_3_0.xsd').assertValid(root)
    (exception,) = xpath(root, 'e:ServiceException')
    return exception.get('code', ''), exception.get('locator', '')


def wmts_refusal(answer: TestResponse) -> tuple[int, str, str]:
    """Status, code and locator of a valid report."""
    root = etree.fromstring(answer.get_data())
    xml_schema('ows/1.1.0/owsExceptionReport.xsd').assertValid(root)
    (exception,) = xpath(root, 'o:Exception')
    return answer.status_code, exception.get('exceptionCode'), exception.get('locator', '')


def picture(answer: TestResponse) -> Image.Image:
    assert answer.mimetype == 'image/png', answer.get_data(as_text=True)
    return Image.open(io.BytesIO(answer.get_data())).convert('RGBA')


# --- WMS 1.3.0


def test_wms_each_mandatory_parameter_that_is_missing_is_named(ask: Callable[..., TestResponse]) -> None:
    """Tables 8 and 10. STYLES may be empty, and we take it as empty where it is left out; SERVICE is none of them."""
    assert picture(ask(**GET_MAP)).size == (64, 64)
    for operation, mandatory in ((GET_MAP, ('version', 'layers', 'crs', 'bbox', 'width', 'height', 'format')),
                                 (INFO, ('version', 'layers', 'query_layers', 'crs', 'i', 'j'))):  # fmt: skip
        for name in mandatory:
            without = {key: value for key, value in operation.items() if key != name}
            assert wms_refusal(ask(**without)) == ('MissingParameterValue', name.upper())
            # there, but empty
            assert wms_refusal(ask(**operation | {name: ''})) == ('MissingParameterValue', name.upper())
    for optional in ('styles', 'service'):
        assert picture(ask(**{key: value for key, value in GET_MAP.items() if key != optional}))


def test_wms_names_of_parameters_come_in_any_case_and_unknown_ones_are_ignored(
    ask: Callable[..., TestResponse],
) -> None:
    """6.8.1."""
    plain = ask(**GET_MAP).get_data()
    assert ask(**{name.upper(): value for name, value in GET_MAP.items()}, BoGuS='ignored').get_data() == plain
    assert ask(**{name.title(): value for name, value in GET_MAP.items()}).get_data() == plain
    capabilities = document(ask(SeRvIcE='WMS', ReQuEsT='GetCapabilities', FoRmAt='invalid', UpDaTeSeQuEnCe='ignored'))
    assert etree.QName(capabilities).localname == 'WMS_Capabilities'
    exponents = {'bbox': f'{E0 - 200:.10E},{N0 - 200:.10E},+{E0 + 200},{N0 + 200}E+0'}
    assert ask(**GET_MAP | exponents).get_data() == plain


def test_wms_layer_limit_counts_the_names_that_are_asked_for(ask: Callable[..., TestResponse]) -> None:
    """7.2.4.3: a group is one name, whatever it has; the picture is that of the group named once."""
    root = document(ask(service='WMS', request='GetCapabilities'))
    assert root.findtext('w:Service/w:LayerLimit', namespaces=NAMES) == str(MOST)
    once = ask(**GET_MAP | {'layers': 'all-layers'})
    many = ask(**GET_MAP | {'layers': ','.join(['all-layers'] * MOST)})
    assert picture(many).tobytes() == picture(once).tobytes()
    assert np.asarray(picture(once))[..., 1].min() < 255
    too_many = ','.join(['schools'] * (MOST + 1))
    assert wms_refusal(ask(**GET_MAP | {'layers': too_many})) == ('InvalidParameterValue', 'LAYERS')
    assert wms_refusal(ask(**INFO | {'query_layers': too_many})) == ('InvalidParameterValue', 'QUERY_LAYERS')
    info = ask(**INFO | {'layers': 'all-layers', 'query_layers': ','.join(['all-layers', 'schools'] * (MOST // 2)),
                         'info_format': 'application/json', 'feature_count': '9'}).get_json()  # fmt: skip
    assert sorted(feature['id'] for feature in info['features']) == ['buildings.1', 'schools.1']


def test_wms_a_layer_that_is_named_twice_is_drawn_where_it_is_on_top(ask: Callable[..., TestResponse]) -> None:
    """The house hides the school below it; named once more at the end the school is above it."""
    below, above = (picture(ask(**GET_MAP | {'layers': layers})).tobytes() for layers in
                    ('schools,buildings', 'buildings,schools'))  # fmt: skip
    assert below != above
    assert picture(ask(**GET_MAP | {'layers': 'schools,buildings,schools'})).tobytes() == above
    # in two styles it is two layers
    two = ask(**GET_MAP | {'layers': 'buildings,buildings', 'styles': 'dark,default'})
    assert picture(two).size == (64, 64)


def test_wms_every_named_layer_has_abstract_keywords_and_metadata(
    ask: Callable[..., TestResponse], client: Client
) -> None:
    """7.2.4.6.4 and 7.2.4.6.11, groups too: theirs are the place with its themes, and the records of their layers."""
    root = document(ask(service='WMS', request='GetCapabilities', language='en'))
    named = {layer.findtext('w:Name', namespaces=NAMES): layer for layer in xpath(root, '//w:Layer[w:Name]')}
    assert [*named] == ['all-layers', 'theme-society', 'schools', 'buildings']
    for name, layer in named.items():
        assert xpath(layer, 'w:Abstract'), name
        assert xpath(layer, 'w:KeywordList/w:Keyword'), name
        assert xpath(layer, 'w:MetadataURL'), name
    theme = named['theme-society']
    assert xpath(theme, 'w:KeywordList/w:Keyword/text()') == ['Nam Dinh province', 'Society']
    records = [address.rpartition('/')[2] for address in xpath(theme, 'w:MetadataURL/w:OnlineResource/@x:href')]
    assert sorted(records) == ['buildings?f=iso19139', 'schools?f=iso19139']
    answer = client().get(f'/api/collections/catalogue/items/{records[0]}')
    assert (answer.status_code, answer.mimetype) == (200, 'application/vnd.iso.19139+xml')


def test_wms_and_wmts_name_person_position_organisation_and_address(ask: Callable[..., TestResponse]) -> None:
    """OGC 06-042, 7.2.4.3: as `locality.yml` has them, in the reader's language."""
    contact = load_locality(NAM_DINH).place.contact
    assert contact is not None
    for lang in ('vi', 'en'):
        root = document(ask(service='WMS', request='GetCapabilities', language=lang))
        xml_schema('wms/1.3.0/capabilities_1_3_0.xsd').assertValid(root)
        contact_fields = {etree.QName(element).localname: element.text for element in
                xpath(root, 'w:Service/w:ContactInformation//*') if element.text and element.text.strip()}  # fmt: skip
        assert contact_fields == {
            'ContactPerson': contact.person.pick(lang),
            'ContactOrganization': load_locality(NAM_DINH).place.attribution.pick(lang),
            'ContactPosition': contact.position.pick(lang),
            'AddressType': 'postal',
            'Address': contact.address.pick(lang),
            'City': contact.city.pick(lang),
            'StateOrProvince': contact.province.pick(lang),
            **({'PostCode': contact.postcode} if contact.postcode else {}),
            'Country': contact.country.pick(lang),
        }
        provider = document(ask(service='WMTS', request='GetCapabilities', language=lang))
        assert xpath(provider, '//o:ServiceContact/o:IndividualName/text()') == [contact.person.pick(lang)]
        assert xpath(provider, '//o:ServiceContact/o:PositionName/text()') == [contact.position.pick(lang)]
        assert xpath(provider, '//o:Address/o:City/text()') == [contact.city.pick(lang)]


def test_wms_and_wmts_of_a_locality_without_contact_are_valid_too(
    empty_database: dict[str, str], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its address is left out, which the schemas allow, and phone and mail are there where they are known."""
    bay = load_locality(PROJECT / 'tests' / 'localities' / 'bay')
    monkeypatch.setenv('DOTHI_LOCALITY', str(bay.path))
    migrate(bay)
    Desk(bay).release('wells', [('POINT(-60000 -700000)', {'NAME': 'Giếng 1'})])
    http = client()
    root = document(http.get('/ows?service=WMS&request=GetCapabilities'))
    xml_schema('wms/1.3.0/capabilities_1_3_0.xsd').assertValid(root)
    assert xpath(root, '//w:ContactPerson/text()') == ['Bộ phận dữ liệu']
    assert not xpath(root, '//w:ContactAddress')
    wmts_schema().assertValid(document(http.get('/ows?service=WMTS&request=GetCapabilities')))


def test_wms_phone_and_mail_are_named_where_the_locality_has_them(
    ask: Callable[..., TestResponse], client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = whole_copy(tmp_path / 'reachable')
    place = (folder / 'locality.yml').read_text(encoding='utf-8')
    place = place.replace('  country:', '  phone: "+84 228 0000000"\n  email: data@example.org\n  country:')
    (folder / 'locality.yml').write_text(place, encoding='utf-8')
    monkeypatch.setenv('DOTHI_LOCALITY', str(folder))
    http = client()
    root = document(http.get('/ows?service=WMS&request=GetCapabilities'))
    xml_schema('wms/1.3.0/capabilities_1_3_0.xsd').assertValid(root)
    assert xpath(root, '//w:ContactVoiceTelephone/text()') == ['+84 228 0000000']
    provider = document(http.get('/ows?service=WMTS&request=GetCapabilities'))
    wmts_schema().assertValid(provider)
    assert xpath(provider, '//o:ElectronicMailAddress/text()') == ['data@example.org']


# --- WMTS 1.0.0


def test_wmts_each_operation_has_one_address_which_answers_by_parameters(ask: Callable[..., TestResponse]) -> None:
    """Clients take the last `Get` that they find; tiles by address are in the templates of each layer."""
    root = document(ask(service='WMTS', request='GetCapabilities'))
    operations = xpath(root, 'o:OperationsMetadata/o:Operation')
    assert [operation.get('name') for operation in operations] == ['GetCapabilities', 'GetTile', 'GetFeatureInfo']
    for operation in operations:
        (address,) = xpath(operation, './/o:Get/@x:href')
        assert address.endswith('/ows?')
        assert xpath(operation, './/o:Constraint[@name="GetEncoding"]//o:Value/text()') == ['KVP']
    for layer in xpath(root, '//t:Layer'):
        kinds = set(xpath(layer, 't:ResourceURL/@resourceType'))
        assert kinds == {'tile', 'FeatureInfo'}
    assert picture(ask(**GET_TILE)).size == (256, 256)


def test_wmts_each_mandatory_parameter_that_is_missing_is_named(ask: Callable[..., TestResponse]) -> None:
    """Tables 20 and 27: also STYLE, whose default a client has to name."""
    info = GET_TILE | {'request': 'GetFeatureInfo', 'infoformat': 'text/html', 'i': '0', 'j': '0'}
    tile = ('version', 'layer', 'style', 'format', 'tilematrixset', 'tilematrix', 'tilerow', 'tilecol')
    for operation, mandatory in ((GET_TILE, ('service', *tile)), (info, (*tile, 'infoformat', 'i', 'j'))):
        for name in mandatory:
            without = {key: value for key, value in operation.items() if key != name}
            assert wmts_refusal(ask(**without)) == (400, 'MissingParameterValue', name.upper()), name
            assert wmts_refusal(ask(**operation | {name: ''})) == (400, 'MissingParameterValue', name.upper()), name


def test_wmts_every_matrix_of_a_linked_set_has_limits_and_tiles_within_them(ask: Callable[..., TestResponse]) -> None:
    """From the first matrix on; where the layer is not drawn at that scale, as schools are not at that of the first
    two, the tile is transparent. Beyond the limits there is none.
    """
    root = document(ask(service='WMTS', request='GetCapabilities'))
    matrices = {
        of.findtext('o:Identifier', namespaces=NAMES): xpath(of, 't:TileMatrix/o:Identifier/text()')
        for of in xpath(root, 't:Contents/t:TileMatrixSet')
    }
    assert [names[0] for names in matrices.values()] == ['0', '0', '1000000']
    (layer,) = xpath(root, '//t:Layer[o:Identifier="schools"]')
    for link in xpath(layer, 't:TileMatrixSetLink'):
        name = link.findtext('t:TileMatrixSet', namespaces=NAMES)
        limits = xpath(link, 't:TileMatrixSetLimits/t:TileMatrixLimits')
        assert [limit.findtext('t:TileMatrix', namespaces=NAMES) for limit in limits] == matrices[name]
        for limit in (limits[0], limits[1], limits[-1]):
            matrix, *numbers = (element.text for element in limit)
            top, bottom, first, last = map(int, numbers)
            place = GET_TILE | {'layer': 'schools', 'tilematrixset': name, 'tilematrix': matrix}
            for row, column in ((top, first), (bottom, last)):
                tile = picture(ask(**place | {'tilerow': str(row), 'tilecol': str(column)}))
                assert tile.size == (256, 256)
                assert limit is limits[-1] or opacity_range(tile) == (0, 0)
            for row, column, locator in ((bottom + 1, first, 'TILEROW'), (top, last + 1, 'TILECOL')):
                answer = ask(**place | {'tilerow': str(row), 'tilecol': str(column)})
                assert wmts_refusal(answer) == (400, 'TileOutOfRange', locator), (name, matrix)


def test_wmts_limits_leave_room_for_signs_that_reach_over_an_edge(desk: Desk, client: Client) -> None:
    """A sign is drawn within 48 pixels of its feature. At level 12 column 3254 begins at 3254 / 4096 of the way around
    from 180 west, 105.99609375 degrees east: the sign of a school 20 pixels to the east of that may reach over it,
    that of one 60 pixels away does not. The room around an extent, 0.002 degrees, is 6 pixels there.
    """
    for pixels, first in ((20, 3253), (60, 3254)):
        lon = 105.99609375 + pixels * 360 / 4096 / 256
        x, y = transformer('EPSG:4326', proj_string(9209)).transform(lon, 20.3)
        desk.release('schools', [(f'POINT({x - E0} {y - N0})', school('a'))])
        root = document(client().get('/ows?service=WMTS&request=GetCapabilities'))
        limit = '//t:Layer[o:Identifier="schools"]//t:TileMatrixSetLink[t:TileMatrixSet="WebMercatorQuad"]'
        limit += '//t:TileMatrixLimits[t:TileMatrix="12"]/t:MinTileCol/text()'
        assert xpath(root, limit) == [str(first)]


def test_wmts_a_set_names_a_well_known_scale_set_only_if_it_has_its_first_level(
    ask: Callable[..., TestResponse],
) -> None:
    """Annex E: GoogleMapsCompatible begins at 1:559,082,264; GoogleCRS84Quad too, where WorldCRS84Quad has no level."""
    root = document(ask(service='WMTS', request='GetCapabilities'))
    named = {
        of.findtext('o:Identifier', namespaces=NAMES): xpath(of, 't:WellKnownScaleSet/text()')
        for of in xpath(root, 't:Contents/t:TileMatrixSet')
    }
    assert named == {
        'WebMercatorQuad': ['urn:ogc:def:wkss:OGC:1.0:GoogleMapsCompatible'], 'WorldCRS84Quad': [], 'EPSG-9209': [],
    }  # fmt: skip
    quad = '//t:TileMatrixSet[o:Identifier="WebMercatorQuad"]/t:TileMatrix/t:ScaleDenominator/text()'
    assert float(xpath(root, quad)[0]) == pytest.approx(559_082_264.0287178)


@pytest.mark.parametrize(
    'address', ['/ows/wmts/1.0.0/WMTSCapabilities.xml', '/ows?service=WMTS&request=GetCapabilities']
)
def test_wmts_an_accept_that_the_service_metadata_cannot_meet_is_406(
    ask: Callable[..., TestResponse], client: Client, address: str
) -> None:
    http = client()
    for accept, media_type in (
        (None, 'application/xml'), ('*/*', 'application/xml'), ('text/xml', 'text/xml'), ('', 'application/xml'),
        ('application/xml;q=0.5, text/xml', 'text/xml'), ('text/html, */*;q=0.1', 'application/xml'),
        ('application/*', 'application/xml'),
    ):  # fmt: skip
        answer = http.get(address, headers={} if accept is None else {'Accept': accept})
        assert (answer.status_code, answer.mimetype) == (200, media_type), accept
        assert 'Accept' in answer.headers['Vary']
    mark = '&' if '?' in address else '?'
    for formats, media_type in (('text/xml', 'text/xml'), ('image/png,application/xml', 'application/xml'),
                                ('image/png', 'application/xml')):  # fmt: skip
        assert http.get(f'{address}{mark}AcceptFormats={formats}').mimetype == media_type
    for accept in ('image/png', 'text/html', 'application/json;q=0.9, image/*', 'application/xml;q=0', 'nonsense'):
        answer = http.get(address, headers={'Accept': accept})
        assert wmts_refusal(answer) == (406, 'InvalidParameterValue', 'Accept'), accept


def test_wmts_the_usual_value_of_a_dimension_has_a_word(ask: Callable[..., TestResponse]) -> None:
    """Clause 7.1.1.2: `default` and `current` stand for values; any other word is refused."""
    plain = ask(**GET_TILE).get_data()
    for word in ('default', 'current', ''):
        assert ask(**GET_TILE, time=word).get_data() == plain
    assert wmts_refusal(ask(**GET_TILE, time='BOGUS')) == (400, 'InvalidParameterValue', 'TIME')
