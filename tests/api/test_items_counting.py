"""`numberMatched`: known from the release, counted where that is cheap, else left out; never wrong."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from psycopg2 import sql

from dothi.api.items import counting
from dothi.core.database import connection
from dothi.core.filter_cost import FetchRows, estimate_cost
from tests.api.conftest import Desk, school

type Client = Callable[..., FlaskClient]
ITEMS = '/api/collections/schools/items'


def matched(app: FlaskClient, query: str = '', items: str = ITEMS) -> int | None:
    answer = app.get(f'{items}?{query}')
    assert answer.status_code == 200, answer.get_data(as_text=True)
    number: int | None = answer.get_json(force=True).get('numberMatched')
    return number


@pytest.fixture
def schools(desk: Desk, client: Client) -> FlaskClient:
    desk.release('schools', [(f'POINT({n} 0)', school(f'S{n}', places=n)) for n in range(10)])
    return client()


def test_it_comes_from_the_release_when_nothing_filters(desk: Desk, schools: FlaskClient) -> None:
    """The release says eleven here, which nobody would count."""
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('update catalog.release set rows_total = 11')
    assert matched(schools, 'limit=2') == 11
    assert matched(schools, 'limit=2&offset=4&sortby=-places&properties=code&crs=EPSG:9209') == 11


@pytest.mark.parametrize('query', ['filter=places>3', 'bbox=105,19,107,21&filter=places>3', 'filter=places>3&offset=3'])
@pytest.mark.parametrize('limit', [1, 3, 6, 100])
def test_it_is_exact_on_every_page(schools: FlaskClient, query: str, limit: int) -> None:
    address: str | None = f'{ITEMS}?{query}&limit={limit}'
    while address:
        document = schools.get(address).get_json(force=True)
        assert document['numberMatched'] == 6, address
        address = next((link['href'] for link in document['links'] if link['rel'] == 'next'), None)


def test_it_is_left_out_where_counting_costs_too_much(
    schools: FlaskClient, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What needs no counting is told all the same: the whole layer, and a page that holds all that matches."""
    monkeypatch.setenv('DOTHI_COUNT_MAX_COST', '0')
    app = client()
    assert matched(app, 'filter=places>3&limit=2') is None
    assert matched(app, 'filter=places>3&limit=6') == 6
    assert matched(app, 'filter=places>3&limit=4&offset=2') == 6
    assert matched(app, 'filter=places>3&offset=20') is None
    assert matched(app, 'limit=2') == 10
    assert matched(app, 'bbox=100,15,110,25&limit=2') == 10
    assert matched(app, 'bbox=15,100,25,110&bbox-crs=EPSG:4326&limit=2') == 10
    assert matched(app, 'bbox=100,15,110,25&filter=places>3&limit=2') is None
    assert 'numberReturned' in app.get(f'{ITEMS}?filter=places>3&limit=2').get_json(force=True)
    assert '>1–2 ·' in app.get(f'{ITEMS}?filter=places>3&limit=2&f=html').get_data(as_text=True)


def test_the_same_question_is_counted_once_for_each_release(
    desk: Desk, schools: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def noted(fetch: FetchRows, query: sql.Composable) -> float:
        asked.append(query)
        return estimate_cost(fetch, query)

    monkeypatch.setattr(counting, 'estimate_cost', noted)
    assert [matched(schools, f'filter=places>3&limit=2&offset={n}') for n in (0, 2, 0)] == [6, 6, 6]
    assert len(asked) == 1
    desk.release('schools', [(f'POINT({n} 0)', school(f'S{n}', places=n)) for n in range(5, 10)])
    assert matched(schools, 'filter=places>3&limit=2') == 5
    assert len(asked) == 2


def test_units_are_counted_as_they_were_valid(desk: Desk, client: Client) -> None:
    def unit(code: str, begin: str, end: str | None) -> dict[str, Any]:
        return {'code': code, 'name': code, 'parent_code': '1', 'valid_from': begin, 'valid_to': end}

    box = 'MULTIPOLYGON(((0 0, 9 0, 9 9, 0 9, 0 0)))'
    rows = [unit(f'old{n}', '2004-07-08', '2024-09-01') for n in range(5)]
    rows += [unit(f'new{n}', '2024-09-01', None) for n in range(3)]
    desk.release('districts', [(box, row) for row in rows])
    app, items = client(), '/api/collections/districts/items'
    assert matched(app, 'limit=2', items) == 5
    assert matched(app, 'limit=2&datetime=2024-09-01', items) == 3
    assert matched(app, 'limit=2&datetime=2004-01-01/..', items) == 8


def test_what_was_released_then_is_counted_then(desk: Desk, schools: FlaskClient) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))], at='2030-01-01T00:00:00Z')
    assert matched(schools, 'limit=2&datetime=2029-01-01') == 10
    assert matched(schools, 'limit=2') == 1
