"""Pictures that are kept, each until a release changes what it shows."""

from datetime import timedelta
from math import isfinite

from flask import current_app
from psycopg2 import sql

from dothi.api.service import service
from dothi.api.snapshot import Snapshot
from dothi.api.tiles.cache import FileCache
from dothi.api.tiles.place import Window
from dothi.core.crs import WGS84, proj_string, transformer
from dothi.core.general.plan import LEAST_ROWS
from dothi.core.general.source import is_merged
from dothi.core.layer import Layer
from dothi.core.mapping.view import View
from dothi.core.settings import PathSettings

# Beyond its edge a picture shows half of a marker; and a label there decides which labels within find room.
EDGE_PX = 256
# A layer that was not generalised for so long will not be soon: no worker runs.
PATIENCE = timedelta(minutes=10)


def pictures() -> FileCache:
    """Where the pictures of the service that the current request is for are kept; the audiences' never meet."""
    if 'dothi.pictures' not in current_app.extensions:
        folder = PathSettings().state / 'cache' / 'pictures' / service().audience
        current_app.extensions['dothi.pictures'] = FileCache(folder, service().maps.map_cache_mb * 1_000_000)
    found: FileCache = current_app.extensions['dothi.pictures']
    return found


def window(view: View) -> Window | None:
    """What of the world may decide over a picture; None where that is not to be said in degrees."""
    box = view.grown(EDGE_PX * view.pixel_ratio)
    if view.crs != WGS84:
        to_degrees = transformer(proj_string(view.crs), proj_string(WGS84))
        box = to_degrees.transform_bounds(*box, densify_pts=21)
    west, south, east, north = box
    return Window(box) if all(map(isfinite, box)) and west <= east and south <= north else None


def is_passing(db: Snapshot, layers: list[Layer], view: View) -> bool:
    """Whether the picture would look another way in some seconds, when the worker has generalised what was released.

    Such a picture is not kept: it shows the release, though slowly and not in the cells that will be seen.
    """
    merged = [layer.id for layer in layers if is_merged(layer, view) and not layer.geometry.endswith('LineString')]
    statement = sql.SQL(
        """select exists (
            select from catalog.layer as l join catalog.release as r on r.number = l.current_release
            where l.id = any ({}::text[]) and r.rows_total >= {} and r.released_at > now() - {}
                and not exists (select from general.state as s where s.layer_id = l.id and s.release = r.number))"""
    ).format(*map(sql.Literal, (merged, LEAST_ROWS, PATIENCE)))
    return bool(merged and db.row(statement)[0])
