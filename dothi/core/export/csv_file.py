"""CSV that PostGIS writes line by line: UTF-8 with a mark by which Excel knows it, RFC 4180 otherwise."""

from collections.abc import Generator
from pathlib import Path

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.crs import WGS84
from dothi.core.export.extract import Extract, Tell, batches
from dothi.core.layer import ColumnType

BYTE_ORDER_MARK = '\ufeff'
END_OF_LINE = '\r\n'
# 8 decimals of a degree are about 1 mm; what is stored in the working system is passed on to its last digit.
DEGREE_DIGITS, ALL_DIGITS = 8, 15
# Excel and LibreOffice compute a cell that begins like this, quotes or not; full-width signs count in East Asian
# editions. A text that is a number and nothing else is harmless.
FORMULA = r'^\s*[=+@\-＝＋－＠\t\r\n]'
NUMBER = r'^[+\-]?[0-9]+([.,][0-9]+)?$'

# A value as a cell, by the column's type; null is an empty cell, the empty text is "".
CELL: dict[ColumnType, str] = {
    'text': '{text}',
    'integer': '{value}::text',
    'number': '{value}::text',
    'boolean': '{value}::text',
    'date': '{value}::text',
    'timestamp': """trim('"' from to_json({value} at time zone 'UTC')::text) || 'Z'""",
}


def lines(db: Connection, extract: Extract, tell: Tell) -> Generator[bytes, None, None]:
    """The file piece by piece: mark and heading first, then rows as they come from the database."""
    yield (BYTE_ORDER_MARK + heading(extract) + END_OF_LINE).encode()
    for rows in batches(db, extract.select(_line(extract)), tell):
        yield ''.join(line + END_OF_LINE for (line,) in rows).encode()


def write_csv(db: Connection, extract: Extract, path: Path, tell: Tell) -> None:
    """Write the whole file at `path`."""
    with path.open('wb') as file:
        for piece in lines(db, extract, tell):
            file.write(piece)


def heading(extract: Extract) -> str:
    """The first line of the file: the names or titles of the columns."""
    places = ['x', 'y'] if extract.has_xy else []
    names = ['id', *extract.columns, *places, *(['geom'] if extract.geometry else [])]
    return ','.join(quoted_heading(extract.heading(name)) for name in names)


def quoted_heading(text: str) -> str:
    """A heading as a cell; like values, it must not run."""
    safe = f"'{text}" if text.lstrip()[:1] in {'=', '+', '-', '@', '＝', '＋', '－', '＠'} else text
    return '"' + safe.replace('"', '""') + '"'


def _line(extract: Extract) -> sql.Composable:
    """SQL of one row's line."""
    cells = [sql.SQL('id::text'), *(_cell(name, column.type) for name, column in extract.columns.items())]
    if extract.geometry:
        cells += _place(extract)
    return sql.SQL(" || ',' || ").join(sql.SQL("coalesce({}, '')").format(cell) for cell in cells)


def _cell(name: str, kind: ColumnType) -> sql.Composable:
    value = sql.Identifier(name)
    return sql.SQL(CELL[kind]).format(value=value, text=_text(value))


def _text(value: sql.Composable) -> sql.Composable:
    """A text in quotes; one that a spreadsheet would run gets an apostrophe in front."""
    form = "'\"' || case when {0} ~ {1} and {0} !~ {2} then '''' else '' end || replace({0}, '\"', '\"\"') || '\"'"
    return sql.SQL(form).format(value, sql.Literal(FORMULA), sql.Literal(NUMBER))


def _place(extract: Extract) -> list[sql.Composable]:
    """East and north of a point, and the geometry as WKT, which comes last because it may be longer than a cell."""
    digits = sql.Literal(DEGREE_DIGITS if extract.srid == WGS84 else ALL_DIGITS)
    wkt = sql.SQL("'\"' || ST_AsText({}, {}) || '\"'").format(extract.shape, digits)
    if not extract.has_xy:
        return [wkt]
    return [*(_number(axis, extract, digits) for axis in ('ST_X', 'ST_Y')), wkt]


def _number(axis: str, extract: Extract, digits: sql.Composable) -> sql.Composable:
    if extract.srid != WGS84:
        return sql.SQL(f'{axis}({{}})::text').format(extract.shape)
    return sql.SQL(f'trim_scale(round({axis}({{}})::numeric, {{}}))::text').format(extract.shape, digits)
