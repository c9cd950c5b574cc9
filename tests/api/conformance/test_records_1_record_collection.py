"""OGC API - Records - Part 1, class Record Collection: what the catalogue says of itself."""

from tests.api.conformance.conftest import Api, links
from tests.api.conformance.records import BASE, catalogue, records

CLASSES = ['http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-collection']


def test_it_has_the_mandatory_properties(api: Api) -> None:
    """/req/record-collection/mandatory-properties-collection"""
    found = catalogue(api)
    assert (found['id'], found['type']) == ('catalogue', 'catalog')
    assert found['title']
    assert found['links']
    assert found['extent']['spatial']['bbox']


def test_its_items_are_records_and_nothing_else(api: Api) -> None:
    """/req/record-collection/itemType, /req/record-collection/records"""
    assert catalogue(api)['itemType'] == 'record'
    assert all(one['type'] == 'Feature' and one['properties']['type'] for one in records(api))
    # records are behind a link, so none are within, and no name of an array of them is needed
    assert not {'records', 'recordsArrayName'} & catalogue(api).keys()


def test_the_default_media_type_is_json(api: Api) -> None:
    """/req/record-collection/default-mediatype"""
    assert api.get(BASE).headers['Content-Type'] == 'application/json'


def test_it_links_to_itself_its_other_forms_and_its_records(api: Api) -> None:
    """/req/record-collection/links, links-records"""
    found = catalogue(api)
    (itself,) = links(found, 'self')
    assert api.json(itself['href'], lang='en') == found
    assert 'text/html' in {link['type'] for link in links(found, 'alternate')}
    (items,) = links(found, 'items', 'application/geo+json')
    assert api.json(items['href'])['features']


def test_it_names_licence_and_contact(api: Api) -> None:
    """/req/record-collection/license, contact"""
    found = catalogue(api)
    assert found['license'] == 'CC-BY-4.0'
    assert links(found, 'license')
    assert all(contact['organization'] and contact['roles'] for contact in found['contacts'])


def test_it_is_in_the_list_of_collections(api: Api) -> None:
    """/req/records-api/catalogs-response; features keep their own type of items."""
    kinds = {one['id']: one['itemType'] for one in api.collections() if 'itemType' in one}
    assert kinds.pop('catalogue') == 'record'
    assert 'feature' in kinds.values()
