"""Units at any `datetime`, as clients ask for them."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from tests.services import Province

TIMES = {
    '2021-01-01': (10, 226),
    '2024-08-31': (10, 226),
    '2024-09-01': (9, 175),
    '2024-10-01': (9, 175),
    '2025-06-30T12:00:00Z': (9, 175),
    '2025-08-01': (0, 57),
}


@pytest.fixture
def get(province: Province) -> Callable[..., dict[str, Any]]:
    """What the public service answers, with all features of a page."""

    def ask(path: str, **parameters: Any) -> dict[str, Any]:
        query = '&'.join(f'{name}={value}' for name, value in parameters.items())
        with urllib.request.urlopen(f'{province.public_url}/api/{path}?{query}', timeout=120) as response:
            return json.load(response)

    return ask


@pytest.mark.parametrize('at', TIMES)
def test_each_day_has_its_units(get: Callable[..., dict[str, Any]], at: str) -> None:
    """Ten, nine, no districts; 226, 175, 57 communes: on the first day of a state, on its last, and between."""
    found = [get(f'collections/{layer}/items', datetime=at, limit=300) for layer in ('districts', 'communes')]
    assert tuple(page['numberReturned'] for page in found) == TIMES[at]


def test_without_a_day_the_units_of_the_reference_date_are_shown(get: Callable[..., dict[str, Any]]) -> None:
    assert get('collections/communes/items', limit=300)['numberReturned'] == 226
    assert get('collections/districts/items', limit=300)['numberReturned'] == 10


def test_an_interval_has_every_unit_that_was_in_force_in_it(get: Callable[..., dict[str, Any]]) -> None:
    """13669 over the years: three units of one code; over one month of 2024 two."""
    whole = get('collections/communes/items', datetime='../..', code='13669')['features']
    names = {one['properties']['name']: one['properties']['valid_from'] for one in whole}
    assert names == {
        'Phường Trần Đăng Ninh': '2020-03-01', 'Phường Cửa Bắc': '2024-09-01', 'Phường Nam Định': '2025-07-01',
    }  # fmt: skip
    both = get('collections/communes/items', datetime='2024-08-15/2024-09-15', code='13669')['features']
    assert len(both) == 2


def test_a_unit_of_another_day_is_reached_by_its_id(get: Callable[..., dict[str, Any]]) -> None:
    """The link that a list of 2025 gives leads to the unit of 2025."""
    (ward,) = get('collections/communes/items', datetime='2025-08-01', code='13669')['features']
    assert get(f'collections/communes/items/{ward["id"]}')['properties']['name'] == 'Phường Nam Định'


def test_collections_of_units_and_the_style_of_the_map_name_the_day_that_they_show(
    get: Callable[..., dict[str, Any]],
) -> None:
    assert get('collections/communes')['dothi:day'] == '2024-08-31'
    assert 'dothi:day' not in get('collections/schools')
    assert get('styles/default', f='maplibre')['metadata']['dothi:day'] == '2024-08-31'


def test_the_collection_says_since_when_it_has_units(get: Callable[..., dict[str, Any]]) -> None:
    """From the first day of the oldest unit on, with no end."""
    (interval,) = get('collections/communes')['extent']['temporal']['interval']
    assert interval[0].startswith('2020-03-01')


def test_schools_are_counted_by_the_communes_of_2025(province: Province, get: Callable[..., dict[str, Any]]) -> None:
    """The process answers with 57 units, and every school lies in one of them."""
    inputs = {'inputs': {'layer': 'schools', 'date': '2025-08-01'}}
    request = urllib.request.Request(
        f'{province.public_url}/api/processes/group-by-units/execution',
        json.dumps(inputs).encode(),
        {'Content-Type': 'application/json'},
    )
    with urllib.request.urlopen(request, timeout=120) as response:
        answer = json.load(response)
    assert len(answer['features']) == 57
    total = sum(feature['properties']['value'] for feature in answer['features'])
    assert total == get('collections/schools/items', limit=1)['numberMatched']
    assert answer['summary']['features_outside'] == 0
