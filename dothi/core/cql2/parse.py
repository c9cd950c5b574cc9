"""Reading a filter: text or JSON becomes the standard's JSON tree, by the package `cql2`, within limits."""

import contextlib
import json
import re
from typing import Any, Literal

import cql2

from dothi.core.cql2.errors import BadFilter
from dothi.core.cql2.exact import exact
from dothi.core.cql2.grammar import plainer
from dothi.core.limit_settings import LimitSettings

type Language = Literal['cql2-text', 'cql2-json']
type Node = Any

# What is in quotes, words, and every other sign by itself; in each language as its own grammar has quotes.
TOKENS: dict[str, re.Pattern[str]] = {
    'cql2-text': re.compile(r"""'(?:[^']|'')*'|"[^"]*"|\w+|[^\s\w]"""),
    'cql2-json': re.compile(r'"(?:[^"\\]|\\.)*"|\w+|[^\s\w]'),
}
OPENING, CLOSING, PREFIXES = frozenset('([{'), frozenset(')]}'), frozenset(('NOT', '-', '+'))


def parse(text: str, language: Language = 'cql2-text') -> Node:
    """The filter as the standard's JSON tree; raises BadFilter where it is no CQL2, too long or too deep."""
    limits = LimitSettings()
    if len(text) > limits.filter_max_length:
        raise BadFilter(
            vi=f'Bộ lọc dài {len(text)} ký tự, tối đa {limits.filter_max_length}.',
            en=f'The filter has {len(text)} characters, at most {limits.filter_max_length} are allowed.',
        )
    tree = _read(text, language)
    _refuse_depth(_depth(tree), limits.filter_max_depth)
    return tree


def _read(text: str, language: Language) -> Node:
    """The tree of `text`, or of the same in plainer words where the package cannot read it."""
    try:
        return _tree(text, language)
    except BadFilter:
        raise
    except Exception as error:  # the package raises several kinds, and ValueError for what is no JSON
        if language == 'cql2-text':
            with contextlib.suppress(Exception):
                return _tree(plainer(text), language)
        raise BadFilter(
            vi=f'Không đọc được bộ lọc ({language}): {_reason(error)}',
            en=f'The filter cannot be read as {language}: {_reason(error)}',
        ) from None


def _tree(text: str, language: Language) -> Node:
    """What the package reads, with the numbers as they are written: its parser of JSON is fast and not exact."""
    _refuse_depth(_nesting(text, language), LimitSettings().filter_max_depth * 4)
    if language == 'cql2-json':
        cql2.parse_json(text)
        return json.loads(text)
    return exact(cql2.parse_text(text).to_json(), text)


def _depth(tree: Node) -> int:
    """Levels of operations; without recursion, since this is what tells whether recursion is safe."""
    deepest, waiting = 0, [(tree, 1)]
    while waiting:
        node, level = waiting.pop()
        deepest = max(deepest, level)
        # coordinates and lists of values are flat, they count as one level
        arguments = node.get('args', []) if isinstance(node, dict) else []
        waiting += [(argument, level + 1) for argument in arguments if isinstance(argument, dict)]
    return deepest


def _nesting(text: str, language: Language) -> int:
    """How deep brackets and prefixes nest, counted before the parser, which overflows its stack on thousands."""
    deepest = level = prefixes = 0
    opened: list[int] = []
    for token in TOKENS[language].findall(text):
        if token in OPENING:
            opened.append(prefixes + 1)
            level, prefixes = level + prefixes + 1, 0
        elif token in CLOSING:
            level, prefixes = level - (opened.pop() if opened else 0), 0
        else:
            prefixes = prefixes + 1 if token.upper() in PREFIXES else 0
        deepest = max(deepest, level + prefixes)
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
