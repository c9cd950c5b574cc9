"""Blocks that are made as they are read: of what releases touched since the worker last made them, of rows under a
filter or at another time, or of all.

No picture waits for the worker, and none fetches as many shapes as a layer has rows.
"""

from math import isfinite
from typing import Protocol

from psycopg2 import sql

from dothi.core.layer import Layer
from dothi.core.layer_columns import CATALOGUED


class Blocks(Protocol):
    """Which blocks of a layer a picture shows: their level, and the columns by which they are told apart."""

    @property
    def level(self) -> int: ...

    @property
    def kinds(self) -> tuple[str, ...]: ...


def block_step(level: int) -> int:
    """How many cells of the level a block is wide, as a power of two: as general.block_step in the database."""
    return min(5, max(0, 13 - level))


def kind_columns(layer: Layer, kinds: tuple[str, ...]) -> sql.Composable:
    """The columns in the array `kind`, and both geometries."""
    columns = [
        sql.SQL('kind[{}]::{} as {}').format(
            sql.Literal(number), sql.SQL(CATALOGUED[layer.columns[name].type]), sql.Identifier(name)
        )
        for number, name in enumerate(kinds, 1)
    ]
    return sql.SQL(', ').join([*columns, sql.SQL('geom'), sql.SQL('geom_wgs84')])


def untouched(layer: Layer, level: int, srid: int) -> sql.Composable:
    """The condition that no release touched a block since the layer was generalised."""
    return sql.SQL('(x, y) not in (select square.x, square.y from {} as square)').format(
        _touched_squares(layer, level, srid)
    )


def _touched_squares(layer: Layer, level: int, srid: int) -> sql.Composable:
    return sql.SQL('general.touched_squares({}, {}, {})').format(*map(sql.Literal, (layer.id, level, srid)))


def touched_rows(layer: Layer, how: Blocks, rows: sql.Composable, srid: int, shown: sql.Composable) -> sql.Composable:
    """The rows that meet a touched square for which `shown` holds, once for each such square.

    Columns: id, kind, geom, middle, the square as `box`, and whether the middle lies in it.
    rows: where a reader of the layer selects from.
    """
    return sql.SQL(
        """select located.*, square.geom as box,
            (floor(ST_X(middle) / block_m), floor(ST_Y(middle) / block_m)) = (x, y) as is_inside
        from {} as square, lateral ({} where geom && square.geom offset 0) as located where {}"""
    ).format(_touched_squares(layer, how.level, srid), _located(how, rows), shown)


def rows_in_box(how: Blocks, rows: sql.Composable, box: tuple[float, float, float, float], srid: int) -> sql.Composable:
    """The same of all rows in the box, which is their only square."""
    edges = box if all(map(isfinite, box)) else (-1e12, -1e12, 1e12, 1e12)
    return sql.SQL(
        """select located.*, square.geom as box, true as is_inside
        from (select ST_MakeEnvelope({}, {}, {}, {}, {}) as geom) as square,
            lateral ({} where geom && square.geom offset 0) as located"""
    ).format(*map(sql.Literal, (*edges, srid)), _located(how, rows))


def _located(how: Blocks, rows: sql.Composable) -> sql.Composable:
    names = sql.SQL(', ').join(sql.SQL('{}::text').format(sql.Identifier(name)) for name in how.kinds)
    return sql.SQL(
        """select id, array[{}]::text[] as kind, geom,
            case when GeometryType(geom) = 'POINT' then geom else ST_Centroid(geom) end as middle
        from {} as layer_rows"""
    ).format(names, rows)


def fresh_blocks(layer: Layer, how: Blocks, located: sql.Composable, srid: int) -> sql.Composable:
    """The rows in `located`, as blocks show them."""
    form = POINTS if layer.geometry.endswith('Point') else LINES if layer.geometry.endswith('LineString') else POLYGONS
    fresh = sql.SQL(form).format(
        located=located,
        cell_m=sql.Literal(2.0**how.level),
        srid=sql.Literal(srid),
        step=sql.Literal(block_step(how.level)),
    )
    return sql.SQL('select {} from ({}) as fresh').format(kind_columns(layer, how.kinds), fresh)


# As general.point_blocks.
POINTS = """
    select kind, place as geom, ST_Transform(place, 4326) as geom_wgs84 from (
        select distinct on (x, y) kind, ST_Point(
            sum(east) over here / sum(n) over here, sum(north) over here / sum(n) over here, {srid}
        ) as place
        from (
            select floor(ST_X(middle) / {cell_m})::integer as x, floor(ST_Y(middle) / {cell_m})::integer as y, kind,
                count(*) as n, sum(ST_X(middle)) as east, sum(ST_Y(middle)) as north
            from ({located}) as located where is_inside group by 1, 2, kind
        ) as kinds
        window here as (partition by x, y) order by x, y, n desc, kind
    ) as chosen"""
# As general.line_blocks.
LINES = """
    select kind, geom, ST_Transform(geom, 4326) as geom_wgs84 from (
        select kind, (
            select ST_Collect(part.geom order by part.path) from ST_Dump(joined) as part
            where ST_Length(part.geom) >= {cell_m} / 8
        ) as geom
        from (
            select kind, ST_Simplify(ST_LineMerge(ST_Collect(geom order by id)), {cell_m} / 4) as joined
            from (
                select id, kind, box, case
                    when ST_XMin(geom) >= ST_XMin(box) and ST_XMax(geom) < ST_XMax(box)
                        and ST_YMin(geom) >= ST_YMin(box) and ST_YMax(geom) < ST_YMax(box) then geom
                    else general.clip_line(geom, box)
                end as geom
                from ({located}) as located
                where ST_XMin(geom) < ST_XMax(box) and ST_YMin(geom) < ST_YMax(box)
            ) as pieces
            where not ST_IsEmpty(geom) group by kind, ST_XMin(box), ST_YMin(box)
        ) as lines
    ) as seen where geom is not null"""
# As general.count_cells and general.settled_blocks. The diagonal is stored with a polygon, its corners are not: of
# 600,000 rows looking for large ones takes 0.4 s instead of 0.85.
POLYGONS = """
    with located as materialized ({located}),
    cells as (
        select floor(ST_X(middle) / {cell_m})::integer as x, floor(ST_Y(middle) / {cell_m})::integer as y, kind,
            greatest(1, ST_Area(geom) * 100)::bigint as dm2
        from located where is_inside
        union all
        select cell_x, cell_y, kind, ({cell_m} * {cell_m} * 100)::bigint
        from located,
            generate_series(
                floor(greatest(ST_XMin(geom), ST_XMin(box)) / {cell_m})::integer,
                least(floor(ST_XMax(geom) / {cell_m}), ceil(ST_XMax(box) / {cell_m}) - 1)::integer
            ) as cell_x,
            generate_series(
                floor(greatest(ST_YMin(geom), ST_YMin(box)) / {cell_m})::integer,
                least(floor(ST_YMax(geom) / {cell_m}), ceil(ST_YMax(box) / {cell_m}) - 1)::integer
            ) as cell_y
        where ST_Length(ST_BoundingDiagonal(geom)) > 1.5 * {cell_m}
            and greatest(ST_XMax(geom) - ST_XMin(geom), ST_YMax(geom) - ST_YMin(geom)) > 1.5 * {cell_m}
            and (cell_x, cell_y) <> (floor(ST_X(middle) / {cell_m}), floor(ST_Y(middle) / {cell_m}))
            and ST_Intersects(geom, ST_Point((cell_x + 0.5) * {cell_m}, (cell_y + 0.5) * {cell_m}, {srid}))
    )
    select kind, geom, ST_Transform(geom, 4326) as geom_wgs84 from (
        select kind, ST_SetSRID(ST_Simplify(ST_CoverageUnion(ST_MakeEnvelope(
            x * {cell_m}, y * {cell_m}, (x + 1) * {cell_m}, (y + 1) * {cell_m}, {srid}
        ) order by x, y), 0), {srid}) as geom
        from (
            select distinct on (x, y) x, y, kind
            from (select x, y, kind, sum(dm2) as dm2 from cells group by x, y, kind) as kinds
            order by x, y, dm2 desc, kind
        ) as chosen
        group by x >> {step}, y >> {step}, kind
    ) as squares"""
