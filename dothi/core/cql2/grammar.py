"""What the package `cql2` 0.6 does not read of the standard's text (OGC 21-065, annex B), in words that it does."""

import math
import re
from decimal import Decimal
from typing import Any

# As the package reads it: a property that no column can be.
EMPTY_LIST: dict[str, Any] = {'property': '\x00'}
PIECES = re.compile(
    r"""
    (?P<text>'(?:\\'|''|[^'])*')                                # it\'s
  | "[^"]*"
  | (?P<name>[_:][\w.:]*)                                        # _id
  | [^\W\d][\w.:]*
  | (?P<number>\.\d+(?:[eE][+-]?\d+)?|\d+(?:\.\d*)?[eE][+-]?\d+)  # .5, and 1e2 as a coordinate
  | \d[\d.]*
  | (?<=[(,])(?P<list>\s*\(\s*\))                                # ()
    """,
    re.VERBOSE,
)


def plainer(text: str) -> str:
    """`text` with quotes doubled, names in quotes, and numbers without an exponent."""
    return PIECES.sub(_rewritten, text)


def _rewritten(piece: re.Match[str]) -> str:
    kind, token = piece.lastgroup, piece[0]
    if kind == 'text':
        return token[0] + token[1:-1].replace("\\'", "''") + token[-1]
    if kind == 'name':
        return f'"{token}"'
    if kind == 'list':
        return '"{property}"'.format_map(EMPTY_LIST)
    if kind == 'number' and math.isfinite(float(token)):
        return format(Decimal(repr(float(token))), 'f')
    return token
