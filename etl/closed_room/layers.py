"""A layer of a delivered file as a source whose rows come out of the closed room."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from dothi.core.layer import Layer
from dothi.core.row_faults import FaultCode
from dothi.core.text import Text
from etl.closed_room.delivered import copied_parts, delivered_parts
from etl.closed_room.reading import Reading
from etl.closed_room.refusals import crashed
from etl.formats.file_parts import must_exist, must_have_bytes
from etl.formats.source import BATCH_ROWS, EncodedBatch, Source, batch_from_arrow
from etl.report.problems import Finding

JOB = 'etl.closed_room.jobs:read_layer'


@dataclass(frozen=True)
class LayerRequest:
    """Which layer of which file is wanted; as the arguments of `etl.formats.open_source`."""

    file: Path
    layer: Layer
    encoding: str | None
    source_layer: str | None

    def start(self) -> Reading:
        """A reader that describes the layer and then gives its rows."""
        parts = delivered_parts(self.file)
        arguments = {'layer': self.layer, 'encoding': self.encoding, 'source_layer': self.source_layer}
        return Reading(self.file.name, parts, JOB, arguments, copied_parts(parts))


@dataclass(frozen=True, kw_only=True)
class RoomSource(Source):
    """A layer that a reader in the closed room has described. started: the reader, until its rows are taken."""

    request: LayerRequest
    started: list[Reading] = field(default_factory=list)

    def encoded_batches(self, rows: int = BATCH_ROWS) -> Iterator[EncodedBatch]:
        """All rows, in the order of the file; the reader decides how many come at once."""
        del rows
        reading = self.started.pop() if self.started else _again(self.request)
        try:
            while 'end' not in (document := reading.document()):
                yield self._batch(document, reading.batch())
        finally:
            reading.close()

    def _batch(self, document: dict[str, Any], batch: Any) -> EncodedBatch:
        try:
            described = DESCRIBED_BATCH.validate_python(document)
            return batch_from_arrow(described.first_row, self.columns, batch, described.as_findings())
        except (ValidationError, ValueError):
            raise crashed(self.request.file.name, 0) from None


@dataclass(frozen=True)
class DescribedFinding:
    """A finding as a JSON object. says: a text for each row."""

    code: FaultCode
    column: str | None
    rows: list[int]
    says: list[Text]


@dataclass(frozen=True)
class DescribedBatch:
    """What comes before each batch of rows."""

    first_row: int
    findings: list[DescribedFinding]

    def as_findings(self) -> list[Finding]:
        """The findings as the checks have them."""
        return [
            Finding(finding.code, np.array(finding.rows, dtype=np.intp), finding.says, finding.column)
            for finding in self.findings
        ]


DESCRIBED_BATCH = TypeAdapter(DescribedBatch)


def open_source(file: Path, layer: Layer, encoding: str | None, source_layer: str | None = None) -> RoomSource:
    """The layer of `file` that `layer` is delivered with, opened and read in the closed room.

    source_layer: its name in the file, where the sender says it. Raises a DataRefused that says what is wrong with the
    file and what to send, NoSuchFile and NoClosedRoom.
    """
    must_exist(file)
    must_have_bytes(file)
    request = LayerRequest(file, layer, encoding, source_layer)
    reading = request.start()
    try:
        values = reading.document()['source']
        fields = {'request': request, 'started': [reading]}
        return RoomSource(**{**values, 'coordinate_columns': frozenset(values['coordinate_columns']), **fields})
    except (KeyError, TypeError):
        reading.close()
        raise crashed(file.name, 0) from None


def _again(request: LayerRequest) -> Reading:
    """A reader of the same layer, its description passed over."""
    reading = request.start()
    reading.document()
    return reading
