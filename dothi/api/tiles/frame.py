"""The numbers of a tile's place as its statement has them: written out, or as parameters of a plan that is kept."""

from dataclasses import dataclass

from psycopg2 import sql

from dothi.api.tiles.place import BUFFER, EXTENT, Box, TileAddress
from dothi.core.crs import WEB_MERCATOR, WGS84

# Pixels across a tile, by which layer files measure.
SIDE_PX = 256


@dataclass(frozen=True)
class Frame:
    """Expressions in SQL.

    wide: the polygon in degrees of the tile with its buffer. edges: west, south, east and north of the tile in degrees.
    bounds: its box in the system in which it is drawn, `srid`. pixel: width and height of a pixel in degrees.
    """

    wide: sql.Composable
    edges: tuple[sql.Composable, ...]
    bounds: sql.Composable
    srid: int
    pixel: tuple[sql.Composable, ...]


def drawn_srid(place: TileAddress) -> int:
    """The system in which a tile is drawn.

    Within a tile of a high zoom Mercator is as good as a straight line, and not to transform takes half the time.
    """
    return WGS84 if place.is_straight else WEB_MERCATOR


def written_frame(place: TileAddress, edge: float = BUFFER / EXTENT) -> Frame:
    """The numbers themselves: between numbers that it knows, the planner chooses well.

    edge: what `wide` has around the tile, as a share of its side.
    """
    wide, edges, bounds, pixel = _numbers(place, edge)
    return Frame(
        envelope(tuple(map(sql.Literal, wide)), WGS84),
        tuple(map(sql.Literal, edges)),
        sql.SQL('{}::box2d').format(envelope(tuple(map(sql.Literal, bounds)), drawn_srid(place))),
        drawn_srid(place),
        tuple(map(sql.Literal, pixel)),
    )


def parameter_frame(srid: int) -> Frame:
    """Parameters $1 to $14, whose values `parameters` gives.

    In subqueries both boxes are made once, where an expression would be worked out for each row.
    """
    names = [sql.SQL(f'${number}') for number in range(1, 15)]
    return Frame(
        sql.SQL('(select {})').format(envelope(tuple(names[:4]), WGS84)),
        tuple(names[4:8]),
        sql.SQL('(select {}::box2d)').format(envelope(tuple(names[8:12]), srid)),
        srid,
        tuple(names[12:]),
    )


def parameters(place: TileAddress) -> tuple[float, ...]:
    """The values of the parameters of a frame for `place`."""
    return tuple(number for part in _numbers(place, BUFFER / EXTENT) for number in part)


def envelope(box: tuple[sql.Composable, ...], srid: int) -> sql.Composable:
    """The rectangle of four expressions."""
    return sql.SQL('ST_MakeEnvelope({}, {}, {}, {}, {})').format(*box, sql.Literal(srid))


def _numbers(place: TileAddress, edge: float) -> tuple[Box, Box, Box, tuple[float, float]]:
    """What the fields of a frame have, in their order."""
    edges = place.degrees
    west, south, east, north = edges
    bounds = edges if drawn_srid(place) == WGS84 else place.box
    return place.wide_degrees(edge), edges, bounds, ((east - west) / SIDE_PX, (north - south) / SIDE_PX)
