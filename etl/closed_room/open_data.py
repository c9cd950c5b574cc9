"""Features of a file from the web, read in the closed room."""

from collections.abc import Iterator
from pathlib import Path

import shapely

from etl.closed_room.client import Reading
from etl.closed_room.delivered import copied_parts, delivered_parts
from etl.closed_room.jobs import read_open_data
from etl.closed_room.refusals import crashed
from etl.fetch.reading import OpenDataRequest
from etl.fetch.rules import Values
from etl.formats.source import Geometries


def open_features(file: Path, request: OpenDataRequest) -> Iterator[tuple[Geometries, dict[str, Values]]]:
    """Batches of what is wanted of `file`: geometries in WGS 84, and columns of text. Raises a DataRefused."""
    parts = delivered_parts(file)
    reading = Reading(file.name, parts, read_open_data, {'request': request}, copied_parts(parts))
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
