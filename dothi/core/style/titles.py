"""What the legend calls a part, a value and a class, where the style file does not say."""

from dothi.core.layer import Layer
from dothi.core.style.style_file import Part, Value
from dothi.core.text import LANGUAGES, Text


def part_title(layer: Layer, part: Part) -> Text | None:
    """The part's own words, else the first value of its `where`, else the layer's title; None for no entry."""
    if part.legend is not None:
        return part.legend or None
    if isinstance(part.where, dict) and part.where:
        column, value = next(iter(part.where.items()))
        return _joined([called(layer, column, one) for one in _listed(value)], ', ')
    return layer.title


def value_title(layer: Layer, part: Part, value: Value) -> Text | None:
    """What a value of the column of `by` means, after the values of the part's `where`."""
    if part.legend is False or part.by is None:
        return None
    own = part.by.titles.get(value) or called(layer, part.by.column, value)
    return _joined([*_where_titles(layer, part), own], ': ')


def class_title(layer: Layer, part: Part, low: float | None, high: float | None) -> Text | None:
    """`10 – 20 m`, `dưới 10 m`, `từ 20 m`: a class holds its lower limit and not its upper one."""
    if part.legend is False or part.classes is None:
        return None
    column = layer.columns[part.classes.column]
    unit = f' {column.unit}' if column.unit else ''
    if low is None and high is None:
        range_ = column.title
    elif low is None:
        range_ = Text(vi=f'dưới {number(high, "vi")}{unit}', en=f'below {number(high, "en")}{unit}')
    elif high is None:
        range_ = Text(vi=f'từ {number(low, "vi")}{unit}', en=f'{number(low, "en")}{unit} and more')
    else:
        between = {lang: f'{number(low, lang)} – {number(high, lang)}{unit}' for lang in LANGUAGES}
        range_ = Text.model_validate(between)
    return _joined([*_where_titles(layer, part), range_], ': ')


def called(layer: Layer, column: str, value: Value) -> Text:
    """The value's title in the column's domain, else the value with the column's unit."""
    described = layer.columns[column]
    if described.domain and str(value) in described.domain:
        return described.domain[str(value)]
    if isinstance(value, bool):
        return described.title
    text = f'{value} {described.unit}' if described.unit else str(value)
    return Text(vi=text, en=text)


def number(value: float | None, lang: str) -> str:
    """`12,000.5`, or `12.000,5` in Vietnamese."""
    text = f'{value or 0:,.6f}'.rstrip('0').rstrip('.')
    return text if lang == 'en' else text.translate(str.maketrans(',.', '.,'))


def _where_titles(layer: Layer, part: Part) -> list[Text]:
    if part.legend:
        return [part.legend]
    if isinstance(part.where, str):
        return []
    return [called(layer, column, one) for column, value in part.where.items() for one in _listed(value)[:1]]


def _listed(value: Value | list[Value]) -> list[Value]:
    return value if isinstance(value, list) else [value]


def _joined(texts: list[Text], by: str) -> Text:
    return Text(vi=by.join(text.vi for text in texts), en=by.join(text.en for text in texts))
