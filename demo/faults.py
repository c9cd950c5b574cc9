"""The faults that agencies' files really have, put into some of the demo's: a newcomer sees the desk find them."""

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import shapely

import dothi.core.legacy_text  # noqa: F401 (registers the codec tcvn3)
from demo.files import Table

FEWEST_ROWS = 100


def surveyors_table(table: Table) -> Table:
    """The columns and, as surveyors write them, X for the northing and Y for the easting, with a decimal comma.

    A row without a place has empty cells.
    """
    x, y = shapely.get_y(table.geometry), shapely.get_x(table.geometry)
    cells = {name: np.array([_comma(value) for value in axis], dtype=object) for name, axis in (('X', x), ('Y', y))}
    return replace(table, columns=table.columns | cells)


def _comma(value: float) -> str:
    return '' if np.isnan(value) else f'{value:.2f}'.replace('.', ',')


def with_bad_rows(table: Table, spoilt: dict[str, object]) -> Table:
    """The table with one row twice, one that has lost its place, and wrong values.

    spoilt: by column a value that the layer does not know; each goes into a row of its own. A short list stays as it
    is: a few bad rows would be too large a share of it.
    """
    if len(table.geometry) < FEWEST_ROWS:
        return table
    again = np.append(np.arange(len(table.geometry)), 3)
    columns = {name: column[again].copy() for name, column in table.columns.items()}
    for row, (name, value) in enumerate(spoilt.items(), 10):
        columns[name][row] = value
    geometry = table.geometry[again].copy()
    geometry[5] = None
    return Table(geometry, columns, table.srid)


def decomposed(table: Table) -> Table:
    """The same text with each accent as a character of its own (NFD), as it leaves a Macintosh."""
    return _with_text(table, lambda text: unicodedata.normalize('NFD', text))


def in_tcvn3(table: Table) -> Table:
    """The same text in TCVN3 (ABC), seen as Latin-1: what a .VnTime font needs, and everybody else cannot read."""
    return _with_text(table, lambda text: b''.join(map(_tcvn3, text)).decode('latin-1'))


def _tcvn3(letter: str) -> bytes:
    """TCVN3 has few capitals with accents: there people type the small letter in a font of capitals."""
    try:
        return letter.encode('tcvn3')
    except UnicodeEncodeError:
        return letter.lower().encode('tcvn3', 'replace')


def _with_text(table: Table, change: Callable[[str], str]) -> Table:
    columns = {
        name: np.array([change(value) for value in column], dtype=object) if column.dtype == object else column
        for name, column in table.columns.items()
    }
    return replace(table, columns=columns)


def thinned(table: Table, every: int) -> Table:
    """The table without each `every`-th row: a list from which somebody has lost a part."""
    keep = np.arange(len(table.geometry)) % every != 0
    return Table(table.geometry[keep], {name: column[keep] for name, column in table.columns.items()}, table.srid)


def write_table(path: Path, table: Table) -> None:
    """Semicolons, a byte order mark and Windows line ends, as a spreadsheet program saves; the columns only."""
    rows = [list(table.columns), *zip(*table.columns.values(), strict=True)]
    lines = ''.join(';'.join(map(str, row)) + '\r\n' for row in rows)
    path.write_bytes(lines.encode('utf-8-sig'))
