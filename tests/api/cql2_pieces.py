"""Random filters in three forms that are written independently of one another: text, JSON, and a meaning in Python.

The meaning follows the standard's text (three-valued logic, closed intervals, sets) and looks at one row at a time; it
shares nothing with the translation into SQL, nor with the package that parses filters.
"""

import operator
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import shapely
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

type Row = dict[str, Any]

# Rows in which every kind of value occurs, null too; the last three are alike in all but one respect.
DAY, LATER = date(2020, 2, 29), date(2021, 1, 1)
NOON = datetime(2020, 2, 29, 12, tzinfo=UTC)
MIDNIGHT = datetime(2021, 1, 1, tzinfo=UTC)
ROWS: list[Row] = [
    {'name': 'Nam Định', 'n': 1, 'x': 0.5, 'good': True, 'day': DAY, 'at': NOON, 'place': (0, 0)},
    {'name': 'NAM ĐỊNH', 'n': -2, 'x': 2.0, 'good': False, 'day': LATER, 'at': NOON + timedelta(1), 'place': (1, 0)},
    {'name': 'nam dinh', 'n': 3, 'x': -1.5, 'good': None, 'day': date(2019, 1, 1), 'at': None, 'place': (2, 1)},
    {'name': '50%_\\', 'n': 0, 'x': None, 'good': True, 'day': None, 'at': MIDNIGHT, 'place': (3, 3)},
    {'name': None, 'n': None, 'x': 3.0, 'good': False, 'day': DAY, 'at': NOON, 'place': (0, 2)},
    {'name': '', 'n': 3, 'x': 3.0, 'good': None, 'day': LATER, 'at': NOON - timedelta(microseconds=1), 'place': (2, 2)},
]  # fmt: skip


@dataclass(frozen=True, repr=False)
class Piece:
    """A part of a filter. value: what it is for a row; None is the unknown of three-valued logic."""

    text: str
    json: Any
    value: Callable[[Row], Any]

    def __repr__(self) -> str:
        return self.text


def literal(value: float | bool) -> Piece:
    return Piece(str(value).lower(), value, lambda _row: value)


def words(value: str) -> Piece:
    return Piece("'" + value.replace("'", "''") + "'", value, lambda _row: value)


def day(value: date) -> Piece:
    return Piece(f"DATE('{value}')", {'date': str(value)}, lambda _row: value)


def moment(value: datetime) -> Piece:
    written = value.isoformat().replace('+00:00', 'Z')
    return Piece(f"TIMESTAMP('{written}')", {'timestamp': written}, lambda _row: value)


def column(name: str) -> Piece:
    return Piece(f'"{name}"' if name == 'at' else name, {'property': name}, lambda row: row[name])


def applied(name: str, parts: list[Piece], meaning: Callable[..., Any], form: str) -> Piece:
    """An operation that is unknown where an operand is. form: its text, in which {0} is the first operand."""

    def value(row: Row) -> Any:
        values = [part.value(row) for part in parts]
        return None if None in values else meaning(*values)

    text = form.format(*(part.text for part in parts))
    return Piece(text, {'op': name, 'args': [part.json for part in parts]}, value)


def infix(name: str, left: Piece, right: Piece, meaning: Callable[[Any, Any], Any]) -> Piece:
    return applied(name, [left, right], meaning, f'({{0}} {name} {{1}})')


def truncated(one: float, other: float) -> int:
    """The quotient without its fraction: towards zero."""
    return int(one / other)


def remainder(one: float, other: float) -> float:
    """With the sign of the dividend, as in SQL."""
    return one - other * truncated(one, other)


ARITHMETIC = {'+': operator.add, '-': operator.sub, '*': operator.mul}
COMPARISONS = {
    '=': operator.eq, '<>': operator.ne, '<': operator.lt, '<=': operator.le, '>': operator.gt, '>=': operator.ge,
}  # fmt: skip
numbers = st.one_of(
    st.integers(-4, 4).map(literal), st.sampled_from([0.5, -1.5, 2.25]).map(literal), st.sampled_from('nx').map(column)
)
# Divisors are powers of two, so that all results are exact in every kind of number.
divisors = st.sampled_from([2, 4, -2]).map(literal)
numeric = st.recursive(
    numbers,
    lambda inner: st.one_of(
        st.builds(lambda op, a, b: infix(op, a, b, ARITHMETIC[op]), st.sampled_from([*ARITHMETIC]), inner, inner),
        st.builds(lambda a, b: infix('/', a, b, operator.truediv), inner, divisors),
        st.builds(lambda a, b: infix('%', a, b, remainder), inner, divisors),
        st.builds(lambda a, b: infix('div', a, b, truncated), inner, divisors),
        inner.map(lambda a: applied('abs', [a], abs, 'abs({0})')),
    ),
    max_leaves=4,
)
texts = st.one_of(st.sampled_from(['Nam Định', 'nam dinh', '', "it's", '50%_\\']).map(words), st.just(column('name')))


def folded(text: str) -> str:
    return text.casefold()


def bare(text: str) -> str:
    """Without accents; Đ has none in Unicode."""
    parts = unicodedata.normalize('NFD', text.replace('Đ', 'D').replace('đ', 'd'))
    return ''.join(char for char in parts if not unicodedata.combining(char))


def casei(inner: Piece) -> Piece:
    return applied('casei', [inner], folded, 'CASEI({0})')


def accenti(inner: Piece) -> Piece:
    return applied('accenti', [inner], bare, 'ACCENTI({0})')


# Both sides of a comparison are treated alike, as the standard wants it.
TREATMENTS: list[Callable[[Piece], Piece]] = [
    lambda piece: piece, casei, accenti, lambda piece: accenti(casei(piece)), lambda piece: casei(accenti(piece)),
]  # fmt: skip
days = st.one_of(
    st.dates(date(2019, 1, 1), date(2021, 12, 31)).map(day), st.sampled_from([day(DAY), day(LATER), column('day')])
)
moments = st.one_of(
    st.sampled_from([NOON, NOON + timedelta(hours=3), MIDNIGHT]).map(moment), st.just(column('at'))
)  # fmt: skip


def compared(kind: SearchStrategy[Piece], operators: list[str]) -> SearchStrategy[Piece]:
    return st.builds(lambda op, a, b: infix(op, a, b, COMPARISONS[op]), st.sampled_from(operators), kind, kind)


def among(value: Piece, members: list[Piece]) -> Piece:
    """True where one is equal, unknown where none is and one is unknown."""

    def meaning(row: Row) -> bool | None:
        return any_of([None if None in pair else pair[0] == pair[1] for pair in pairs(row)])

    def pairs(row: Row) -> list[tuple[Any, Any]]:
        return [(value.value(row), member.value(row)) for member in members]

    listed = ', '.join(member.text for member in members)
    return Piece(
        f'({value.text} IN ({listed}))', {'op': 'in', 'args': [value.json, [one.json for one in members]]}, meaning
    )


def between(value: Piece, low: Piece, high: Piece) -> Piece:
    def meaning(row: Row) -> bool | None:
        one, least, most = (part.value(row) for part in (value, low, high))
        return all_of([None if None in (one, least) else one >= least, None if None in (one, most) else one <= most])

    json = {'op': 'between', 'args': [value.json, low.json, high.json]}
    return Piece(f'({value.text} BETWEEN {low.text} AND {high.text})', json, meaning)


def like(text: str, pattern: str) -> bool:
    parts = re.findall(r'\\.|.', pattern, re.DOTALL)
    wildcards = {'%': '.*', '_': '.'}
    expression = ''.join(wildcards.get(part) or re.escape(part[-1]) for part in parts)
    return re.fullmatch(expression, text, re.DOTALL) is not None


patterns = st.lists(st.sampled_from(['%', '_', 'N', 'a', 'm', ' ', 'Đ', '5', '\\%', '\\_']), max_size=5).map(''.join)


def all_of(values: list[bool | None]) -> bool | None:
    return False if False in values else None if None in values else True


def any_of(values: list[bool | None]) -> bool | None:
    return True if True in values else None if None in values else False


def logical(name: str, parts: list[Piece]) -> Piece:
    together = {'and': all_of, 'or': any_of}[name]
    return Piece(
        '(' + f' {name.upper()} '.join(part.text for part in parts) + ')',
        {'op': name, 'args': [part.json for part in parts]},
        lambda row: together([part.value(row) for part in parts]),
    )


def negated(inner: Piece) -> Piece:
    return applied('not', [inner], operator.not_, '(NOT {0})')


def is_null(inner: Piece) -> Piece:
    return Piece(
        f'({inner.text} IS NULL)', {'op': 'isNull', 'args': [inner.json]}, lambda row: inner.value(row) is None
    )


def is_true(inner: Piece) -> Piece:
    """A condition as a value in a comparison."""
    return applied('=', [inner, literal(value=True)], operator.eq, '({0} = {1})')


def instant(at: Piece) -> Piece:
    """A point in time as a span: its value is (begin, end), both within."""
    return Piece(at.text, at.json, lambda row: (at.value(row), at.value(row)))


OPEN = Piece("'..'", '..', lambda _row: '..')


def interval(begin: Piece, end: Piece) -> Piece:
    """A span from `begin` to `end`, which are written without their kind."""
    texts_ = [re.sub(r'^(DATE|TIMESTAMP)\((.*)\)$', r'\2', part.text) for part in (begin, end)]
    json = [
        part.json if part is OPEN or 'property' in part.json else next(iter(part.json.values()))
        for part in (begin, end)
    ]
    return Piece(f'INTERVAL({", ".join(texts_)})', {'interval': json}, lambda row: (begin.value(row), end.value(row)))


def comparable(values: list[Any]) -> list[Any]:
    """Begins and ends, one after the other: days as days where all are; else a day lasts from its first moment on."""
    if not any(isinstance(value, datetime) for value in values):
        return [{0: date.min, 1: date.max}[place % 2] if value == '..' else value for place, value in enumerate(values)]
    return [_moment(value, last=place % 2 == 1) for place, value in enumerate(values)]


def _moment(value: date | str | None, *, last: bool) -> datetime | None:
    if isinstance(value, str):
        return datetime.max.replace(tzinfo=UTC) if last else datetime.min.replace(tzinfo=UTC)
    if value is None or isinstance(value, datetime):
        return value
    return datetime.combine(value, time.max if last else time.min, UTC)


def less(one: Any, other: Any) -> bool | None:
    return None if None in (one, other) else one < other


def same(one: Any, other: Any) -> bool | None:
    return None if None in (one, other) else one == other


# In the begins (a, c) and ends (b, d) of two spans; what does not depend on an unknown end is known.
EVERY_TIME: dict[str, Callable[[Any, Any, Any, Any], list[bool | None]]] = {
    't_after': lambda a, _b, _c, d: [less(d, a)],
    't_before': lambda _a, b, c, _d: [less(b, c)],
    't_disjoint': lambda a, b, c, d: [any_of([less(b, c), less(d, a)])],
    't_intersects': lambda a, b, c, d: [any_of([less(c, b), same(b, c)]), any_of([less(a, d), same(a, d)])],
    't_equals': lambda a, b, c, d: [same(a, c), same(b, d)],
}
OF_INTERVALS: dict[str, Callable[[Any, Any, Any, Any], list[bool | None]]] = {
    't_during': lambda a, b, c, d: [less(c, a), less(b, d)],
    't_contains': lambda a, b, c, d: [less(a, c), less(d, b)],
    't_starts': lambda a, b, c, d: [same(a, c), less(b, d)],
    't_startedby': lambda a, b, c, d: [same(a, c), less(d, b)],
    't_finishes': lambda a, b, c, d: [same(b, d), less(c, a)],
    't_finishedby': lambda a, b, c, d: [same(b, d), less(a, c)],
    't_overlaps': lambda a, b, c, d: [less(a, c), less(c, b), less(b, d)],
    't_overlappedby': lambda a, b, c, d: [less(c, a), less(a, d), less(d, b)],
    't_meets': lambda _a, b, c, _d: [same(b, c)],
    't_metby': lambda a, _b, _c, d: [same(a, d)],
}


def related(name: str, one: Piece, other: Piece) -> Piece:
    meanings = EVERY_TIME | OF_INTERVALS

    def meaning(row: Row) -> bool | None:
        return all_of(meanings[name](*comparable([*one.value(row), *other.value(row)])))

    json = {'op': name, 'args': [one.json, other.json]}
    return Piece(f'{name.upper()}({one.text}, {other.text})', json, meaning)


def spans(kind: SearchStrategy[Piece]) -> SearchStrategy[Piece]:
    ends = st.one_of(kind, st.just(OPEN))
    return st.one_of(kind.map(instant), st.builds(interval, ends, ends))


def intervals(kind: SearchStrategy[Piece]) -> SearchStrategy[Piece]:
    return st.builds(interval, kind, kind)


temporal = st.one_of(
    st.builds(
        related, st.sampled_from([*EVERY_TIME]), spans(st.one_of(days, moments)), spans(st.one_of(days, moments))
    ),
    *(
        st.builds(related, st.sampled_from([*OF_INTERVALS]), intervals(kind), intervals(kind))
        for kind in (days, moments)
    ),
)


def box(x1: int, y1: int, width: int, height: int) -> tuple[Piece, shapely.Geometry]:
    corners = x1 * 1000.0, y1 * 1000.0, (x1 + width) * 1000.0, (y1 + height) * 1000.0
    shape = shapely.box(*corners)
    return Piece(f'BBOX({",".join(map(str, corners))})', {'bbox': [*corners]}, lambda _row: shape), shape


boxes = st.builds(box, st.integers(-1, 3), st.integers(-1, 3), st.integers(1, 3), st.integers(1, 3))
SPATIAL = {
    's_intersects': shapely.intersects, 's_disjoint': shapely.disjoint, 's_within': shapely.within,
    's_touches': shapely.touches,
}  # fmt: skip


def spatial(name: str, drawn: tuple[Piece, shapely.Geometry]) -> Piece:
    piece, shape = drawn

    def meaning(row: Row) -> bool:
        x, y = row['place']
        return bool(SPATIAL[name](shapely.Point(1000.0 * x, 1000.0 * y), shape))

    json = {'op': name, 'args': [{'property': 'geom'}, piece.json]}
    return Piece(f'{name.upper()}(geom, {piece.text})', json, meaning)


def listed(name: str, left: list[Piece], right: list[Piece]) -> Piece:
    """An array function, as sets."""
    inside = [among(one, right) for one in left]
    contained = [among(one, left) for one in right]
    parts = {'a_contains': contained, 'a_containedBy': inside, 'a_equals': inside + contained, 'a_overlaps': inside}[
        name
    ]
    together = any_of if name == 'a_overlaps' else all_of
    texts_ = ['(' + ', '.join(one.text for one in side) + ')' for side in (left, right)]
    return Piece(
        f'{name.upper()}({", ".join(texts_)})',
        {'op': name, 'args': [[one.json for one in left], [one.json for one in right]]},
        lambda row: together([part.value(row) for part in parts]),
    )


lists = st.lists(numbers, min_size=2, max_size=3)
arrays = st.builds(listed, st.sampled_from(['a_contains', 'a_containedBy', 'a_equals', 'a_overlaps']), lists, lists)
folding = st.builds(
    lambda op, treat, a, b: infix(op, treat(a), treat(b), COMPARISONS[op]),
    st.sampled_from(['=', '<>']), st.sampled_from(TREATMENTS), texts, texts,
)  # fmt: skip
liking = st.builds(
    lambda treat, a, pattern: applied('like', [treat(a), treat(words(pattern))], like, '({0} LIKE {1})'),
    st.sampled_from(TREATMENTS), texts, patterns,
)  # fmt: skip
conditions = st.one_of(
    compared(numeric, [*COMPARISONS]), compared(texts, [*COMPARISONS]), compared(days, [*COMPARISONS]),
    compared(moments, [*COMPARISONS]), folding, liking, temporal, arrays,
    st.builds(between, numeric, numeric, numeric), st.builds(among, numeric, st.lists(numbers, min_size=1, max_size=3)),
    st.builds(among, texts, st.lists(texts, min_size=1, max_size=3)),
    st.builds(spatial, st.sampled_from([*SPATIAL]), boxes),
    st.sampled_from(['n', 'x', 'name', 'good', 'day', 'at']).map(column).map(is_null),
    st.just(column('good')), st.booleans().map(literal),
)  # fmt: skip
filters = st.recursive(
    conditions,
    lambda inner: st.one_of(
        st.builds(logical, st.sampled_from(['and', 'or']), st.lists(inner, min_size=2, max_size=3)),
        inner.map(negated), inner.map(is_null), inner.map(is_true),
    ),
    max_leaves=6,
)  # fmt: skip
