"""Values as people read them: 19,7 % and 26.114 m in Vietnamese, 19.7 % and 26,114 m in English."""

import math
import re
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from dothi.core.clock import day_text, local_moment
from dothi.core.locality import locality_zone
from dothi.core.numbers import SPACE, vietnamese_signs
from dothi.core.text import LANGUAGES, Lang, Text
from dothi.core.units import unit_words

NOTHING = '–'
# Per cent that one decimal would round to nothing.
LEAST_PCT = 0.05
# A share is stored as 0 to 1 and read in per cent.
SHARE = 'share'
YES, NO = Text(vi='có', en='yes'), Text(vi='không', en='no')
ISO_DAY = re.compile(r'\d{4}-\d{2}-\d{2}')
# What the ends of names say of units, as this project names its columns.
UNITS = {
    '_m': 'm',
    '_m2': 'm²',
    '_m3': 'm³',
    '_km': 'km',
    '_km2': 'km²',
    '_ha': 'ha',
    '_s': 's',
    '_min': 'min',
    '_h': 'h',
    '_kmh': 'km/h',
    '_kv': 'kV',
    '_pct': '%',
    '_share': SHARE,
}
# How layer files write units, where people write them otherwise.
WRITTEN = {'m2': 'm²', 'km2': 'km²', 'm3': 'm³'}
# Of a number alone, and two of norms.csv.
IN_PLACE_OF_UNIT = {
    '1': Text(vi='', en=''),
    'per commune': Text(vi='mỗi xã', en='per commune'),
    'count': Text(vi='', en=''),
}


def unit_of(name: str) -> str | None:
    """The unit that the name of a figure tells: `m` of `distance_m`, a share of `share_covered`."""
    if name == SHARE or name.startswith('share_'):
        return SHARE
    ending = max((end for end in UNITS if name.endswith(end)), key=len, default=None)
    return UNITS[ending] if ending else None


def unit_text(unit: str | None, lang: Lang, *, of_one: bool = False) -> str:
    """A unit as it is written behind a number; nothing where there is none. of_one: that number is 1."""
    if unit is None:
        return ''
    if unit == SHARE:
        return '%'
    if unit in IN_PLACE_OF_UNIT:
        return IN_PLACE_OF_UNIT[unit].pick(lang)
    return '/'.join(WRITTEN.get(part, part) for part in unit_words(unit, lang, of_one=of_one).split('/'))


def format_number(value: float, lang: Lang, unit: str | None = None) -> str:
    """A number with its unit: whole from 1,000 on, else three digits or as many decimals as it has, if fewer."""
    if math.isnan(value):
        return NOTHING
    if math.isinf(value):
        return '∞' if value > 0 else '−∞'
    scaled = value * 100 if unit == SHARE else value
    # of so small a share its first digits, so that 65 people are not 0 %
    is_small = 0 < abs(scaled) < LEAST_PCT
    text = _format_digits(scaled) if unit != SHARE or is_small else f'{scaled:,.1f}'.removesuffix('.0')
    if lang == 'vi':
        text = vietnamese_signs(text)
    written = unit_text(unit, lang, of_one=value == 1)
    return f'{text}{SPACE}{written}' if written else text


def _format_digits(value: float) -> str:
    if float(value).is_integer() or abs(value) >= 1_000:
        return f'{value:,.0f}'
    decimals = 2 - math.floor(math.log10(abs(value)))
    return f'{value:,.{max(decimals, 1)}f}'.rstrip('0').rstrip('.')


def format_day(value: date, lang: Lang) -> str:
    """25/11/2026, or 25 November 2026."""
    return day_text(value, lang)


def format_moment(value: datetime, lang: Lang) -> str:
    """Day and time of day on the clocks of the locality."""
    return local_moment(value, locality_zone(), lang)


def value_text(value: Any, lang: Lang, unit: str | None = None) -> str:
    """Any value of a result as one line."""
    if isinstance(value, bool):
        return (YES if value else NO).pick(lang)
    if isinstance(value, int | float):
        return format_number(value, lang, unit)
    if isinstance(value, dict | list | tuple):
        return _of_parts(value, lang, unit) or NOTHING
    return NOTHING if value is None or value == '' else _text_in(str(value), lang)


def _text_in(text: str, lang: Lang) -> str:
    """A text as it is, but for a day, which is written as people write it."""
    if ISO_DAY.fullmatch(text):
        with suppress(ValueError):
            return format_day(date.fromisoformat(text), lang)
    return text


def _of_parts(value: Any, lang: Lang, unit: str | None) -> str:
    """A text in two languages in one of them; of anything else its parts, by name where they have names."""
    if not isinstance(value, dict):
        return '; '.join(value_text(entry, lang, unit) for entry in value)
    if value.keys() == set(LANGUAGES):
        return value_text(value[lang], lang)
    return ', '.join(f'{name}: {value_text(part, lang, unit_of(name))}' for name, part in value.items())
