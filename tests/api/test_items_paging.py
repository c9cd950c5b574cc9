"""Pages of items: every feature once, in whatever order, from wherever a page begins."""

import itertools
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dothi.api.app import create_app
from dothi.api.items import offsets
from tests.api.conftest import Desk, codes, school
from tests.matrix import number_of_examples

type Client = Callable[..., FlaskClient]
ITEMS = '/api/collections/schools/items'
# Levels and places repeat and are missing, so that only the identifier tells some features apart.
ROWS = [
    (f'S{number}', level, places)
    for number, (level, places) in enumerate(
        itertools.product(('primary', 'high', 'lower_secondary'), (None, 3, 1, None, 2, 3))
    )
]


def next_page(document: dict[str, Any]) -> str | None:
    return next((link['href'] for link in document['links'] if link['rel'] == 'next'), None)


def walk(app: FlaskClient, address: str | None) -> list[dict[str, Any]]:
    """All features, page after page by the links."""
    found: list[dict[str, Any]] = []
    while address:
        answer = app.get(address)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        document = answer.get_json(force=True)
        found += document['features']
        address = next_page(document)
    return found


def sorted_by_hand(order: list[tuple[str, bool]]) -> list[str]:
    """The codes of ROWS in this order, pairs of a column and whether it is descending; missing values come last."""
    rows: list[dict[str, Any]] = [
        {'code': code, 'level': level, 'places': places, 'id': n} for n, (code, level, places) in enumerate(ROWS)
    ]
    for name, descending in reversed(order):
        there = [row for row in rows if row[name] is not None]
        there.sort(key=lambda row: row[name], reverse=descending)
        rows = there + [row for row in rows if row[name] is None]
    return [str(row['code']) for row in rows]


@pytest.fixture(scope='module')
def schools(shared_desk: Desk) -> FlaskClient:
    shared_desk.release(
        'schools', [('POINT(0 0)', school(code, level=level, places=places)) for code, level, places in ROWS]
    )
    return create_app('internal').test_client()


@settings(
    max_examples=number_of_examples(15, 40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    order=st.lists(
        st.tuples(st.sampled_from(['code', 'level', 'places', 'id']), st.booleans()),
        max_size=3,
        unique_by=lambda key: key[0],
    ),
    limit=st.integers(1, 7),
)
def test_pages_in_any_order_join_to_the_whole(schools: FlaskClient, order: list[tuple[str, bool]], limit: int) -> None:
    """Several columns, upwards and downwards, with missing values and values that repeat."""
    sortby = ','.join(f'{"-" if descending else "+"}{name}' for name, descending in order)
    first = schools.get(ITEMS, query_string={'sortby': sortby, 'limit': limit}).get_json(force=True)
    rest = walk(schools, next_page(first))
    found = [feature['properties']['code'] for feature in [*first['features'], *rest]]
    assert found == sorted_by_hand(order)


def test_features_without_a_value_come_last_upwards_and_downwards(schools: FlaskClient) -> None:
    for sortby in ('places', '-places'):
        found = [feature['properties']['places'] for feature in walk(schools, f'{ITEMS}?sortby={sortby}&limit=5')]
        assert found[-6:] == [None] * 6
        assert None not in found[:-6]


def test_a_feature_that_is_released_between_two_pages_moves_no_other(desk: Desk, client: Client) -> None:
    """By offset, the page after it would repeat a feature."""
    rows = [('POINT(0 0)', school(f'S{number}', places=number * 10)) for number in range(6)]
    desk.release('schools', rows)
    app = client()
    first = app.get(f'{ITEMS}?sortby=places&limit=3').get_json(force=True)
    desk.release('schools', [('POINT(0 0)', school('new', places=5)), *rows])
    rest = walk(app, next_page(first))
    assert [feature['properties']['code'] for feature in rest] == ['S3', 'S4', 'S5']


def test_an_offset_counts_from_the_first_feature_or_from_the_cursor(schools: FlaskClient) -> None:
    assert codes(schools.get(f'{ITEMS}?offset=2&limit=2')) == ['S2', 'S3']
    assert codes(schools.get(f'{ITEMS}?offset=2&limit=2&sortby=-code')) == ['S7', 'S6']
    after = next_page(schools.get(f'{ITEMS}?limit=2').get_json(force=True))
    assert codes(schools.get(f'{after}&offset=2')) == ['S4', 'S5']
    assert codes(schools.get(f'{ITEMS}?offset=18')) == []
    assert codes(schools.get(f'{ITEMS}?offset=99999999999999999999')) == []


@pytest.mark.parametrize('fault', ['offset=x', 'offset=-1', 'offset=1&offset=2', 'cursor=x', 'offset=%00', 'lang=fr'])
def test_a_request_that_differs_by_its_place_alone_is_read_like_the_first(schools: FlaskClient, fault: str) -> None:
    """What was read of a request before holds for its other pages; a fault in the place is refused as before."""
    own, all_codes = f'{ITEMS}?limit=2&sortby=id&properties=code', [code for code, _, _ in ROWS]
    codes_by_offset = {offset: codes(schools.get(f'{own}&offset={offset}')) for offset in (0, 4, 2, 17)}
    assert codes_by_offset == {offset: all_codes[offset : offset + 2] for offset in codes_by_offset}
    behind = next_page(schools.get(f'{own}&offset=4').get_json(force=True))
    assert behind is not None
    assert codes(schools.get(behind)) == all_codes[6:8]
    assert codes(schools.get(f'{behind}&offset=3')) == all_codes[9:11]
    assert schools.get(f'{own}&offset=4&{fault}').status_code == 400
    assert schools.get(f'{own}&{fault}').status_code == 400


def test_a_deep_offset_finds_the_same_page_from_a_milestone(
    schools: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a milestone at every fourth feature; a filter that is always true goes the long way."""
    monkeypatch.setattr(offsets, 'STEP', 4)
    for offset in range(20):
        near = codes(schools.get(f'{ITEMS}?offset={offset}&limit=3'))
        assert (
            near
            == codes(schools.get(f'{ITEMS}?offset={offset}&limit=3&filter=id>0'))
            == [code for code, _, _ in ROWS[offset : offset + 3]]
        )


def test_milestones_are_those_of_the_release(desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offsets, 'STEP', 2)
    desk.release('schools', [('POINT(0 0)', school(f'S{number}')) for number in range(6)])
    app = client()
    assert codes(app.get(f'{ITEMS}?offset=4')) == ['S4', 'S5']
    desk.release('schools', [('POINT(0 0)', school(f'S{number}')) for number in range(0, 6, 2)])
    assert codes(app.get(f'{ITEMS}?offset=2')) == ['S4']


@pytest.mark.parametrize('gone', [(), (0,), (3, 7), (10,), (0, 1, 2, 5, 6, 9, 10)], ids=str)
def test_milestones_step_over_the_gaps_of_what_is_gone(
    desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch, gone: tuple[int, ...]
) -> None:
    """Eleven schools of which some were closed, counted four at a time with a milestone at every second one."""
    monkeypatch.setattr(offsets, 'STEP', 2)
    monkeypatch.setattr(offsets, 'PART', 4)
    desk.release('schools', [('POINT(0 0)', school(f'S{number:02}')) for number in range(11)])
    remaining = [f'S{number:02}' for number in range(11) if number not in gone]
    desk.release('schools', [('POINT(0 0)', school(code)) for code in remaining])
    app = client()
    for offset in range(12):
        assert codes(app.get(f'{ITEMS}?offset={offset}&limit=2')) == remaining[offset : offset + 2]


@pytest.mark.parametrize('kept', ['filter=places>1', 'level=high', 'bbox=105,19,107,21', 'properties=code&q=truong'])
def test_next_links_keep_every_other_parameter(schools: FlaskClient, kept: str) -> None:
    whole = codes(schools.get(f'{ITEMS}?{kept}&limit=100'))
    assert len(whole) > 4
    assert [feature['properties']['code'] for feature in walk(schools, f'{ITEMS}?{kept}&limit=4')] == whole


@pytest.mark.parametrize('length', [20, 8_000], ids=['an address', 'too long for one'])
def test_links_to_formats_say_what_was_asked_with_whatever_letters(schools: FlaskClient, length: int) -> None:
    """Every letter that JSON or an address writes in another way, by an address and by a body."""
    text = "code <> '" + ('"\\<address>?f=&%{}é' * length)[:length] + "'"
    body = {'filter': text, 'limit': 3}
    document = schools.post(f'{ITEMS.removesuffix("/items")}/search', json=body).get_json(force=True)
    links = [link for link in document['links'] if link['rel'] in ('self', 'alternate')]
    assert sorted(link['rel'] for link in links) == ['alternate'] * (len(links) - 1) + ['self']
    parameters = [link.get('body') or dict(parse_qsl(urlsplit(link['href']).query)) for link in links]
    assert {words.pop('f') for words in parameters} >= {'json', 'html', 'jsonld', 'csv'}
    assert all(words == {'filter': text, 'limit': '3'} for words in parameters)
    assert {link.get('method', 'GET') for link in links} == {'GET' if length == 20 else 'POST'}
