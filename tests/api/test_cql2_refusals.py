"""Whatever a filter says, the answer is features or the reason why not: never a fault of the server."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dothi.api.app import create_app
from dothi.core.cql2.arrays import ARRAYS
from dothi.core.cql2.functions import FUNCTIONS
from dothi.core.cql2.times import TEMPORAL
from dothi.core.cql2.where import ARITHMETIC, COMPARISONS, FOLDS, SPATIAL
from dothi.core.locality import Locality
from tests.api.conftest import Desk
from tests.api.test_cql2 import LAYER, ROWS
from tests.matrix import number_of_examples

WEB_MERCATOR = 'http://www.opengis.net/def/crs/EPSG/0/3857'


@pytest.fixture
def ask(elsewhere: Callable[[str], Locality]) -> Callable[..., tuple[int, str]]:
    """Status and text of the answer to a filter over four rows with every kind of column."""
    Desk(elsewhere(LAYER)).release('odd', [(f'POINT({1000 * i} 0)', row) for i, row in enumerate(ROWS)])
    client: FlaskClient = create_app('public').test_client()

    def answer(text: str, language: str = 'cql2-text', **more: str) -> tuple[int, str]:
        query = {'filter': text, 'filter-lang': language, 'f': 'json', 'lang': 'en', **more}
        got = client.get('/api/collections/odd/items', query_string=query)
        return got.status_code, got.get_data(as_text=True)

    return answer


def test_what_cannot_be_computed_is_refused_with_the_reason(ask: Callable[..., tuple[int, str]]) -> None:
    refused = {
        'n / 0 = 1': 'division by zero',
        'n % 0 = 1': 'division by zero',
        'n div 0 = 1': 'division by zero',
        'x ^ 100000 > 1': 'out of range',
        '(0 - n) ^ 0.5 > 1': 'non-integer power',
        'n = 1e400': 'too large',
        'S_INTERSECTS(geom, POLYGON((0 0, 10 10, 0 10, 10 0, 0 0)))': 'self-intersection at 5 5',
        'S_INTERSECTS(geom, POLYGON((0 0, 1 1, 1 0)))': 'A ring needs 4 points',
        'S_INTERSECTS(geom, BBOX(1000000, 1000000, 2000000, 2000000))': 'filter-crs',
        'S_INTERSECTS(geom, BBOX(0, 10, 10, 0))': 'lower left corner',
        "T_DURING(day, INTERVAL('2020-01-01', '2021-01-01'))": 'T_INTERSECTS',
        "day = DATE('2021-02-30')": 'neither a date',
        'secret = 1': 'no column "secret"',
        'nosuch(n) = 1': 'no function "nosuch"',
        'upper(n) = 1': 'do not go together',
        'THIS IS NOT A FILTER': 'cannot be read',
        'NOT ' * 200 + 'good': 'nested',
        '(' * 500 + 'good' + ')' * 500: 'nested',
        'A_OVERLAPS(({0}), ({0}))'.format(', '.join(['1'] * 200)): 'too long',
    }
    answers = {text: ask(text) for text in refused}
    assert {text: status for text, (status, _) in answers.items()} == dict.fromkeys(refused, 400)
    assert [text for text, (_, body) in answers.items() if refused[text] not in json.loads(body)['description']] == []


def test_large_numbers_are_only_numbers(ask: Callable[..., tuple[int, str]]) -> None:
    """What overflows an integer of the database is still a number."""
    everything = ['n < 9999999999999999999999', 'n * 9223372036854775807 * n > n', 'n + 1e308 > 1e307', 'id < 1e300']
    matched = [json.loads(ask(text)[1])['numberMatched'] for text in everything]
    assert matched == [3, 3, 3, 4]


@pytest.mark.parametrize('crs', [WEB_MERCATOR, 'http://www.opengis.net/def/crs/EPSG/0/9209'])
def test_places_off_the_earth_are_refused(ask: Callable[..., tuple[int, str]], crs: str) -> None:
    known = {'filter-crs': crs}
    served = ask('S_INTERSECTS(geom, BBOX(0, 0, 1, 1))', **known)[0]
    assert served == (400 if crs == WEB_MERCATOR else 200), 'the locality serves 9209, and no Web Mercator'
    assert ask('S_INTERSECTS(geom, BBOX(0, 0, 1e200, 1e200))', **known)[0] == 400


def node(op: str, args: list[Any]) -> dict[str, Any]:
    return {'op': op, 'args': args}


LEAVES = [
    *({'property': name} for name in ('code', 'name', 'n', 'x', 'good', 'day', 'at', 'geom', 'id', 'nothing')),
    {'date': '2020-01-01'}, {'date': 'x'}, {'timestamp': '2020-01-01T00:00:00Z'}, {'interval': ['..', '..']},
    {'interval': ['2020-01-01', {'property': 'at'}]}, {'interval': [{'property': 'n'}, '2020-01-01']}, {'bbox': [1, 2]},
    {'bbox': [105, 20, 107, 21]}, {'bbox': [170, -10, -170, 10]}, {'type': 'Point', 'coordinates': [106, 20]},
    {'type': 'LineString', 'coordinates': [[1, 1], [1, 1]]}, {'type': 'MultiPoint', 'coordinates': []},
    {'type': 'Polygon', 'coordinates': [[[0, 0], [1, 0], [1, 1], [0, 0]]]},
    {'type': 'GeometryCollection', 'geometries': [{'type': 'Point', 'coordinates': [106, 20]}]},
    0, 1, -1.5, 2**63, 1e308, '', 'a%', '\\', '2020-01-01', '..', 'é', True, False, None, [], [1, 'a', True], [[1]],
]  # fmt: skip
OPS = [
    'and', 'or', 'not', 'between', 'in', 'like', 'isNull', *COMPARISONS, *ARITHMETIC, *FOLDS, *SPATIAL, *TEMPORAL,
    *ARRAYS, *FUNCTIONS, 'nosuch',
]  # fmt: skip
trees = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.builds(node, st.sampled_from(OPS), st.lists(inner, max_size=3)),
    max_leaves=6,
)


@settings(
    max_examples=number_of_examples(100, 400),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(tree=trees)
def test_no_tree_is_too_strange(ask: Callable[..., tuple[int, str]], tree: Any) -> None:
    status, body = ask(json.dumps(tree), 'cql2-json')
    assert status in (200, 400), (tree, body)
