"""The cells of a small workbook, read in the closed room."""

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from etl.closed_room.delivered import copied_parts, delivered_parts
from etl.closed_room.reading import Reading
from etl.closed_room.refusals import crashed

JOB = 'etl.closed_room.jobs:read_first_sheet'
ROWS = TypeAdapter(list[list[str]])
SUFFIXES = ('.xlsx', '.xls', '.ods')


def first_sheet(file: Path) -> list[list[str]]:
    """The cells of the first sheet that has any, as text, row by row. Raises a DataRefused."""
    parts = delivered_parts(file)
    reading = Reading(file.name, parts, JOB, {}, copied_parts(parts))
    try:
        return ROWS.validate_python(reading.document()['rows'])
    except (KeyError, ValidationError):
        raise crashed(file.name, 0) from None
    finally:
        reading.close()
