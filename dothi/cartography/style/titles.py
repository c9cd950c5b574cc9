"""What the legend calls a part, a value and a class, where the style file does not say."""

import math

from dothi.cartography.style.style_file import Part, Value
from dothi.core.layer import Layer
from dothi.core.text import LANGUAGES, Text
from dothi.core.units import number, with_unit


def part_title(layer: Layer, part: Part) -> Text | None:
    """The part's own words, else the first value of its `where`, else the layer's title; None for no entry."""
    if part.legend is not None:
        return part.legend or None
    if isinstance(part.where, dict) and part.where:
        column, value = next(iter(part.where.items()))
        return Text.join(', ', [called(layer, column, member) for member in _listed(value)])
    return layer.title


def value_title(layer: Layer, part: Part, value: Value) -> Text | None:
    """What a value of the column of `by` means, after the values of the part's `where`."""
    if part.legend is False or part.by is None:
        return None
    own = part.by.titles.get(value) or called(layer, part.by.column, value)
    return Text.join(': ', [*_where_titles(layer, part), own])


def class_title(layer: Layer, part: Part, low: float | None, high: float | None) -> Text | None:
    """`10 – 20 m`, `dưới 10 m`, `từ 20 m`: a class holds its lower limit and not its upper one.

    Of whole numbers it is the last one that the class holds: `2 – 3 tầng` and `3 – 5 tầng` would both seem to have 3.
    """
    if part.legend is False or part.classes is None:
        return None
    column = layer.columns[part.classes.column]
    unit = column.unit
    if column.type == 'integer':
        low = None if low is None else math.ceil(low)
        high = None if high is None else math.ceil(high) - (low is not None)
    if low is None and high is None:
        range_ = column.title
    elif low is None:
        most = with_unit(high, unit)
        range_ = Text(vi='dưới {most}', en='below {most}').format(most=most)
    elif high is None:
        least = with_unit(low, unit)
        range_ = Text(vi='từ {least}', en='{least} and more').format(least=least)
    elif low == high:
        range_ = with_unit(low, unit)
    else:
        most = with_unit(high, unit)
        from_ = [number(low, lang, parted=bool(unit)) for lang in LANGUAGES]
        range_ = Text(vi=f'{from_[0]} – {most.vi}', en=f'{from_[1]} – {most.en}')
    return Text.join(': ', [*_where_titles(layer, part), range_])


def called(layer: Layer, column: str, value: Value) -> Text:
    """The value's title in the column's domain, else the value with the column's unit."""
    described = layer.columns[column]
    if described.domain and str(value) in described.domain:
        return described.domain[str(value)]
    if isinstance(value, bool):
        title = described.title
        return title if value else Text(vi='{title}: không', en='{title}: no').format(title=title)
    if isinstance(value, str):
        return Text(vi=value, en=value)
    return with_unit(value, described.unit)


def _where_titles(layer: Layer, part: Part) -> list[Text]:
    if part.legend:
        return [part.legend]
    if isinstance(part.where, str):
        return []
    firsts = [(column, _listed(value)[0]) for column, value in part.where.items()]
    return [
        called(layer, column, first_value) for column, first_value in firsts if not _is_code(layer, column, first_value)
    ]


def _is_code(layer: Layer, column: str, value: Value) -> bool:
    """Whether it is a text that nothing explains."""
    return isinstance(value, str) and value not in (layer.columns[column].domain or {})


def _listed(value: Value | list[Value]) -> list[Value]:
    return value if isinstance(value, list) else [value]
