"""OGC API - Records - Part 1, class HTML: what the JSON says can be read on a page."""

from tests.api.conformance.conftest import Api, has_turn
from tests.api.conformance.records import BASE, OGC, records
from tests.matrix import EXHAUSTIVE

CLASSES = ['http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/html']
BROWSER = {'Accept': 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'Accept-Language': 'en'}


def test_html_comes_for_every_resource_of_the_catalogue(api: Api) -> None:
    """/req/html/definition"""
    for address in ('', '/items', '/items/rivers', '/queryables', '/sortables', '/schema'):
        answer = api.get(f'{BASE}{address}', BROWSER)
        assert (answer.status_code, answer.headers['Content-Type']) == (200, 'text/html; charset=utf-8'), address


def test_html_holds_what_the_record_says_and_where_its_links_lead(api: Api) -> None:
    """/req/html/content"""
    for one in [record for record in records(api) if EXHAUSTIVE or has_turn(api.audience, record['id'])]:
        text = api.get(f'{BASE}/items/{one["id"]}', BROWSER).text.replace('&#39;', "'").replace('&amp;', '&')
        assert one['properties']['title'] in text, one['id']
        assert one['properties']['description'] in text.replace('&#34;', '"'), one['id']
        for link in one['links']:
            # an analysis is run by POST, so a page has no link for that
            if link['rel'] not in ('self', 'alternate', 'collection', 'profile', f'{OGC}/execute'):
                assert f'href="{link["href"]}"' in text, link


def test_html_lists_the_records_of_the_page(api: Api) -> None:
    text = api.get(f'{BASE}/items', BROWSER, limit=100).text
    for one in records(api):
        assert f'/items/{one["id"]}?f=html' in text
