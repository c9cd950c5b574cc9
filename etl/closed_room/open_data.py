"""Features of a file from the web, read in the closed room."""

from collections.abc import Iterator
from pathlib import Path

import shapely

from etl.closed_room.delivered import copied_parts, delivered_parts
from etl.closed_room.reading import Reading
from etl.closed_room.refusals import crashed
from etl.fetch.rules import Values
from etl.fetch.source import OpenDataRequest
from etl.formats.source import Geometries

JOB = 'etl.closed_room.jobs:read_open_data'


def open_features(file: Path, request: OpenDataRequest) -> Iterator[tuple[Geometries, dict[str, Values]]]:
    """Batches of what is wanted of `file`: geometries in WGS 84, and columns of text. Raises a DataRefused."""
    parts = delivered_parts(file)
    reading = Reading(file.name, parts, JOB, {'request': request}, copied_parts(parts))
    try:
        while 'end' not in (document := reading.document()):
            batch = reading.batch()
            geometry, *texts = batch.columns
            values = [column.to_pylist() for column in texts]
            yield (
                shapely.from_wkb(geometry.to_numpy(zero_copy_only=False)),
                dict(zip(map(str, document['columns']), values, strict=True)),
            )
    except (KeyError, TypeError, ValueError, shapely.errors.GEOSException):
        raise crashed(file.name, 0) from None
    finally:
        reading.close()
