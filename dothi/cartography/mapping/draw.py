"""Draws pictures: the one way from layers and styles to an image."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from psycopg2.extensions import connection as Connection

from dothi.cartography.generalised.source import Generalised, generalised, may_be_generalised
from dothi.cartography.mapping.document import Maker, order
from dothi.cartography.mapping.formats import written
from dothi.cartography.mapping.layer_query import Reader
from dothi.cartography.mapping.limits import check
from dothi.cartography.mapping.picture import Picture
from dothi.cartography.mapping.pieces import split_pieces
from dothi.cartography.mapping.pool import Renderers, renderers
from dothi.cartography.mapping.raster_picture import paint
from dothi.core.coverage import Coverage
from dothi.core.database import READERS, connection
from dothi.core.layer import Audience, Layer
from dothi.core.locality import Locality
from dothi.core.released_raster import Raster, released_raster


def draw(picture: Picture, locality: Locality, audience: Audience, pool: Renderers | None = None) -> bytes:
    """The picture as a file, drawn by one of the renderers of this process; no connection is held meanwhile.

    pool: other renderers than the usual ones, for whoever has other limits.

    Raises PictureTooLarge or NotAPicture for what is not drawn at all; TooBusy, TookTooLong or DrawingBroke for what
    may be asked again; UnknownCrs, MissingRaster.
    """
    pool = pool or renderers()
    return written(_drawn(picture, locality, audience, pool), picture)


def draw_tiles(picture: Picture, locality: Locality, audience: Audience) -> list[bytes]:
    """The tiles that the picture is cut into, row by row from above, each as a file; raises as `draw`."""
    return [written(tile, picture) for tile in split_pieces(_drawn(picture, locality, audience, renderers()))]


def _drawn(picture: Picture, locality: Locality, audience: Audience, pool: Renderers) -> bytes:
    check(picture, pool.settings)
    with ExitStack() as kept:
        with connection(READERS[audience]) as db:
            rasters = _rasters(picture, db)
            # named now, painted when the connection is given back
            files = _drafts(kept, rasters)
            reader = Reader(db, locality, audience, _generalised_layers(picture, db, locality))
            drawing_order = order(picture, Maker(reader, files))
        for number, raster in rasters.items():
            paint(raster, picture.view, files[number])
        return pool.draw(drawing_order)


def _generalised_layers(picture: Picture, db: Connection, locality: Locality) -> dict[str, Generalised]:
    layers = [
        shown_layer.layer
        for shown_layer in picture.shown
        if isinstance(shown_layer.layer, Layer) and may_be_generalised(shown_layer.layer, picture.view, locality)
    ]
    return generalised(db, layers, locality) if layers else {}


def _rasters(picture: Picture, db: Connection) -> dict[int, Raster]:
    """The rasters of what is shown, by its number in the picture; what has none at that time is left out."""
    pictures = {
        number: released_raster(db, shown_raster.layer, shown_raster.times)
        for number, shown_raster in enumerate(picture.shown)
        if isinstance(shown_raster.layer, Coverage)
    }
    return {number: raster for number, raster in pictures.items() if raster}


def _drafts(stack: ExitStack, rasters: dict[int, Raster]) -> dict[int, Path]:
    """A file for each of them, in a folder that goes when `kept` is closed."""
    if not rasters:
        return {}
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix='dothi-map-')))
    return {number: folder / f'{number}.tif' for number in rasters}
