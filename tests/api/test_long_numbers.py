"""Numbers of thousands of digits, of which Python makes none, are read as the largest, or refused: never a defect."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from dothi.api.http.parsers import MOST, whole_number
from tests.api.conftest import Desk, school

LONG = '1' * 4_400
WMS = '/ows?service=WMS&version=1.3.0&layers=schools&styles=&crs=CRS:84&bbox=0,0,1,1'
ITEMS = '/api/collections/schools/items'


@pytest.mark.parametrize(
    ('text', 'number'),
    [
        (LONG, MOST),
        ('0' * 5_000 + '7', 7),
        ('+' + '0' * 5_000, 0),
        (str(MOST), MOST),
        (str(MOST - 1), MOST - 1),
        (str(MOST + 1), MOST),
        ('12', 12),
    ],
)
def test_a_whole_number_of_any_length_is_read(text: str, number: int) -> None:
    assert whole_number(0)('limit', text) == number


@pytest.mark.parametrize(
    'address',
    [
        f'{ITEMS}?limit={LONG}',
        f'{ITEMS}?offset={LONG}',
        f'{ITEMS}?f=html&offset={LONG}',
        f'{ITEMS}?f=csv&offset={LONG}',
        f'{ITEMS}?limit=-{LONG}',
        f'{ITEMS}/{LONG}',
        f'/api/collections/schools/map?width={LONG}',
        f'/api/map?height={LONG}',
        f'/api/collections/catalogue/items?limit={LONG}',
        f'/api/jobs?limit={LONG}',
        f'/api/collections/schools/releases?limit={LONG}',
        f'{WMS}&request=GetMap&format=image/png&height=9&width={LONG}',
        f'{WMS}&request=GetFeatureInfo&query_layers=schools&width=9&height=9&i=1&j=1&feature_count={LONG}',
        f'{WMS}&request=GetFeatureInfo&query_layers=schools&width=9&height=9&i={LONG}&j=1',
    ],
)
def test_no_address_fails_at_a_number_without_end(desk: Desk, client: Callable[..., FlaskClient], address: str) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))])
    assert client().get(address).status_code in (200, 400, 404), address[:80]
