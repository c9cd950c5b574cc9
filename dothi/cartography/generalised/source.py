"""What a picture of a layer is drawn from: its generalised form where that says the same, else its rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, inf, isfinite, log2
from typing import Protocol

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.cartography.generalised.plan import SETTLED_STEP, Form, definition
from dothi.core.crs import proj_string, transformer
from dothi.core.layer import Audience, Layer
from dothi.core.layer_columns import CATALOGUED
from dothi.core.layer_source import Times, source
from dothi.core.locality import Locality

type Box = tuple[float, float, float, float]
# What lies so far outside of a picture may still show in it: a marker, the width of a line.
MARGIN_PX = 64


class View(Protocol):
    """A part of the world and its scale; `dothi.cartography.mapping.view` has it."""

    @property
    def crs(self) -> int: ...

    @property
    def metres_per_px(self) -> float: ...

    @property
    def zoom(self) -> float: ...

    def grown(self, margin_px: float) -> Box: ...


@dataclass(frozen=True)
class Generalised:
    """What is there of a layer's current release."""

    form: Form
    kind_sets: tuple[tuple[str, ...], ...]
    levels: tuple[int, ...]

    def kinds_for(self, columns: set[str]) -> tuple[str, ...] | None:
        """The smallest set of kinds that has these columns."""
        enough = [kinds for kinds in self.kind_sets if columns <= set(kinds)]
        return min(enough, key=len, default=None)

    def level(self, view: View, *, settled: bool) -> int | None:
        """The level for pictures of that scale; None for finer ones than there are. settled: cells are seen."""
        fitting = ceil(log2(view.metres_per_px)) + (SETTLED_STEP if settled else 0)
        if not self.levels or (fitting < self.levels[0] and not settled):
            return None
        return min(max(fitting, self.levels[0]), self.levels[-1])


def generalised(db: Connection, layers: Iterable[Layer], locality: Locality) -> dict[str, Generalised]:
    """What is there of these layers; those that were not generalised since their last release are missing."""
    layer_by_id = {layer.id: layer for layer in layers}
    with db.cursor() as cursor:
        cursor.execute(
            """select s.layer_id, s.definition, s.form, s.kind_sets, s.levels
               from general.state as s join catalog.layer as l on l.id = s.layer_id and l.current_release = s.release
               where s.layer_id = any (%s) and s.form <> 'rows'""",
            [list(layer_by_id)],
        )
        return {
            name: Generalised(form, tuple(map(tuple, kind_sets)), tuple(levels))
            for name, by, form, kind_sets, levels in cursor.fetchall()
            if by == definition(layer_by_id[name], locality)
        }


def is_merged(layer: Layer, view: View) -> bool:
    """Whether features are merged at that scale, as they are in tiles: which parts of a style draw depends on it."""
    below = layer.publish.tiles.merge_below
    return below is not None and view.zoom < below


@dataclass(frozen=True)
class SourceQuery:
    """What a picture shows of a layer. columns: those that its passes read at this scale."""

    layer: Layer
    view: View
    columns: set[str]
    times: Times | None = None
    is_filtered: bool = False


@dataclass(frozen=True)
class Chosen:
    """In which form a layer is drawn, at which level, and by which columns its blocks are told apart."""

    form: Form = 'rows'
    level: int = 0
    kinds: tuple[str, ...] = ()


ROWS = Chosen()


def chosen(query: SourceQuery, generalised: Generalised | None) -> Chosen:
    """The generalised form that says the same as the rows, or the rows.

    generalised: the layer's form, if it has one. At another time than now, or under a filter, a picture shows the
    rows themselves.
    """
    if generalised is None or query.times is not None or query.is_filtered:
        return ROWS
    merged, polygons = is_merged(query.layer, query.view), query.layer.geometry.endswith('Polygon')
    level = generalised.level(query.view, settled=generalised.form == 'blocks' and polygons)
    if level is None:
        return ROWS
    if generalised.form == 'outlines':
        return Chosen('outlines', level)
    kinds = generalised.kinds_for(query.columns)
    # one marker or cell for several features, only where tiles do so too
    if kinds is None or not (merged or query.layer.geometry.endswith('LineString')):
        return ROWS
    return Chosen('blocks', level, kinds)


def rows_of(query: SourceQuery, how: Chosen, locality: Locality, audience: Audience) -> sql.Composable:
    """What to select from, in place of `dothi.core.layer_source.source`: the same columns, or those that are asked for.

    how: what `chosen` says.
    """
    if how.form == 'blocks':
        return _blocks(query, how.kinds, how.level, locality)
    plain = source(query.layer, locality, audience, query.times)
    return plain if how.form == 'rows' else _outlines(query.layer, how.level, plain, audience)


def _outlines(layer: Layer, level: int, rows: sql.Composable, audience: Audience) -> sql.Composable:
    names = ['id', *layer.columns_for(audience), 'release_from']
    columns = sql.SQL(', ').join(sql.Identifier('as_released', name) for name in names)
    return sql.SQL(
        """(select {}, outline.geom, outline.geom_wgs84 from {} as as_released
            join general.outline on outline.layer_id = {} and outline.level = {} and outline.id = as_released.id)"""
    ).format(columns, rows, sql.Literal(layer.id), sql.Literal(level))


def _blocks(query: SourceQuery, kinds: tuple[str, ...], level: int, locality: Locality) -> sql.Composable:
    columns = [
        sql.SQL('kind[{}]::{} as {}').format(
            sql.Literal(number), sql.SQL(CATALOGUED[query.layer.columns[name].type]), sql.Identifier(name)
        )
        for number, name in enumerate(kinds, 1)
    ]
    form = '(select {} from general.block where layer_id = {} and kinds = {}::text[] and level = {} and {})'
    return sql.SQL(form).format(
        sql.SQL(', ').join([*columns, sql.SQL('geom'), sql.SQL('geom_wgs84')]),
        sql.Literal(query.layer.id),
        sql.Literal(list(kinds)),
        sql.Literal(level),
        _squares(query.view, level, locality),
    )


def _squares(view: View, level: int, locality: Locality) -> sql.Composable:
    """The condition that a block lies in the picture. By number: row-level security lets no spatial index be used."""
    # as general.block_m in sql/functions/generalise.sql
    block_m = 2.0 ** (level + min(5, max(0, 13 - level)))
    # twice as much as will show: the system's lines may be bent against those of the picture
    to_working = transformer(proj_string(view.crs), proj_string(locality.srid))
    west, south, east, north = to_working.transform_bounds(*view.grown(2 * MARGIN_PX), densify_pts=21)
    ranges = [(x // block_m, y // block_m) for x, y in ((west, south), (east, north)) if isfinite(x) and isfinite(y)]
    if len(ranges) < 2 or max(map(abs, (west, south, east, north))) == inf:
        return sql.SQL('true')
    (x_first, y_first), (x_last, y_last) = ranges
    limits = [sql.Literal(max(min(int(index), 2**31 - 1), -(2**31))) for index in (x_first, x_last, y_first, y_last)]
    return sql.SQL('x between {} and {} and y between {} and {}').format(*limits)
