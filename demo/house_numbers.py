"""House numbers: odd on the left of a street, even on the right, growing along it."""

import numpy as np
from numpy.typing import NDArray

from demo.streets import Floats
from demo.strokes import Bools, Ints

Names = NDArray[np.object_]


def sides(street: Ints, left: Bools) -> Ints:
    """Number of the side of a street: twice the street's number, and one more for its right side."""
    return np.asarray(2 * street + ~left)


def house_numbers(side: Ints, at_m: Floats, divided: Bools) -> Names:
    """'1', '3', '5' on the left sides and '2', '4', '6' on the right ones; '3A' for a lot that was divided off after 3.

    side: number of the side on which each lot lies, as `sides` has it. at_m: how far along the street.
    """
    order = np.lexsort((at_m, side))
    begins = np.diff(side[order], prepend=-1) != 0
    whole = begins | ~divided[order]
    rank, letters = _counts(begins, whole)
    number = np.empty(len(side), dtype=object)
    number[order] = [
        f'{2 * each + 1 + right}{"ABCDEFGH"[letter - 1] if letter else ""}'
        for each, right, letter in zip(rank.tolist(), (side[order] % 2).tolist(), letters.tolist(), strict=True)
    ]
    return number


def _counts(begins: Bools, whole: Bools) -> tuple[Ints, Ints]:
    """Numbers used before each lot on its side, and how many lots were divided off since the last whole one.

    Both run along the sides; begins: whether a side begins with the lot.
    """
    place, total = np.arange(len(begins)), np.cumsum(whole)
    first = np.maximum.accumulate(np.where(begins, place, 0))
    last_whole = np.maximum.accumulate(np.where(whole, place, 0))
    return total - total[first], place - last_whole


def lane_numbers(side: Ints, at_m: Floats, lot_side: Ints, lot_at_m: Floats) -> Ints:
    """Number of each lane: that of the lot at its mouth, or the next that no lane of the side has.

    side, at_m: where the lanes leave. lot_side, lot_at_m: where the lots with whole numbers lie.
    """
    order = np.lexsort((lot_at_m, lot_side))
    lot_side, lot_at_m = lot_side[order], lot_at_m[order]
    numbers, used = np.zeros(len(side), dtype=np.intp), set()
    for lane in np.lexsort((at_m, side)):
        own = lot_at_m[slice(*np.searchsorted(lot_side, [side[lane], side[lane] + 1]))]
        number = 2 * int(np.searchsorted(own, at_m[lane])) + 1 + int(side[lane] % 2)
        while (side[lane], number) in used:
            number += 2
        used.add((side[lane], number))
        numbers[lane] = number
    return numbers
