"""What every format's reader gives: a described source, and its rows in batches."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from dothi.core.text import Text
from etl.formats.wkb import nested_too_deep
from etl.report.problems import Finding

BATCH_ROWS = 50_000
Geometries = NDArray[np.object_]
Family = Literal['point', 'line', 'polygon']


@dataclass(frozen=True)
class RawBatch:
    """Rows as the file has them.

    first_row: number of the first row, from 1; of a table, the one that a spreadsheet shows. columns: Arrow arrays by
    the file's names; the bytes of text are not checked yet. geometry: shapely geometries in the file's coordinates,
    None where there is none. findings: what the reader itself could not make sense of. unbuilt: WKB of the rows
    (positions in the batch) whose geometry is there but is not well formed, such as a ring that is not closed.
    """

    first_row: int
    columns: dict[str, Any]
    geometry: Geometries
    findings: list[Finding] = field(default_factory=list)
    unbuilt: dict[int, bytes] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.geometry)


# Names of columns on their way from one process to another: what was text before it became bytes, all others, WKB.
TEXT, OTHER, GEOMETRY_COLUMN = 't', 'c', 'geometry'
BROKEN_GEOMETRY = Text(
    vi='hình học hỏng, không dựng được (chẳng hạn đường bao không khép kín). Vẽ lại.',
    en='the geometry is damaged (a ring is not closed, say). Draw it again.',
)


@dataclass(frozen=True)
class EncodedBatch:
    """Rows as a reader gives them: Arrow arrays only, which can go from one process to another.

    As RawBatch, but that wkb has the geometry as an array of WKB, or is None where no row has any.
    """

    first_row: int
    columns: dict[str, Any]
    wkb: Any
    findings: list[Finding] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """The number of rows of this batch."""
        return len(self.wkb) if self.wkb is not None else len(next(iter(self.columns.values()), ()))

    def as_arrow(self) -> Any:
        """All columns as one record batch; text as bytes, since it may be in no encoding that Arrow knows."""
        wkb = pa.nulls(self.rows, pa.binary()) if self.wkb is None else self.wkb
        names = [f'{TEXT if _is_text(array) else OTHER}{i}' for i, array in enumerate(self.columns.values())]
        return pa.RecordBatch.from_arrays(
            [*map(_as_bytes, self.columns.values()), wkb], names=[*names, GEOMETRY_COLUMN]
        )

    def decoded(self) -> RawBatch:
        """The batch with shapely geometries; a geometry that cannot be built (a ring of two points) is a finding."""
        if self.wkb is None:
            return RawBatch(self.first_row, self.columns, np.full(self.rows, None), self.findings)
        raw = self.wkb.to_numpy(zero_copy_only=False)
        raw[nested_too_deep(self.wkb)] = b''
        geometry = shapely.from_wkb(raw, on_invalid='ignore')
        broken = np.flatnonzero(shapely.is_missing(geometry) & np.asarray(self.wkb.is_valid()))
        findings = [Finding('geometry_invalid', broken, BROKEN_GEOMETRY)] if broken.size else []
        unbuilt = {int(row): self.wkb[int(row)].as_py() for row in broken}
        return RawBatch(self.first_row, self.columns, geometry, self.findings + findings, unbuilt)


def batch_from_arrow(first_row: int, names: Sequence[str], batch: Any, findings: list[Finding]) -> EncodedBatch:
    """The batch that `EncodedBatch.as_arrow` wrote, its columns called `names`; bytes are text again."""
    *labels, _ = batch.schema.names
    *arrays, wkb = batch.columns
    texts = [_as_text(array) if label.startswith(TEXT) else array for label, array in zip(labels, arrays, strict=True)]
    return EncodedBatch(first_row, dict(zip(names, texts, strict=True)), wkb, findings)


def _is_text(array: Any) -> bool:
    return bool(pa.types.is_string(array.type) or pa.types.is_large_string(array.type))


def _as_bytes(array: Any) -> Any:
    if not _is_text(array):
        return array
    return array.view(pa.binary() if pa.types.is_string(array.type) else pa.large_binary())


def _as_text(array: Any) -> Any:
    return array.view(pa.string() if pa.types.is_binary(array.type) else pa.large_string())


@dataclass(frozen=True, kw_only=True)
class Source(ABC):
    """One layer of one file, not read yet.

    kind: geometry type as the file declares it, or None where it says nothing. declared_crs: what the file
    says about its coordinates. implied_crs: what its format says where the file says nothing.
    axes_known: False where a file calls its coordinates X and Y, which surveyors and mappers use differently.
    declared_encoding: what the file says about its text. unicode: whether it is UTF-8 beyond doubt.
    read_as: the codec through which the reader passed the bytes of text, None where it left them alone.
    layer: its name inside the file, where a file can hold several. refusal: why this layer of it is not read.
    names_cut_at: length to which the format cuts names of columns. coordinate_columns: those that hold the geometry.
    template: the mark of the template that it was written in. address_column: holds addresses, by which rows without
    coordinates are placed. has_places: False where only these tell where a row is. hidden_columns: those that a
    spreadsheet does not show.
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
    refusal: Text | None = None
    coordinate_columns: frozenset[str] = frozenset()
    template: str | None = None
    address_column: str | None = None
    has_places: bool = True
    hidden_columns: Sequence[str] = ()

    @abstractmethod
    def encoded_batches(self, rows: int = BATCH_ROWS) -> Iterator[EncodedBatch]:
        """All rows, in the order of the file."""

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[RawBatch]:
        """All rows, in the order of the file, with shapely geometries."""
        return (batch.decoded() for batch in self.encoded_batches(rows))


def family(kind: str | None) -> Family | None:
    """What a geometry type consists of, or None where the name does not tell."""
    name = (kind or '').lower()
    if 'point' in name:
        return 'point'
    if 'line' in name or ('curve' in name and 'polygon' not in name):
        return 'line'
    return 'polygon' if 'polygon' in name or 'surface' in name else None
