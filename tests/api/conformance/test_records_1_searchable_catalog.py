"""OGC API - Records - Part 1, classes Searchable Catalog, its Sorting and its Filtering: the parts put together."""

from tests.api.conformance.conftest import Api, links
from tests.api.conformance.records import CONF, OGC, catalogue, ids, records

CLASSES = [
    'http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/searchable-catalog',
    'http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/searchable-catalog-sorting',
    'http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/searchable-catalog-filtering',
]
PARTS = ('records-api', 'record-core', 'record-collection', 'record-core-query-parameters', 'json', 'html', 'oas30')


def test_searchable_catalog_has_all_its_parts(api: Api) -> None:
    """/req/searchable-catalog/common; what each part asks for is tested in its own module."""
    assert {f'{CONF}/{name}' for name in PARTS} <= api.declared()


def test_searchable_catalog_and_its_records_have_their_mandatory_properties(api: Api) -> None:
    """/req/searchable-catalog/mandatory-catalog-properties, mandatory-record-properties"""
    assert {'id', 'type', 'title', 'links', 'itemType'} <= catalogue(api).keys()
    for one in records(api):
        assert one['id']
        assert {'type', 'title'} <= one['properties'].keys()


def test_searchable_catalog_sorting_offers_sortables(api: Api) -> None:
    """/req/searchable-catalog-sorting/sorting"""
    assert f'{CONF}/sorting' in api.declared()
    assert links(catalogue(api), f'{OGC}/sortables')
    assert records(api, sortby='-id')[0]['id'] == max(ids(api))


def test_searchable_catalog_filtering_offers_the_mandatory_queryables(api: Api) -> None:
    """/req/searchable-catalog-filtering/filtering, mandatory-queryables: each can stand in a filter."""
    (to,) = links(catalogue(api), f'{OGC}/queryables', 'application/schema+json')
    names = api.json(to['href'])['properties'].keys()
    assert {'id', 'type', 'title'} <= names
    for name in names - {'geom'}:
        assert ids(api, filter=f'"{name}" IS NULL') | ids(api, filter=f'"{name}" IS NOT NULL') == ids(api), name
