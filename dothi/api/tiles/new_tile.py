"""A tile that is not kept yet: drawn by one statement, together with the release that it shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg2 import sql

from dothi.api.tiles.changes import STATE_WITHOUT_CELLS, Current, PlanKeeper, current_state
from dothi.api.tiles.draw import is_merged
from dothi.api.tiles.frame import parameters
from dothi.api.tiles.place import TileAddress
from dothi.api.tiles.sql import ALONE_FROM, Canvas, parameter_anything, parameter_statement, small_rule
from dothi.core.layer import Layer

NUMBERS = """(select array_agg(s.number order by s.layer_id collate "C")
    from catalog.current_state as s where s.layer_id = any ({}::text[]))"""


@dataclass(frozen=True)
class NewTile:
    """The full form of a tile, however large it is, and what was served of its layer then, without cells."""

    current: Current
    content: bytes


def is_drawn_at_once(layer: Layer, place: TileAddress) -> bool:
    """Whether one statement does for all tiles of that zoom.

    At high zooms a tile shows a small part of any layer, which the index finds wherever it lies.
    """
    return place.zoom >= ALONE_FROM and not is_merged(layer, place) and small_rule(layer, place.zoom) != 'merge'


def new_tile_statement(canvas: Canvas, place: TileAddress) -> sql.Composable:
    """A statement for all tiles of that zoom."""
    return sql.SQL('select state.*, drawn.tile from ({} where s.layer_id = {}) as state, ({}) as drawn').format(
        sql.SQL(STATE_WITHOUT_CELLS), sql.Literal(canvas.layer.id), parameter_statement(canvas, place)
    )


def may_be_empty(layer: Layer, place: TileAddress) -> bool:
    """Whether it is worth asking if anything of the layer lies there: merging takes a statement of its own."""
    return place.zoom >= ALONE_FROM and is_merged(layer, place)


def is_scattered(layer: Layer, place: TileAddress) -> bool:
    """Whether few tiles of that zoom have any of its features: those that are merged at all zooms, such as stations."""
    rules = layer.publish.tiles
    return may_be_empty(layer, place) and (rules.merge_below or 0) > rules.zooms[1]


def parts_statement(drawn: Sequence[Canvas], merged: Sequence[Canvas], place: TileAddress) -> sql.Composable:
    """A statement that gives layers' full forms for any tile of that zoom, and whether others have anything there.

    One row: the numbers of all these layers' releases in the order of their ids, and a column for each layer. They are
    subqueries of their own: as tables to be joined the planner would look for an order of them.
    """
    names = sql.Literal([canvas.layer.id for canvas in (*drawn, *merged)])
    tiles = [sql.SQL('(select tile from ({}) as part)').format(parameter_statement(canvas, place)) for canvas in drawn]
    filled = [sql.SQL('({})').format(parameter_anything(canvas, place)) for canvas in merged]
    return sql.SQL('select ') + sql.SQL(', ').join([sql.SQL(NUMBERS).format(names), *tiles, *filled])


def read_new_tile(db: PlanKeeper, statement: str, place: TileAddress) -> NewTile | None:
    """The tile; None where the layer has no release. One statement sees one state of the database."""
    rows = db.prepared_rows(statement, *parameters(place))
    if not rows:
        return None
    *state, tile = rows[0]
    return NewTile(current_state(*state), bytes(tile))
