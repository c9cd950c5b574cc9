"""Reading a filter: text or JSON becomes the standard's JSON tree, by the package `cql2`, within limits."""

from typing import Any, Literal

import cql2

from dothi.core.cql2_errors import BadFilter
from dothi.core.settings import LimitSettings

type Language = Literal['cql2-text', 'cql2-json']
type Node = Any


def parse(text: str, language: Language = 'cql2-text') -> Node:
    """The filter as the standard's JSON tree; raises BadFilter where it is no CQL2, too long or too deep."""
    limits = LimitSettings()
    if len(text) > limits.filter_max_length:
        raise BadFilter(
            vi=f'Bộ lọc dài {len(text)} ký tự, tối đa {limits.filter_max_length}.',
            en=f'The filter has {len(text)} characters, at most {limits.filter_max_length} are allowed.',
        )
    _refuse_depth(_nesting(text), limits.filter_max_depth * 4)
    try:
        read = cql2.parse_json if language == 'cql2-json' else cql2.parse_text
        tree = read(text).to_json()
    except Exception as error:  # the package raises several kinds, and ValueError for what is no JSON
        raise BadFilter(
            vi=f'Không đọc được bộ lọc ({language}): {_reason(error)}',
            en=f'The filter cannot be read as {language}: {_reason(error)}',
        ) from None
    _refuse_depth(_depth(tree), limits.filter_max_depth)
    return tree


def _depth(node: Node) -> int:
    if isinstance(node, dict):
        # coordinates are flat lists in depth: they count as one level
        return 1 + max((_depth(arg) for arg in node.get('args', []) if isinstance(arg, dict)), default=0)
    return 1


def _nesting(text: str) -> int:
    """How deep brackets nest, counted before anything recursive sees the text."""
    deepest = level = 0
    for char in text:
        if char in '([{':
            level += 1
            deepest = max(deepest, level)
        elif char in ')]}':
            level -= 1
    return deepest


def _refuse_depth(depth: int, most: int) -> None:
    if depth > most:
        raise BadFilter(
            vi=f'Bộ lọc lồng nhau {depth} tầng, tối đa {most}.',
            en=f'The filter is nested {depth} deep, at most {most} is allowed.',
        )


def _reason(error: Exception) -> str:
    """The parser's own words, on one line."""
    return ' '.join(str(error).split())[:300]
