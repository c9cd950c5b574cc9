"""CQL2 filters as SQL: text or JSON is parsed by the package `cql2` into one tree, and that tree becomes a condition.

Column names come from the layer and are quoted by the driver, and so is every value: a finished condition holds
no parameters, and can stand in any statement, COPY included.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from psycopg2 import sql

from dothi.core.cql2_errors import BadFilter, UnknownProperty, mixed
from dothi.core.cql2_geometry import IN_CRS84, Space, literal
from dothi.core.cql2_parse import Language, Node, parse
from dothi.core.cql2_time import OPEN_BEGIN, OPEN_END, RELATIONS, TEMPORAL, Period, moment, zoned
from dothi.core.errors import did_you_mean
from dothi.core.layer import Audience, Layer

COMPARISONS = {'=': '=', '<>': '<>', '<': '<', '<=': '<=', '>': '>', '>=': '>='}
ARITHMETIC = {'+': '+', '-': '-', '*': '*', '/': '/', '%': '%', '^': '^', 'div': 'div'}
SPATIAL = {
    's_intersects': 'ST_Intersects',
    's_equals': 'ST_Equals',
    's_disjoint': 'ST_Disjoint',
    's_touches': 'ST_Touches',
    's_within': 'ST_Within',
    's_overlaps': 'ST_Overlaps',
    's_crosses': 'ST_Crosses',
    's_contains': 'ST_Contains',
}
TIMES = {'date', 'timestamp'}
FUNCTIONS = ['accenti', 'casei', 'date', 'timestamp', 'interval', 'bbox', *SPATIAL, *TEMPORAL]


@dataclass(frozen=True)
class Term:
    """A piece of SQL and the kind of value that it has."""

    sql: sql.Composable
    kind: str


def condition(
    layer: Layer,
    text: str,
    *,
    srid: int,
    audience: Audience,
    language: Language = 'cql2-text',
    space: Space = IN_CRS84,
) -> sql.Composable:
    """The SQL condition that the filter `text` means for the rows of `layer`.

    srid: of the layer's column `geom`. The condition names columns without a table, so it fits any source that has
    them (see `layer_source`). Raises BadFilter for what cannot be read or compared, UnknownProperty (with the nearest
    name) for a column that `audience` does not see; the geometry is called `geom`, the identifier `id`.
    """
    tree = parse(text, language)
    return Translator(layer, srid, audience, space).condition(tree)


class Translator:
    """Turns trees over one layer into SQL."""

    def __init__(self, layer: Layer, srid: int, audience: Audience, space: Space) -> None:
        self.layer, self.srid, self.space = layer, srid, space
        self.columns = {name: column.type for name, column in layer.columns_for(audience).items()}

    def condition(self, node: Node) -> sql.Composable:
        """`node` as a condition; raises BadFilter when it is a value of another kind."""
        term = self.term(node)
        if term.kind != 'boolean':
            raise BadFilter(
                vi=f'Cần một điều kiện đúng hoặc sai, không phải giá trị kiểu {term.kind}.',
                en=f'A condition that is true or false is needed here, not a value of type {term.kind}.',
            )
        return term.sql

    def term(self, node: Node) -> Term:
        """`node` as SQL with its kind."""
        if isinstance(node, dict):
            return self._object(node)
        if isinstance(node, bool):
            return Term(sql.Literal(node), 'boolean')
        if isinstance(node, int | float):
            return Term(sql.Literal(_number(node)), 'number')
        if isinstance(node, str):
            return Term(sql.SQL('{}::text').format(sql.Literal(_text(node))), 'text')
        raise BadFilter(vi=f'Giá trị không dùng được ở đây: {node!r}.', en=f'This value cannot stand here: {node!r}.')

    def _object(self, node: dict[str, Any]) -> Term:
        if 'property' in node:
            return self._property(node['property'])
        if 'op' in node:
            return self._operation(str(node['op']).lower(), node.get('args', []))
        if 'date' in node or 'timestamp' in node:
            return Term(*moment(node))
        if 'interval' in node:
            raise BadFilter(
                vi='INTERVAL chỉ dùng được trong các hàm T_...', en='INTERVAL can stand only in the functions T_...'
            )
        return Term(literal(node, self.space, self.srid), 'geometry')

    def _property(self, name: str) -> Term:
        if name in ('geom', 'geometry') and name not in self.columns:
            return Term(sql.Identifier('geom' if self.space.srid == self.srid else 'geom_wgs84'), 'geometry')
        if name == 'id':
            return Term(sql.Identifier('id'), 'number')
        if name not in self.columns:
            raise UnknownProperty.of(name, self.layer.id, [*self.columns, 'geom', 'id'])
        kind = self.columns[name]
        return Term(sql.Identifier(name), 'number' if kind == 'integer' else kind)

    def _operation(self, name: str, args: list[Node]) -> Term:
        for known, build in self._builders():
            if name in known:
                return build(name, args)
        hint = did_you_mean(name, FUNCTIONS)
        raise BadFilter(vi=f'Không có hàm "{name}". {hint.vi}', en=f'There is no function "{name}". {hint.en}')

    def _builders(self) -> list[tuple[Any, Callable[[str, list[Node]], Term]]]:
        return [
            (('and', 'or'), self._logical),
            (('not',), self._not),
            (COMPARISONS, self._comparison),
            (('between',), self._between),
            (('in',), self._in),
            (('like',), self._like),
            (('isnull',), self._is_null),
            (ARITHMETIC, self._arithmetic),
            (('casei', 'accenti'), self._folded),
            (SPATIAL, self._spatial),
            (TEMPORAL, self._temporal),
        ]

    def _logical(self, name: str, args: list[Node]) -> Term:
        parts = [self.condition(arg) for arg in args]
        joined = sql.SQL(f' {name} ').join(parts)
        return _boolean(sql.SQL('({})').format(joined))

    def _not(self, _name: str, args: list[Node]) -> Term:
        return _boolean(sql.SQL('(not {})').format(self.condition(_only(args, 'NOT'))))

    def _comparison(self, name: str, args: list[Node]) -> Term:
        left, right = self._alike(*_pair(args, name))
        return _boolean(sql.SQL(f'({{}} {COMPARISONS[name]} {{}})').format(left.sql, right.sql))

    def _between(self, _name: str, args: list[Node]) -> Term:
        if len(args) != 3:
            raise BadFilter(vi='BETWEEN cần hai giới hạn.', en='BETWEEN needs two limits.')
        value, low = self._alike(args[0], args[1])
        _, high = self._alike(args[0], args[2])
        return _boolean(sql.SQL('({} between {} and {})').format(value.sql, low.sql, high.sql))

    def _in(self, _name: str, args: list[Node]) -> Term:
        value, members = _pair(args, 'IN')
        if not isinstance(members, list):
            raise BadFilter(vi='IN cần một danh sách giá trị.', en='IN needs a list of values.')
        if not members:
            return _boolean(sql.SQL('false'))
        pairs = [self._alike(value, member) for member in members]
        listed = sql.SQL(', ').join(member.sql for _, member in pairs)
        return _boolean(sql.SQL('({} in ({}))').format(pairs[0][0].sql, listed))

    def _like(self, _name: str, args: list[Node]) -> Term:
        value, pattern = (self._of_kind(arg, 'text') for arg in _pair(args, 'LIKE'))
        return _boolean(sql.SQL('({} like {})').format(value, pattern))

    def _is_null(self, _name: str, args: list[Node]) -> Term:
        return _boolean(sql.SQL('({} is null)').format(self.term(_only(args, 'IS NULL')).sql))

    def _arithmetic(self, name: str, args: list[Node]) -> Term:
        left, right = (self._of_kind(arg, 'number') for arg in _pair(args, name))
        if name == 'div':
            return Term(sql.SQL('div({}::numeric, {}::numeric)').format(left, right), 'number')
        # numeric: 3/2 is 1.5 in the standard, and % of a double does not exist in PostgreSQL
        exact = name in ('/', '%')
        form = '({}::numeric %s {}::numeric)' if exact else '({} %s {})'
        return Term(sql.SQL(form.replace('%s', ARITHMETIC[name])).format(left, right), 'number')

    def _folded(self, name: str, args: list[Node]) -> Term:
        text = self._of_kind(_only(args, name.upper()), 'text')
        # the columns' collation "C" knows no letters beyond ASCII, and gets its order back at the end
        fold = 'lower({} collate "pg_c_utf8")' if name == 'casei' else 'public.unaccent({})'
        return Term(sql.SQL(f'({fold} collate "C")').format(text), 'text')

    def _spatial(self, name: str, args: list[Node]) -> Term:
        left, right = (self._of_kind(arg, 'geometry') for arg in _pair(args, name.upper()))
        return _boolean(sql.SQL(f'{SPATIAL[name]}({{}}, {{}})').format(left, right))

    def _temporal(self, name: str, args: list[Node]) -> Term:
        one, other = (self._period(arg) for arg in _pair(args, name.upper()))
        return _boolean(RELATIONS[name.removeprefix('t_')](one, other))

    def _period(self, node: Node) -> Period:
        if isinstance(node, dict) and 'interval' in node:
            begin, end = _pair(node['interval'], 'INTERVAL')
            return Period(self._end(begin, OPEN_BEGIN), self._end(end, OPEN_END))
        at = self._end(node, OPEN_BEGIN)
        return Period(at, at)

    def _end(self, node: Node, when_open: sql.Composable) -> sql.Composable:
        """A point in time, or one end of an interval."""
        if node == '..':
            return when_open
        term = Term(*moment({'timestamp': node})) if isinstance(node, str) else self.term(node)
        if term.kind not in TIMES:
            raise mixed('date, timestamp', term.kind, _named(node))
        return zoned(term.sql, term.kind)

    def _alike(self, one: Node, other: Node) -> tuple[Term, Term]:
        """Both as terms that can be compared; a text against a point in time is read as one."""
        left, right = self.term(one), self.term(other)
        if left.kind in TIMES and isinstance(other, str):
            right = Term(*moment({left.kind: other}))
        elif right.kind in TIMES and isinstance(one, str):
            left = Term(*moment({right.kind: one}))
        if left.kind == right.kind and left.kind != 'geometry':
            return left, right
        if {left.kind, right.kind} == TIMES:
            return _zoned(left), _zoned(right)
        raise mixed(left.kind, right.kind, _named(one) or _named(other))

    def _of_kind(self, node: Node, kind: str) -> sql.Composable:
        term = self.term(node)
        if term.kind != kind:
            raise mixed(kind, term.kind, _named(node))
        return term.sql


def _boolean(condition: sql.Composable) -> Term:
    return Term(condition, 'boolean')


def _zoned(term: Term) -> Term:
    return Term(zoned(term.sql, term.kind), 'timestamp')


def _pair(args: list[Node], name: str) -> tuple[Node, Node]:
    if len(args) != 2:
        raise BadFilter(vi=f'{name} cần hai vế.', en=f'{name} needs two operands.')
    return args[0], args[1]


def _only(args: list[Node], name: str) -> Node:
    if len(args) != 1:
        raise BadFilter(vi=f'{name} cần một giá trị.', en=f'{name} needs one operand.')
    return args[0]


def _number(value: float) -> float:
    """Whole numbers as integers, so that an index on an integer column serves the comparison."""
    if not math.isfinite(value):
        raise BadFilter(vi='Số phải hữu hạn.', en='A number must be finite.')
    return int(value) if float(value).is_integer() and abs(value) < 2**53 else value


def _text(value: str) -> str:
    if '\x00' in value:
        raise BadFilter(vi='Chuỗi chứa ký tự NUL.', en='A text contains the character NUL.')
    return value


def _named(node: Node) -> str | None:
    return node.get('property') if isinstance(node, dict) else None
