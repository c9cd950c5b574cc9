"""Functions beyond the standard's own that a filter may call (OGC 21-065, "Functions"); `/functions` lists them."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg2 import sql

from dothi.core.cql2.errors import BadFilter, mixed
from dothi.core.cql2.terms import TIMES, Term
from dothi.core.text import Text


@dataclass(frozen=True)
class Argument:
    """What a function takes: a value of one of these kinds."""

    title: Text
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Function:
    """A function: its meaning, its arguments, the kind that it returns, and its SQL, in which {0} is the first one.

    Geometries come in longitude and latitude, lengths and areas are those on the ellipsoid, and days are in UTC.
    """

    text: Text
    arguments: tuple[Argument, ...]
    returns: str
    form: str
    whole: bool = False


TEXT = Argument(Text(vi='Văn bản', en='Text'), ('text',))
NUMBER = Argument(Text(vi='Số', en='Number'), ('number',))
METRES = Argument(Text(vi='Khoảng cách, mét', en='Distance in metres'), ('number',))
TIME = Argument(Text(vi='Ngày hoặc thời điểm', en='Date or timestamp'), TIMES)
GEOMETRY = Argument(Text(vi='Hình học', en='Geometry'), ('geometry',))

FUNCTIONS = {
    'upper': Function(
        Text(vi='Viết hoa.', en='The text in capital letters.'), (TEXT,), 'text',
        'upper({0} collate "und-x-icu") collate "C"',
    ),
    'lower': Function(
        Text(vi='Viết thường.', en='The text in small letters.'), (TEXT,), 'text',
        'lower({0} collate "und-x-icu") collate "C"',
    ),
    'length': Function(
        Text(vi='Số ký tự.', en='How many characters the text has.'), (TEXT,), 'number', 'length({0})', whole=True
    ),
    'abs': Function(Text(vi='Giá trị tuyệt đối.', en='The number without its sign.'), (NUMBER,), 'number', 'abs({0})'),
    'floor': Function(
        Text(vi='Số nguyên lớn nhất không vượt quá.', en='The greatest whole number that is not above it.'),
        (NUMBER,), 'number', 'floor({0})',
    ),
    'ceiling': Function(
        Text(vi='Số nguyên nhỏ nhất không nhỏ hơn.', en='The least whole number that is not below it.'),
        (NUMBER,), 'number', 'ceil({0})',
    ),
    'year': Function(Text(vi='Năm.', en='The year.'), (TIME,), 'number', 'extract(year from {0})::int', whole=True),
    'month': Function(
        Text(vi='Tháng, 1 đến 12.', en='The month, 1 to 12.'), (TIME,), 'number', 'extract(month from {0})::int',
        whole=True,
    ),
    'day': Function(
        Text(vi='Ngày trong tháng, 1 đến 31.', en='The day of the month, 1 to 31.'), (TIME,), 'number',
        'extract(day from {0})::int', whole=True,
    ),
    'area_m2': Function(
        Text(vi='Diện tích trên ellipsoid, m²; 0 với điểm và đường.',
             en='The area on the ellipsoid in m²; 0 for points and lines.'),
        (GEOMETRY,), 'number', 'public.ST_Area(public.geography({0}))',
    ),
    'length_m': Function(
        Text(vi='Chiều dài trên ellipsoid, m; với vùng là chu vi.',
             en='The length on the ellipsoid in m; for polygons, of their boundary.'),
        (GEOMETRY,), 'number',
        '(public.ST_Length(public.geography({0})) + public.ST_Perimeter(public.geography({0})))',
    ),
    'distance_m': Function(
        Text(vi='Khoảng cách ngắn nhất trên ellipsoid, m.', en='The shortest distance on the ellipsoid in m.'),
        (GEOMETRY, GEOMETRY), 'number', 'public.ST_Distance(public.geography({0}), public.geography({1}))',
    ),
    'within_m': Function(
        Text(vi='Hai hình cách nhau không quá số mét này; dùng chỉ mục.',
             en='Whether two geometries are at most so many metres apart; served by an index.'),
        (GEOMETRY, GEOMETRY, METRES), 'boolean', 'catalog.within_m({0}, {1}, {2}::float8)',
    ),
    'centroid': Function(
        Text(vi='Trọng tâm.', en='The centre of gravity.'), (GEOMETRY,), 'geometry', 'public.ST_Centroid({0})'
    ),
}  # fmt: skip


def call(name: str, arguments: Sequence[Term]) -> Term:
    """The value of the function `name` for these arguments; raises BadFilter where they are not what it takes."""
    function = FUNCTIONS[name]
    if len(arguments) != len(function.arguments):
        takes = len(function.arguments)
        raise BadFilter(vi=f'{name} cần {takes} giá trị.', en=f'{name} takes {takes} arguments.')
    for term, argument in zip(arguments, function.arguments, strict=True):
        if term.kind not in argument.kinds:
            raise mixed(' / '.join(argument.kinds), term.kind, name)
    form = sql.SQL(f'({function.form})')
    written = form.format(*map(_written, arguments))
    if function.returns != 'geometry':
        return Term(written, function.returns, function.whole)
    return Term(form.format(*(term.sql for term in arguments)), 'geometry', wgs84=written)


def _written(term: Term) -> sql.Composable:
    if term.kind == 'timestamp':
        return sql.SQL("({} at time zone 'UTC')").format(term.sql)
    return term.wgs84 or term.sql
