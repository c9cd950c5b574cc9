"""Cells of a tile in which features are counted, drawn in the tile's own units."""

from psycopg2 import sql

from dothi.api.tiles.place import EXTENT, TileAddress
from dothi.core.crs import WEB_MERCATOR


def drawn_cell(place: TileAddress, level: int, *, square: bool) -> sql.Composable:
    """Cell (x, y) in the tile's own units: a square, its outline clockwise as tiles want it, or its middle."""
    if square:
        corners = [_across('x', place, level), _down('y', place, level)]
        corners += [_across('x + 1', place, level), _down('y + 1', place, level)]
        return sql.SQL('ST_Reverse(ST_MakeEnvelope({}))').format(sql.SQL(', ').join(corners))
    return sql.SQL('ST_MakePoint({}, {})').format(_across('x + 0.5', place, level), _down('y + 0.5', place, level))


def _across(column: str, place: TileAddress, level: int) -> sql.Composable:
    """Where a column of cells lies across the tile, in its units."""
    west, _, east, _ = place.degrees
    per_degree = EXTENT / (east - west)
    return _line(column, 360 / (1 << level) * per_degree, (-180 - west) * per_degree)


def _down(row: str, place: TileAddress, level: int) -> sql.Composable:
    """Where a row of cells lies down the tile, in its units."""
    if place.grid.srid == WEB_MERCATOR:
        return _line(row, EXTENT * 2.0 ** (place.z - level), float(-place.y * EXTENT))
    lat = f'degrees(atan(sinh((0.5 - ({row}) * {{}}) * 2 * pi())))'
    per_degree = EXTENT / place.size
    form = sql.SQL(f'round(({{}} - {lat}) * {{}})')
    return form.format(*map(sql.Literal, (place.box[3], 2.0**-level, per_degree)))


def _line(position: str, slope: float, start: float) -> sql.Composable:
    return sql.SQL(f'round(({position}) * {{}} + {{}})').format(sql.Literal(slope), sql.Literal(start))
