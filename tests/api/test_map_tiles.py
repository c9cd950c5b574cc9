"""Tiles of map images: by the rules of which scale they are drawn."""

import io
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from tests.api.conftest import Desk, square
from tests.pictures import opacity_range

type Client = Callable[..., FlaskClient]
# Around (E0, N0), where a commune of 9 km is 7 pixels wide.
PLACES = ('WebMercatorQuad/7/56/101', 'WorldCRS84Quad/6/24/101')


def is_drawn(answer: TestResponse) -> bool:
    """Whether any pixel of a PNG lets less than all through."""
    return opacity_range(Image.open(io.BytesIO(answer.get_data())))[1] > 0


@pytest.mark.parametrize('place', PLACES)
def test_a_tile_is_drawn_by_the_rules_of_the_scale_that_is_asked_for(desk: Desk, client: Client, place: str) -> None:
    """OGC 20-058, requirement 5: the usual style of communes draws nothing at zoom 7, which is 1:4,400,000, and all of
    them at 1:100,000; the tile stays the same part of the world.
    """
    commune = {'code': '13600', 'name': 'Xã A', 'parent_code': '356', 'valid_from': '2020-01-01'}
    desk.release('communes', [(square(0, 0, 9000), commune)])
    http = client()
    for base in (
        '/api/collections/communes',
        '/api/collections/communes/styles/default',
        '/api/styles/communes.default',
    ):
        tile = f'{base}/map/tiles/{place}?f=png'
        plain, near, far = (http.get(f'{tile}{wish}') for wish in ('', '&scale-denominator=100000',
                                                                    '&scale-denominator=4400000'))  # fmt: skip
        assert [is_drawn(answer) for answer in (plain, near, far)] == [False, True, False], base
        assert near.headers['Content-Bbox'] == plain.headers['Content-Bbox']
        assert near.headers['ETag'] != plain.headers['ETag']
    dataset = f'/api/map/tiles/{place}?collections=communes&f=png'
    assert is_drawn(http.get(f'{dataset}&scale-denominator=100000'))
    assert not is_drawn(http.get(dataset))
    assert http.get(f'{dataset}&scale-denominator=-1').status_code == 400
