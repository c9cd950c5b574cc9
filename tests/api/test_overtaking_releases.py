"""A release that takes long comes into force after a short one with a higher number: what shows both layers changes."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from dothi.core.database import connection
from tests.api.conftest import Desk, building, school, square, tile_address

TILE = tile_address('schools', 14, 50, 50).replace('/collections/schools', '')
PICTURE = '/api/map?collections=schools,buildings&bbox=570000,2240000,570100,2240100&bbox-crs=EPSG:9209&width=64'


def _next_number(number: int) -> None:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute("select setval(pg_get_serial_sequence('catalog.release', 'number'), %s, false)", [number])


@pytest.mark.parametrize('address', [TILE, PICTURE], ids=['tile', 'picture'])
def test_a_lower_number_that_comes_later_is_seen_too(
    desk: Desk, client: Callable[..., FlaskClient], address: str
) -> None:
    desk.release('schools', [('POINT(50 50)', school('a'))])
    _next_number(50)
    desk.release('buildings', [(square(0, 0), building('x'))])
    app = client()
    before = app.get(address)
    _next_number(40)
    assert desk.release('schools', [('POINT(60 60)', school('a'))]) == 40
    after = app.get(address, headers={'If-None-Match': before.headers['ETag']})
    assert (before.status_code, after.status_code) == (200, 200)
    assert after.data != before.data
