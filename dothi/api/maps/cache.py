"""Pictures that are kept, each until a release changes what it shows."""

from datetime import timedelta
from math import isfinite
from time import monotonic

from flask import current_app
from psycopg2 import sql

from dothi.api.http.service import service
from dothi.api.http.snapshot import Snapshot
from dothi.api.tiles.cache import FileCache
from dothi.api.tiles.place import Window
from dothi.cartography.generalised.plan import LEAST_ROWS, definition
from dothi.cartography.generalised.source import is_merged
from dothi.cartography.mapping.view import View
from dothi.core.crs import WGS84, proj_string, transformer
from dothi.core.layer import Layer
from dothi.core.named_locks import NamedLocks
from dothi.core.settings import PathSettings

# Beyond its edge a picture shows half of a marker; and a label there decides which labels within find room.
EDGE_PX = 256
# A layer that was not generalised for so long will not be soon: no worker runs.
PATIENCE = timedelta(minutes=10)
# When this process first saw what was made of a layer by another definition than the one that holds now.
OUTDATED_SINCE: dict[tuple[str, str, str], float] = {}


def picture_cache() -> FileCache:
    """Where the pictures of the service that the current request is for are kept; the audiences' never meet."""
    if 'dothi.pictures' not in current_app.extensions:
        folder = PathSettings().state / 'cache' / 'pictures' / service().audience
        current_app.extensions['dothi.pictures'] = FileCache(folder, service().maps.map_cache_mb * 1_000_000)
    cache: FileCache = current_app.extensions['dothi.pictures']
    return cache


def drawing_locks() -> NamedLocks:
    """By which the processes of a service draw each picture that is kept once."""
    if 'dothi.drawing_locks' not in current_app.extensions:
        folder = picture_cache().folder
        current_app.extensions['dothi.drawing_locks'] = NamedLocks(folder.with_name(f'{folder.name}.lock'))
    locks: NamedLocks = current_app.extensions['dothi.drawing_locks']
    return locks


def tile_window(view: View) -> Window | None:
    """What of the world may decide over a picture; None where that is not to be said in degrees."""
    box = view.grown(EDGE_PX * view.pixel_ratio)
    if view.crs != WGS84:
        to_degrees = transformer(proj_string(view.crs), proj_string(WGS84))
        box = to_degrees.transform_bounds(*box, densify_pts=21)
    west, south, east, north = box
    # beyond the antimeridian it shows what releases know under other longitudes
    within = -180 <= west <= east <= 180 and south <= north
    return Window(box) if all(map(isfinite, box)) and within else None


def is_passing(db: Snapshot, layers: list[Layer], view: View) -> bool:
    """Whether the picture would look another way in some seconds, when the worker has generalised what was released, or
    what other styles now tell apart.

    Such a picture is not kept: it shows the release, though slowly and not in the cells that will be seen.
    """
    merged = [layer for layer in layers if is_merged(layer, view) and not layer.geometry.endswith('LineString')]
    statement = sql.SQL(
        """select l.id, r.released_at > now() - {}, s.definition
            from catalog.layer as l join catalog.seen_release as r on r.number = l.current_release
            left join general.state as s on s.layer_id = l.id and s.release = r.number
            where l.id = any ({}::text[]) and r.rows_total >= {}"""
    ).format(*map(sql.Literal, (PATIENCE, [layer.id for layer in merged], LEAST_ROWS)))
    by_layer = {name: (is_new, made) for name, is_new, made in db.rows(statement)} if merged else {}
    return any(_is_awaited(layer, *by_layer[layer.id]) for layer in merged if layer.id in by_layer)


def _is_awaited(layer: Layer, is_new: bool, made: str | None) -> bool:
    """Whether the layer will be generalised soon. made: by what definition it was since its release, if it was."""
    if made is None:
        return is_new
    expected = definition(layer, service().locality)
    if made == expected:
        return False
    # its styles or the software are others since
    now = monotonic()
    return now - OUTDATED_SINCE.setdefault((layer.id, expected, made), now) < PATIENCE.total_seconds()
