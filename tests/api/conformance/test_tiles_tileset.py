"""OGC 20-057, requirements class tileset: metadata after OGC 17-083r4, by which a client finds every tile."""

from typing import Any

import jsonschema
import pytest

from tests.api.conformance.conftest import Api, links
from tests.api.conformance.tiling import MVT, REGISTER, REL, template, tilesets

CLASSES = ('http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset',)

# From https://schemas.opengis.net/tms/2.0/json/tileSet.json and what it refers to: what is required, and the types of
# the members that are used here.
POINT = {'type': 'array', 'items': {'type': 'number'}, 'minItems': 2, 'maxItems': 2}
WHOLE = {'type': 'integer', 'minimum': 0}
LINK = {
    'type': 'object',
    'required': ['href', 'rel'],
    'properties': {name: {'type': 'string'} for name in ('href', 'rel', 'type', 'hreflang', 'title')}
    | {'templated': {'type': 'boolean'}},
}
LAYER = {
    'type': 'object',
    'required': ['id', 'dataType'],
    'properties': {
        'id': {'type': 'string'},
        'title': {'type': 'string'},
        'description': {'type': 'string'},
        'dataType': {'enum': ['map', 'vector', 'coverage']},
        'geometryDimension': {'type': 'integer', 'minimum': 0, 'maximum': 3},
        'minTileMatrix': {'type': 'string'},
        'maxTileMatrix': {'type': 'string'},
        'propertiesSchema': {'type': 'object', 'required': ['type', 'properties']},
    },
}
LIMITS = {
    'type': 'object',
    'required': ['tileMatrix', 'minTileRow', 'maxTileRow', 'minTileCol', 'maxTileCol'],
    'properties': {'tileMatrix': {'type': 'string'}}
    | dict.fromkeys(('minTileRow', 'maxTileRow', 'minTileCol', 'maxTileCol'), WHOLE),
}
TILESET: dict[str, Any] = {
    'type': 'object',
    'required': ['dataType', 'crs', 'links'],
    'properties': {
        'title': {'type': 'string'},
        'description': {'type': 'string'},
        'attribution': {'type': 'string'},
        'dataType': {'enum': ['map', 'vector', 'coverage']},
        'crs': {'type': 'string', 'format': 'uri'},
        'tileMatrixSetURI': {'type': 'string', 'format': 'uri'},
        'links': {'type': 'array', 'minItems': 1, 'items': LINK},
        'tileMatrixSetLimits': {'type': 'array', 'items': LIMITS},
        'layers': {'type': 'array', 'minItems': 1, 'items': LAYER},
        'boundingBox': {
            'type': 'object',
            'required': ['lowerLeft', 'upperRight'],
            'properties': {'lowerLeft': POINT, 'upperRight': POINT, 'crs': {'type': 'string'}},
        },
    },
}
CRS = {
    'WebMercatorQuad': 'http://www.opengis.net/def/crs/EPSG/0/3857',
    'WorldCRS84Quad': 'http://www.opengis.net/def/crs/OGC/1.3/CRS84',
}


@pytest.fixture(scope='module')
def found(internal: Api, public: Api) -> list[tuple[Api, dict[str, Any]]]:
    """Every tileset of both services."""
    return [(api, one) for api in (internal, public) for one in tilesets(api)]


def test_tileset_description_follows_the_schema(found: list[tuple[Api, dict[str, Any]]]) -> None:
    """/req/tileset/description A"""
    assert len(found) > 20
    for _, one in found:
        jsonschema.validate(one, TILESET)


def test_tileset_description_is_negotiated_as_json(internal: Api) -> None:
    """/req/tileset/description A: by Accept, where a browser would get a page"""
    address = '/tiles/WebMercatorQuad'
    assert internal.get(address, {'Accept': 'application/json'}).headers['Content-Type'] == 'application/json'
    assert internal.get(address, {'Accept': 'text/html'}).headers['Content-Type'].startswith('text/html')


def test_tileset_description_names_the_registered_set(found: list[tuple[Api, dict[str, Any]]]) -> None:
    """/req/tileset/description C"""
    names = {one['tileMatrixSetURI'].removeprefix(f'{REGISTER}/') for _, one in found}
    assert names == {'WebMercatorQuad', 'WorldCRS84Quad'}
    for _, one in found:
        assert one['crs'] == CRS[one['tileMatrixSetURI'].rsplit('/')[-1]]


def test_tileset_description_links_to_the_definition(found: list[tuple[Api, dict[str, Any]]]) -> None:
    """/req/tileset/description D: and that is the very set, with all of its matrices"""
    for api, one in found:
        (scheme,) = links(one, f'{REL}/tiling-scheme', 'application/json')
        definition = api.json(scheme['href'])
        assert definition['uri'] == one['tileMatrixSetURI']
        assert {at['tileMatrix'] for at in one['tileMatrixSetLimits']} <= {m['id'] for m in definition['tileMatrices']}


def test_tileset_the_definitions_are_those_of_the_register(internal: Api) -> None:
    """OGC 17-083r4, annex D: WorldCRS84Quad begins with two tiles, and each matrix doubles."""
    for name, across, origin, first in (
        ('WebMercatorQuad', 1, [-20037508.3427892, 20037508.3427892], 559082264.028717),
        ('WorldCRS84Quad', 2, [-180, 90], 279541132.014358),
    ):
        matrices = internal.json(f'/TileMatrixSets/{name}')['tileMatrices']
        for zoom, matrix in enumerate(matrices):
            assert matrix['id'] == str(zoom)
            assert (matrix['matrixWidth'], matrix['matrixHeight']) == (across * 2**zoom, 2**zoom)
            assert matrix['pointOfOrigin'] == origin
            assert matrix['scaleDenominator'] == pytest.approx(first / 2**zoom, rel=1e-9)


def test_tileset_description_has_a_template_with_its_media_type(found: list[tuple[Api, dict[str, Any]]]) -> None:
    """/req/tileset/description E, F and G"""
    for _, one in found:
        (item,) = links(one, 'item')
        assert item['type'] == MVT
        assert item['templated'] is True
        assert all(f'{{{name}}}' in template(one) for name in ('tileMatrix', 'tileRow', 'tileCol'))


def test_tileset_tilejson_and_xyz_lead_to_the_same_tiles(found: list[tuple[Api, dict[str, Any]]]) -> None:
    """What QGIS and MapLibre take as it is: {z}, {x} and {y} only, for the same bytes."""
    for api, one in found[::5]:
        (described,) = links(one, 'describedby', 'application/json')
        tilejson = api.json(described['href'])
        assert tilejson['tilejson'] == '3.0.0'
        at = one['tileMatrixSetLimits'][0]
        z, y, x = at['tileMatrix'], str(at['minTileRow']), str(at['minTileCol'])
        assert (str(tilejson['minzoom']), str(tilejson['maxzoom'])) == (z, one['tileMatrixSetLimits'][-1]['tileMatrix'])
        addresses = [*tilejson['tiles'], *(link['href'] for link in links(one, 'alternate', MVT))]
        by_ogc = template(one).replace('{tileMatrix}', z).replace('{tileRow}', y).replace('{tileCol}', x)
        expected = api.get(by_ogc).content
        for address in addresses:
            assert api.get(address.replace('{z}', z).replace('{y}', y).replace('{x}', x)).content == expected
        assert {layer['id'] for layer in tilejson['vector_layers']} == {layer['id'] for layer in one['layers']}
