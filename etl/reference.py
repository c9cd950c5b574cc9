"""What is known of the place: polygons of the released units, and the locality's extent."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.crs import WGS84, proj_string
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from etl.formats.source import Geometries
from etl.moving import move

# Degrees, 0.1 mm: what lies on the edge may come out of a program a rounding beyond it, such as 180.00000000000006.
HAIR = 1e-9


@dataclass(frozen=True)
class Units:
    """The polygons of one unit layer, in the working CRS, and the release that they come from."""

    layer: Layer
    release: int
    demo: bool
    codes: list[str]
    polygons: Geometries

    def polygon(self, code: str) -> Any:
        """The polygon of the unit `code`, or None where there is none."""
        matching = [polygon for own_code, polygon in zip(self.codes, self.polygons, strict=True) if own_code == code]
        return shapely.union_all(matching) if matching else None


def released_units(db: Connection, locality: Locality, on: date) -> list[Units]:
    """The units of each unit layer that has any in force on the day `on`."""
    layers = [locality.layers[name] for name in locality.place.unit_layers if name in locality.layers]
    candidates = (_units(db, layer, on) for layer in layers)
    return [units for units in candidates if units is not None]


def code_column(layer: Layer) -> str:
    """The column of a unit layer that holds the unit's code."""
    return layer.register_.key if layer.register_ else layer.identifier


def extent_polygon(locality: Locality) -> Any:
    """The locality's extent in the working CRS, its edges as dense as their curvature wants, and a hair wider."""
    west, south, east, north = locality.place.extent_wgs84
    box = shapely.segmentize(shapely.box(west - HAIR, south - HAIR, east + HAIR, north + HAIR), 0.05)
    (moved,) = move(np.array([box]), proj_string(WGS84), proj_string(locality.srid))
    return moved


def release_of(db: Connection, layer: Layer) -> tuple[int, bool] | None:
    """The number of the layer's current release, and whether demonstration data is in it; None without a release."""
    with db.cursor() as cursor:
        cursor.execute(
            """select number, demo_rows > 0 from catalog.layer join catalog.seen_release on number = current_release
               where id = %s""",
            [layer.id],
        )
        row: tuple[int, bool] | None = cursor.fetchone()
        return row


def _units(db: Connection, layer: Layer, on: date) -> Units | None:
    release = release_of(db, layer)
    if release is None:
        return None
    with db.cursor() as cursor:
        cursor.execute(
            sql.SQL('select {}, st_asbinary(geom) from {} where {}').format(
                sql.Identifier(code_column(layer)), sql.Identifier('layer', layer.id), in_force(layer, on)
            )
        )
        rows = cursor.fetchall()
    if not rows:
        # the level was abolished, or its outlines of that day were never sent
        return None
    polygons = shapely.from_wkb(np.array([bytes(row[1]) for row in rows], dtype=object))
    return Units(layer, release[0], release[1], [row[0] for row in rows], polygons)


def in_force(layer: Layer, on: date) -> sql.Composable:
    """The condition that a row is in force on the day `on`; true where the layer has no validity columns."""
    if layer.publish.validity is None:
        return sql.SQL('true')
    begins, ends = (sql.Identifier(name) for name in layer.publish.validity)
    # a literal, as a % in the name of a column would be taken for a placeholder of a bound value
    condition = '({0} is null or {0} <= {2}) and ({1} is null or {2} < {1})'
    return sql.SQL(condition).format(begins, ends, sql.Literal(on))
