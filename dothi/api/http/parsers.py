"""From the text of a query parameter to its value; each error names the parameter, what came, and what is right.

A parser takes the parameter's name and its text, which is not empty, and raises BadParameter.
"""

import math
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from psycopg2 import sql

from dothi.api.http.parameters import bad_value, unknown_value
from dothi.core.cql2.times import instant
from dothi.core.layer import Column
from dothi.core.layer_source import BadTime, Times, parse_times

# Python reads more as numbers: 1_000, ٣, infinity.
WHOLE = re.compile(r'[+-]?[0-9]+')
NUMBER = re.compile(r'[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?')
# A number too large for the database counts as the largest.
MOST = 2**62

type Parser[T] = Callable[[str, str], T]


def whole_number(least: int) -> Parser[int]:
    """A parser of whole numbers of `least` or more."""

    def parse(name: str, text: str) -> int:
        if not WHOLE.fullmatch(text) or (number := _integer(text)) < least:
            raise bad_value(
                name, text, f'phải là số nguyên từ {least} trở lên.', f'must be a whole number, {least} or more.'
            )
        return min(number, MOST)

    return parse


def parse_length(name: str, text: str) -> float:
    """A finite number, 0 or more."""
    number = _finite(text)
    if not number >= 0:
        raise bad_value(name, text, 'phải là số từ 0 trở lên.', 'must be a number, 0 or more.')
    return number


def parse_positive(name: str, text: str) -> float:
    """A finite number above 0."""
    number = _finite(text)
    if not number > 0:
        raise bad_value(name, text, 'phải là số dương.', 'must be a number above 0.')
    return number


def parse_boolean(name: str, text: str) -> bool:
    """True or false, in any case."""
    if text.lower() not in ('true', 'false'):
        raise bad_value(name, text, 'phải là true hoặc false.', 'must be true or false.')
    return text.lower() == 'true'


def one_of(*choices: str) -> Parser[str]:
    """A parser of names that are among `choices`."""

    def parse(name: str, text: str) -> str:
        if text not in choices:
            raise unknown_value(name, text, choices, 'không hợp lệ.', 'not valid.')
        return text

    return parse


def parse_names(_name: str, text: str) -> list[str]:
    """Names with commas between them; empty ones are left out."""
    return [part.strip() for part in text.split(',') if part.strip()]


def numbers(count: int) -> Parser[list[float]]:
    """A parser of exactly `count` finite numbers with commas between them."""

    def parse(name: str, text: str) -> list[float]:
        values = [_finite(part.strip()) for part in text.split(',')]
        if len(values) != count or not all(map(math.isfinite, values)):
            raise bad_value(
                name,
                text,
                f'cần {count} số, cách nhau bằng dấu phẩy.',
                f'{count} numbers are needed, separated by commas.',
            )
        return values

    return parse


def parse_bbox(name: str, text: str) -> tuple[float, float, float, float]:
    """A box in two dimensions, as it was written; heights are left out."""
    values = [_finite(part.strip()) for part in text.split(',')]
    if len(values) not in (4, 6) or not all(map(math.isfinite, values)):
        raise bad_value(
            name,
            text,
            'cần bốn (hoặc sáu) số, cách nhau bằng dấu phẩy.',
            'four (or six) numbers are needed, separated by commas.',
        )
    flat = values if len(values) == 4 else [*values[:2], *values[3:5]]
    return (flat[0], flat[1], flat[2], flat[3])


def parse_datetime(name: str, text: str) -> Times:
    """An instant or interval of RFC 3339; raises BadTime, which calls the parameter by its name."""
    try:
        return parse_times(text)
    except BadTime as error:
        vi, en = (message.replace('datetime=', f'{name}=', 1) for message in (error.text.vi, error.text.en))
        raise BadTime(vi, en) from None


def column_value(column: Column) -> Parser[sql.Composable]:
    """A parser of values of the column's type."""

    def parse(name: str, text: str) -> sql.Composable:
        try:
            return sql.Literal(READERS.get(column.type, str)(text))
        except ValueError:
            raise bad_value(
                name, text, f'cột này có kiểu {column.type}.', f'this column is of type {column.type}.'
            ) from None

    return parse


def _finite(text: str) -> float:
    """The number, nan for what is none or not finite."""
    number = float(text) if NUMBER.fullmatch(text) else math.nan
    return number if math.isfinite(number) else math.nan


def _whole(text: str) -> int:
    if not WHOLE.fullmatch(text):
        raise ValueError
    return _integer(text)


def _integer(text: str) -> int:
    """The number; MOST for one with more digits than that has: of thousands Python makes none."""
    digits = text.lstrip('+-').lstrip('0')
    number = int(digits or 0) if len(digits) <= len(str(MOST)) else MOST
    return -number if text.startswith('-') else number


def _number(text: str) -> float:
    if not math.isfinite(number := _finite(text)):
        raise ValueError
    return number


def _boolean(text: str) -> bool:
    if text.lower() not in ('true', 'false'):
        raise ValueError
    return text.lower() == 'true'


READERS: dict[str, Callable[[str], Any]] = {
    'integer': _whole,
    'number': _number,
    'boolean': _boolean,
    'date': date.fromisoformat,
    'timestamp': instant,
}
