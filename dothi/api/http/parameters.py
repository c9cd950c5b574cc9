"""Query parameters read one by one: each error names the parameter, what came, and what would be right."""

import math
import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import g, request
from psycopg2 import sql
from werkzeug.datastructures import MultiDict

from dothi.core.cql2.times import instant
from dothi.core.errors import WrongUse, did_you_mean
from dothi.core.layer import Column
from dothi.core.layer_source import Times, parse_times

# Python reads more as numbers: 1_000, ٣, infinity.
WHOLE = re.compile(r'[+-]?[0-9]+')
NUMBER = re.compile(r'[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?')
# Parameters that every resource takes: the form and the language of its answer.
COMMON = ('f', 'lang')
# No more of a value than this is repeated in an error.
QUOTED_LENGTH = 100


class UnknownParameter(WrongUse):
    """A query parameter that this resource does not have."""


class BadParameter(WrongUse):
    """A query parameter whose value cannot be read."""


def request_parameters() -> MultiDict[str, str]:
    """The parameters of the current request: of its query string, and of its body where that is a query."""
    arguments: MultiDict[str, str] = g.get('given') or request.args
    return arguments


def quote_parameter(name: str, text: str) -> str:
    """`name=value` as an error repeats it."""
    return f'{name}={text}' if len(text) <= QUOTED_LENGTH else f'{name}={text[:QUOTED_LENGTH]}…'


def refuse_unknown(known: Iterable[str], repeatable: Iterable[str] = ()) -> None:
    """Raises UnknownParameter, with the nearest known name, for any other parameter; BadParameter for a NUL in a value
    and for a parameter that is given twice, with two values, unless it is `repeatable`.
    """
    known_names = set(known)
    for name, value in request_parameters().items(multi=True):
        if name not in known_names:
            hint, what = did_you_mean(name, known_names), name[:QUOTED_LENGTH]
            raise UnknownParameter(
                vi=f'Không có tham số "{what}". {hint.vi}', en=f'There is no parameter "{what}". {hint.en}'
            )
        if '\x00' in value:
            raise BadParameter(vi=f'{name}: chứa ký tự NUL.', en=f'{name}: contains the character NUL.')
        if value != request_parameters()[name] and name not in repeatable:
            raise BadParameter(vi=f'{name}: có hai giá trị khác nhau.', en=f'{name}: is given twice, with two values.')


def whole_number(name: str, default: int, least: int) -> int:
    """A whole number of `least` or more; a number too large for the database counts as the largest."""
    text = request_parameters().get(name, '').strip()
    if not text:
        return default
    try:
        number = _parse_whole(text)
    except ValueError:
        number = least - 1
    if number < least:
        raise BadParameter(
            vi=f'{quote_parameter(name, text)}: phải là số nguyên từ {least} trở lên.',
            en=f'{quote_parameter(name, text)}: must be a whole number, {least} or more.',
        )
    return min(number, 2**62)


def read_length(name: str) -> float:
    """A finite length, 0 or more; 0 when left out."""
    text = request_parameters().get(name, '').strip() or '0'
    try:
        number = _parse_finite(text)
    except ValueError:
        number = -1.0
    if number < 0:
        raise BadParameter(
            vi=f'{quote_parameter(name, text)}: phải là số từ 0 trở lên.',
            en=f'{quote_parameter(name, text)}: must be a number, 0 or more.',
        )
    return number


def yes_or_no(name: str) -> bool:
    """True or false; false when left out."""
    text = request_parameters().get(name, 'false').strip().lower()
    if text not in {'true', 'false'}:
        what = quote_parameter(name, text)
        raise BadParameter(vi=f'{what}: phải là true hoặc false.', en=f'{what}: must be true or false.')
    return text == 'true'


def one_of(name: str, choices: tuple[str, ...]) -> str:
    """One of `choices`, of which the first is the default."""
    text = request_parameters().get(name, choices[0])
    if text not in choices:
        hint = did_you_mean(text, choices)
        what = quote_parameter(name, text)
        raise BadParameter(vi=f'{what}: không hợp lệ. {hint.vi}', en=f'{what}: not valid. {hint.en}')
    return text


def read_datetime() -> Times | None:
    """`datetime`, or None when it is left out."""
    text = request_parameters().get('datetime', '')
    return parse_times(text) if text else None


def read_bbox() -> tuple[float, float, float, float] | None:
    """`bbox` in two dimensions, as it was written; None when it is left out."""
    text = request_parameters().get('bbox', '').strip()
    if not text:
        return None
    try:
        numbers = [_parse_finite(part.strip()) for part in text.split(',')]
    except ValueError:
        numbers = []
    flat = numbers if len(numbers) == 4 else [*numbers[:2], *numbers[3:5]]
    if len(numbers) not in (4, 6):
        raise BadParameter(
            vi=f'{quote_parameter("bbox", text)}: cần bốn (hoặc sáu) số, cách nhau bằng dấu phẩy.',
            en=f'{quote_parameter("bbox", text)}: four (or six) numbers are needed, separated by commas.',
        )
    return (flat[0], flat[1], flat[2], flat[3])


def parse_numbers(name: str, text: str, count: int) -> list[float]:
    """So many numbers, separated by commas."""
    try:
        values = [_parse_finite(part.strip()) for part in text.split(',')]
    except ValueError:
        values = []
    if len(values) != count:
        raise BadParameter(
            vi=f'{quote_parameter(name, text)}: cần {count} số, cách nhau bằng dấu phẩy.',
            en=f'{quote_parameter(name, text)}: {count} numbers are needed, separated by commas.',
        )
    return values


def value_for(name: str, column: Column, text: str) -> sql.Composable:
    """The value of a `column=value` parameter, of the column's type."""
    readers: dict[str, Any] = {
        'integer': _parse_whole,
        'number': _parse_finite,
        'boolean': _parse_boolean,
        'date': date.fromisoformat,
        'timestamp': instant,
    }
    try:
        value = readers.get(column.type, str)(text)
    except ValueError:
        raise BadParameter(
            vi=f'{quote_parameter(name, text)}: cột này có kiểu {column.type}.',
            en=f'{quote_parameter(name, text)}: this column is of type {column.type}.',
        ) from None
    return sql.Literal(value)


def _parse_whole(text: str) -> int:
    if not WHOLE.fullmatch(text):
        raise ValueError
    return int(text)


def _parse_finite(text: str) -> float:
    number = float(text) if NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(number):
        raise ValueError
    return number


def _parse_boolean(text: str) -> bool:
    return {'true': True, 'false': False}[text.lower()] if text.lower() in {'true', 'false'} else _is_refused()


def _is_refused() -> bool:
    raise ValueError
