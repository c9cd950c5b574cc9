"""`/geocode`: what the search box of the map asks."""

from typing import Any

import pytest
import requests

from tests.conftest import Province


def ask(province: Province, lang: str = 'en', **query: str) -> tuple[int, dict[str, Any]]:
    """Asks the public service."""
    answer = requests.get(f'{province.public_url}/api/geocode', params={**query, 'lang': lang}, timeout=60)
    return answer.status_code, answer.json()


def test_a_unit_is_found_by_its_name_and_the_answer_is_geojson(province: Province) -> None:
    status, document = ask(province, q='xa Hai An, huyen Hai Hau')
    assert (status, document['type']) == (200, 'FeatureCollection')
    (feature,) = document['features']
    assert feature['geometry']['type'] == 'Point'
    assert feature['properties']['place'] == 'Xã Hải An'
    assert document['summary'] == {'sure': True, 'evidence': []}


@pytest.mark.parametrize(('lang', 'says'), [('vi', 'Không tên nào'), ('en', 'No name')])
def test_what_nobody_knows_is_an_answer_in_the_readers_language(province: Province, lang: str, says: str) -> None:
    status, document = ask(province, lang, q='asdf qwer')
    assert (status, document['features']) == (200, [])
    assert document['summary']['evidence'][0].startswith(says)


@pytest.mark.parametrize('address', ['', '   ', 'x' * 401])
def test_no_address_and_one_that_is_none_are_refused(province: Province, address: str) -> None:
    assert ask(province, q=address)[0] == 400


def test_it_takes_no_other_parameter(province: Province) -> None:
    assert ask(province, q='x', limit='3')[0] == 400
