"""Rows as Arrow batches, which GDAL and Parquet take as they are."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pyarrow as pa
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.export.extract import Extract, Tell, batches
from dothi.core.layer import Column, ColumnType
from dothi.core.units import unit_in

OWN_NAMES: Mapping[str, str] = MappingProxyType({})
TYPES: dict[ColumnType, pa.DataType] = {
    'text': pa.string(),
    'integer': pa.int64(),
    'number': pa.float64(),
    'boolean': pa.bool_(),
    'date': pa.date32(),
    'timestamp': pa.timestamp('us', tz='UTC'),
}


def schema(extract: Extract, names: Mapping[str, str]) -> pa.Schema:
    """id, the layer's columns with their titles as GDAL reads them from Arrow, and `geom` as WKB.

    names: what columns are called in the file, where that is not their own name.
    """
    own = [_field(names.get(name, name), column, extract) for name, column in extract.columns.items()]
    shape = [pa.field('geom', pa.binary(), metadata={'ARROW:extension:name': 'geoarrow.wkb'})]
    return pa.schema([pa.field('id', pa.int64(), nullable=False), *own, *(shape if extract.geometry else [])])


class Stream:
    """The rows of an extract as batches. What went wrong while they were read is in `fault`: who takes the batches
    through C only learns that something did."""

    def __init__(self, db: Connection, extract: Extract, tell: Tell, names: Mapping[str, str] = OWN_NAMES) -> None:
        self.db, self.extract, self.tell = db, extract, tell
        self.schema = schema(extract, names)
        self.rows = 0
        self.fault: Exception | None = None

    def reader(self) -> pa.RecordBatchReader:
        return pa.RecordBatchReader.from_batches(self.schema, self.batches())

    def batches(self) -> Iterator[pa.RecordBatch]:
        extract = self.extract
        shape = [sql.SQL('ST_AsBinary({})').format(extract.shape)] if extract.geometry else []
        try:
            for rows in batches(self.db, extract.select(*extract.attributes(), *shape), self.tell):
                self.rows += len(rows)
                yield self._batch(rows)
        except Exception as error:
            self.fault = error
            raise

    def _batch(self, rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
        columns = zip(*rows, strict=True)
        arrays = [pa.array(_owned(values), type=field.type) for values, field in zip(columns, self.schema, strict=True)]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)


def _owned(values: tuple[Any, ...]) -> Sequence[Any]:
    """The values, with bytes in place of memoryviews: pyarrow 26 never lets go of a memoryview that it has read."""
    if not any(isinstance(value, memoryview) for value in values):
        return values
    return [bytes(value) if isinstance(value, memoryview) else value for value in values]


def _field(name: str, column: Column, extract: Extract) -> pa.Field:
    described = {
        'GDAL:OGR:alternative_name': column.title.pick(extract.lang),
        'GDAL:OGR:comment': _comment(column, extract),
    }
    return pa.field(name, TYPES[column.type], metadata=described)


def _comment(column: Column, extract: Extract) -> str:
    """The title in the other language, what the column means, and its unit."""
    parts = [column.title.pick(extract.other_lang)]
    parts += [column.description.pick(extract.lang)] if column.description else []
    return '. '.join(parts) + (f' ({unit_in(column.unit, extract.lang)})' if column.unit else '')
