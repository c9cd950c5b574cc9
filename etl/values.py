"""Values as a layer's types want them: from what files and spreadsheets write."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, tzinfo
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dothi.core.layer import Column, ColumnType
from dothi.core.text import search_key

Bools = NDArray[np.bool_]
ARROW_TYPES: dict[ColumnType, Any] = {
    'text': pa.string(),
    'integer': pa.int64(),
    'number': pa.float64(),
    'boolean': pa.bool_(),
    'date': pa.date32(),
    'timestamp': pa.timestamp('us', tz='UTC'),
}
TRUE = frozenset({'true', 't', 'yes', 'y', '1', 'co', 'dung', 'x'})
FALSE = frozenset({'false', 'f', 'no', 'n', '0', 'khong', 'sai'})
# More than one group of thousands: no decimal sign comes twice.
GROUPS = re.compile(r'[+-]?\d{1,3}([.,])\d{3}(?:\1\d{3})+')
# With decimals after the other sign: what is grouped otherwise is two numbers, or a slip of the pen.
GROUPS_AND_DECIMALS = re.compile(r'[+-]?\d{1,3}([.,])\d{3}(?:\1\d{3})*(?!\1)[.,]\d+(?:[eE][+-]?\d+)?')
# Beyond this a float has no unit digit left.
EXACT_INTEGER = 2**53


def convert(values: Any, type_: ColumnType, utc_offset: str = '+00:00') -> tuple[Any, Bools]:
    """`values` as an Arrow array of the layer's type, and which rows had a value that cannot be read as one.

    Text is trimmed and composed (NFC); empty text is null. Null stays null and is no fault. utc_offset: of moments
    that come without a zone.
    """
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        return _from_text(values.cast(pa.string()), type_, utc_offset)
    return _from_typed(values, type_, utc_offset)


def parse_number(text: str) -> float:
    """The number in `text` with a decimal point or comma; of both signs, the last one is the decimal sign.

    "1.234,5" and "1,234.5" are 1234.5, "1.234.567" is 1234567; "1.234" is 1.234, for one sign alone could be either:
    `etl.thousands` asks the column.
    """
    text = re.sub(r'[\s\u00a0\u202f]', '', text)
    comma, point = text.rfind(','), text.rfind('.')
    if comma >= 0 and point >= 0:
        if not GROUPS_AND_DECIMALS.fullmatch(text):
            raise ValueError(text)
        thousands = '.' if comma > point else ','
        text = text.replace(thousands, '')
    elif GROUPS.fullmatch(text):
        text = re.sub('[.,]', '', text)
    number = float(text.replace(',', '.').replace('_', 'x'))
    if not np.isfinite(number):
        raise ValueError(text)
    return number


def parse_integer(text: str) -> int:
    """The whole number in `text`; 12.0 is 12, 12.5 is refused."""
    if re.fullmatch(r'\s*[+-]?\d{1,18}\s*', text):
        return int(text)
    number = parse_number(text)
    if not number.is_integer() or abs(number) > EXACT_INTEGER:
        raise ValueError(text)
    return int(number)


def parse_boolean(text: str) -> bool:
    """Yes or no in Vietnamese or English, with or without accents, or 1 and 0."""
    key = search_key(text)
    if key in TRUE or key in FALSE:
        return key in TRUE
    raise ValueError(text)


def parse_date(text: str) -> date:
    """2024-08-31, 31/08/2024, 31-08-2024 or 31.08.2024, with a time of midnight at most."""
    text = re.sub(r'[T ]00:00(:00(\.0+)?)?(Z|[+-]\d\d:?\d\d)?$', '', text.strip())
    european = re.fullmatch(r'(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})', text)
    if european:
        day, month, year = (int(part) for part in european.groups())
        return date(year, month, day)
    return date.fromisoformat(text.replace('/', '-'))


def parse_timestamp(text: str, zone: tzinfo = UTC) -> datetime:
    """An ISO date and time, without a zone by the clock of `zone`; or a date, which begins at midnight UTC."""
    try:
        moment = datetime.fromisoformat(text.strip().replace('/', '-'))
        is_day = ':' not in text
    except ValueError:
        moment, is_day = datetime.combine(parse_date(text), time.min), True
    if is_day:
        return moment.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


PARSERS: dict[ColumnType, Callable[[str], Any]] = {
    'integer': parse_integer,
    'number': parse_number,
    'boolean': parse_boolean,
    'date': parse_date,
    'timestamp': parse_timestamp,
}


def coded(values: Any, domain: dict[str, Any]) -> tuple[Any, Bools]:
    """Codes of a domain for values that are the code or its Vietnamese or English title; which are neither."""
    codes = {search_key(name): code for code, title in domain.items() for name in (title.en, title.vi)}
    codes |= {search_key(code): code for code in domain}
    return _by_distinct_value(values, lambda text: codes[search_key(text)], pa.string())


def _from_text(values: Any, type_: ColumnType, utc_offset: str = '+00:00') -> tuple[Any, Bools]:
    text = pc.utf8_normalize(pc.utf8_trim_whitespace(values), form='NFC')
    text = pc.if_else(pc.equal(text, ''), pa.scalar(None, pa.string()), text)
    if type_ == 'text':
        nul = pc.fill_null(pc.match_substring(text, '\0'), False)
        return text, np.asarray(nul)
    parse = PARSERS[type_] if type_ != 'timestamp' else partial(parse_timestamp, zone=_zone(utc_offset))
    return _by_distinct_value(text, parse, ARROW_TYPES[type_])


def _by_distinct_value(values: Any, parse: Callable[[str], Any], type_: Any) -> tuple[Any, Bools]:
    """`parse` applied once to each distinct text: columns repeat few values, and Python is slow."""
    encoded = pc.dictionary_encode(values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values)
    parsed, failed = [], []
    for text in encoded.dictionary.to_pylist():
        try:
            parsed.append(parse(text))
            failed.append(False)
        except (ValueError, KeyError, OverflowError):
            parsed.append(None)
            failed.append(True)
    converted = pc.take(pa.array(parsed, type_), encoded.indices)
    bad = pc.fill_null(pc.take(pa.array(failed, pa.bool_()), encoded.indices), False)
    return converted, np.asarray(bad)


def _zone(utc_offset: str) -> tzinfo:
    """The zone that is always `utc_offset` (+07:00) ahead of UTC."""
    zone = datetime.strptime(utc_offset, '%z').tzinfo
    assert zone is not None  # noqa: S101 (%z was read)
    return zone


def _from_typed(values: Any, type_: ColumnType, utc_offset: str) -> tuple[Any, Bools]:
    source, target = values.type, ARROW_TYPES[type_]
    if type_ == 'timestamp' and pa.types.is_timestamp(source) and source.tz is None:
        values = pc.subtract(values, pa.scalar(_zone(utc_offset).utcoffset(None), pa.duration('us')))
    if pa.types.is_floating(source):
        values = pc.if_else(pc.is_nan(values), pa.scalar(None, source), values)
        if type_ in ('integer', 'text'):
            return _from_float(values, type_)
    if _casts_safely(source, type_):
        return _finite(values.cast(target))
    return _from_text(_as_text(values), type_)


def _as_text(values: Any) -> Any:
    try:
        return values.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.array([None if value is None else str(value) for value in values.to_pylist()], pa.string())


def _casts_safely(source: Any, type_: ColumnType) -> bool:
    """Whether a cast means what the value said: not so from numbers to dates, say."""
    numeric = pa.types.is_integer(source) or pa.types.is_floating(source)
    safe: dict[ColumnType, bool] = {
        'integer': pa.types.is_integer(source),
        'number': numeric,
        'boolean': pa.types.is_boolean(source),
        'date': pa.types.is_date(source),
        'timestamp': pa.types.is_timestamp(source) or pa.types.is_date(source),
        'text': False,
    }
    return safe[type_]


def _from_float(values: Any, type_: ColumnType) -> tuple[Any, Bools]:
    """Whole numbers that a format stored as floats; a text column of them gets no ".0"."""
    whole = pc.and_(pc.equal(values, pc.floor(values)), pc.less_equal(pc.abs(values), float(EXACT_INTEGER)))
    if type_ == 'text':
        if not pc.all(whole, min_count=0).as_py():
            return _from_text(values.cast(pa.string()), type_)
        return values.cast(pa.int64()).cast(pa.string()), np.zeros(len(values), dtype=bool)
    good = pc.if_else(whole, values, pa.scalar(None, values.type))
    return good.cast(pa.int64()), np.asarray(pc.fill_null(pc.invert(whole), False))


def _finite(values: Any) -> tuple[Any, Bools]:
    if not pa.types.is_floating(values.type):
        return values, np.zeros(len(values), dtype=bool)
    infinite = pc.fill_null(pc.is_inf(values), False)
    return pc.if_else(infinite, pa.scalar(None, values.type), values), np.asarray(infinite)


def out_of_range(values: Any, column: Column) -> Bools:
    """Which rows have a number under the column's minimum or over its maximum."""
    bad = np.zeros(len(values), dtype=bool)
    # a limit is a float, beside which arrow refuses integers over 2^53; so far from any limit a digit does not matter
    numbers = values.cast(pa.float64(), safe=False)
    if column.min is not None:
        bad |= np.asarray(pc.fill_null(pc.less(numbers, column.min), False))
    if column.max is not None:
        bad |= np.asarray(pc.fill_null(pc.greater(numbers, column.max), False))
    return bad
