"""The layer's current release, asked for a sample's features by their keys, or for what lies nearest to them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.layer import Column, Layer
from etl.doctor.coordinates.sample import Floats
from etl.doctor.coordinates.scoring import OVERLAPS, Placed
from etl.formats.source import Geometries
from etl.reference import in_force

# Rows whose nearest neighbour is asked for, once per candidate.
NEIGHBOURS = 200
# What a projection cannot place has infinite coordinates, which no index takes.
NOWHERE = 1e9
Columns = Mapping[str, list[str | None]]


@dataclass(frozen=True)
class Same:
    """Rows of the sample whose key one released feature has.

    rows: positions in the sample. centres: the features' centroids in the working CRS, shape (n, 2).
    shapes: the geometries of the first of them, at most OVERLAPS.
    """

    rows: NDArray[np.intp]
    centres: Floats
    shapes: Geometries


def same_features(
    db: Connection, layer: Layer, columns: Columns, on: date, within: shapely.Geometry | None = None
) -> Same:
    """The features that the sample shares with the release; of units those in force on the day `on`.

    within: the area in which they lie; None for everywhere.
    """
    # when a version of a unit begins is not what tells one unit from another
    names = [name for name in layer.key if name not in (layer.publish.validity or ())]
    row_keys = _keys(layer, names, columns)
    if not row_keys:
        return Same(np.array([], dtype=np.intp), np.empty((0, 2)), np.array([], dtype=object))
    with db.cursor() as cursor:
        cursor.execute(_by_key(layer, names, row_keys, on))
        rows = [row for row in cursor.fetchall() if within is None or shapely.intersects_xy(within, row[1], row[2])]
    times = Counter(row for row, *_ in rows)
    once = [each for each in rows if times[each[0]] == 1]
    shapes = [bytes(wkb) for *_, wkb in once if wkb is not None]
    return Same(
        np.array([row for row, *_ in once], dtype=np.intp),
        np.array([(x, y) for _, x, y, _ in once], dtype=float).reshape(-1, 2),
        np.asarray(shapely.from_wkb(np.array(shapes, dtype=object))),
    )


def nearest(
    db: Connection, layer: Layer, placed: list[Placed], on: date, among: shapely.STRtree | None = None
) -> list[Floats]:
    """Per candidate, metres from each of at most NEIGHBOURS rows to the centroid of the nearest feature.

    among: the centroids that count, at least one; None for all of the layer.

    The point is written out in the order: taken from a join, the index does not serve it, and each of the points sorts
    the whole layer (60,000 buildings: 90 ms a point against 0.5 ms).
    """
    statement = sql.SQL("""
        select coalesce(found.distance, 'infinity')
        from unnest(%s::float8[], %s::float8[]) with ordinality as p(x, y, n)
        left join lateral (
            select st_distance(st_centroid(geom), st_setsrid(st_point(x, y), {srid})) as distance
            from {table}
            where {in_force} order by geom <-> st_setsrid(st_point(x, y), {srid}) limit 1
        ) as found on true order by n
    """).format(table=sql.Identifier('layer', layer.id), srid=sql.Literal(placed[0].srid), in_force=in_force(layer, on))
    step = max(1, len(placed[0].centres) // NEIGHBOURS)
    distances = []
    for each in placed:
        points = np.nan_to_num(
            shapely.get_coordinates(each.centres[::step]), nan=NOWHERE, posinf=NOWHERE, neginf=NOWHERE
        )
        if among is not None:
            _, away = among.query_nearest(shapely.points(points), return_distance=True, all_matches=False)
            distances.append(np.asarray(away, dtype=float))
            continue
        with db.cursor() as cursor:
            cursor.execute(statement, [points[:, 0].tolist(), points[:, 1].tolist()])
            distances.append(np.array([row[0] for row in cursor.fetchall()], dtype=float))
    return distances


def centroids_in(db: Connection, layer: Layer, on: date, within: shapely.Geometry) -> shapely.STRtree:
    """The features' centroids in the area; an index of all of them would be read far beyond it for a point outside."""
    statement = sql.SQL("""
        select st_x(st_centroid(geom)), st_y(st_centroid(geom)) from {table}
        where {in_force} and geom && st_makeenvelope({box}, find_srid('layer', {layer}, 'geom'))
    """).format(
        table=sql.Identifier('layer', layer.id),
        in_force=in_force(layer, on),
        box=sql.SQL(', ').join(map(sql.Literal, shapely.bounds(within).tolist())),
        layer=sql.Literal(layer.id),
    )
    with db.cursor() as cursor:
        cursor.execute(statement)
        xy = np.array(cursor.fetchall(), dtype=float).reshape(-1, 2)
    inside = shapely.points(xy[shapely.intersects_xy(within, xy[:, 0], xy[:, 1])])
    return shapely.STRtree(np.asarray(inside, dtype=object))


def _keys(layer: Layer, names: list[str], columns: Columns) -> list[tuple[object, ...]]:
    """Position and key of each row whose key is whole, is that of no other row, and can be one of the layer's."""
    if not names or any(name not in columns for name in names):
        return []
    keys = list(zip(*([_typed(layer.columns[name], v) for v in columns[name]] for name in names), strict=True))
    times = Counter(keys)
    return [(row, *key) for row, key in enumerate(keys) if None not in key and times[key] == 1]


def _typed(column: Column, value: str | None) -> object:
    """The value as the column's index has it; other types than text and integer are compared as text.

    None is no key of the layer's, nor is a text with a NUL, which PostgreSQL cannot store.
    """
    if value is None or '\0' in value:
        return None
    if column.type != 'integer':
        return value
    return int(value) if value.lstrip('-').isdecimal() and len(value) < 19 else None


def _by_key(layer: Layer, names: list[str], keys_to_find: list[tuple[object, ...]], on: date) -> sql.Composable:
    """SQL for the features with the wanted keys: row, x and y of the centroid, and the shape.

    Literals, as a % in the name of a column would be taken for a placeholder of a bound value.
    """
    kinds = [layer.columns[name].type for name in names]
    arrays = ['bigint', *('bigint' if kind == 'integer' else 'text' for kind in kinds)]
    values = zip(*keys_to_find, strict=True)
    same = [
        sql.SQL('{} = {}').format(
            sql.SQL('t.{}' if kind in ('integer', 'text') else 't.{}::text').format(sql.Identifier(name)),
            sql.Identifier('wanted', f'key_{n}'),
        )
        for n, (name, kind) in enumerate(zip(names, kinds, strict=True))
    ]
    return sql.SQL("""
        select wanted.place, st_x(st_centroid(geom)), st_y(st_centroid(geom)),
               case when row_number() over (order by wanted.place) <= {overlaps} then st_asbinary(geom) end
        from unnest({arrays}) as wanted(place, {keys})
        join {table} as t on {same} where {in_force} order by wanted.place
    """).format(
        overlaps=sql.Literal(OVERLAPS),
        arrays=sql.SQL(', ').join(
            sql.SQL('{}::{}[]').format(sql.Literal(list(each)), sql.SQL(kind))
            for each, kind in zip(values, arrays, strict=True)
        ),
        keys=sql.SQL(', ').join(sql.Identifier(f'key_{n}') for n in range(len(names))),
        table=sql.Identifier('layer', layer.id),
        same=sql.SQL(' and ').join(same),
        in_force=in_force(layer, on),
    )
