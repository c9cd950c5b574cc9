"""What a picture of a layer is drawn from: its generalised form where that says the same, else its rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, inf, isfinite, log2
from typing import Literal, Protocol

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.cartography.generalised.fresh import (
    block_step,
    fresh_blocks,
    kind_columns,
    rows_in_box,
    touched_rows,
    untouched,
)
from dothi.cartography.generalised.plan import (
    SETTLED_STEP,
    Form,
    Size,
    definition,
    discrete_columns,
    form_of,
    levels_of,
)
from dothi.core.crs import proj_string, transformer
from dothi.core.layer import Audience, Layer
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
    """What is there of a layer. is_current: of its current release, and not of one that others followed."""

    form: Form
    kind_sets: tuple[tuple[str, ...], ...]
    levels: tuple[int, ...]
    is_current: bool = True

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


STATES = """
    select l.id, r.rows_total, s.definition, s.form, s.kind_sets, s.levels, s.release = l.current_release
    from catalog.layer as l join catalog.seen_release as r on r.number = l.current_release
    left join general.state as s on s.layer_id = l.id
        and (s.release = l.current_release or general.is_followed(s.layer_id))
    where l.id = any (%s)"""
ROWS_ONLY = Generalised('rows', (), ())


def generalised(db: Connection, layers: Iterable[Layer], locality: Locality) -> dict[str, Generalised]:
    """What is there of these layers; missing are those of which something is to be made."""
    layer_by_id = {layer.id: layer for layer in layers}
    present = {}
    with db.cursor() as cursor:
        cursor.execute(STATES, [list(layer_by_id)])
        for name, rows_total, by, form, kind_sets, levels, is_current in cursor.fetchall():
            if by == definition(layer_by_id[name], locality):
                present[name] = Generalised(form, tuple(map(tuple, kind_sets)), tuple(levels), is_current)
            elif form_of(layer_by_id[name], Size(rows_total, 0)) == 'rows':
                present[name] = ROWS_ONLY
    return present


def is_merged(layer: Layer, view: View) -> bool:
    """Whether features are merged at that scale, as they are in tiles: which parts of a style draw depends on it."""
    below = layer.publish.tiles.merge_below
    return below is not None and view.zoom < below


def may_be_generalised(layer: Layer, view: View, locality: Locality) -> bool:
    """Whether a picture at that scale is ever drawn from a generalised form of the layer: one of a street never is."""
    return is_merged(layer, view) or ceil(log2(view.metres_per_px)) >= levels_of(layer, locality)[0]


@dataclass(frozen=True)
class SourceQuery:
    """What a picture shows of a layer. columns: those that its passes read at this scale.

    condition: which rows, of those at the time; None is all.
    """

    layer: Layer
    view: View
    columns: set[str]
    times: Times | None = None
    condition: sql.Composable | None = None


@dataclass(frozen=True)
class Chosen:
    """In which form a layer is drawn, at which level, and by which columns its blocks are told apart.

    blocks: where they come from. `stored`: from what was made for the current release. `followed`: those that later
    releases touched are left out, and what lies there is generalised as it is read. `read`: all of it is.
    """

    form: Form = 'rows'
    level: int = 0
    kinds: tuple[str, ...] = ()
    blocks: Literal['stored', 'followed', 'read'] = 'stored'


ROWS = Chosen()


def chosen(query: SourceQuery, generalised: Generalised | None, locality: Locality) -> Chosen:
    """The generalised form that says the same as the rows, or the rows.

    generalised: the layer's form, if it has one; it is of all rows of the current release, so what is shown at
    another time or under a filter is generalised as it is read.
    """
    if generalised is None or query.times is not None or query.condition is not None:
        return _read_blocks(query, locality)
    level = generalised.level(query.view, settled=generalised.form == 'blocks' and _is_polygon(query.layer))
    if level is None:
        return ROWS
    if generalised.form == 'outlines':
        return Chosen('outlines', level)
    return _made_blocks(query, generalised, level, locality)


def _made_blocks(query: SourceQuery, generalised: Generalised, level: int, locality: Locality) -> Chosen:
    # one marker or cell for several features, only where tiles do so too
    if not (is_merged(query.layer, query.view) or query.layer.geometry.endswith('LineString')):
        return ROWS
    kinds = generalised.kinds_for(query.columns)
    if kinds is None:
        return _read_blocks(query, locality)
    return Chosen('blocks', level, kinds, 'stored' if generalised.is_current else 'followed')


def _read_blocks(query: SourceQuery, locality: Locality) -> Chosen:
    """Blocks that are made as they are read, where features are merged: a picture of a province has as many cells as
    it can show, and never as many shapes as the layer has rows.
    """
    if query.layer.geometry.endswith('LineString') or not is_merged(query.layer, query.view):
        return ROWS
    levels = Generalised('blocks', (), levels_of(query.layer, locality))
    level = levels.level(query.view, settled=_is_polygon(query.layer))
    if level is None or not query.columns <= discrete_columns(query.layer):
        return ROWS
    return Chosen('blocks', level, tuple(sorted(query.columns)), 'read')


def _is_polygon(layer: Layer) -> bool:
    return layer.geometry.endswith('Polygon')


def rows_of(query: SourceQuery, how: Chosen, locality: Locality, audience: Audience) -> sql.Composable:
    """What to select from, in place of `dothi.core.layer_source.source`: the same columns, or those that are asked for.

    how: what `chosen` says. Of the rows those that fulfil the query's condition.
    """
    plain = source(query.layer, locality, audience, query.times)
    if query.condition is not None:
        plain = sql.SQL('(select * from {} as stored where {})').format(plain, query.condition)
    if how.form == 'blocks':
        return _blocks(query, how, plain, locality)
    return plain if how.form == 'rows' else _outlines(query.layer, how.level, plain, audience)


def _outlines(layer: Layer, level: int, rows: sql.Composable, audience: Audience) -> sql.Composable:
    names = ['id', *layer.columns_for(audience), 'release_from']
    columns = sql.SQL(', ').join(sql.Identifier('as_released', name) for name in names)
    return sql.SQL(
        """(select {}, outline.geom, outline.geom_wgs84 from {} as as_released
            join general.outline on outline.layer_id = {} and outline.level = {} and outline.id = as_released.id)"""
    ).format(columns, rows, sql.Literal(layer.id), sql.Literal(level))


def _blocks(query: SourceQuery, how: Chosen, rows: sql.Composable, locality: Locality) -> sql.Composable:
    layer, srid = query.layer, locality.srid
    if how.blocks == 'read':
        located = rows_in_box(how, rows, _working_box(query.view, MARGIN_PX, locality), srid)
        return sql.SQL('({})').format(fresh_blocks(layer, how, located, srid))
    shown = _squares(query.view, how.level, locality)
    if how.blocks == 'stored':
        return _stored_blocks(query, how, shown)
    located = touched_rows(layer, how, rows, srid, shown)
    return sql.SQL('({} union all {})').format(
        _stored_blocks(query, how, sql.SQL('{} and {}').format(shown, untouched(layer, how.level, srid))),
        fresh_blocks(layer, how, located, srid),
    )


def _stored_blocks(query: SourceQuery, how: Chosen, shown: sql.Composable) -> sql.Composable:
    form = '(select {} from general.block where layer_id = {} and kinds = {}::text[] and level = {} and {})'
    return sql.SQL(form).format(
        kind_columns(query.layer, how.kinds),
        sql.Literal(query.layer.id),
        sql.Literal(list(how.kinds)),
        sql.Literal(how.level),
        shown,
    )


def _working_box(view: View, margin_px: float, locality: Locality) -> Box:
    """The box of a picture and so much around it in the working system."""
    to_working = transformer(proj_string(view.crs), proj_string(locality.srid))
    west, south, east, north = to_working.transform_bounds(*view.grown(margin_px), densify_pts=21)
    return west, south, east, north


def _squares(view: View, level: int, locality: Locality) -> sql.Composable:
    """The condition that a block lies in the picture. By number: row-level security lets no spatial index be used."""
    block_m = 2.0 ** (level + block_step(level))
    # twice as much as will show: the system's lines may be bent against those of the picture
    west, south, east, north = _working_box(view, 2 * MARGIN_PX, locality)
    ranges = [(x // block_m, y // block_m) for x, y in ((west, south), (east, north)) if isfinite(x) and isfinite(y)]
    if len(ranges) < 2 or max(map(abs, (west, south, east, north))) == inf:
        return sql.SQL('true')
    (x_first, y_first), (x_last, y_last) = ranges
    limits = [sql.Literal(max(min(int(index), 2**31 - 1), -(2**31))) for index in (x_first, x_last, y_first, y_last)]
    return sql.SQL('x between {} and {} and y between {} and {}').format(*limits)
