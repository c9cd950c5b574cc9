"""One layer in one tile, in no more bytes than allowed, whatever lies there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from psycopg2 import sql

from dothi.api.tiles.place import TileAddress
from dothi.api.tiles.sql import CELL_STEPS, Canvas, Ink, statement
from dothi.core.layer import Layer

# Uncompressed: what a client has to take apart.
MOST_BYTES = 500_000
# No feature with a geometry takes less.
LEAST_FEATURE_BYTES = 18


@dataclass(frozen=True)
class LayerTile:
    """A tile, and in which way it says less than the layer file asks for (empty: it does not)."""

    content: bytes
    shortened: str = ''


class Reader(Protocol):
    """What answers a statement with its only row."""

    def row(self, statement: sql.Composable) -> tuple[Any, ...]: ...


def draw_layer_tile(db: Reader, canvas: Canvas, place: TileAddress, most_bytes: int = MOST_BYTES) -> LayerTile:
    """The tile as the layer file asks for it, or the first of its ever coarser forms that fits into `most_bytes`."""
    features = 0
    for shortened, ink in tile_forms(canvas, place, most_bytes):
        merges = ink.counted or ink.joined or ink.most_points
        if not merges and features * LEAST_FEATURE_BYTES > most_bytes:
            continue
        content, features = db.row(statement(canvas, place, ink))
        if len(content) <= most_bytes:
            return LayerTile(bytes(content), shortened)
    return LayerTile(b'', 'nothing')


def tile_forms(canvas: Canvas, place: TileAddress, most_bytes: int = MOST_BYTES) -> Iterator[tuple[str, Ink]]:
    """The forms of a tile from full to coarse, each with the name of what it leaves out."""
    if not is_merged(canvas.layer, place):
        yield '', Ink()
        for px in (1, 4):
            yield f'kinds only, {px} px', Ink(only_kinds=True, tolerance_px=px)
    as_asked = is_merged(canvas.layer, place)
    for shortened, ink in (
        _joined_forms(most_bytes) if canvas.layer.geometry.endswith('LineString') else _counted_forms()
    ):
        yield '' if as_asked else shortened, ink
        as_asked = False


def is_merged(layer: Layer, place: TileAddress) -> bool:
    """Whether the layer file has features merged at this zoom."""
    below = layer.publish.tiles.merge_below
    return below is not None and place.zoom < below


def _counted_forms() -> Iterator[tuple[str, Ink]]:
    for steps in range(CELL_STEPS, -1, -1):
        yield f'counted in {1 << steps} x {1 << steps} cells', Ink(counted=True, cell_steps=steps)


def _joined_forms(most_bytes: int) -> Iterator[tuple[str, Ink]]:
    yield 'joined', Ink(joined=True)
    yield 'joined, 4 px', Ink(joined=True, tolerance_px=4)
    for bytes_per_point in (10, 20, 40, 80, 160):
        points = most_bytes // bytes_per_point
        yield f'largest, {points} points', Ink(only_kinds=True, tolerance_px=4, most_points=points)
