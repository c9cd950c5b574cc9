"""The OpenAPI document: valid, complete by itself, and true."""

import json
import re
import zlib
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from openapi_spec_validator import validate

from dothi.api.openapi.document import KeptDocument
from dothi.core.limit_settings import LimitSettings
from dothi.core.text import Text
from tests.api.conftest import Desk, building, codes, school, square

type Client = Callable[..., FlaskClient]


def test_it_is_valid_and_no_reference_leaves_it(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))])
    desk.release('buildings', [(square(0, 0), building('A'))])
    for audience in ('public', 'internal'):
        answer = client(audience).get('/api/openapi?f=json')
        document = answer.get_json(force=True)
        validate(document)
        assert all(ref.startswith('#/') for ref in re.findall(r'"\$ref": "([^"]*)"', json.dumps(document)))
        assert '/collections/schools/items' in document['paths']
        assert '/collections/roads/items' not in document['paths']


def test_qgis_finds_the_size_of_a_page(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))])
    document = client().get('/api/openapi').get_json(force=True)
    limit = document['components']['parameters']['limit']['schema']
    assert (limit['default'], limit['maximum']) == (LimitSettings().default_items, LimitSettings().max_items)


def test_conformance_lets_qgis_send_its_filters(desk: Desk, client: Client) -> None:
    """It does only if all of these are declared, and the collection has queryables."""
    desk.release('schools', [('POINT(0 0)', school('A')), ('POINT(0 0)', school('B', level='high'))])
    app = client()
    declared = app.get('/api/conformance').get_json(force=True)['conformsTo']
    for needed in (
        'ogcapi-features-3/1.0/conf/filter',
        'ogcapi-features-3/1.0/conf/features-filter',
        'cql2/1.0/conf/cql2-text',
        'cql2/1.0/conf/basic-cql2',
        'cql2/1.0/conf/basic-spatial-operators',
        'ogcapi-features-2/1.0/conf/crs',
        'ogcapi-features-5/1.0/conf/schemas',
        'ogcapi-tiles-1/1.0/conf/mvt',
        'ogcapi-processes-1/1.0/conf/core',
    ):
        assert f'http://www.opengis.net/spec/{needed}' in declared
    queryables = app.get('/api/collections/schools/queryables').get_json(force=True)
    assert set(queryables['properties']) == {'id', 'geom', 'code', 'name', 'level', 'places'}
    assert codes(app.get("/api/collections/schools/items?filter=level='high'&filter-lang=cql2-text")) == ['B']


def test_a_collection_says_what_it_is(desk: Desk, client: Client) -> None:
    number = desk.release('schools', [('POINT(0 0)', school('A'))], demo=True)
    app = client()
    collection = app.get('/api/collections/schools?lang=en').get_json(force=True)
    assert collection['title'] == 'Schools (Demonstration data)'
    assert 'demonstration data' in collection['keywords']
    assert (collection['dothi:release'], collection['dothi:demo']) == (number, True)
    assert collection['storageCrs'] == 'http://www.opengis.net/def/crs/EPSG/0/9209'
    assert collection['crs'][0] == 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'
    assert 'http://www.opengis.net/def/rel/ogc/1.0/schema' in {link['rel'] for link in collection['links']}


def test_a_real_delivery_ends_the_mark_of_demonstration_data_without_a_restart(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))], demo=True)
    app = client()
    assert app.get('/api/collections/schools').get_json(force=True)['dothi:demo'] is True
    desk.release('schools', [('POINT(9000 9000)', school('B'))])
    after = app.get('/api/collections/schools?lang=en').get_json(force=True)
    assert (after['title'], after['dothi:demo']) == ('Schools', False)
    assert after['extent']['spatial']['bbox'][0][0] == after['extent']['spatial']['bbox'][0][2]


def test_a_schema_has_titles_units_and_domains(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))])
    schema = client().get('/api/collections/schools/schema?lang=en').get_json(force=True)
    places = schema['properties']['places']
    assert (places['type'], places['title'], places['minimum'], places['maximum']) == ('integer', 'Places', 0, 10000)
    assert 'place' in places['x-ogc-unit']
    levels = {one['const']: one['title'] for one in schema['properties']['level']['oneOf']}
    assert levels['high'] == 'Upper secondary'
    assert schema['properties']['geom']['x-ogc-role'] == 'primary-geometry'


def test_a_service_prepares_it_in_both_languages_and_keeps_nothing_of_the_way() -> None:
    """Each web process kept the pieces of 20 MB, and made it anew for the first client in the other language."""
    made_here: list[str] = []

    def make() -> dict[str, Any]:
        made_here.append('made')
        return {'title': Text(vi='Trường', en='School')}

    document = KeptDocument(make)
    document.prepare()
    in_both = [json.loads(zlib.decompress(document.compressed(lang))) for lang in ('vi', 'en')]
    assert in_both == [{'title': 'Trường'}, {'title': 'School'}]
    assert made_here == []
