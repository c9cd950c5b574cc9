"""A plus in a filter: QGIS writes it bare, and spaces as %20; forms write spaces as plus signs."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.api.conftest import Desk, school


@pytest.mark.parametrize(
    ('query', 'codes'),
    [
        ("name%20=%20'A+B'", ['plus']),
        ("name%20%3D%20'A%2BB'", ['plus']),
        ("name+=+'A+B'", ['space']),
        ("name+%3D+'A%2BB'", ['plus']),
        ('places%20+%205%20=%2015', ['plus']),
    ],
)
def test_a_plus_is_what_its_writer_means(
    desk: Desk, client: Callable[..., FlaskClient], query: str, codes: list[str]
) -> None:
    plus, space = school('plus', name='A+B', places=10), school('space', name='A B', places=20)
    desk.release('schools', [('POINT(0 0)', plus), ('POINT(100 0)', space)])
    answer = client('public').get(f'/api/collections/schools/items?filter={query}')
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert [one['properties']['code'] for one in answer.get_json(force=True)['features']] == codes
