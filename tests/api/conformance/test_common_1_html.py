"""OGC API - Common - Part 1, class HTML."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from tests.api.conformance.conftest import Api, has_turn
from tests.matrix import EXHAUSTIVE

CLASSES = ['http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/html']
PAGES = ('', '/conformance', '/collections', '/collections/schools', '/openapi')
BROWSER = {'Accept': 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'}
# Elements that need no end.
VOID = {'meta', 'link', 'br', 'img', 'input', 'hr', 'col', 'wbr'}


class Outline(HTMLParser):
    """What of a page a machine can check: its elements closed in order, its title, its links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.text = ''
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self.addresses += [value or '' for name, value in attrs if name == 'href']

    def handle_endtag(self, tag: str) -> None:
        # paragraphs, items and cells may be left open
        while self.open and self.open[-1] != tag and self.open[-1] in {'p', 'li', 'td', 'th', 'tr', 'dt', 'dd'}:
            self.open.pop()
        assert self.open.pop() == tag, (tag, self.getpos())

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize('path', PAGES)
@pytest.mark.parametrize('lang', ['vi', 'en'])
def test_a_browser_gets_a_page_of_every_resource(api: Api, path: str, lang: str) -> None:
    """/req/html/definition"""
    for answer in (api.get(path, BROWSER, lang=lang), api.get(path, f='html', lang=lang)):
        assert answer.status_code == 200
        assert answer.headers['Content-Type'] == 'text/html; charset=utf-8'
        assert answer.text.startswith('<!doctype html>')
        outline = Outline(answer.text)
        assert outline.open == []
        assert f'<html lang="{lang}">' in answer.text


def test_the_page_has_what_the_json_has(api: Api) -> None:
    """/req/html/content: all information of the schema in the body, all links in anchors."""
    for one in api.collections():
        if not (EXHAUSTIVE or has_turn(api.audience, one['id'])):
            continue
        page = Outline(api.get(f'/collections/{one["id"]}', f='html').text)
        more = [*one['crs'], one['storageCrs'], *one['keywords']] if one['itemType'] == 'feature' else []
        for value in (one['title'], one['description'], *more):
            assert value in page.text, one['id']
        wanted = ('items', 'license', 'http://www.opengis.net/def/rel/ogc/1.0/schema')
        for link in one['links']:
            if link['rel'] in wanted:
                assert any(address.startswith(link['href']) for address in page.addresses), link
    landing = Outline(api.get('', f='html').text)
    linked = {urlsplit(address).path.rstrip('/') for address in landing.addresses}
    assert {urlsplit(link['href']).path.rstrip('/') for link in api.json('')['links']} <= linked
    listed = Outline(api.get('/collections', f='html').text).text
    assert all(one['title'] in listed for one in api.collections())
    named = api.get('/conformance', f='html').text
    assert all(name in named for name in api.declared())
