"""A tile that is not kept yet: drawn by one statement, together with the release that it shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg2 import sql

from dothi.api.tiles.changes import STATE_WITHOUT_CELLS, Current, PlanKeeper, current_state
from dothi.api.tiles.draw import is_merged
from dothi.api.tiles.frame import parameters
from dothi.api.tiles.place import TileAddress
from dothi.api.tiles.sql import ALONE_FROM, Canvas, parameter_statement, small_rule
from dothi.core.layer import Layer


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


def parts_statement(canvases: Sequence[Canvas], place: TileAddress) -> sql.Composable:
    """A statement that gives the full forms of several layers for any tile of that zoom: one row, a column for each.

    Subqueries of their own: as tables to be joined the planner would look for an order of them.
    """
    parts = [
        sql.SQL('(select tile from ({}) as part)').format(parameter_statement(canvas, place)) for canvas in canvases
    ]
    return sql.SQL('select ') + sql.SQL(', ').join(parts)


def read_new_tile(db: PlanKeeper, statement: str, place: TileAddress) -> NewTile | None:
    """The tile; None where the layer has no release. One statement sees one state of the database."""
    rows = db.prepared_rows(statement, *parameters(place))
    if not rows:
        return None
    *state, tile = rows[0]
    return NewTile(current_state(*state), bytes(tile))
