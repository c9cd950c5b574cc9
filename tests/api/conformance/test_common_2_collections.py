"""OGC API - Common - Part 2, class Collections: what a client learns of each collection."""

from datetime import datetime
from typing import Any

import pytest

from tests.api.conformance.conftest import Api, links
from tests.matrix import EXHAUSTIVE

CLASSES = ['http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections']
CRS84 = 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'


def test_the_list_is_at_its_address(api: Api) -> None:
    """/req/collections/collections-list-op, /req/collections/collections-list-success"""
    document = api.json('/collections')
    assert document['collections']
    assert len({one['id'] for one in document['collections']}) == len(document['collections'])


@pytest.mark.usefixtures('prepared')
def test_the_list_links_to_itself_and_to_its_other_forms(api: Api) -> None:
    """/req/collections/collections-list-links"""
    document = api.json('/collections')
    (itself,) = links(document, 'self', 'application/json')
    assert api.json(itself['href'])['collections'] == document['collections']
    assert {link['type'] for link in links(document, 'alternate')} >= {'text/html', 'application/ld+json'}


@pytest.mark.usefixtures('prepared')
def test_a_description_says_the_same_as_the_list(api: Api) -> None:
    """/req/collections/collections-description-op, /req/collections/collections-description-success"""
    for one in api.collections():
        assert api.json(f'/collections/{one["id"]}') == one
        assert api.json(links(one, 'self', 'application/json')[0]['href']) == one


def test_a_description_has_id_title_links_and_type_of_items(api: Api) -> None:
    """/req/collections/collection-definition"""
    for one in api.collections():
        assert isinstance(one['id'], str)
        assert one['title']
        assert one['description']
        assert one['itemType'] in {'feature', 'record', 'coverage'}


def test_every_link_has_relation_type_and_title_and_leads_somewhere(api: Api) -> None:
    """/req/collections/collections-description-links; links out of the service are not followed."""
    for number, one in enumerate(api.collections()):
        for link in one['links']:
            assert set(link) >= {'rel', 'type', 'title', 'href'}, link
        own = [link for link in one['links'] if link['href'].startswith(api.url)]
        # every day each address of each kind at some of the collections
        for link in own if EXHAUSTIVE else own[number % SOME :: SOME]:
            _leads_to(api, link)


SOME = 6


def _leads_to(api: Api, link: dict[str, Any]) -> None:
    many = link['rel'] == 'items' and link['href'].split('?')[0].endswith('/items')
    answer = api.session.head(link['href'], params={'limit': 1} if many else {}, timeout=120)
    if answer.status_code == 413:
        # a whole coverage may be too much for one answer in this form: a client asks for a part
        assert link['rel'].endswith('/coverage')
        return
    assert answer.status_code == 200, link
    assert answer.headers['Content-Type'].split(';')[0] == link['type'].split(';')[0], link


def test_a_collection_links_to_items_in_every_form_and_to_what_describes_them(api: Api) -> None:
    """/rec/collections/rc-md-items-links, and what parts 1 and 5 of Features and part 1 of Tiles ask for."""
    for one in api.collections():
        assert links(one, 'items'), one['id']
        if one['itemType'] == 'feature':
            assert links(one, 'items')[0]['type'] == 'application/geo+json'
            for name in ('schema', 'queryables', 'tilesets-vector'):
                assert links(one, f'http://www.opengis.net/def/rel/ogc/1.0/{name}'), (one['id'], name)


def test_the_spatial_extent_holds_all_features(internal: Api) -> None:
    """/req/collections/collections-description-extent"""
    for one in internal.collections():
        spatial = one['extent']['spatial']
        west, south, east, north = spatial['bbox'][0]
        assert spatial['crs'] == CRS84
        assert -180 <= west <= east <= 180
        assert -90 <= south <= north <= 90
        if one['itemType'] == 'feature':
            inside = internal.json(f'/collections/{one["id"]}/items', bbox=f'{west},{south},{east},{north}', limit=1)
            everything = internal.json(f'/collections/{one["id"]}/items', limit=1)
            assert everything['numberMatched'] > 0
            # a number that would be costly to find is left out
            assert inside.get('numberMatched', everything['numberMatched']) == everything['numberMatched']
            assert inside['features']


def test_the_temporal_extent_has_two_moments_between_which_there_is_data(api: Api) -> None:
    """/req/collections/collections-description-extent; both ends given, as OGC's executable tests read them."""
    for one in api.collections():
        if 'temporal' in one['extent']:
            ((begin, end),) = one['extent']['temporal']['interval']
            assert datetime.fromisoformat(begin) <= datetime.fromisoformat(end)
            assert datetime.fromisoformat(end).tzinfo is not None
        if one['itemType'] == 'feature':
            found = api.json(f'/collections/{one["id"]}/items', datetime=f'{begin}/{end}', limit=1)
            assert found['features'], one['id']


def test_coordinate_systems_are_named_by_uri_and_the_default_comes_first(api: Api) -> None:
    """/req/crs/fc-md-crs-list of Features - Part 2, where clients look for it"""
    for one in api.collections():
        if one['itemType'] == 'feature':
            assert one['crs'][0] == CRS84
            assert one['storageCrs'] in one['crs']


def test_a_collection_that_is_not_there_is_404(api: Api) -> None:
    """/req/collections/collections-description-op, the other way round"""
    for path in ('/collections/nowhere', '/collections/schools%2F', '/collections/nowhere/items'):
        assert api.get(path).status_code == 404


@pytest.mark.parametrize(
    'path',
    ['', '/collections', '/collections/communes', '/collections/communes/items', '/collections/communes/schema',
     '/collections/communes/tiles', '/collections/communes/tiles/WebMercatorQuad', '/collections/communes/map/tiles',
     '/collections/communes/styles', '/collections/catalogue/items/communes', '/conformance', '/TileMatrixSets'],
)  # fmt: skip
def test_an_address_with_a_slash_at_its_end_is_the_same(api: Api, path: str) -> None:
    """People paste them so, and GDAL keeps the slash of OAPIF:…/collections/communes/ when it asks."""
    usual, with_slash = api.json(path), api.json(f'{path}/')
    assert without_moments(with_slash) == without_moments(usual)


def test_an_item_with_a_slash_at_its_end_is_the_same_and_two_slashes_are_no_item(api: Api) -> None:
    item = f'/collections/communes/items/{api.json("/collections/communes/items", limit=1)["features"][0]["id"]}'
    assert without_moments(api.json(f'{item}/')) == without_moments(api.json(item))
    assert api.get('/collections/communes/items//').status_code == 404


def without_moments(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != 'timeStamp'}
