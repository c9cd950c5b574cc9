"""What is painted into a finished picture: colours behind what is transparent, and where the system has no places."""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from rasterio.io import MemoryFile
from shapely import Polygon, box

from dothi.api.items.box import area_around
from dothi.api.maps.background import Background, Ground
from dothi.cartography.mapping.picture import Format
from dothi.cartography.mapping.view import View
from dothi.core.crs import WEB_MERCATOR, WGS84, proj_string, transformer

type Pixels = NDArray[np.uint8]

# North and south of these there are no places; the other systems that are served end around the area they are made for.
EDGES = {WGS84: 90.0, WEB_MERCATOR: 20_037_508.342789244}
# A projection bends the sides of an area; so long a piece of them counts as straight.
PIECE_DEGREES = 1.0
# Those whose pixels can be painted; the others are drawings.
SAVED: dict[Format, dict[str, Any]] = {
    'png': {'compress_level': 1},
    'webp': {'quality': 85, 'method': 1, 'exact': True},
    'jpeg': {'quality': 88},
}


@dataclass(frozen=True)
class Paint:
    """What is painted where nothing is drawn, and on so many rows above and below the world.

    beyond: the view, where its system has no places in a part of it that is not made of rows.
    """

    ground: Ground
    void: Ground
    above: int
    below: int
    beyond: View | None = None


def paint_for(view: View, background: Background, form: Format) -> Paint | None:
    """What has to be painted once the picture is drawn; None: nothing, as for nearly every map."""
    if form not in {*SAVED, 'tiff'}:
        return None
    above, below = _rows_beyond(view)
    differs = background.void != background.ground
    beyond = view if differs and _leaves_its_area(view) else None
    hidden_colour = background.is_requested and background.ground.transparent
    other_void = differs and (above or below or beyond)
    return Paint(background.ground, background.void, above, below, beyond) if hidden_colour or other_void else None


def paint_background(content: bytes, form: Format, paint: Paint) -> bytes:
    """The picture with its paint. A transparent pixel keeps a colour, for who shows the map without transparency."""
    if form == 'tiff':
        return _paint_tiff(content, paint)
    pixels = np.array(Image.open(io.BytesIO(content)).convert('RGBA'))
    _paint_pixels(pixels, paint)
    image = Image.fromarray(pixels, 'RGBA')
    written = io.BytesIO()
    (image.convert('RGB') if form == 'jpeg' else image).save(written, form.upper(), **SAVED[form])
    return written.getvalue()


def _paint_pixels(pixels: Pixels, paint: Paint) -> None:
    """pixels: rows, columns, then red, green, blue, opacity; changed in place."""
    empty = pixels[..., 3] == 0
    if paint.ground.transparent:
        pixels[empty] = _rgba_of(paint.ground)
    height = len(pixels)
    pixels[: paint.above] = _rgba_of(paint.void)
    pixels[height - paint.below :] = _rgba_of(paint.void)
    if paint.beyond is not None:
        pixels[_outside_area(paint.beyond)] = _rgba_of(paint.void)


def _paint_tiff(content: bytes, paint: Paint) -> bytes:
    """The TIFF on a background, as `paint_background` makes it, with its georeference kept."""
    with MemoryFile(content) as read, read.open() as raster:
        profile, bands = raster.profile, raster.read()
    if len(bands) < 4:
        bands = np.concatenate([bands[:3], np.full_like(bands[:1], 255)])
    pixels = np.moveaxis(bands, 0, -1).copy()
    _paint_pixels(pixels, paint)
    with MemoryFile() as written:
        with written.open(**profile | {'count': 4, 'photometric': 'rgb'}) as raster:
            raster.write(np.moveaxis(pixels, -1, 0))
        return bytes(written.read())


def _rgba_of(ground: Ground) -> list[int]:
    colour = ground.colour
    return [colour.red, colour.green, colour.blue, 0 if ground.transparent else 255]


def _rows_beyond(view: View) -> tuple[int, int]:
    """Rows whose middle lies north of the world, and south of it."""
    edge = EDGES.get(view.crs)
    if edge is None:
        return 0, 0
    _, south, _, north = view.box
    size = (north - south) / view.height_px
    above, below = (north - edge) / size - 0.5, (-edge - south) / size - 0.5
    return _row_of_y(above, view), _row_of_y(below, view)


def _row_of_y(rows: float, view: View) -> int:
    return min(max(int(np.ceil(rows)), 0), view.height_px)


def _leaves_its_area(view: View) -> bool:
    """Whether a part of the view lies where its system has no places, beside those that have rows of them."""
    return view.crs not in EDGES and not Polygon(_area_ring(view.crs)).covers(box(*view.box))


def _outside_area(view: View) -> NDArray[np.bool_]:
    """Which pixels of the view, by row and column, lie outside of the area of its system."""
    mask = Image.new('1', (view.width_px, view.height_px), 1)
    # Pillow has the middle of a pixel at whole numbers
    ring = [~view.transform @ point for point in _area_ring(view.crs)]
    ImageDraw.Draw(mask).polygon([(column - 0.5, row - 0.5) for column, row in ring], fill=0)
    return np.array(mask)


def _area_ring(srid: int) -> list[tuple[float, float]]:
    """The outline of the area in which the system has places, in its own x and y."""
    lons, lats = box(*area_around(srid)).segmentize(PIECE_DEGREES).exterior.xy
    xs, ys = transformer(proj_string(WGS84), proj_string(srid)).transform(lons, lats)
    return list(zip(map(float, xs), map(float, ys), strict=True))
