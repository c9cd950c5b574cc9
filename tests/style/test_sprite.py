"""The sprite: every sign of a style is where its index says, in its colours and at its size."""

import io
import json
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from PIL import Image

from dothi.cartography.mapping.pool import Renderers
from dothi.cartography.style import mapnik_xml
from dothi.cartography.style.colour import Colour
from dothi.cartography.style.drawing import Drawing, drawing_of
from dothi.cartography.style.maplibre import layers_of
from dothi.cartography.style.markers import NAMES
from dothi.cartography.style.sprite import icons_of, sprite_index, sprite_picture
from dothi.cartography.style.style_file import StyleFile
from dothi.core.layer import Layer
from dothi.core.limit_settings import MapSettings
from dothi.core.locality import Locality

CLEAR = (0, 0, 0, 0)
RED, GREEN, WHITE = (255, 0, 0, 255), (0, 128, 0, 255), (255, 255, 255, 255)


@pytest.fixture(scope='module')
def pool() -> Iterator[Renderers]:
    made = Renderers(MapSettings())
    yield made
    made.end()


def drawing(layer: Layer, *parts: dict[str, object]) -> Drawing:
    styles = StyleFile.model_validate({'styles': {'default': {'parts': parts}}})
    return drawing_of(layer, styles, 'default', 'public', lambda _: [])


def test_each_sign_is_where_the_style_finds_it(locality: Locality, pool: Renderers) -> None:
    layer = locality.layers['schools']
    made = drawing(
        layer,
        {'kind': 'marker', 'color': '#888'},
        {
            'kind': 'marker', 'marker': 'health', 'color': '#f00', 'outline': 'white',
            'by': {'column': 'level', 'values': {'primary': 'green'}},
        },
    )  # fmt: skip
    icons = icons_of([made, made])
    asked = str(layers_of([made]))
    assert [icon.name in asked for icon in icons] == [True, True, True]
    room, *signs = icons
    assert room.name == 'circle #000000 none'
    for ratio in (1, 2):
        picture = Image.open(io.BytesIO(sprite_picture(icons, ratio, pool)))
        for icon, colour in zip(signs, (GREEN, RED), strict=True):
            at = sprite_index(icons, ratio)[icon.name]
            assert at['pixelRatio'] == ratio
            cell = picture.crop((at['x'], at['y'], at['x'] + at['width'], at['y'] + at['height']))
            box = [ratio * number for number in (1, 1, 29, 29)]
            # 24 pixels and 2 of the edge on each side; the cross in the middle is cut out
            assert cell.getbbox() == tuple(box)
            assert [cell.getpixel((ratio * x, ratio * 15)) for x in (0, 1, 4, 15, 24, 28)] == [
                CLEAR, WHITE, colour, WHITE, colour, WHITE,
            ]  # fmt: skip


def test_every_sign_fills_its_box_so_that_sizes_mean_the_same_everywhere(locality: Locality, pool: Renderers) -> None:
    """Mapnik takes what is drawn for the sign's size, and others its box."""
    parts: list[dict[str, object]] = [
        {'kind': 'marker', 'marker': name, 'color': '#f00'} for name in NAMES if name != 'circle'
    ]
    icons = icons_of([drawing(locality.layers['schools'], *parts)])
    picture = Image.open(io.BytesIO(sprite_picture(icons, 1, pool)))
    index = sprite_index(icons, 1)
    assert len(index) == len(NAMES) - 1
    for name, at in index.items():
        cell = picture.crop((at['x'], at['y'], at['x'] + at['width'], at['y'] + at['height']))
        assert cell.getbbox() == (3, 3, 27, 27), name


def test_a_renderer_keeps_no_sign_of_a_sprite(
    locality: Locality, pool: Renderers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each sprite brings files of its own: kept by their names they would fill the memory of the renderer."""
    monkeypatch.setattr('tempfile.TemporaryDirectory', lambda **_: nullcontext(tmp_path))
    for colour in (RED, GREEN):
        css = f'rgb{colour[:3]}'
        icons = icons_of([drawing(locality.layers['schools'], {'kind': 'marker', 'marker': 'square', 'color': css})])
        assert Image.open(io.BytesIO(sprite_picture(icons, 1, pool))).getpixel((15, 15)) == colour


def test_mapnik_draws_signs_as_qgis_and_maplibre_do(locality: Locality, pool: Renderers) -> None:
    """48 pixels of a sign and an edge of 6 around it, black as the cross; a dot of 40 with an edge of 10."""
    sign = {'kind': 'marker', 'marker': 'health', 'color': '#f00', 'size': 48, 'outline': '#000', 'width': 6}
    dot = {'kind': 'marker', 'color': '#f00', 'size': 40, 'outline': '#000', 'width': 10}
    styles, layers = [], []
    for number, part in enumerate((sign, dot)):
        (only,) = drawing(locality.layers['schools'], part).passes
        styles.append(mapnik_xml.style(f's{number}', mapnik_xml.Sheet(0, only, 'Point', 14.0)))
        source = {'type': 'csv', 'inline': f'x,y\n{40 + 80 * number},40'}
        layers.append({'name': f'l{number}', 'srs': 'epsg:3857', 'source': source, 'styles': [f's{number}']})
    document = mapnik_xml.document(styles, srs='epsg:3857', background=Colour(255, 255, 255), buffer_px=0)
    order = {'width': 160, 'height': 80, 'ratio': 1, 'box': [0, 0, 160, 80], 'format': 'png32', 'styles': document}
    picture = Image.open(io.BytesIO(pool.draw(json.dumps(order | {'layers': layers}).encode())))
    black = (0, 0, 0, 255)
    across = [picture.getpixel((40 + x, 40)) for x in (0, 13, 20, 26, 29, 31)]
    assert across == [black, black, RED, black, black, WHITE]
    assert [picture.getpixel((120 + x, 40)) for x in (0, 18, 22, 28, 31)] == [RED, RED, black, black, WHITE]


def test_a_style_without_signs_has_an_empty_sprite(locality: Locality, pool: Renderers) -> None:
    icons = icons_of([drawing(locality.layers['schools'], {'kind': 'fill', 'color': '#f00'})])
    assert (icons, sprite_index(icons, 2)) == ([], {})
    assert Image.open(io.BytesIO(sprite_picture(icons, 2, pool))).getbbox() is None
