"""Areas of cells that hang together, found tile by tile and joined over the edges of the tiles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from dothi.core.arrays import Bools, Ints
from processes.ground.tiles import Tile

type Neighbours = Literal[4, 8]
type Labels = NDArray[np.int32]


@dataclass(frozen=True)
class Rim:
    """The labels along the sides of a tile that overlaps the ones that come next (`Tile.overlapping`).

    count: labels in the tile. Of two tiles side by side, `east` of one and `west` of the other are the same cells.
    """

    count: int
    north: Labels
    south: Labels
    west: Labels
    east: Labels


def label_patches(mask: Bools, neighbours: Neighbours) -> Labels:
    """0 where `mask` is false, else the number of the area that the cell belongs to, from 1 on.

    neighbours: 4 cells that share a side hang together, or also the 4 that share a corner.
    """
    structure = ndimage.generate_binary_structure(2, 1 if neighbours == 4 else 2)
    labels, _ = ndimage.label(mask, structure, output=np.int32)
    return np.asarray(labels)


def rim_of(labels: Labels) -> Rim:
    """The sides of a tile's labels."""
    return Rim(
        int(labels.max(initial=0)), *(side.copy() for side in (labels[0], labels[-1], labels[:, 0], labels[:, -1]))
    )


def join_tiles(tiles: Sequence[Tile], rims: Sequence[Rim]) -> list[Ints]:
    """For each tile the number of the whole area that each of its labels belongs to, shape (count + 1,).

    Areas are numbered from 1 on, label 0 stays 0. Two labels are one area if they lie on the same cell: tiles overlap
    by a row and a column, which holds all neighbours across an edge, those over a corner included.
    """
    before = np.cumsum([0, *(rim.count for rim in rims)])
    place = {(tile.row, tile.column): number for number, tile in enumerate(tiles)}
    pairs = [np.empty((2, 0), dtype=np.int64)]
    for number, tile in enumerate(tiles):
        for row, column, side, other in ((0, 1, 'east', 'west'), (1, 0, 'south', 'north')):
            beside = place.get((tile.row + row, tile.column + column))
            if beside is not None:
                edge, two = getattr(rims[number], side), getattr(rims[beside], other)
                pairs.append(np.stack([edge[edge > 0] + before[number] - 1, two[edge > 0] + before[beside] - 1]))
    start, end = np.concatenate(pairs, axis=1)
    graph = coo_array((np.ones(len(start), dtype=np.int8), (start, end)), shape=(before[-1], before[-1]))
    area = connected_components(graph, directed=False)[1] + 1 if before[-1] else np.empty(0, dtype=np.int64)
    return [
        np.concatenate([[0], area[first : first + rim.count]]).astype(np.int64)
        for first, rim in zip(before, rims, strict=False)
    ]
