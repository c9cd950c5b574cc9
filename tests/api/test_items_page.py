"""The page of items in a browser: pages before and after, and a form that chooses features."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient

from tests.api.conftest import Desk, school

type Client = Callable[..., FlaskClient]
HTML = {'Accept': 'text/html', 'Accept-Language': 'en'}
ITEMS = '/api/collections/schools/items'


@pytest.fixture
def app(desk: Desk, client: Client) -> FlaskClient:
    """A client of the public service with 25 schools, of which each fifth is a high school."""
    levels = {n: 'high' if n % 5 == 0 else 'primary' for n in range(1, 26)}
    rows = [(f'POINT({n} 0)', school(f's{n:02}', f'Trường {n}', level=level)) for n, level in levels.items()]
    desk.release('schools', rows)
    return client('public')


def _page(app: FlaskClient, address: str) -> str:
    answer = app.get(address, headers=HTML)
    assert answer.status_code == 200
    return answer.text


def _codes(page: str) -> list[str]:
    return re.findall(r'<td>(s\d\d)</td>', page)


def _way(page: str, rel: str) -> str:
    (address,) = re.findall(rf'rel="{rel}" href="http://[^/]+([^"]+)"', page)
    return unescape(address)


def test_who_goes_on_can_go_back(app: FlaskClient) -> None:
    first = _page(app, f'{ITEMS}?limit=10')
    assert 'rel="prev"' not in first
    second = _page(app, _way(first, 'next'))
    third = _page(app, _way(second, 'next'))
    assert (_codes(second)[0], _codes(third)) == ('s11', ['s21', 's22', 's23', 's24', 's25'])
    assert 'rel="next"' not in third
    assert '21–25 / 25' in third
    assert _codes(_page(app, _way(third, 'prev'))) == _codes(second)
    assert _codes(_page(app, _way(second, 'prev'))) == _codes(first)


def test_a_page_that_begins_within_the_first_leads_back_to_the_first(app: FlaskClient) -> None:
    assert _way(_page(app, f'{ITEMS}?limit=10&offset=4'), 'prev') == f'{ITEMS}?limit=10'


def test_a_page_behind_the_last_leads_back_to_the_last(app: FlaskClient) -> None:
    assert _codes(_page(app, _way(_page(app, f'{ITEMS}?limit=10&offset=9000'), 'prev')))[-1] == 's25'


def test_behind_a_cursor_there_is_only_a_way_on(app: FlaskClient) -> None:
    links = app.get(f'{ITEMS}?limit=10').get_json(force=True)['links']
    (following,) = (link['href'] for link in links if link['rel'] == 'next')
    page = _page(app, following.replace('f=json', 'f=html').partition('://')[2].partition('/')[2].join(['/', '']))
    assert 'rel="prev"' not in page
    assert _codes(_page(app, _way(page, 'next')))[0] == 's21'


def test_a_choice_of_the_form_holds_on_each_page_and_an_empty_field_chooses_nothing(app: FlaskClient) -> None:
    page = _page(app, f'{ITEMS}?limit=2&sortby=-code&level=high&q=')
    assert _codes(page) == ['s25', 's20']
    assert '<option value="high" selected>' in page
    # what the form does not show goes with it
    assert '<input type="hidden" name="sortby" value="-code">' in page
    assert _codes(_page(app, _way(page, 'next'))) == ['s15', 's10']
    assert len(_codes(_page(app, f'{ITEMS}?limit=100&level=&q='))) == 25
    assert _codes(_page(app, f'{ITEMS}?limit=100&level=&q=truong+25')) == ['s25']


def test_a_value_that_the_column_cannot_have_is_shown_as_what_is_chosen(app: FlaskClient) -> None:
    """Else the form says "all" above an empty table."""
    page = _page(app, f'{ITEMS}?level=nonsense')
    assert _codes(page) == []
    assert '<option value="nonsense" selected>nonsense</option>' in page
    assert 'nonsense</option>' not in _page(app, f'{ITEMS}?level=high')


def test_what_somebody_types_is_text_on_the_page(app: FlaskClient) -> None:
    page = _page(app, f'{ITEMS}?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E')
    assert '<script>alert' not in page
