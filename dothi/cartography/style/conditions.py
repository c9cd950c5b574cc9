"""Which features a part of a style draws: the part of CQL2 that every client's style language can say."""

from collections.abc import Mapping
from typing import Any

from dothi.core.cql2.parse import parse
from dothi.core.errors import WrongUse

# A tree as OGC 21-065 writes it in JSON.
type Condition = dict[str, Any]

COMPARISONS = frozenset({'=', '<>', '<', '<=', '>', '>='})
LOGIC = frozenset({'and', 'or', 'not'})
OPERATIONS = COMPARISONS | LOGIC | {'in', 'between', 'isNull', 'like'}


class BadCondition(WrongUse):
    """A condition of a style that the styles of some clients cannot say."""


def of(where: Mapping[str, Any] | str) -> Condition | None:
    """The condition of a style file's `where`; None where everything is drawn. Raises BadCondition, BadFilter."""
    if isinstance(where, str):
        return _plain(parse(where))
    return all_of([equal(column, value) for column, value in where.items()])


def equal(column: str, value: Any) -> Condition:
    """The column has the value, or one of a list of values."""
    if isinstance(value, list):
        return {'op': 'in', 'args': [{'property': column}, value]}
    return {'op': '=', 'args': [{'property': column}, value]}


def between(column: str, low: float | None, high: float | None) -> Condition:
    """The column is at least `low` and below `high`; at least one of them is given."""
    sides = [('>=', low), ('<', high)]
    parts = [{'op': op, 'args': [{'property': column}, limit]} for op, limit in sides if limit is not None]
    return parts[0] if len(parts) == 1 else {'op': 'and', 'args': parts}


def all_of(parts: list[Condition]) -> Condition | None:
    """All of the conditions together; None of none."""
    if len(parts) < 2:
        return parts[0] if parts else None
    return {'op': 'and', 'args': parts}


def apart_from(condition: Condition, outer: Condition | None) -> Condition:
    """What the condition asks for beside `outer`, which `all_of` put before it."""
    if outer and condition['op'] == 'and' and condition['args'][0] == outer:
        return all_of(condition['args'][1:]) or condition
    return condition


def columns_of(condition: Condition | None) -> set[str]:
    """The columns that a condition reads."""
    if isinstance(condition, dict):
        if 'property' in condition:
            return {condition['property']}
        return {name for argument in condition.get('args', []) for name in columns_of(argument)}
    return set()


def _plain(tree: Any) -> Condition:
    """The tree itself, if it has nothing that some client's styles cannot say: a column on the left, values right."""
    op, args = (tree.get('op'), tree.get('args', [])) if isinstance(tree, dict) else (tree, [])
    if op not in OPERATIONS:
        raise BadCondition(
            vi=f'điều kiện của kiểu vẽ không có "{op}". Dùng so sánh, AND, OR, NOT, IN, BETWEEN, LIKE, IS NULL.',
            en=f'the condition of a style knows no "{op}". Use comparisons, AND, OR, NOT, IN, BETWEEN, LIKE, IS NULL.',
        )
    if op in LOGIC:
        return {'op': op, 'args': [_plain(argument) for argument in args]}
    if not isinstance(args[0], dict) or 'property' not in args[0] or not all(map(_is_value, args[1:])):
        raise BadCondition(
            vi=f'trong điều kiện của kiểu vẽ, bên trái "{op}" là một cột và bên phải là giá trị.',
            en=f'in the condition of a style, a column stands on the left of "{op}" and values on its right.',
        )
    if op == 'like' and not _is_beginning(args[1]):
        raise BadCondition(
            vi='LIKE trong kiểu vẽ chỉ nhận phần đầu của giá trị, như "Trường%".',
            en='LIKE in a style takes only how a value begins, such as "School%".',
        )
    return {'op': op, 'args': args}


def _is_value(node: Any) -> bool:
    """Whether it is a value or a list of values."""
    return not any(isinstance(member, dict | list) for member in (node if isinstance(node, list) else [node]))


def _is_beginning(pattern: Any) -> bool:
    """Whether only one wildcard stands there, at the end: MapLibre's expressions cannot say more."""
    return isinstance(pattern, str) and pattern.endswith('%') and not set('%_\\') & set(pattern[:-1])
