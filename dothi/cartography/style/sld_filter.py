"""Conditions as OGC Filter Encoding 1.1.0 (OGC 04-095), the one that SLD 1.1.0 takes."""

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from dothi.cartography.style.conditions import Condition

OGC = 'http://www.opengis.net/ogc'
COMPARISONS = {
    '=': 'PropertyIsEqualTo',
    '<>': 'PropertyIsNotEqualTo',
    '<': 'PropertyIsLessThan',
    '<=': 'PropertyIsLessThanOrEqualTo',
    '>': 'PropertyIsGreaterThan',
    '>=': 'PropertyIsGreaterThanOrEqualTo',
}
LOGIC = {'and': 'And', 'or': 'Or', 'not': 'Not'}


def filter_of(condition: Condition) -> Element:
    """The condition as an `ogc:Filter`."""
    made = Element(f'{{{OGC}}}Filter')
    made.append(operator(condition))
    return made


def operator(condition: Condition) -> Element:
    """The condition as an operator of a filter."""
    op, args = condition['op'], condition['args']
    if op in LOGIC:
        made = Element(f'{{{OGC}}}{LOGIC[op]}')
        made.extend(map(operator, args))
        return made
    return TESTS.get(op, _compare)(op, args[0]['property'], args[1:])


def _compare(op: str, column: str, args: list[Any]) -> Element:
    made = _on(COMPARISONS[op], column)
    _literal(made, args[0])
    return made


def _in(_op: str, column: str, args: list[Any]) -> Element:
    """`Or` wants two operators at least."""
    comparisons = [_compare('=', column, [value]) for value in args[0]]
    if len(comparisons) == 1:
        return comparisons[0]
    made = Element(f'{{{OGC}}}Or')
    made.extend(comparisons)
    return made


def _between(_op: str, column: str, args: list[Any]) -> Element:
    made = _on('PropertyIsBetween', column)
    for side, value in zip(('LowerBoundary', 'UpperBoundary'), args, strict=True):
        _literal(SubElement(made, f'{{{OGC}}}{side}'), value)
    return made


def _is_null(_op: str, column: str, _args: list[Any]) -> Element:
    return _on('PropertyIsNull', column)


def _like(_op: str, column: str, args: list[Any]) -> Element:
    made = _on('PropertyIsLike', column)
    for name, sign in {'wildCard': '%', 'singleChar': '_', 'escapeChar': '\\'}.items():
        made.set(name, sign)
    _literal(made, args[0])
    return made


TESTS: dict[str, Callable[[str, str, list[Any]], Element]] = {
    'in': _in, 'between': _between, 'isNull': _is_null, 'like': _like,
}  # fmt: skip


def _on(name: str, column: str) -> Element:
    made = Element(f'{{{OGC}}}{name}')
    SubElement(made, f'{{{OGC}}}PropertyName').text = column
    return made


def _literal(made: Element, value: Any) -> None:
    text = str(value).lower() if isinstance(value, bool) else f'{value:.15g}' if isinstance(value, float) else value
    SubElement(made, f'{{{OGC}}}Literal').text = str(text)
