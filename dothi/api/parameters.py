"""Query parameters read one by one: each error names the parameter, what came, and what would be right."""

import math
from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import request
from psycopg2 import sql

from dothi.core.cql2_time import instant
from dothi.core.errors import WrongUse, did_you_mean
from dothi.core.layer import Column
from dothi.core.layer_source import Times, parse_times


class UnknownParameter(WrongUse):
    """A query parameter that this resource does not have."""


class BadParameter(WrongUse):
    """A query parameter whose value cannot be read."""


def refuse_unknown(known: Iterable[str]) -> None:
    """Raises UnknownParameter, with the nearest known name, for any other query parameter; and for a NUL in a value."""
    known = set(known)
    for name, value in request.args.items(multi=True):
        if name not in known:
            hint = did_you_mean(name, known)
            raise UnknownParameter(
                vi=f'Không có tham số "{name}". {hint.vi}', en=f'There is no parameter "{name}". {hint.en}'
            )
        if '\x00' in value:
            raise BadParameter(vi=f'{name}: chứa ký tự NUL.', en=f'{name}: contains the character NUL.')


def whole_number(name: str, default: int, least: int) -> int:
    """A whole number of `least` or more; a number too large for the database counts as the largest."""
    text = request.args.get(name, '').strip()
    if not text:
        return default
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        raise BadParameter(
            vi=f'{name}={text}: phải là số nguyên từ {least} trở lên.',
            en=f'{name}={text}: must be a whole number, {least} or more.',
        )
    return min(number, 2**62)


def yes_or_no(name: str) -> bool:
    """True or false; false when left out."""
    text = request.args.get(name, 'false').strip().lower()
    if text not in {'true', 'false'}:
        raise BadParameter(vi=f'{name}={text}: phải là true hoặc false.', en=f'{name}={text}: must be true or false.')
    return text == 'true'


def one_of(name: str, choices: tuple[str, ...]) -> str:
    """One of `choices`, of which the first is the default."""
    text = request.args.get(name, choices[0])
    if text not in choices:
        hint = did_you_mean(text, choices)
        raise BadParameter(vi=f'{name}={text}: không hợp lệ. {hint.vi}', en=f'{name}={text}: not valid. {hint.en}')
    return text


def times() -> Times | None:
    """`datetime`, or None when it is left out."""
    text = request.args.get('datetime', '')
    return parse_times(text) if text else None


def box() -> tuple[float, float, float, float] | None:
    """`bbox` in two dimensions, as it was written; None when it is left out."""
    text = request.args.get('bbox', '').strip()
    if not text:
        return None
    try:
        numbers = [float(part) for part in text.split(',')]
    except ValueError:
        numbers = []
    flat = numbers if len(numbers) == 4 else [*numbers[:2], *numbers[3:5]]
    if len(numbers) not in (4, 6) or not all(map(math.isfinite, numbers)):
        raise BadParameter(
            vi=f'bbox={text}: cần bốn (hoặc sáu) số, cách nhau bằng dấu phẩy.',
            en=f'bbox={text}: four (or six) numbers are needed, separated by commas.',
        )
    return (flat[0], flat[1], flat[2], flat[3])


def value_for(name: str, column: Column, text: str) -> sql.Composable:
    """The value of a `column=value` parameter, of the column's type."""
    readers: dict[str, Any] = {
        'integer': int,
        'number': _finite,
        'boolean': _boolean,
        'date': date.fromisoformat,
        'timestamp': instant,
    }
    try:
        value = readers.get(column.type, str)(text)
    except ValueError:
        raise BadParameter(
            vi=f'{name}={text}: cột này có kiểu {column.type}.',
            en=f'{name}={text}: this column is of type {column.type}.',
        ) from None
    return sql.Literal(value)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


def _boolean(text: str) -> bool:
    return {'true': True, 'false': False}[text.lower()] if text.lower() in {'true', 'false'} else _refuse()


def _refuse() -> bool:
    raise ValueError
