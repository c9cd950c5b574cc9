"""Names on tiles: whole across their edges, though each tile is a picture of its own."""

import io
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image
from scipy import ndimage

from dothi.api.app import create_app
from dothi.api.maps.blocks import SIDE_PX, Block, TilePlace, place_of_tile
from dothi.api.tiles.place import WEB_MERCATOR_QUAD, Box, TileAddress, limits
from dothi.cartography.mapping.draw import draw, draw_tiles
from dothi.cartography.mapping.picture import Picture
from dothi.cartography.mapping.view import View
from dothi.core.locality import Locality
from tests.mapping.names_and_signs import map_layers

TILE_PX = 256
# 14 columns and rows of tiles hold the province; the style writes the names of its districts, and not of communes.
ZOOM = 11


@pytest.fixture
def client(drawn_province: Locality) -> FlaskClient:
    return create_app('internal').test_client()


def test_every_district_is_named_once_on_tiles_of_wmts(client: FlaskClient, drawn_province: Locality) -> None:
    """Ten names, as large together as in one picture of the same place: none is cut, none is left out or repeated.

    Drawn one by one, these tiles had six of them.
    """
    shown = [layer for layer in map_layers(drawn_province) if layer.layer.id == 'districts']
    at = limits(WEB_MERCATOR_QUAD, ZOOM, drawn_province.place.extent_wgs84)
    view = over(at.west, at.north, at.east, at.south)
    whole = rgba(draw(Picture(view, tuple(shown)), drawn_province, 'internal'))
    mosaic = np.zeros_like(whole)
    for x in range(at.west, at.east + 1):
        for y in range(at.north, at.south + 1):
            answer = client.get(tile_address(x, y))
            # the locality's extent is wider than its districts
            if answer.status_code == 400 and b'TileOutOfRange' in answer.get_data():
                continue
            assert answer.status_code == 200, answer.get_data()
            left, top = (x - at.west) * TILE_PX, (y - at.north) * TILE_PX
            mosaic[top : top + TILE_PX, left : left + TILE_PX] = rgba(answer.get_data())
    assert count_names(whole) == 10
    assert count_names(mosaic) == 10
    assert letters(mosaic).sum() == pytest.approx(letters(whole).sum(), rel=0.02)


def letters(picture: Any) -> Any:
    """Which pixels are of letters, which are darker than all else that the style of districts draws."""
    return (picture[..., 3] > 200) & (picture[..., :3].max(axis=2) < 0x70)


def count_names(picture: Any) -> int:
    """How many names there are: letters and lines of one name lie nearer to each other than names do."""
    return int(ndimage.label(ndimage.binary_dilation(letters(picture), np.ones((3, 3), bool), iterations=5))[1])


def tile_address(x: int, y: int) -> str:
    query = 'service=WMTS&version=1.0.0&request=GetTile&layer=districts&style=default&format=image/png'
    return f'/ows?{query}&tilematrixset=WebMercatorQuad&tilematrix={ZOOM}&tilecol={x}&tilerow={y}'


def over(west: int, north: int, east: int, south: int) -> View:
    """The picture that these columns and rows of tiles are together."""
    first, last = TileAddress(ZOOM, west, north).box, TileAddress(ZOOM, east, south).box
    size = (east - west + 1) * TILE_PX, (south - north + 1) * TILE_PX
    return View(3857, (first[0], last[1], last[2], first[3]), *size)


def rgba(content: bytes) -> Any:
    return np.asarray(Image.open(io.BytesIO(content)).convert('RGBA')).astype(int)


def test_one_drawing_serves_the_tiles_around(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixteen tiles of a block take one drawing, and each keeps its own tag; the next block takes another."""
    from dothi.api.maps import make

    drawings: list[Picture] = []
    real = draw_tiles

    def counted(picture: Picture, *others: Any) -> list[bytes]:
        drawings.append(picture)
        return real(picture, *others)

    monkeypatch.setattr(make, 'draw_tiles', counted)
    place = TileAddress(15, 26048, 14484)
    assert (place.x % 4, place.y % 4) == (0, 0)
    tags = set()
    for x in range(place.x, place.x + 4):
        for y in range(place.y, place.y + 4):
            tags.add(client.get(f'/api/collections/roads/map/tiles/WebMercatorQuad/15/{y}/{x}?f=png').headers['ETag'])
    assert len(tags) == 16
    assert [(each.tiles, each.view.width_px) for each in drawings] == [((4, 4), 4 * TILE_PX)]
    client.get(f'/api/collections/roads/map/tiles/WebMercatorQuad/15/{place.y}/{place.x + 4}?f=png')
    assert len(drawings) == 2


def test_a_block_ends_where_its_matrix_does() -> None:
    """At zoom 1 there are two columns and rows; of a matrix of six columns the second block has two."""
    view = View(3857, TileAddress(1, 1, 0).box, TILE_PX, TILE_PX)
    block = place_of_tile(TileAddress(1, 1, 0)).block(view, 10**7)
    world = WEB_MERCATOR_QUAD.side / 2
    assert block == Block(View(3857, (-world, -world, world, world), 512, 512), 2, 2, 1, 0)
    assert block.number == 1

    def box(column: int, row: int) -> Box:
        return column, -row - 1, column + 1, -row

    of_six = TilePlace(5, 2, 6, 9, box).block(View(9209, box(5, 2), 100, 100), 10**7)
    assert of_six == Block(View(9209, (4, -4, 6, 0), 200, 400), 2, 4, 1, 2)


@pytest.mark.parametrize(('side_px', 'tiles'), [(256, 4), (512, 4), (1024, 2), (2048, 1)])
def test_large_tiles_are_drawn_with_fewer_around(side_px: int, tiles: int) -> None:
    place = TileAddress(12, 3256, 1809)
    block = place_of_tile(place).block(View(3857, place.box, side_px, side_px), 10**8)
    assert (block.columns, block.rows) == (tiles, tiles)
    assert block.view.width_px <= SIDE_PX


def test_a_block_has_no_more_pixels_than_a_picture_may_have() -> None:
    place = TileAddress(12, 3256, 1809)
    block = place_of_tile(place).block(View(3857, place.box, 512, 512), 1_100_000)
    assert (block.columns, block.rows) == (2, 2)
