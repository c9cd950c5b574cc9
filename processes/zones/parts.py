"""How much of each line or polygon lies in which zone."""

from dataclasses import dataclass

import numpy as np
import psycopg2
import shapely
from psycopg2 import sql

from dothi.core.arrays import Floats, Ints
from dothi.core.layer import Layer
from processes.data import Data, Zones

# The measure of a whole feature, by the kind of its geometry; a point has none.
MEASURES = {'LineString': sql.SQL('ST_Length(geom)'), 'Polygon': sql.SQL('ST_Area(geom)')}
# A piece of so little is rounding of the cut: a tenth of a millimetre, or a square centimetre.
LEAST = 1e-4


@dataclass(frozen=True)
class Parts:
    """A row for each part. feature: id. zone: number. measure: metres or square metres of it; whole: of the feature."""

    feature: Ints
    zone: Ints
    measure: Floats
    whole: Floats


def kind_of(layer: Layer) -> str:
    """Point, LineString or Polygon, whether or not in parts."""
    return layer.geometry.removeprefix('Multi')


def parts_of(layer: Layer, rows: sql.Composed, zones: Zones, zone_rows: sql.Composed, data: Data) -> Parts:
    """The parts of the features of a layer of lines or polygons; a border that runs along a line halves it.

    rows, zone_rows: `here` of the features and of the zones. What lies wholly inside a zone is told
    by its box; only the rest, a few of a hundred, is cut in the database (unit.measure_inside).
    """
    query = sql.SQL(
        'select id::float8, {}, ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom) from {} order by id'
    )
    columns = data.numbers(query.format(MEASURES[kind_of(layer)], rows), width=6)
    boxes = np.asarray(shapely.box(*columns[:, 2:].T), dtype=object)
    # the zones ask, because shapely prepares the geometry that asks
    tree = shapely.STRtree(boxes)
    zone, feature = tree.query(zones.shapes, predicate='contains_properly')
    touching = tree.query(zones.shapes, predicate='intersects')
    whole = np.isin(touching[0] * len(columns) + touching[1], zone * len(columns) + feature)
    cut = _cut_parts(
        touching[0][~whole], columns[touching[1][~whole], 0].astype(np.int64), rows, zones, zone_rows, data
    )
    of_cut = np.searchsorted(columns[:, 0], cut[:, 0])
    return Parts(
        feature=np.concatenate([columns[feature, 0], cut[:, 0]]).astype(np.int64),
        zone=np.concatenate([zone, cut[:, 1]]).astype(np.int64),
        measure=np.concatenate([columns[feature, 1], cut[:, 2]]),
        whole=np.concatenate([columns[feature, 1], columns[of_cut, 1]]),
    )


# Each pair of a feature and a zone whose border its box meets.
CUT = sql.SQL("""
    select pair.feature::float8, pair.zone::float8, measure
    from unnest({features}::bigint[], {zones}::bigint[], {ids}::bigint[]) pair (feature, zone, zone_id)
    join (select id, geom from {rows} where id = any({features}::bigint[])) piece on piece.id = pair.feature
    join (select id, geom from {zone_rows}) zone_here on zone_here.id = pair.zone_id,
    lateral (select unit.measure_inside(piece.geom, zone_here.geom) as measure) inside
    where measure > {least}
""")


def united_rows(zones: Zones, srid: int) -> sql.Composed:
    """`here` of zones that are in no layer, such as those of `Zones.united`."""
    query = (
        '(select id, ST_SetSRID(wkb::geometry, {}) as geom from unnest({}::bigint[], {}::bytea[]) one (id, wkb)) here'
    )
    wkbs = [psycopg2.Binary(wkb) for wkb in shapely.to_wkb(zones.shapes)]
    return sql.SQL(query).format(sql.Literal(srid), sql.Literal(zones.ids), sql.Literal(wkbs))


def _cut_parts(
    zone: Ints, feature: Ints, rows: sql.Composed, zones: Zones, zone_rows: sql.Composed, data: Data
) -> Floats:
    """Id of the feature, number of the zone and measure of the part, shape (n, 3). zone, feature: of each pair."""
    query = CUT.format(
        features=sql.Literal(feature.tolist()),
        zones=sql.Literal(zone.tolist()),
        ids=sql.Literal(np.asarray(zones.ids, dtype=np.int64)[zone].tolist()),
        rows=rows,
        zone_rows=zone_rows,
        least=sql.Literal(LEAST),
    )
    return data.numbers(query, width=3)
