"""What the tests on tiles share: which tilesets there are, and where each has its tiles."""

import math
from functools import cache
from typing import Any

import mapbox_vector_tile
import requests

from tests.api.conformance.conftest import Api, has_turn, links
from tests.matrix import EXHAUSTIVE

MVT = 'application/vnd.mapbox-vector-tile'
REL = 'http://www.opengis.net/def/rel/ogc/1.0'
REGISTER = 'http://www.opengis.net/def/tilematrixset/OGC/1.0'
WEB_MERCATOR, CRS84 = f'{REGISTER}/WebMercatorQuad', f'{REGISTER}/WorldCRS84Quad'


def tiled(api: Api) -> list[dict[str, Any]]:
    """The collections that link to tilesets."""
    return [one for one in api.collections() if links(one, f'{REL}/tilesets-vector')]


@cache
def lists(api: Api) -> list[dict[str, Any]]:
    """The list of the dataset, and that of each collection whose turn it is (`has_turn`).

    Fetched once: nobody changes the province.
    """
    turns = [layer for layer in tiled(api) if EXHAUSTIVE or has_turn(api.audience, layer['id'])]
    of_layers = [links(layer, f'{REL}/tilesets-vector', 'application/json') for layer in turns]
    return [api.json('/tiles'), *(api.json(link['href']) for (link,) in of_layers)]


@cache
def tilesets(api: Api) -> list[dict[str, Any]]:
    """The full metadata of every entry of every list."""
    own = [links(entry, 'self', 'application/json') for listed in lists(api) for entry in listed['tilesets']]
    return [api.json(link['href']) for (link,) in own]


def template(of: dict[str, Any]) -> str:
    """The template of the tiles."""
    (item,) = links(of, 'item', MVT)
    return str(item['href'])


def tile(api: Api, of: dict[str, Any], matrix: str, row: int, column: int, **headers: str) -> requests.Response:
    """One tile of a tileset, by its template."""
    address = template(of).replace('{tileMatrix}', matrix)
    return api.get(address.replace('{tileRow}', str(row)).replace('{tileCol}', str(column)), headers)


def limits(of: dict[str, Any], matrix: str) -> dict[str, Any]:
    """The limits of a tileset at one matrix."""
    (found,) = [one for one in of['tileMatrixSetLimits'] if one['tileMatrix'] == matrix]
    return dict(found)


def filled(api: Api, of: dict[str, Any], matrix: str) -> requests.Response:
    """A tile with content: the first of the limits, row by row."""
    at = limits(of, matrix)
    for row in range(at['minTileRow'], at['maxTileRow'] + 1):
        for column in range(at['minTileCol'], at['maxTileCol'] + 1):
            answer = tile(api, of, matrix, row, column)
            if answer.status_code == 200 and answer.content:
                return answer
    raise AssertionError(f'no tile of {of["title"]} at {matrix} has any content')


def decoded(content: bytes) -> dict[str, Any]:
    """The layers of a tile by name; y counts down, as in the tile itself."""
    found: dict[str, Any] = mapbox_vector_tile.decode(content, default_options={'y_coord_down': True})
    return found


def over(lon: float, lat: float, zoom: int, uri: str) -> tuple[int, int, float, float]:
    """Row and column of the tile under a place, and where in it that lies: right and down, each from 0 to 1.

    Annex D of OGC 17-083r4: WebMercatorQuad, WorldCRS84Quad.
    """
    if uri == CRS84:
        right, down = (lon + 180) / 180 * 2**zoom, (90 - lat) / 180 * 2**zoom
    else:
        right = (lon + 180) / 360 * 2**zoom
        down = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**zoom
    return int(down), int(right), right % 1, down % 1
