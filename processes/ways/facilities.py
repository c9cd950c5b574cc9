"""Where services are given: facilities with their names, kinds and the places at which one enters them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from psycopg2 import sql

from dothi.core.arrays import Floats, Ints
from dothi.core.layer import Layer
from processes.data import Data
from processes.inputs import LayerRef
from processes.reading.layers import column_identifier, must_be_unfiltered

# A facility with an area, a park say, is entered anywhere on its edge: at every corner, and this often between them.
ENTRANCE_EVERY_M = 20.0
POINTS_OF_AREA = sql.SQL(
    'case when ST_Dimension(here.geom) = 2 then ST_Segmentize(ST_Boundary(here.geom), {}) else here.geom end'
).format(sql.Literal(ENTRANCE_EVERY_M))
# The kind of a facility whose column says nothing: a name of its own, or its figures would take the place of those
# of all kinds together.
NO_KIND = 'unknown'


@dataclass(frozen=True)
class Facilities:
    """Facilities in the order of their codes. xy: entrances in the working CRS, shape (p, 2); owner: number of the
    facility of each entrance, shape (p,), ascending.
    """

    codes: list[str]
    names: list[str | None]
    kinds: list[str]
    xy: Floats
    owner: Ints

    @property
    def count(self) -> int:
        return len(self.codes)

    def entrances_of(self, kind: str) -> Ints:
        """Numbers of the entrances of facilities of this kind."""
        return np.flatnonzero(np.asarray([own_kind == kind for own_kind in self.kinds], dtype=bool)[self.owner])


def read_facilities(
    layer_ref: LayerRef,
    data: Data,
    narrowed_by: str | None = None,
    kind_column: str | None = None,
    kind: str = '',
    *,
    needed: bool = True,
) -> Facilities:
    """The facilities of a layer; each is of the kind that `kind_column` says, or of `kind` where it is None.

    needed: raises NothingPasses where a filter lets none through; a layer that is empty by itself is not refused.
    """
    layer, rows = data.source(layer_ref, narrowed_by)
    kinds = sql.Literal(kind) if kind_column is None else column_identifier(layer, kind_column, data.audience)
    code, name = column_identifier(layer, layer.identifier, data.audience), _name_sql(layer, data)
    query = 'select here.id, {}::text as code, {}::text as name, {}::text as kind from {} order by code, id'
    facility_rows = data.rows(sql.SQL(query).format(code, name, kinds, rows))
    if needed and not facility_rows:
        must_be_unfiltered(layer_ref, narrowed_by)
    points = sql.SQL(
        'select here.id::float8, ST_X(point.geom), ST_Y(point.geom) from {}, lateral ST_DumpPoints({}) point'
    )
    entrances = data.numbers(points.format(rows, POINTS_OF_AREA), width=3)
    owner = _owner_of_entrances(entrances[:, 0], facility_rows)
    order = np.argsort(owner, kind='stable')
    return Facilities(
        [row['code'] for row in facility_rows],
        [row['name'] for row in facility_rows],
        [row['kind'] or (kind if kind_column is None else NO_KIND) for row in facility_rows],
        entrances[order, 1:],
        owner[order],
    )


def join_facilities(facilities: list[Facilities]) -> Facilities:
    """All facilities of several lists, in the order of the lists."""
    before = np.cumsum([0, *(part.count for part in facilities)])
    return Facilities(
        [code for part in facilities for code in part.codes],
        [name for part in facilities for name in part.names],
        [kind for part in facilities for kind in part.kinds],
        np.concatenate([part.xy for part in facilities]),
        np.concatenate([part.owner + first for part, first in zip(facilities, before, strict=False)]),
    )


def _name_sql(layer: Layer, data: Data) -> sql.Composable:
    searched = layer.publish.search
    return column_identifier(layer, searched[0], data.audience) if searched else sql.SQL('null')


def _owner_of_entrances(ids: Floats, facility_rows: list[dict[str, Any]]) -> Ints:
    """Place in `facility_rows` of the row with each id, shape (p,)."""
    row_ids = np.asarray([row['id'] for row in facility_rows], dtype=np.float64)
    order = np.argsort(row_ids)
    return np.asarray(order[np.searchsorted(row_ids[order], ids)], dtype=np.int64) if len(row_ids) else np.empty(0, int)
