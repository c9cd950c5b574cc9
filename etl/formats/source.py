"""What every format's reader gives: a described source, and its rows in batches."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from etl.report.problems import Finding

BATCH_ROWS = 50_000
Geometries = NDArray[np.object_]
Family = Literal['point', 'line', 'polygon']


@dataclass(frozen=True)
class RawBatch:
    """Rows as the file has them.

    first_row: number of the first row, from 1. columns: Arrow arrays by the file's names; the bytes of text
    are not checked yet. geometry: shapely geometries in the file's coordinates, None where there is none.
    findings: what the reader itself could not make sense of. unbuilt: WKB of the rows (positions in the batch)
    whose geometry is there but is not well formed, such as a ring that is not closed.
    """

    first_row: int
    columns: dict[str, Any]
    geometry: Geometries
    findings: list[Finding] = field(default_factory=list)
    unbuilt: dict[int, bytes] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.geometry)


@dataclass(frozen=True, kw_only=True)
class Source(ABC):
    """One layer of one file, not read yet.

    kind: geometry type as the file declares it, or None where it says nothing. declared_crs: what the file
    says about its coordinates. implied_crs: what its format says where the file says nothing.
    axes_known: False where a file calls its coordinates X and Y, which surveyors and mappers use differently.
    declared_encoding: what the file says about its text. unicode: whether it is UTF-8 beyond doubt.
    read_as: the codec through which the reader passed the bytes of text, None where it left them alone.
    layer: its name inside the file, where a file can hold several.
    names_cut_at: length to which the format cuts names of columns. coordinate_columns: those that hold the geometry.
    """

    name: str
    columns: list[str]
    kind: str | None
    rows: int | None
    layer: str | None = None
    declared_crs: str | None = None
    implied_crs: str | None = None
    axes_known: bool = True
    declared_encoding: str | None = None
    unicode: bool = False
    read_as: str | None = None
    names_cut_at: int | None = None
    coordinate_columns: frozenset[str] = frozenset()

    @abstractmethod
    def batches(self, rows: int = BATCH_ROWS) -> Iterator[RawBatch]:
        """All rows, in the order of the file."""


def family(kind: str | None) -> Family | None:
    """What a geometry type consists of, or None where the name does not tell."""
    name = (kind or '').lower()
    if 'point' in name:
        return 'point'
    if 'line' in name or ('curve' in name and 'polygon' not in name):
        return 'line'
    return 'polygon' if 'polygon' in name or 'surface' in name else None
