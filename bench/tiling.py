"""Tiles of WebMercatorQuad, and those in which a layer has something (OGC 17-083r4, annex D)."""

import math
import random
from collections import Counter
from typing import NamedTuple

from psycopg2 import sql

from dothi.core.database import connection
from dothi.core.layer import Layer


class Tile(NamedTuple):
    """Zoom level, column from west, row from north."""

    z: int
    x: int
    y: int


class Places:
    """Where a layer has features: a point inside each, read once."""

    def __init__(self, layer: Layer) -> None:
        query = sql.SQL('select st_x(p), st_y(p) from (select st_pointonsurface(geom_wgs84) p from {}) c').format(
            sql.Identifier('layer', layer.id)
        )
        with connection('reader_internal') as db, db.cursor() as cursor:
            cursor.execute(query)
            self.points: list[tuple[float, float]] = cursor.fetchall()

    def tiles(self, z: int, at_least: int = 1) -> list[Tile]:
        """The tiles at `z` with at least that many features, in an order that is the same in every run."""
        filled = Counter(tile_at(lon, lat, z) for lon, lat in self.points)
        busy = sorted(tile for tile, features in filled.items() if features >= at_least)
        return random.Random(z).sample(busy, len(busy))


def tile_at(lon: float, lat: float, z: int) -> Tile:
    """The tile that a place lies in."""
    side = 2**z
    north = math.asinh(math.tan(math.radians(lat))) / math.pi
    return Tile(z, int((lon + 180) / 360 * side), int((1 - north) / 2 * side))
