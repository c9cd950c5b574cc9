"""Faults of rows: found in bulk, told one by one in the user's words."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dothi.core.row_faults import FaultCode, Severity
from dothi.core.text import Text

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Finding:
    """One kind of fault, and the rows of a batch that have it.

    rows: positions in the batch. column: name in the file. says: one text for all rows, or one per row.
    """

    code: FaultCode
    rows: Rows
    says: Text | Sequence[Text]
    column: str | None = None

    def text(self, position: int) -> Text:
        """What is to be said about the row at `position` of `rows`."""
        return self.says if isinstance(self.says, Text) else self.says[position]

    def only(self, mask: NDArray[np.bool_]) -> 'Finding':
        """The finding for those of its rows that are `wanted` in the batch."""
        return self._at(np.flatnonzero(mask[self.rows]))

    def first(self, count: int) -> 'Finding':
        """The finding for its first rows."""
        return self._at(np.arange(min(count, self.rows.size)))

    def _at(self, positions: Rows) -> 'Finding':
        says = self.says if isinstance(self.says, Text) else [self.says[position] for position in positions]
        return Finding(self.code, self.rows[positions], says, self.column)


@dataclass(frozen=True)
class Problem:
    """One fault of one row, with the row as the file gave it. A warning's row is released all the same."""

    row: int
    code: FaultCode
    column: str | None
    value: str | None
    message: Text
    attributes: dict[str, object] = field(default_factory=dict)
    geom_wkb: bytes | None = None
    place: tuple[float, float] | None = None
    severity: Severity = 'error'


def message(row: int, column: str | None, value: str | None, says: Text) -> Text:
    """`Hàng 17, cột LOAI: "trạm" không có trong danh mục …`."""
    return Text(
        vi=f'Hàng {row}{_in_column("cột", column)}: {_quoted(value)}{says.vi}',
        en=f'Row {row}{_in_column("column", column)}: {_quoted(value)}{says.en}',
    )


def _in_column(word: str, column: str | None) -> str:
    return f', {word} {column}' if column else ''


def _quoted(value: str | None) -> str:
    if value is None:
        return ''
    return f'"{value}" ' if len(value) <= 80 else f'"{value[:77]}..." '
