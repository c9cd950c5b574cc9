"""Every page a browser can reach: it loads nothing from elsewhere, and speaks both languages."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from flask.testing import FlaskClient

from tests.api.conftest import Desk, building, school, square
from tests.matrix import exhaustive

type Client = Callable[..., FlaskClient]
HOME = 'http://127.0.0.1:5000'


class Page(HTMLParser):
    """What a page loads by itself, and where its links lead."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or '' for name, value in attrs}
        if tag == 'a':
            self.links.append(given.get('href', ''))
        elif tag == 'link' and given.get('rel') in {'stylesheet', 'icon', 'preload', 'modulepreload'}:
            self.loads.append(given.get('href', ''))
        self.loads += [value for name, value in given.items() if name in {'src', 'srcset', 'poster', 'data'}]


@pytest.mark.parametrize('lang', ['vi', pytest.param('en', marks=exhaustive)])
def test_no_page_loads_anything_from_another_server(desk: Desk, client: Client, lang: str) -> None:
    """The platform works on a network without internet; every link within the service leads somewhere."""
    desk.release('schools', [(f'POINT({i} 0)', school(f'S{i}')) for i in range(12)], demo=True)
    desk.release('buildings', [(square(0, 0), building('A'))])
    app = client()
    seen, waiting = set(), [f'{HOME}/api?f=html&lang={lang}', f'{HOME}/api/jobs?f=html&lang={lang}']
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        answer = app.get(address.removeprefix(HOME))
        if '/downloads/' in address and answer.status_code == 503:
            continue  # the worker makes it a moment after the release
        if answer.status_code == 303 and '/sign-in?' in answer.headers['Location']:
            continue  # one's own account and the desk are for who has signed in
        assert answer.status_code == 200, (address, answer.get_data(as_text=True)[:500])
        if answer.mimetype != 'text/html':
            continue
        text = answer.get_data(as_text=True)
        page = Page(text)
        for asset in page.loads:
            where = urlsplit(urljoin(address, asset))
            assert where.scheme == 'data' or f'{where.scheme}://{where.netloc}' == HOME, (address, asset)
        assert not re.search(r'@import|url\(\s*["\']?https?:', text), address
        inside = [urljoin(address, link).split('#')[0] for link in page.links]
        waiting += [link for link in inside if link.startswith(f'{HOME}/api') and _same_language(link, lang)]
    assert len(seen) > 20


def _same_language(link: str, lang: str) -> bool:
    return f'lang={lang}' in link or 'lang=' not in link


def test_pages_are_in_the_language_of_the_reader(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))], demo=True)
    app = client()
    address = '/api/collections/schools?f=html'
    assert 'Trường học (Dữ liệu minh họa)' in app.get(address).get_data(as_text=True)
    english = app.get(address, headers={'Accept-Language': 'en-GB,en;q=0.9,vi;q=0.5'}).get_data(as_text=True)
    assert 'Schools (Demonstration data)' in english
    assert 'lang="en"' in english


def test_a_browser_gets_pages_and_a_program_gets_json(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))])
    app = client()
    browser = {'Accept': 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'}
    for address in ('/api', '/api/collections', '/api/collections/schools/items', '/api/collections/x'):
        assert app.get(address, headers=browser).mimetype == 'text/html'
        assert app.get(address).mimetype in {'application/json', 'application/geo+json'}
        assert app.get(address, headers={'Accept': 'application/geo+json'}).mimetype != 'text/html'


def test_the_form_of_an_analysis_names_its_choices_in_words(client: Client) -> None:
    app = client()
    page = app.get('/api/processes/isochrones?f=html').get_data(as_text=True)
    assert '<option value="walking">đi bộ</option>' in page
    english = app.get('/api/processes/site-suitability?f=html&lang=en').get_data(as_text=True)
    assert 'from 0 to 1000000' in english


def test_the_documentation_page_and_what_it_loads_come_from_the_service(client: Client) -> None:
    app = client()
    page = Page(app.get('/api/openapi?f=html').get_data(as_text=True))
    assets = [asset.removeprefix(HOME) for asset in page.loads if not asset.startswith('data:')]
    assert assets == ['/look.css', '/swagger/swagger-ui.css', '/swagger/swagger-ui-bundle.js', '/swagger/start.js']
    assert [app.get(asset).status_code for asset in assets] == [200, 200, 200, 200]


def test_the_page_of_a_feature_is_called_as_the_feature(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('A', 'Trường Lê Lợi')), ('POINT(1 0)', school('B', ''))])
    app = client()
    assert '<h1>Trường Lê Lợi</h1>' in app.get('/api/collections/schools/items/1?f=html').get_data(as_text=True)
    assert '<h1>Trường học 2</h1>' in app.get('/api/collections/schools/items/2?f=html').get_data(as_text=True)


def test_a_page_shows_the_columns_that_were_asked_for(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))])
    page = client().get('/api/collections/schools/items?f=html&lang=en&properties=level').get_data(as_text=True)
    assert '<th title="level">' in page
    assert '<th title="name">' not in page


def test_names_in_the_data_cannot_become_markup(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('A', '<script>alert(1)</script>'))])
    app = client()
    for address in ('/api/collections/schools/items?f=html', '/api/collections/schools/items/1?f=html'):
        assert '<script>alert' not in app.get(address).get_data(as_text=True)
    assert '<script>' not in app.get('/api/collections/<script>?f=html').get_data(as_text=True)
