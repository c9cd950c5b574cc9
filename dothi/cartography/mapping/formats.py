"""Formats of pictures: what Mapnik writes itself, and what is written from its pixels."""

import numpy as np
from rasterio.crs import CRS
from rasterio.enums import ColorInterp
from rasterio.io import MemoryFile

from dothi.cartography.mapping.picture import Format, Picture
from dothi.cartography.mapping.png import with_text

# What a renderer is asked for: in Mapnik's words, or `png` and `png-opaque`, which png.py writes: 1024 x 768 pixels of
# a district take 9 ms and 765 kB so, and 26 ms and 734 kB in Mapnik's fastest way. A palette saves half the bytes, no
# time, and moves colours.
ASKED: dict[Format, str] = {
    'png': 'png',
    'webp': 'webp:quality=85:method=0',
    'jpeg': 'jpeg88',
    'tiff': 'raw',
    'svg': 'svg',
    'pdf': 'pdf',
}
OPAQUE = {'png': 'png-opaque'}
# Of what a picture says of itself: the time that it shows, where one was asked for.
DATETIME = 'Datetime'
BLOCK = 256


def asked(picture: Picture) -> str:
    """The format that a renderer is asked for."""
    return OPAQUE.get(picture.format, ASKED[picture.format]) if _is_opaque(picture) else ASKED[picture.format]


def written(pixels: bytes, picture: Picture) -> bytes:
    """The file in the picture's format, from what a renderer gave for it."""
    if picture.format == 'tiff':
        return _geotiff(pixels, picture)
    if picture.format == 'png' and DATETIME in picture.about:
        return with_text(pixels, DATETIME, picture.about[DATETIME])
    return pixels


def _geotiff(pixels: bytes, picture: Picture) -> bytes:
    """A GeoTIFF that knows where it lies: red, green, blue and, where the picture is not opaque, opacity.

    Its system is named by number, which readers look up with the datum shift that belongs to it.
    """
    view = picture.view
    bands = np.frombuffer(pixels, dtype=np.uint8).reshape(view.height_px, view.width_px, 4)
    count = 3 if _is_opaque(picture) else 4
    profile = {
        'driver': 'GTiff', 'width': view.width_px, 'height': view.height_px, 'count': count, 'dtype': 'uint8',
        'crs': CRS.from_epsg(view.crs), 'transform': view.transform, 'photometric': 'RGB', 'compress': 'DEFLATE',
        'zlevel': 1, 'predictor': 2, 'interleave': 'pixel', 'bigtiff': 'IF_SAFER',
    }  # fmt: skip
    if min(view.width_px, view.height_px) > BLOCK:
        profile |= {'tiled': True, 'blockxsize': BLOCK, 'blockysize': BLOCK}
    with MemoryFile() as memory:
        with memory.open(**profile) as file:
            colours = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]
            file.colorinterp = colours[:count]
            file.write(np.moveaxis(bands[:, :, :count], 2, 0))
            file.update_tags(**picture.about)
        return bytes(memory.read())


def _is_opaque(picture: Picture) -> bool:
    return picture.background is not None and picture.background.alpha == 1
