"""Blocks of tiles that are drawn as one picture, so that a name which lies on two tiles is whole."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from dothi.api.tiles.matrices import Matrix
from dothi.api.tiles.place import Box, TileAddress
from dothi.cartography.mapping.view import View

# Tiles along a side of a block, and pixels: what more tiles save is less than what the first reader waits for them.
SIDE_TILES, SIDE_PX = 4, 2_048


@dataclass(frozen=True)
class Block:
    """Tiles that are drawn together. view: of all of them. columns, rows: how many there are.

    column, row: of the tile that is wanted, counted within the block from the upper left.
    """

    view: View
    columns: int = 1
    rows: int = 1
    column: int = 0
    row: int = 0

    @property
    def number(self) -> int:
        """Of the wanted tile among those of the block, row by row."""
        return self.row * self.columns + self.column

    @property
    def drawing(self) -> tuple[View, int, int]:
        """What differs between blocks that are drawn differently."""
        return self.view, self.columns, self.rows


@dataclass(frozen=True)
class TilePlace:
    """Where a tile lies in its matrix. columns, rows: of the matrix. box: where the tile of a column and row lies."""

    column: int
    row: int
    columns: int
    rows: int
    box: Callable[[int, int], Box]

    def block(self, view: View, most_pixels: int) -> Block:
        """The block of the tile, which is drawn as `view` says."""
        side = _side(view, most_pixels)
        first, top = self.column - self.column % side, self.row - self.row % side
        last, bottom = min(first + side, self.columns) - 1, min(top + side, self.rows) - 1
        west, _, _, north = self.box(first, top)
        _, south, east, _ = self.box(last, bottom)
        columns, rows = last - first + 1, bottom - top + 1
        whole = replace(
            view, box=(west, south, east, north), width_px=columns * view.width_px, height_px=rows * view.height_px
        )
        return Block(whole, columns, rows, self.column - first, self.row - top)


def place_of_tile(tile: TileAddress) -> TilePlace:
    """The place of a tile of a set that everybody knows."""
    grid, z = tile.grid, tile.z
    return TilePlace(tile.x, tile.y, grid.columns << z, 1 << z, lambda x, y: TileAddress(z, x, y, grid).box)


def place_in_matrix(matrix: Matrix, column: int, row: int) -> TilePlace:
    """The place of a tile of a matrix."""
    return TilePlace(column, row, matrix.columns, matrix.rows, matrix.box)


def _side(view: View, most_pixels: int) -> int:
    """How many tiles of this size a block has along its side."""
    longest, pixels = max(view.width_px, view.height_px), view.width_px * view.height_px
    fitting = [side for side in (SIDE_TILES, 2) if side * longest <= SIDE_PX and side**2 * pixels <= most_pixels]
    return fitting[0] if fitting else 1
