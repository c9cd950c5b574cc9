"""OGC API - Records - Part 1, class Records API: Features core with records in place of features.

The class is called record-api in the standard's table of classes and records-api in its annex A.
"""

from datetime import datetime

from owslib.ogcapi.records import Records

from tests.api.conformance.conftest import Api, links
from tests.api.conformance.records import BASE, ids, parameters

CLASSES = [
    'http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-api',
    'http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/records-api',
]
RECORD = f'{BASE}/items/rivers'
FORMS = {'text/html', 'application/vnd.iso.19139+xml', 'application/vnd.iso.19115-3+xml', 'application/ld+json'}


def test_record_api_keeps_to_the_core_of_features(api: Api) -> None:
    """/req/records-api/features-api, records-op: the operation, its links, its numbers, its refusals."""
    document = api.json(f'{BASE}/items', limit=2)
    assert document['type'] == 'FeatureCollection'
    assert datetime.fromisoformat(document['timeStamp']).tzinfo
    assert document['numberReturned'] == 2 < document['numberMatched']
    (itself,) = links(document, 'self', 'application/geo+json')
    again = api.json(itself['href'])
    assert again['features'] == document['features']
    assert {link['type'] for link in links(document, 'alternate')} >= {'text/html', 'application/ld+json'}
    (following,) = links(document, 'next', 'application/geo+json')
    assert not {one['id'] for one in api.json(following['href'])['features']} & {
        one['id'] for one in document['features']
    }
    assert api.get(f'{BASE}/items', colour='red').status_code == 400
    assert all({'rel', 'type', 'href'} <= link.keys() for link in document['links'])


def test_record_api_pages_hold_every_record_once(api: Api) -> None:
    seen, address = [], f'{BASE}/items?limit=4'
    while address:
        document = api.json(address)
        seen += [one['id'] for one in document['features']]
        address = next((link['href'] for link in links(document, 'next')), '')
    assert len(seen) == len({*seen})
    assert {*seen} == ids(api)


def test_a_record_has_links_to_itself_its_other_forms_and_its_catalogue(api: Api) -> None:
    """/req/records-api/record-op, record-response"""
    document = api.json(RECORD)
    (itself,) = links(document, 'self')
    assert api.json(itself['href']) == document
    assert {link['type'] for link in links(document, 'alternate')} >= FORMS
    for link in links(document, 'alternate'):
        answer = api.get(link['href'])
        assert (answer.status_code, answer.headers['Content-Type'].split(';')[0]) == (200, link['type'])
    assert len(links(document, 'collection')) == 1
    assert all({'rel', 'type', 'href'} <= link.keys() for link in document['links'])
    assert api.get(f'{BASE}/items/nothing').status_code == 404


def test_the_catalogue_is_a_collection_of_records(api: Api) -> None:
    """/req/records-api/catalog-response, resource-name-mapping"""
    document = api.json(BASE)
    assert document['itemType'] == 'record'
    assert document['crs'] == ['http://www.opengis.net/def/crs/OGC/1.3/CRS84']


def test_the_mandatory_parameters_are_described(api: Api) -> None:
    """/req/records-api/mandatory-params, query-params"""
    assert {'bbox', 'datetime', 'limit', 'q', 'type', 'ids', 'externalIds'} <= parameters(api).keys()


def test_owslib_finds_and_reads_the_catalogue(api: Api) -> None:
    """A client that knows the standard and nothing of us."""
    client = Records(f'{api.url}/')
    assert client.records() == ['catalogue']
    assert client.collection_queryables('catalogue')['properties']['title']['type'] == 'string'
    found = client.collection_items('catalogue', q='song ngoi', limit=5, sortby=('title', 'desc'))
    assert [one['id'] for one in found['features']] == ['rivers']
    assert client.collection_items('catalogue', bbox=[106, 20, 106.5, 20.5], type='dataset')['numberMatched'] > 3
    assert client.collection_item('catalogue', 'rivers')['properties']['type'] == 'dataset'
    assert 'catalogue' not in client.feature_collections()
