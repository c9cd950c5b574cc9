"""What an agency's token may edit, and for how long the ticket lasts that stands for it in an address."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.conftest import Desk, release_schools, school, square
from tests.api.editors import SCHOOLS, delete, feature, number_of, patch, post, put

EDUCATION, HEALTH, DISTRICT = (
    {'Authorization': f'Bearer {name}-token-for-tests'} for name in ('education', 'health', 'district')
)


@pytest.fixture
def agencies(desk: Desk, client: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Two schools: a inside the unit of a district's office, b outside; three agencies have tokens."""
    office = next(name for name, agency in desk.locality.agencies.items() if agency.unit_code)
    tokens = {'education': 'education', 'health': 'health', office: 'district'}
    monkeypatch.setenv('DOTHI_EDIT_TOKEN', ' '.join(f'{name}:{word}-token-for-tests' for name, word in tokens.items()))
    release_schools(desk)
    code = desk.locality.agencies[office].unit_code
    desk.release('districts', [(square(-10, -10, 60), district(desk, str(code)))])
    return client('internal')


def district(desk: Desk, code: str) -> dict[str, Any]:
    values: dict[str, Any] = {'code': code, 'name': 'x', 'parent_code': '36', 'valid_from': '2020-01-01'}
    return {name: value for name, value in values.items() if name in desk.locality.layers['districts'].columns}


def test_an_agency_edits_its_own_layer_and_no_other(agencies: FlaskClient) -> None:
    assert post(agencies, feature('c'), EDUCATION).status_code == 201
    for answer in (
        post(agencies, feature('d'), HEALTH),
        put(agencies, number_of('a'), feature('a', name='x'), HEALTH),
        patch(agencies, number_of('a'), {'properties': {'name': 'x'}}, HEALTH),
        delete(agencies, number_of('a'), HEALTH),
    ):
        assert answer.status_code == 403
        assert answer.get_json()['code'] == 'NotYourLayer'


def test_a_units_office_edits_what_lies_in_its_unit(agencies: FlaskClient) -> None:
    """The unit reaches from (-10, -10) to (50, 50); a lies at (0, 0), b at (100, 0)."""
    inside, outside = feature('c', 20, 20), feature('d', 200, 20)
    assert post(agencies, inside, DISTRICT).status_code == 201
    renamed = {'properties': {'name': 'Trường mới'}}
    assert patch(agencies, number_of('a'), renamed, DISTRICT).status_code == 204
    moved_away = {'geometry': feature('a', 300, 0)['geometry']}
    for answer in (
        post(agencies, outside, DISTRICT),
        patch(agencies, number_of('b'), renamed, DISTRICT),
        patch(agencies, number_of('a'), moved_away, DISTRICT),
        delete(agencies, number_of('b'), DISTRICT),
    ):
        assert answer.status_code == 403, answer.get_data(as_text=True)
        assert answer.get_json()['code'] == 'NotYourUnit'
    assert delete(agencies, number_of('a'), DISTRICT).status_code == 204


def test_who_is_no_agency_edits_all(agencies: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('DOTHI_EDIT_TOKEN', 'lan:a-token-for-tests')
    assert post(agencies, feature('e', 900, 900) | {'properties': school('e')}, where=SCHOOLS).status_code == 201
