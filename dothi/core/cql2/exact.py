"""Coordinates of a text to their last digit: the package `cql2` 0.6 reads one of eight a rounding off.

S_EQUALS and S_TOUCHES with a feature's own geometry would fail, so the tree gets the numbers as they were written.
"""

import math
import re
from collections.abc import Iterator
from typing import Any

QUOTED = re.compile(r"""'(?:[^']|'')*'|"[^"]*\"""")
# A geometry up to where a word or the end of its brackets follows; collections hold these.
GEOMETRY = re.compile(r'\b(?:MULTI)?(?:POINT|LINESTRING|POLYGON)\s*(?:Z|M|ZM)?\s*(\([\s\d.,eE()+-]*\))', re.IGNORECASE)
NUMBER = re.compile(r'[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?')


def exact(tree: Any, text: str) -> Any:
    """`tree`, which is what the package made of `text`, with the coordinates of the text."""
    written = [_numbers(literal) for literal in GEOMETRY.findall(QUOTED.sub("''", text))]
    read = [*_geometries(tree)]
    if len(written) == len(read):
        for geometry, numbers in zip(read, written, strict=True):
            geometry['coordinates'] = _replaced(geometry['coordinates'], iter(numbers))
    return tree


def _numbers(brackets: str) -> list[float]:
    """The numbers up to the end of the first bracket; another one may follow, that of a function around it."""
    level = 0
    for place, sign in enumerate(brackets):
        level += {'(': 1, ')': -1}.get(sign, 0)
        if not level:
            return [float(number) for number in NUMBER.findall(brackets[:place])]
    return []


def _geometries(node: Any) -> Iterator[dict[str, Any]]:
    """The geometries of a tree without those of a collection itself, in the order of the text."""
    if isinstance(node, list):
        for part in node:
            yield from _geometries(part)
    elif isinstance(node, dict) and 'coordinates' in node:
        yield node
    elif isinstance(node, dict):
        for name in ('args', 'interval', 'geometries'):
            yield from _geometries(node.get(name, []))


def _replaced(coordinates: Any, numbers: Iterator[float]) -> Any:
    """The same with the next of `numbers` in place of each, where it is that number (a measure has no place here)."""
    if isinstance(coordinates, list):
        return [_replaced(part, numbers) for part in coordinates]
    number = next(numbers, coordinates)
    return number if math.isclose(number, coordinates, rel_tol=1e-12, abs_tol=1e-15) else coordinates
