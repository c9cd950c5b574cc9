"""Maps of the whole world's layers: what lies across the antimeridian."""

from io import BytesIO

import pytest
import requests
from PIL import Image

from tests.conftest import Province
from tests.pictures import bands_at

COUNTRIES = 'ne_110m_admin_0_countries'


@pytest.mark.parametrize(('west', 'east'), [(170, -150), (170, 210), (-190, -150)])
def test_a_map_across_the_antimeridian_shows_both_sides(west: int, east: int, world: Province) -> None:
    """Chukotka reaches beyond 180 degrees to 170 west, Alaska begins at 166 west; the sea between them stays clear."""
    query: dict[str, str | int] = {
        'bbox': f'{west},50,{east},75',
        'width': 400,
        'height': 250,
        'transparent': 'true',
        'f': 'png',
    }
    answer = requests.get(f'{world.internal_url}/api/collections/{COUNTRIES}/map', params=query, timeout=120)
    assert answer.ok, answer.text
    picture = Image.open(BytesIO(answer.content)).convert('RGBA')
    start = west % 360

    def drawn(lon: float, lat: float) -> bool:
        return bands_at(picture, (round((lon % 360 - start) * 10), round((75 - lat) * 10)))[3] > 0

    assert [drawn(176, 68.7), drawn(-176, 66.7), drawn(-155, 60)] == [True, True, True]
    assert not drawn(-175, 60)
    assert not drawn(172, 55)


def test_a_point_beyond_the_antimeridian_is_told_of(world: Province) -> None:
    asked: dict[str, str | int] = {
        'service': 'WMS', 'version': '1.3.0', 'request': 'GetFeatureInfo', 'layers': COUNTRIES, 'styles': '',
        'query_layers': COUNTRIES, 'crs': 'CRS:84', 'bbox': '170,50,210,75', 'width': 400, 'height': 250,
        'i': 300, 'j': 83, 'info_format': 'application/json',
    }  # fmt: skip
    (found,) = requests.get(f'{world.internal_url}/ows', params=asked, timeout=120).json()['features']
    assert 'United States' in found['properties'].values()
