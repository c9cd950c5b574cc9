"""CQL2 filters as SQL: text or JSON is parsed by the package `cql2` into one tree, and that tree becomes a condition.

Column names come from the layer and are quoted by the driver, and so is every value: a finished condition holds
no parameters, and can stand in any statement, COPY included.
"""

from collections.abc import Callable
from typing import Any

from psycopg2 import sql

from dothi.core.cql2 import arrays, functions, times
from dothi.core.cql2.arrays import ARRAYS
from dothi.core.cql2.errors import BadFilter, UnknownProperty, mixed
from dothi.core.cql2.functions import FUNCTIONS
from dothi.core.cql2.geometry import IN_CRS84, Space, literal
from dothi.core.cql2.parse import Language, Node, parse
from dothi.core.cql2.terms import TIMES, Term, alike, boolean, exactly, named, pair, scalar
from dothi.core.cql2.times import TEMPORAL, End, Period, moment
from dothi.core.layer import Audience, Layer

COMPARISONS = ('=', '<>', '<', '<=', '>', '>=')
# 3/2 is 1.5; % of doubles does not exist in PostgreSQL; whole numbers of any size meet without an overflow.
ARITHMETIC = {
    '+': '({} + {})',
    '-': '({} - {})',
    '*': '({} * {})',
    '/': '({} / {})',
    '%': '({}::numeric % {}::numeric)',
    'div': 'div({}::numeric, {}::numeric)',
    '^': '({}::float8 ^ {}::float8)',
}
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
# Full case folding, which PostgreSQL 17 has not: of each letter the small form of its capitals, one form of sigma, and
# ss for the capital ß, which is its own.
FOLDS = {
    'casei': """replace(translate(lower(upper({} collate "und-x-icu")), 'ς', 'σ'), 'ß', 'ss')""",
    'accenti': 'catalog.bare({})',
}
KNOWN = (*FOLDS, 'date', 'timestamp', 'interval', 'bbox', *SPATIAL, *TEMPORAL, *ARRAYS, *FUNCTIONS)
# What a filter can do, as classes of OGC 21-065; the last is the name under which QGIS asks for the spatial ones.
CONFORMANCE_CLASSES = tuple(
    f'http://www.opengis.net/spec/cql2/1.0/conf/{name}'
    for name in (
        'cql2-text', 'cql2-json', 'basic-cql2', 'advanced-comparison-operators', 'case-insensitive-comparison',
        'accent-insensitive-comparison', 'basic-spatial-functions', 'basic-spatial-functions-plus',
        'spatial-functions', 'temporal-functions', 'array-functions', 'property-property', 'functions', 'arithmetic',
        'basic-spatial-operators',
    )
)  # fmt: skip


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
    return Translator(layer, srid, audience, space).condition(parse(text, language))


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
        return self._object(node) if isinstance(node, dict) else scalar(node)

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
        return literal(node, self.space, self.srid)

    def _property(self, name: str) -> Term:
        if name in ('geom', 'geometry') and name not in self.columns:
            column = 'geom' if self.space.srid == self.srid else 'geom_wgs84'
            return Term(sql.Identifier(column), 'geometry', wgs84=sql.Identifier('geom_wgs84'))
        if name == 'id' and name not in self.columns:
            return Term(sql.Identifier('id'), 'number', whole=True)
        if name not in self.columns:
            raise UnknownProperty.of(name, self.layer.id, {*self.columns, 'geom', 'id'})
        kind = self.columns[name]
        return Term(sql.Identifier(name), 'number' if kind == 'integer' else kind, whole=kind == 'integer')

    def _operation(self, name: str, args: list[Node]) -> Term:
        for operators, build in self._builders():
            if name in operators:
                return build(name, args)
        raise BadFilter.with_suggestion(name, KNOWN, vi=f'Không có hàm "{name}".', en=f'There is no function "{name}".')

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
            (FOLDS, self._folded),
            (SPATIAL, self._spatial),
            (TEMPORAL, self._temporal),
            (ARRAYS, self._array),
            (FUNCTIONS, self._function),
        ]

    def _logical(self, name: str, args: list[Node]) -> Term:
        if not args:
            raise BadFilter(vi=f'{name.upper()} cần ít nhất một điều kiện.', en=f'{name.upper()} needs a condition.')
        return boolean(sql.SQL('({})').format(sql.SQL(f' {name} ').join(map(self.condition, args))))

    def _not(self, name: str, args: list[Node]) -> Term:
        (only,) = exactly(args, 1, name)
        return boolean(sql.SQL('(not {})').format(self.condition(only)))

    def _comparison(self, name: str, args: list[Node]) -> Term:
        return boolean(self._compared(*pair(args, name), name))

    def _between(self, name: str, args: list[Node]) -> Term:
        value, low, high = exactly(args, 3, name)
        limits = [self._compared(value, low, '>='), self._compared(value, high, '<=')]
        return boolean(sql.SQL('({} and {})').format(*limits))

    def _in(self, name: str, args: list[Node]) -> Term:
        value, members = pair(args, name)
        if not isinstance(members, list):
            raise BadFilter(vi='IN cần một danh sách giá trị.', en='IN needs a list of values.')
        if not members:
            return boolean(sql.SQL('false'))
        pairs = [self._alike(value, member) for member in members]
        # a day among timestamps makes a timestamp of the value, and one list wants one kind of value
        by_kind = {left.kind: left.sql for left, _ in pairs}
        lists = [
            sql.SQL('{} in ({})').format(
                value_sql, sql.SQL(', ').join(right.sql for left, right in pairs if left.kind == kind)
            )
            for kind, value_sql in by_kind.items()
        ]
        return boolean(sql.SQL('({})').format(sql.SQL(' or ').join(lists)))

    def _like(self, name: str, args: list[Node]) -> Term:
        value, pattern = (self._of_kind(arg, 'text').sql for arg in pair(args, name))
        return boolean(sql.SQL('({} like {})').format(value, pattern))

    def _is_null(self, _name: str, args: list[Node]) -> Term:
        (only,) = exactly(args, 1, 'IS NULL')
        return boolean(sql.SQL('({} is null)').format(self.term(only).sql))

    def _arithmetic(self, name: str, args: list[Node]) -> Term:
        operands = [self._of_kind(arg, 'number') for arg in pair(args, name)]
        exact = [sql.SQL('{}::numeric').format(term.sql) if term.whole else term.sql for term in operands]
        return Term(sql.SQL(ARITHMETIC[name]).format(*exact), 'number')

    def _folded(self, name: str, args: list[Node]) -> Term:
        (only,) = exactly(args, 1, name)
        text = self._of_kind(only, 'text').sql
        # the columns' collation "C" knows no letters beyond ASCII, and gets its order back at the end
        return Term(sql.SQL(f'({FOLDS[name]} collate "C")').format(text), 'text')

    def _spatial(self, name: str, args: list[Node]) -> Term:
        left, right = (self._of_kind(arg, 'geometry').sql for arg in pair(args, name))
        return boolean(sql.SQL(f'{SPATIAL[name]}({{}}, {{}})').format(left, right))

    def _temporal(self, name: str, args: list[Node]) -> Term:
        first, other = (self._period(arg) for arg in pair(args, name))
        return boolean(times.relation(name.removeprefix('t_'), first, other))

    def _array(self, name: str, args: list[Node]) -> Term:
        left, right = (arrays.members(arg) for arg in pair(args, name))
        return boolean(
            arrays.relation(
                name,
                len(left),
                len(right),
                lambda place: self._member(left[place], right),
                lambda place: self._member(right[place], left),
            )
        )

    def _member(self, value: Node, of: Any) -> sql.Composable:
        """The condition that `value` is one of the values; those of another kind are never it."""
        kind = self.term(value).kind
        like_it = [other for other in of if self.term(other).kind == kind]
        if kind == 'geometry':
            equal = [self._spatial('s_equals', [value, other]).sql for other in like_it]
            return sql.SQL('({})').format(sql.SQL(' or ').join(equal)) if equal else sql.SQL('false')
        return self._in('in', [value, like_it]).sql

    def _function(self, name: str, args: list[Node]) -> Term:
        return functions.call(name, [self.term(arg) for arg in args])

    def _period(self, node: Node) -> Period:
        if isinstance(node, dict) and 'interval' in node:
            begin, end = pair(node['interval'], 'INTERVAL')
            return Period(self._end(begin), self._end(end), instant=False)
        at = self._end(node)
        return Period(at, at, instant=True)

    def _end(self, node: Node) -> End:
        """A point in time, or one end of an interval."""
        if node == '..':
            return End(None, 'date')
        term = Term(*moment({'timestamp': node})) if isinstance(node, str) else self.term(node)
        if term.kind not in TIMES:
            raise mixed('date, timestamp', term.kind, named(node))
        return End(term.sql, term.kind)

    def _compared(self, node: Node, other: Node, operator: str) -> sql.Composable:
        left, right = self._alike(node, other)
        return sql.SQL(f'({{}} {operator} {{}})').format(left.sql, right.sql)

    def _alike(self, node: Node, other: Node) -> tuple[Term, Term]:
        return alike(self.term(node), self.term(other), node, other)

    def _of_kind(self, node: Node, kind: str) -> Term:
        term = self.term(node)
        if term.kind != kind:
            raise mixed(kind, term.kind, named(node))
        return term
