"""Pieces of SQL with the kind of value that each has, and which kinds may meet."""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg2 import sql
from psycopg2.sql import Composable

from dothi.core.cql2.errors import BadFilter, mixed
from dothi.core.cql2.parse import Node
from dothi.core.cql2.times import moment, zoned

TIMES = ('date', 'timestamp')


@dataclass(frozen=True)
class Term:
    """A piece of SQL and the kind of value that it has: boolean, number, text, date, timestamp or geometry.

    whole: the number is of an integer type. wgs84: of a geometry, the same in longitude and latitude.
    """

    sql: Composable
    kind: str
    whole: bool = False
    wgs84: Composable | None = None


def boolean(condition: Composable) -> Term:
    """A condition as a term."""
    return Term(condition, 'boolean')


def scalar(value: Node) -> Term:
    """A literal number, text or truth value; raises BadFilter for anything else."""
    if isinstance(value, bool):
        return boolean(sql.Literal(value))
    if isinstance(value, int | float):
        number = _number(value)
        return Term(sql.Literal(number), 'number', whole=isinstance(number, int))
    if isinstance(value, str):
        return Term(sql.SQL('{}::text').format(sql.Literal(_text(value))), 'text')
    if value is None:
        raise BadFilter(vi='NULL chỉ đứng trong IS NULL.', en='NULL can stand only in IS NULL.')
    raise BadFilter(
        vi=f'Giá trị không dùng được ở đây: {str(value)[:80]}.', en=f'This value cannot stand here: {str(value)[:80]}.'
    )


def alike(left: Term, right: Term, node: Node, other: Node) -> tuple[Term, Term]:
    """Both as terms that can be compared; a text that is written against a point in time is read as one.

    node, other: what they come from. Raises BadFilter where their kinds do not go together.
    """
    if left.kind in TIMES and isinstance(other, str):
        right = Term(*moment({left.kind: other}))
    elif right.kind in TIMES and isinstance(node, str):
        left = Term(*moment({right.kind: node}))
    if left.kind == right.kind and left.kind != 'geometry':
        return left, right
    if {left.kind, right.kind} == set(TIMES):
        return _instant(left), _instant(right)
    raise mixed(left.kind, right.kind, named(node) or named(other))


def pair(args: Any, name: str) -> tuple[Node, Node]:
    """The two operands; raises BadFilter where there are more or less."""
    first, other = exactly(args, 2, name)
    return first, other


def exactly(args: Any, count: int, name: str) -> Sequence[Node]:
    """The `count` operands of `name`; raises BadFilter where there are more or less."""
    if not isinstance(args, list) or len(args) != count:
        expected = f'{count} operands' if count > 1 else 'one operand'
        raise BadFilter(vi=f'{name.upper()} cần {count} giá trị.', en=f'{name.upper()} takes {expected}.')
    return args


def named(node: Node) -> str | None:
    """The column that `node` is, or None."""
    return node.get('property') if isinstance(node, dict) else None


def _instant(term: Term) -> Term:
    return Term(zoned(term.sql, term.kind), 'timestamp')


def _number(value: float) -> float:
    """Whole numbers as integers, so that an index on an integer column serves the comparison."""
    if isinstance(value, int):
        return value
    if not math.isfinite(value):
        raise BadFilter(vi='Số quá lớn.', en='The number is too large.')
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _text(value: str) -> str:
    """Composed (NFC), as text is stored."""
    if '\x00' in value:
        raise BadFilter(vi='Chuỗi chứa ký tự NUL.', en='A text contains the character NUL.')
    return unicodedata.normalize('NFC', value)
