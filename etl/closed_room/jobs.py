"""What readers do, inside the room: each job answers through its socket, in JSON objects and Arrow batches.

A stream of rows is a description, then for each batch an object and the batch itself, then {"end": true}.
"""

import dataclasses
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from dothi.core.coverage import Coverage
from dothi.core.errors import DothiError
from dothi.core.layer import Layer
from etl.closed_room import frames
from etl.closed_room.refusals import crashed, describe_refusal, exit_code_of
from etl.coverage.file import opened
from etl.coverage.transport import cell_strips, describe_raster
from etl.fetch.reading import read_open_features
from etl.formats.item import Item
from etl.formats.opening import open_source
from etl.formats.source import EncodedBatch, Source
from etl.formats.workbook import open_workbook
from etl.report.problems import Finding

END = {'end': True}


def answer(room: socket.socket, folder: Path, job: Callable[..., None], arguments: dict[str, Any]) -> int:
    """Do the job with what lies in `folder`, answer through `room`, and return the exit code."""
    try:
        job(room, folder, **arguments)
        frames.send_document(room, END)
    except DothiError as refusal:
        frames.send_document(room, {'refused': describe_refusal(refusal, folder)})
    except OSError as error:  # nobody listens any more, or a limit of the system is reached
        return exit_code_of(error)
    except Exception:
        frames.send_document(room, {'refused': describe_refusal(crashed(arguments['name'], 0), folder)})
    return 0


def read_layer(
    room: socket.socket, folder: Path, name: str, layer: Layer, encoding: str | None, source_layer: str | None
) -> None:
    """The description of the layer of a vector file or table that is meant, and its rows."""
    source = open_source(folder / name, layer, encoding, source_layer)
    frames.send_document(room, {'source': _describe_source(source)})
    for batch in source.encoded_batches():
        _send_rows(room, batch)


def _describe_source(source: Source) -> dict[str, Any]:
    values = {field.name: getattr(source, field.name) for field in dataclasses.fields(Source)}
    return values | {'coordinate_columns': sorted(source.coordinate_columns), 'refusal': None}


def _send_rows(room: socket.socket, batch: EncodedBatch) -> None:
    """One batch, in pieces that fit into memory well; on what GEOS dies of, it dies here."""
    batch.decoded()
    position = 0
    for piece in frames.cut_batch(batch.as_arrow()):
        findings = [_describe_finding(finding, position, piece.num_rows) for finding in batch.findings]
        has_findings = [finding for finding in findings if finding['rows']]
        frames.send_document(room, {'first_row': batch.first_row + position, 'findings': has_findings})
        frames.send_batch(room, piece)
        position += piece.num_rows


def _describe_finding(finding: Finding, first: int, rows: int) -> dict[str, Any]:
    """The finding as a JSON object, as far as it concerns `rows` rows from `first` on."""
    inside = [i for i, row in enumerate(finding.rows.tolist()) if first <= row < first + rows]
    return {
        'code': finding.code,
        'column': finding.column,
        'rows': [int(finding.rows[i]) - first for i in inside],
        'says': [finding.text(i).model_dump() for i in inside],
    }


def read_raster(room: socket.socket, folder: Path, name: str, coverage: Coverage | None) -> None:
    """The description of a GeoTIFF, and its cells from north to south."""
    with opened(folder / name, coverage) as raster:
        frames.send_document(room, {'raster': describe_raster(raster).model_dump()})
        for strip in cell_strips(raster):
            frames.send_document(room, {'first_row': strip.first_row})
            frames.send_batch(room, strip.as_arrow())


def read_first_sheet(room: socket.socket, folder: Path, name: str) -> None:
    """The cells of the first sheet of a workbook that has any."""
    book = open_workbook(Item(folder / name), folder / name)
    sheets = (list(book.rows(sheet)) for sheet in book.sheets)
    frames.send_document(room, {'rows': next((rows for rows in sheets if rows), [])})


def read_open_data(room: socket.socket, folder: Path, name: str, **arguments: Any) -> None:
    """Features of a file from the web, as far as its source takes them."""
    for geometry, columns in read_open_features(folder / name, folder.parent, **arguments):
        frames.send_document(room, {'columns': list(columns)})
        texts = {f'text_{number}': pa.array(values, pa.string()) for number, values in enumerate(columns.values())}
        frames.send_batch(room, pa.RecordBatch.from_pydict({'geometry': geometry, **texts}))
