"""Vector tiles as PostGIS writes them: features as they are at high zooms, merged or counted at low ones."""

import math
from dataclasses import dataclass

from psycopg2 import sql

from dothi.core.crs import WEB_MERCATOR, WGS84
from dothi.core.layer import Column, Layer

# Units across a tile, and how far features reach beyond its edge so that outlines do not show there.
EXTENT, BUFFER = 4096, 64
# Cells across a tile in which features are counted at low zooms: 4 pixels each, and never more than 16,384 features.
CELLS = 128
WORLD_M = 2 * 20_037_508.342789244


@dataclass(frozen=True)
class Place:
    """A tile of WebMercatorQuad: zoom level, column from west, row from north."""

    z: int
    x: int
    y: int

    @property
    def size_m(self) -> float:
        """Length of a side, in metres of Web Mercator."""
        return WORLD_M / (1 << self.z)

    @property
    def box_m(self) -> tuple[float, float, float, float]:
        """West, south, east, north in Web Mercator."""
        west, north = self.x * self.size_m - WORLD_M / 2, WORLD_M / 2 - self.y * self.size_m
        return west, north - self.size_m, west + self.size_m, north

    @property
    def wide_box(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees, with the buffer."""
        edge = self.size_m * BUFFER / EXTENT
        west, south, east, north = self.box_m
        return *_degrees(west - edge, south - edge), *_degrees(east + edge, north + edge)


def tile(
    layer: Layer, columns: dict[str, Column], rows: sql.Composable, place: Place, *, labels: bool
) -> sql.Composable:
    """A statement that gives the tile as bytes; empty where nothing lies.

    rows: what to select from, see `layer_source`. labels: polygons also give one inner point each, in `<id>_label`.
    The box is written as numbers, because the planner chooses well only between numbers that it knows.
    """
    here = sql.SQL('(select * from {} as layer_rows where geom_wgs84 && {}) f').format(
        rows, _envelope(place.wide_box, WGS84)
    )
    merged = layer.publish.tiles.merge_below is not None and place.z < layer.publish.tiles.merge_below
    parts = [_layer(layer.id, _merged(layer, columns, here, place) if merged else _plain(columns, here, place))]
    if labels and not merged:
        parts.append(_layer(f'{layer.id}_label', _labels(columns, here, place)))
    return sql.SQL('select {}').format(sql.SQL(' || ').join(parts))


def _layer(name: str, body: sql.Composable) -> sql.Composable:
    form = "(select coalesce(ST_AsMVT(t, {}, {}, 'geom', 'id'), ''::bytea) from ({}) t where geom is not null)"
    return sql.SQL(form).format(sql.Literal(name), sql.Literal(EXTENT), body)


def _plain(columns: dict[str, Column], here: sql.Composable, place: Place) -> sql.Composable:
    """Every feature with its id and all columns."""
    shape = _drawn(_mercator('geom_wgs84'), place)
    return sql.SQL('select id, {} {} as geom from {}').format(_named(columns), shape, here)


def _labels(columns: dict[str, Column], here: sql.Composable, place: Place) -> sql.Composable:
    """One point inside each polygon, in the one tile that it lies in."""
    west, south, east, north = map(sql.Literal, place.box_m)
    return sql.SQL(
        """select id, {} {} as geom from {}, lateral (select {} as dothi_point) inner_point
        where ST_X(dothi_point) >= {} and ST_X(dothi_point) < {}
            and ST_Y(dothi_point) > {} and ST_Y(dothi_point) <= {}"""
    ).format(
        _named(columns),
        _drawn(sql.SQL('dothi_point'), place),
        here,
        _mercator('ST_PointOnSurface(geom_wgs84)'),
        west, east, south, north,
    )  # fmt: skip


def _merged(layer: Layer, columns: dict[str, Column], here: sql.Composable, place: Place) -> sql.Composable:
    kinds = {name: column for name, column in columns.items() if column.domain}
    if layer.geometry.endswith('LineString'):
        return _joined_lines(kinds, here, place)
    return _counted(kinds, here, place, square=layer.geometry.endswith('Polygon'))


def _joined_lines(kinds: dict[str, Column], here: sql.Composable, place: Place) -> sql.Composable:
    """All lines of one kind as one feature. Names of ours begin with dothi_, as a column may have any other."""
    return sql.SQL(
        """select null::bigint as id, {kinds} dothi_all as count, {drawn} as geom from (
            select {kinds} count(*) as dothi_all, ST_LineMerge(ST_Collect({lines})) as dothi_lines
            from {here} group by {kinds} ()
        ) joined"""
    ).format(kinds=_named(kinds), drawn=_drawn(sql.SQL('dothi_lines'), place), lines=_mercator('geom_wgs84'), here=here)


def _counted(kinds: dict[str, Column], here: sql.Composable, place: Place, *, square: bool) -> sql.Composable:
    """Features counted per cell of a grid, with the most frequent kind; a square or a point stands for each cell.

    The id is kept where a cell has a single feature. A cell is found from the lower left corner of a feature's box
    by Mercator's own formula: transforming hundreds of thousands of geometries would take seconds.
    """
    west, _, _, north = place.box_m
    size = place.size_m / CELLS
    corners = '{0} + dothi_i * {2}, {1} - (dothi_j + 1) * {2}, {0} + (dothi_i + 1) * {2}, {1} - dothi_j * {2}'
    cell = sql.SQL(f'ST_MakeEnvelope({corners}, {{3}})').format(*map(sql.Literal, (west, north, size, WEB_MERCATOR)))
    return sql.SQL(
        """select case when dothi_all = 1 then id end as id, {kinds} dothi_all as count, {drawn} as geom from (
            select distinct on (dothi_i, dothi_j) * from (
                select dothi_i, dothi_j, {kinds} min(id) as id, count(*) as dothi_same,
                    sum(count(*)) over (partition by dothi_i, dothi_j)::bigint as dothi_all
                from (
                    select id, {kinds}
                        floor((ST_XMin(geom_wgs84) / 360 * {world} - {west}) / {size})::int as dothi_i,
                        floor(({north} - ln(tan(pi() / 4 + greatest(ST_YMin(geom_wgs84), -85.06) * pi() / 360))
                            / (2 * pi()) * {world}) / {size})::int as dothi_j
                    from {here}
                ) placed group by {kinds} dothi_i, dothi_j
            ) kinds_of_cell order by dothi_i, dothi_j, dothi_same desc
        ) cells"""
    ).format(
        kinds=_named(kinds),
        drawn=_drawn(cell if square else sql.SQL('ST_Centroid({})').format(cell), place),
        world=sql.Literal(WORLD_M),
        west=sql.Literal(west),
        north=sql.Literal(north),
        size=sql.Literal(size),
        here=here,
    )


def _named(columns: dict[str, Column]) -> sql.Composable:
    """The columns, each followed by a comma."""
    return sql.SQL('').join(sql.SQL('{}, ').format(sql.Identifier(name)) for name in columns)


def _mercator(geometry: str) -> sql.Composable:
    return sql.SQL(f'ST_Transform({geometry}, {{}})').format(sql.Literal(WEB_MERCATOR))


def _drawn(geometry: sql.Composable, place: Place) -> sql.Composable:
    """In the tile's own units, cut at its buffer."""
    box = sql.SQL('{}::box2d').format(_envelope(place.box_m, WEB_MERCATOR))
    return sql.SQL('ST_AsMVTGeom({}, {}, {}, {}, true)').format(geometry, box, sql.Literal(EXTENT), sql.Literal(BUFFER))


def _envelope(box: tuple[float, float, float, float], srid: int) -> sql.Composable:
    return sql.SQL('ST_MakeEnvelope({}, {}, {}, {}, {})').format(*map(sql.Literal, (*box, srid)))


def _degrees(x_m: float, y_m: float) -> tuple[float, float]:
    """Longitude and latitude of a point of Web Mercator."""
    return x_m / WORLD_M * 360, math.degrees(math.atan(math.sinh(y_m / WORLD_M * 2 * math.pi)))
