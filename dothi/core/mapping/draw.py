"""Draws pictures: the one way from layers and styles to an image."""

import tempfile
from pathlib import Path

from dothi.core.coverage import Coverage
from dothi.core.database import READERS, connection
from dothi.core.general.source import generalised
from dothi.core.layer import Audience, Layer
from dothi.core.locality import Locality
from dothi.core.mapping.document import Maker, order
from dothi.core.mapping.formats import written
from dothi.core.mapping.layer_query import Reader
from dothi.core.mapping.limits import check
from dothi.core.mapping.picture import Picture
from dothi.core.mapping.pool import Renderers, renderers
from dothi.core.mapping.raster_picture import paint
from dothi.core.released_raster import released_raster


def draw(picture: Picture, locality: Locality, audience: Audience, pool: Renderers | None = None) -> bytes:
    """The picture as a file, drawn by one of the renderers of this process; no connection is held meanwhile.

    pool: other renderers than the usual ones, for whoever has other limits.

    Raises PictureTooLarge or NotAPicture for what is not drawn at all; TooBusy, TookTooLong or DrawingBroke for what
    may be asked again; UnknownCrs, MissingRaster.
    """
    check(picture)
    with tempfile.TemporaryDirectory(prefix='dothi-map-') as folder:
        # names of files, which are written once the connection is given back
        drafts = {number: Path(folder) / f'{number}.tif' for number in range(len(picture.shown))}
        with connection(READERS[audience]) as db:
            rasters = {
                number: found
                for number, shown in enumerate(picture.shown)
                if isinstance(shown.layer, Coverage) and (found := released_raster(db, shown.layer, shown.times))
            }
            layers = [shown.layer for shown in picture.shown if isinstance(shown.layer, Layer)]
            reader = Reader(db, locality, audience, generalised(db, layers, locality))
            told = order(picture, Maker(reader, {number: drafts[number] for number in rasters}))
        for number, raster in rasters.items():
            paint(raster, picture.view, drafts[number])
        return written((pool or renderers()).draw(told), picture)
