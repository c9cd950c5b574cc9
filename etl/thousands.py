"""Numbers in text whose one sign may be decimal or of thousands: `20.000` is twenty to a program, 20,000 in Vietnam.

No number says it alone. The column does: `3.5` beside it makes the point decimal, `12,5` or `1.234.567` makes it one
of thousands; then the limits of the layer's column, where one reading only is inside them.
"""

from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dothi.core.layer import Column
from etl.values import Bools

Meaning = Literal['decimal', 'thousands']
BLANKS = r'[\s\x{00a0}\x{202f}]+'
# Patterns of RE2, {s} being the sign in question and {o} the other one.
EITHER = r'^[+-]?[1-9]\d{{0,2}}[{s}]\d{{3}}$'
SAYS_THOUSANDS = (
    r'^[+-]?(\d{{1,3}}([{s}]\d{{3}}){{2,}}([{o}]\d+)?|\d{{1,3}}([{s}]\d{{3}})+[{o}]\d+|\d+[{o}](\d{{1,2}}|\d{{4,}}))$'
)
SAYS_DECIMAL = r'^[+-]?(\d+[{s}](\d{{1,2}}|\d{{4,}})|(0\d*|\d{{4,}})[{s}]\d{{3}}|\d{{1,3}}([{o}]\d{{3}}){{2,}})$'


def plain(values: Any, column: Column) -> tuple[Any, Bools]:
    """`values` without signs of thousands as far as the column tells them, and which rows could be either number.

    values: Arrow array of text, of a column of numbers. A whole number is one of thousands where nothing tells; any
    other is left as it is, which reads the sign as decimal, and is among the rows told.
    """
    # Arrow reads no number with a plus
    texts = pc.replace_substring_regex(pc.replace_substring_regex(values, BLANKS, ''), r'^\+', '')
    unsure = np.zeros(len(values), dtype=bool)
    for sign, other in ('.,', ',.'):
        rows = _match(texts, EITHER, sign, other)
        if not rows.any():
            continue
        meaning = _by_column(texts, sign, other) or _by_limits(texts, rows, sign, column)
        if meaning == 'thousands' or (meaning is None and column.type == 'integer'):
            values = pc.if_else(pa.array(rows), pc.replace_substring(texts, sign, ''), values)
        elif meaning is None:
            unsure |= rows
    return values, unsure


def _match(texts: Any, pattern: str, sign: str, other: str) -> Bools:
    return np.asarray(pc.fill_null(pc.match_substring_regex(texts, pattern.format(s=sign, o=other)), False))


def _by_column(texts: Any, sign: str, other: str) -> Meaning | None:
    """What the column's other values say; None where they say nothing, or both."""
    thousands = bool(_match(texts, SAYS_THOUSANDS, sign, other).any())
    decimal = bool(_match(texts, SAYS_DECIMAL, sign, other).any())
    if thousands == decimal:
        return None
    return 'thousands' if thousands else 'decimal'


def _by_limits(texts: Any, rows: Bools, sign: str, column: Column) -> Meaning | None:
    """The one reading by which all values are within the column's limits."""
    numbers = pc.replace_substring(texts.filter(pa.array(rows)), sign, '.').cast(pa.float64()).to_numpy(False)
    low = -np.inf if column.min is None else column.min
    high = np.inf if column.max is None else column.max
    decimal, thousands = (bool(((low <= each) & (each <= high)).all()) for each in (numbers, numbers * 1000))
    if thousands == decimal:
        return None
    return 'thousands' if thousands else 'decimal'
