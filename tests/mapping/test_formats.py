"""Formats: each is what it says, with the same map in it, in its place."""

import io
from typing import Any

import numpy as np
import pytest
import rasterio
from PIL import Image
from pypdf import PdfReader

from dothi.cartography.mapping.draw import draw
from dothi.cartography.mapping.limits import NotAPicture, PictureTooLarge
from dothi.cartography.mapping.picture import Format, Picture
from dothi.cartography.mapping.pool import Renderers
from dothi.cartography.mapping.view import View
from dothi.cartography.style.colour import parse_colour
from dothi.core.errors import WrongUse
from dothi.core.limit_settings import MapSettings
from dothi.core.locality import Locality
from tests.mapping.drawing import shown
from tests.mapping.test_placement import of_the_province

LAND = {'kind': 'fill', 'color': '#008040'}
BLUE = parse_colour('#3366cc')


def test_every_format_shows_the_same_map(drawn_province: Locality) -> None:
    view, layers = of_the_province(drawn_province, 9209), (shown(drawn_province, 'districts', LAND),)

    def of(format: Format, **how: Any) -> bytes:
        return draw(Picture(view, layers, format=format, **how), drawn_province, 'internal')

    clear = np.asarray(Image.open(io.BytesIO(of('png'))))
    assert clear.shape == (view.height_px, view.width_px, 4)
    land = clear[:, :, 3] == 255
    assert 0.1 < land.mean() < 0.3
    opaque = Image.open(io.BytesIO(of('png', background=BLUE)))
    assert opaque.mode == 'RGB'
    assert (np.asarray(opaque)[clear[:, :, 3] == 0] == [0x33, 0x66, 0xCC]).all()
    # what a format that cannot be transparent has in its place
    grounds: dict[Format, tuple[int, ...]] = {'webp': (0, 0, 0, 0), 'jpeg': (255, 255, 255)}
    for name, ground in grounds.items():
        image = Image.open(io.BytesIO(of(name)))
        assert image.format == name.upper()
        found = np.asarray(image).astype(int)
        assert np.abs(found[20, 20] - ground).max() <= 12
        assert np.abs(np.median(found[land][:, :3], axis=0) - [0, 128, 64]).max() <= 12
    assert of('svg').startswith(b'<?xml')
    assert b'<svg' in of('svg')[:300]
    # a pixel of the style is a point of paper
    page = PdfReader(io.BytesIO(of('pdf'))).pages[0].mediabox
    assert (page.width, page.height) == pytest.approx((view.width_px, view.height_px), abs=0.1)


@pytest.mark.parametrize('srid', [9209, 3857])
def test_a_geotiff_knows_its_place(drawn_province: Locality, srid: int) -> None:
    view, layers = of_the_province(drawn_province, srid), (shown(drawn_province, 'districts', LAND),)
    about = {'Release': '7'}
    clear, opaque = (
        draw(Picture(view, layers, ground, 'tiff', about), drawn_province, 'internal') for ground in (None, BLUE)
    )
    with rasterio.MemoryFile(clear) as memory, memory.open() as file:
        assert (file.width, file.height, file.count) == (view.width_px, view.height_px, 4)
        assert file.crs.to_epsg() == srid
        assert file.bounds == pytest.approx(view.box)
        assert file.tags()['Release'] == '7'
        bands = file.read()
        assert [one.name for one in file.colorinterp] == ['red', 'green', 'blue', 'alpha']
    assert np.abs(bands[:3, bands[3] == 255].T.astype(int) - [0, 128, 64]).max() <= 1
    with rasterio.MemoryFile(opaque) as memory, memory.open() as file:
        assert file.count == 3
        assert file.read()[:, 0, 0].tolist() == [0x33, 0x66, 0xCC]


def test_a_pixel_ratio_draws_the_same_map_finer(drawn_province: Locality) -> None:
    """Twice as many pixels with ratio 2 show the lines of the smaller picture, at the same zoom of the style."""
    small = of_the_province(drawn_province, 9209)
    large = View(small.crs, small.box, 2 * small.width_px, 2 * small.height_px, pixel_ratio=2)
    assert large.zoom == pytest.approx(small.zoom)
    lines = shown(drawn_province, 'districts', {'kind': 'line', 'color': '#000000', 'width': 3})
    inked = [
        np.asarray(Image.open(io.BytesIO(draw(Picture(view, (lines,)), drawn_province, 'internal'))))[:, :, 3].mean()
        for view in (small, large)
    ]
    assert inked[1] == pytest.approx(inked[0], rel=0.03)


def test_what_is_too_large_or_empty_is_refused_before_anything_is_drawn(drawn_province: Locality) -> None:
    layer = shown(drawn_province, 'districts', LAND)
    box = (570_000, 2_240_000, 571_000, 2_241_000)

    def refused(view: View) -> WrongUse:
        with pytest.raises(WrongUse) as caught:
            draw(Picture(view, (layer,)), drawn_province, 'internal', strict)
        return caught.value

    strict = Renderers(MapSettings(map_max_pixels=10_000))
    assert isinstance(refused(View(9209, box, 101, 100)), PictureTooLarge)
    assert isinstance(refused(View(9209, box, 40_000, 1)), PictureTooLarge)
    assert isinstance(refused(View(9209, (571_000, 0, 570_000, 1), 10, 10)), NotAPicture)
