"""The numbers of a tile's place as its statement has them: written out, or as parameters of a plan that is kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from psycopg2 import sql

from dothi.api.tiles.place import BUFFER, EXTENT, TileAddress
from dothi.core.crs import WEB_MERCATOR, WGS84

# Pixels across a tile, by which layer files measure.
SIDE_PX = 256
# A corner moves to the grid by half a diagonal at most, as does an edge; a little more, for rounding in computing.
SAFE_UNITS = 1.415
PARAMETERS = 19


@dataclass(frozen=True)
class Frame:
    """Expressions in SQL.

    wide: the polygon in degrees of the tile with its buffer. edges: west, south, east and north of the tile in degrees.
    bounds: its box in the system in which it is drawn, `srid`. pixel: width and height of a pixel in degrees. inner:
    the polygon of the tile in degrees. affine: scale and shift across, scale and shift down, from degrees to the tile's
    units, and half a unit more. safe: the clearance in degrees from which on no corner that is moved to the grid of
    units meets an edge.
    """

    wide: sql.Composable
    edges: tuple[sql.Composable, ...]
    bounds: sql.Composable
    srid: int
    pixel: tuple[sql.Composable, ...]
    inner: sql.Composable
    affine: tuple[sql.Composable, ...]
    safe: sql.Composable


def drawn_srid(place: TileAddress) -> int:
    """The system in which a tile is drawn.

    Within a tile of a high zoom Mercator is as good as a straight line, and not to transform takes half the time.
    """
    return WGS84 if place.is_straight else WEB_MERCATOR


def written_frame(place: TileAddress, edge: float = BUFFER / EXTENT) -> Frame:
    """The numbers themselves: between numbers that it knows, the planner chooses well.

    edge: what `wide` has around the tile, as a share of its side.
    """
    numbers = [sql.Literal(number) for number in parameters(place, edge)]
    return _frame(numbers, drawn_srid(place), lambda box: box)


def parameter_frame(srid: int) -> Frame:
    """Parameters $1, $2, …, whose values `parameters` gives.

    In subqueries boxes are made once, where an expression would be worked out for each row.
    """
    names = [sql.SQL(f'${number}') for number in range(1, PARAMETERS + 1)]
    return _frame(names, srid, sql.SQL('(select {})').format)


def parameters(place: TileAddress, edge: float = BUFFER / EXTENT) -> tuple[float, ...]:
    """The numbers of a frame, in the order in which `_frame` takes them."""
    west, south, east, north = edges = place.degrees
    across, down = EXTENT / (east - west), EXTENT / (south - north)
    bounds = edges if drawn_srid(place) == WGS84 else place.box
    pixel = (east - west) / SIDE_PX, (north - south) / SIDE_PX
    affine = across, 0.5 - west * across, down, 0.5 - north * down
    return *place.wide_degrees(edge), *edges, *bounds, *pixel, *affine, SAFE_UNITS / min(across, -down)


def _frame(
    numbers: Sequence[sql.Composable], srid: int, made_once: Callable[[sql.Composable], sql.Composable]
) -> Frame:
    wide, edges, bounds = (tuple(numbers[start : start + 4]) for start in (0, 4, 8))
    return Frame(
        made_once(envelope(wide, WGS84)),
        edges,
        made_once(sql.SQL('{}::box2d').format(envelope(bounds, srid))),
        srid,
        tuple(numbers[12:14]),
        made_once(envelope(edges, WGS84)),
        tuple(numbers[14:18]),
        numbers[18],
    )


def envelope(box: tuple[sql.Composable, ...], srid: int) -> sql.Composable:
    """The rectangle of four expressions."""
    return sql.SQL('ST_MakeEnvelope({}, {}, {}, {}, {})').format(*box, sql.Literal(srid))
