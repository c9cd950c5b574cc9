"""Lists of values compared as sets (OGC 21-065, "Array Functions")."""

from collections.abc import Callable, Sequence

from psycopg2 import sql

from dothi.core.cql2.errors import BadFilter
from dothi.core.cql2.grammar import EMPTY_LIST

type Member = Callable[[int], sql.Composable]

ARRAYS = frozenset({'a_contains', 'a_containedby', 'a_equals', 'a_overlaps'})
# Each value of one list is compared with each of the other.
MOST_COMPARISONS = 10_000


def relation(name: str, left: int, right: int, left_in_right: Member, right_in_left: Member) -> sql.Composable:
    """The condition `name` between two sets of `left` and `right` members.

    left_in_right: the condition that the member with this number is in the other set; right_in_left likewise. With
    these, a member that is null makes the answer unknown exactly where it depends on it.
    """
    if left * right > MOST_COMPARISONS:
        raise BadFilter(
            vi=f'Hai danh sách {left} và {right} giá trị là quá dài để so sánh.',
            en=f'Two lists of {left} and {right} values are too long to be compared.',
        )
    all_left = sql.SQL(' and ').join(map(left_in_right, range(left))) if left else sql.SQL('true')
    all_right = sql.SQL(' and ').join(map(right_in_left, range(right))) if right else sql.SQL('true')
    if name == 'a_contains':
        return _bracketed(all_right)
    if name == 'a_containedby':
        return _bracketed(all_left)
    if name == 'a_equals':
        return _bracketed(sql.SQL(' and ').join([all_left, all_right]))
    return _bracketed(sql.SQL(' or ').join(map(left_in_right, range(left))) if left else sql.SQL('false'))


def members(node: object) -> Sequence[object]:
    """The values of a list; a single value is a list of one, for the text form cannot tell ('a') from 'a'."""
    if node == EMPTY_LIST:
        return []
    values = node if isinstance(node, list) else [node]
    if any(isinstance(value, list) for value in values):
        raise BadFilter(vi='Danh sách không được chứa danh sách.', en='A list cannot hold another list.')
    return values


def _bracketed(condition: sql.Composable) -> sql.Composable:
    return sql.SQL('({})').format(condition)
