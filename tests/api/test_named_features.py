"""Features of every layer by their names, as the search of the map asks for them."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.api.conftest import Desk, building, school, square

type Client = Callable[..., FlaskClient]
FIND = '/api/named-features'


@pytest.fixture
def public(desk: Desk, client: Client) -> FlaskClient:
    """Four schools, and a house, which has no name."""
    desk.release(
        'schools',
        [
            ('POINT(0 0)', school('a', 'Trường Tiểu học Đò Quan')),
            ('POINT(10 0)', school('b', 'Đò Quan')),
            ('POINT(20 0)', school('c', 'Trường Trần Đò')),
            ('POINT(30 0)', school('d', '100% Đò_Quan')),
        ],
    )
    desk.release('buildings', [(square(0, 0), building('x'))])
    return client('public')


def _names(app: FlaskClient, words: str, **more: str) -> list[str]:
    answer = app.get(FIND, query_string={'q': words, **more})
    assert answer.status_code == 200, answer.text
    return [feature['properties']['name'] for feature in answer.get_json(force=True)['features']]


def test_the_name_that_is_most_like_what_was_typed_comes_first(public: FlaskClient) -> None:
    # the whole name, then one that has the words together, then one that has them somewhere
    assert _names(public, 'do quan') == ['Đò Quan', 'Trường Tiểu học Đò Quan', '100% Đò_Quan']
    assert _names(public, 'ĐÒ TRẦN') == ['Trường Trần Đò']


def test_what_is_typed_is_no_pattern(public: FlaskClient) -> None:
    assert _names(public, '100%') == ['100% Đò_Quan']
    assert _names(public, 'o_q') == ['100% Đò_Quan']
    assert _names(public, "'; drop table layer.schools; --") == []
    assert _names(public, 'do\\quan') == []


def test_an_answer_says_where_and_what_it_is(public: FlaskClient) -> None:
    document = public.get(FIND, query_string={'q': 'Trần Đò', 'lang': 'en'}).get_json(force=True)
    (feature,) = document['features']
    assert feature['id'] == 'schools.3'
    assert feature['properties'] == {
        'name': 'Trường Trần Đò', 'collection': 'schools', 'collection_title': 'Schools', 'feature': 3, 'count': 1,
    }  # fmt: skip
    item = public.get('/api/collections/schools/items/3').get_json(force=True)
    assert feature['geometry'] == item['geometry']


def test_features_of_a_layer_with_one_name_are_one_answer(desk: Desk, client: Client) -> None:
    desk.release('schools', [(f'POINT({x} 0)', school(f's{x}', 'Trường Lê Lợi')) for x in range(3)])
    document = client('public').get(FIND, query_string={'q': 'le loi'}).get_json(force=True)
    (feature,) = document['features']
    assert (feature['properties']['feature'], feature['properties']['count']) == (1, 3)


def test_at_most_twenty_names_are_answered(desk: Desk, client: Client) -> None:
    desk.release('schools', [(f'POINT({x} 0)', school(f's{x}', f'Trường {x}')) for x in range(30)])
    names = _names(client('public'), 'truong')
    assert len(names) == 20
    assert names[:3] == ['Trường 0', 'Trường 1', 'Trường 2']


@pytest.mark.parametrize(
    'query',
    [
        '',
        'q=',
        'q=a',
        'q=%20%20',
        f'q={"x" * 201}',
        'q=%CC%81%CC%81%CC%81',
        'q=%25%25%25',
        'q=ab&q=cd',
        'q=ab&colour=red',
        'q=a%00b',
    ],
)
def test_what_is_no_name_is_refused(public: FlaskClient, query: str) -> None:
    answer = public.get(f'{FIND}?{query}')
    assert answer.status_code == 400
    assert answer.get_json(force=True)['detail']
